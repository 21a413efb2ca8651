"""A feed file that changes: permits of a registry in a project of its own, and what the lake made of its deliveries."""

from __future__ import annotations

from datetime import timedelta

from citylake import settings
from citylake.feed import load_feeds
from citylake.land import land
from tests.integration.deliveries import NOON, query

PERMIT = "registry.permit"
_DEPARTMENT = """
title: {en: Registry, zh: 登记处}
owner: registry@city.example
contact: registry@city.example
licence: CC-BY-4.0
purposes: [tests]
grade: 3
retention: P3650D
"""
FEED = """\
title: {en: Permits, zh: 许可证}
grain: one row per permit and day
key: [permit_id, day]
partition: {by: day}
delivers: additions
arrival: {files: 'permit_*.csv', every: P1D, deadline: PT0S}
format: {kind: csv, encoding: utf-8}
drift: {code_level: keep, unit_changed: keep}
columns:
  - {name: permit_id, type: string, required: true}
  - {name: day, type: date, required: true}
  - {name: decided_on, type: date, required: true}
  - {name: holder, type: string}
  - {name: floors, type: string}
  - {name: depth_m, from: depth, type: double, from_unit: m, range: [0, 100]}
"""
HEADER = "permit_id,day,decided_on,holder,floors,depth,colour"


class Registry:
    """The feed file, to be changed, and its deliveries: one a day from 2026-03-01 on."""

    def __init__(self, folder, test_lake):
        self.test_lake = test_lake
        self.path = folder / "feeds" / "registry" / "permit.yml"
        self.path.parent.mkdir(parents=True)
        (self.path.parent / "_department.yml").write_text(_DEPARTMENT, encoding="utf-8")
        self.text = FEED
        self.change("", "")

    def change(self, old: str, new: str) -> None:
        """Edit the feed file; this process reads it anew."""
        assert old in self.text
        self.text = self.text.replace(old, new) if old else self.text
        self.path.write_text(self.text, encoding="utf-8")
        load_feeds.cache_clear()

    @property
    def feed(self):
        """The feed as its file says now."""
        return load_feeds()[PERMIT]

    def deliver(self, day: int, *rows: str) -> str:
        """A file of a day lands; returns its delivery."""
        name, content = f"permit_2026030{day}.csv", "\n".join([HEADER, *rows]) + "\n"
        told = {"arrived-at": (NOON + timedelta(days=day)).isoformat()}
        # By root: the lake knows no such department, and giving it one would take the others their keys.
        self.test_lake.root_s3().put_object(
            Bucket="inbox", Key=f"registry/{name}", Body=content.encode(), Metadata=told
        )
        land()
        (landed,) = query("select delivery_id from ledger.deliveries where name = %(name)s", name=name)
        return landed["delivery_id"]


def registry(folder, lake, monkeypatch) -> Registry:
    """A project with this feed only, in an empty lake."""
    lake.empty()
    monkeypatch.setattr(settings, "PROJECT", folder)
    load_feeds.cache_clear()
    return Registry(folder, lake)

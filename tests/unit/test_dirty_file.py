"""One file with everything at once, as an office of a city with summer time sends it; values typed by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.offline import admit, make_feed

# Title rows, semicolons, mixed line ends, decimal commas, thousands with the space that does not break, a date and a
# time in two columns, units in the text, a total below. The clock is put forward on 29 March at 2 o'clock.
DIRTY = (
    "Verkehrszählung Innenstadt;;;;\r\n"
    "Stand: 30.03.2026;;;;\n"
    "Zähler;Datum;Uhrzeit;Fahrzeuge;Strecke\r\n"
    "Z01;29.03.2026;01:30;1\u00a0204;1,5 km\r\n"
    "Z01;29.03.2026;02:30;900;1,5 km\n"
    "Z01;29.03.2026;03:30;88;750 m\r\n"
    "Z02;;03:30;12;2 km\n"
    "Z02;29.03.2026;04:30;k.A.;0,3 km\n"
    "Z02;29.03.2026;05:30;1,5;3 kg\n"
    "Summe;;;2\u00a0204;\r\n"
)


def test_what_can_be_read_is_and_the_rest_says_why(tmp_path):
    feed = make_feed(
        [
            {"name": "counter_id", "from": "Zähler", "type": "string", "required": True},
            {"name": "counted_at", "from": ["Datum", "Uhrzeit"], "type": "timestamp", "required": True,
             "format": "%d.%m.%Y %H:%M"},
            {"name": "vehicle_count", "from": "Fahrzeuge", "type": "integer", "nulls": ["k.A."]},
            {"name": "length_m", "from": "Strecke", "type": "double", "unit_in_text": True},
        ],
        key=["counter_id", "counted_at"], partition={"by": "counted_at"}, delivers="additions",
        format={"kind": "csv", "encoding": "cp1252", "delimiter": ";", "skip_rows": 2, "footer": "^Summe",
                "decimal": ",", "thousands": " ", "timezone": "Europe/Berlin"},
    )  # fmt: skip
    landed_at = datetime(2026, 3, 30, 6, tzinfo=UTC)  # as its second title row says
    rows = admit(feed, DIRTY.encode("cp1252"), tmp_path / "scratch", landed_at=landed_at)
    found = [(r["_source_row"], r["counted_at"], r["vehicle_count"], r["length_m"]) for r in rows.admitted]
    assert found == [
        (1, datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 1204, 1500.0),
        (3, datetime(2026, 3, 29, 1, 30, tzinfo=UTC), 88, 750.0),
        (5, datetime(2026, 3, 29, 2, 30, tzinfo=UTC), None, 300.0),
    ]
    assert rows.broken == {
        2: ["counted_at.cast"],  # half past two never was
        4: ["counted_at.required"],  # a time without its date is none
        6: ["length_m.cast", "vehicle_count.cast"],
    }
    assert rows.counts.null_counts["vehicle_count"] == 1
    assert rows.counts.parsed == 6

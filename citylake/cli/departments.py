"""The departments' side of a run: their deliveries are made and sent to the inbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import typer

from citylake import settings
from citylake.errors import WrongUse

_MANIFEST = "deliveries.jsonl"
_REAL = "realdata"
# After the last arrival, so that the deadlines of files that never come have passed.
_AFTERWARDS = timedelta(days=2)


@dataclass(frozen=True)
class City:
    """What is delivered: a simulated city of some days, or real sets found in a folder."""

    seed: int = 1
    days: int = 3
    scale: float = 0.1
    until: date | None = None
    realdata: Path | None = None

    @property
    def name(self) -> str:
        """The folder of its deliveries."""
        if self.realdata:
            return _REAL
        last = f"-{self.until}" if self.until else ""
        return f"{self.seed}-{self.days}-{self.scale:g}{last}"

    def words(self, out: Path) -> list[str]:
        """The simulator's command that writes the deliveries to `out`."""
        if self.realdata:
            return ["simulator.realdata", "--realdata", str(self.realdata), "--out", str(out)]
        words = [
            "simulator",
            "--seed",
            str(self.seed),
            "--days",
            str(self.days),
            "--scale",
            f"{self.scale:g}",
        ]
        return [*words, *(["--until", self.until.isoformat()] if self.until else []), "--out", str(out)]


def fitting(city: City) -> City:
    """The city itself, if this lake may hold it: real and simulated sets, and two seeds, are different cities.

    Raises: WrongUse.
    """
    place = settings.current()
    if city.realdata and place.city != _REAL:
        raise WrongUse("real sets are another city", where=f"the lake of '{place.city}' in {place.home}",
                       expected="a lake of its own", next_step="make run CITY=realdata REALDATA=<folder>")  # fmt: skip
    if place.city == _REAL and not city.realdata:
        raise WrongUse("the city 'realdata' needs the folder of the real sets", found="no --realdata",
                       next_step="make run CITY=realdata REALDATA=<folder>")  # fmt: skip
    if city.realdata and not city.realdata.is_dir():
        raise WrongUse("the folder of the real sets is not there", where=str(city.realdata),
                       next_step="Give the folder that holds covid_cn_daily or air_beijing_prsa.")  # fmt: skip
    others = [path.parent.name for path in (place.home / "departments").glob(f"*/{_MANIFEST}")]
    strangers = [
        name
        for name in others
        if not city.realdata and name != _REAL and name.split("-")[0] != str(city.seed)
    ]
    if strangers:
        raise WrongUse(
            f"this lake holds another city: seed {strangers[0].split('-')[0]}", where=str(place.home),
            found=f"seed {city.seed}", expected="the same seed",
            next_step=f"For a second city: CITYLAKE_HOME=<another folder> citylake run --seed {city.seed}",
        )  # fmt: skip
    return city


def make(city: City) -> Path:
    """Make the city's deliveries; the same city gives the same bytes. Returns their folder.

    Ends the command with the simulator's exit code where it fails; it has said why.
    """
    out = settings.current().home / "departments" / city.name
    _python(city.words(out))
    return out


def send(folder: Path) -> int:
    """Send to the inbox what this lake was not sent yet; how many deliveries the departments have in all."""
    _python(["simulator.deliver", "--from", str(folder)])
    return len(_manifest(folder))


def end_of_replay(folder: Path) -> datetime:
    """When the replayed clock may stop: two days after the last arrival."""
    return max(datetime.fromisoformat(entry["arrived_at"]) for entry in _manifest(folder)) + _AFTERWARDS


def _manifest(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / _MANIFEST).read_text(encoding="utf-8").splitlines()]


def _python(words: list[str]) -> None:
    """Run a module of the simulator. It is another program: the lake imports nothing of it."""
    place = settings.current()
    environment = os.environ | {"PYTHONPATH": str(settings.PROJECT), "CITYLAKE_HOME": str(place.home)}
    done = subprocess.run(
        [sys.executable, "-m", *words], env=environment, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise typer.Exit(done.returncode)

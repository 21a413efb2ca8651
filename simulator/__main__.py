"""`python -m simulator`: make the simulated city's deliveries and the truth beside them."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from simulator import command, scenario
from simulator.production import produce
from simulator.setting import Asked


def main() -> None:
    """Read the arguments, make the days, write them."""
    asked = _arguments()
    chosen = scenario.read(asked.scenario)
    wanted = Asked(asked.seed, chosen, asked.days, asked.until, asked.scale)
    with command.bar() as progress:
        task = progress.add_task("simulating days", total=asked.days)
        made = produce(wanted, asked.out, asked.workers, lambda: progress.advance(task, 0.5))
    city = wanted.setting
    print(
        f"{made.deliveries} deliveries of {city.first} to {city.last}, {made.faults} planted faults: {asked.out}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default 1)")
    parser.add_argument("--days", type=_positive, default=3, help="business days (default 3)")
    parser.add_argument(
        "--until", type=date.fromisoformat, help="the last business day (default: the scenario's)"
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="so many times the parking spaces and cars; above 1 the stations too (default 1)",
    )
    parser.add_argument(
        "--scenario", default="default", help="a name in simulator/scenarios or a path to a .yml"
    )
    parser.add_argument(
        "--workers", type=_positive, help="processes; the output is the same (default: as many as cores)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write to; an earlier run's is replaced"
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    command.run(main)

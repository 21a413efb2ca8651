"""`make bench`: measure, and write docs/reference/benchmarks.md.

Every figure stands beside a peer that did the same work in the same run. Ratios travel between machines;
seconds do not.
"""

from __future__ import annotations

import argparse

from bench import accuracy, admission, latency, linkage, mechanisms, report

MEASUREMENTS = {
    "admission": admission.measure,
    "stream": admission.measure_stream,
    "latency": latency.measure,
    "mechanisms": mechanisms.measure,
    "linkage": linkage.measure,
    "accuracy": accuracy.measure,
}


def main() -> None:
    """Measure what was asked for (all, if nothing was) and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "only", nargs="*", choices=[*MEASUREMENTS, []], help="which measurements; all by default"
    )
    parser.add_argument(
        "--rows",
        type=int,
        nargs="+",
        default=[1_000_000, 10_000_000, 50_000_000],
        metavar="N",
        help="rows of the admission and of the mechanisms, several sizes in turn (default: 1, 10 and 50 million)",
    )
    parser.add_argument(
        "--stream-rows",
        type=int,
        default=120_000_000,
        metavar="N",
        help="rows of the file that streams (default: 120 million, over 10 GB)",
    )
    parser.add_argument("--drops", type=int, default=20, help="drops of the latency (default: 20)")
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    sections = []
    for name in asked.only or MEASUREMENTS:
        print(f"— {name}", flush=True)
        section = MEASUREMENTS[name](asked)
        print(section.text, flush=True)
        sections.append(section)
    if not asked.no_write:
        print("wrote", report.write(sections))


if __name__ == "__main__":
    main()

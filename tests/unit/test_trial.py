"""A trial shows a file as it stands: its first rows first, and what was assumed."""

from __future__ import annotations

from datetime import UTC, datetime

from citylake.admit.trial import try_file
from citylake.cli.trials import show_trial
from tests.offline import make_feed

COLUMNS = [
    {"name": "reading_id", "type": "integer", "required": True},
    {"name": "measured_at", "type": "timestamp", "required": True},
]
DAILY = {"key": ["reading_id"], "partition": {"by": "measured_at"}, "delivers": "additions"}


def test_the_first_rows_are_those_of_the_file_whatever_month_they_lie_in(tmp_path):
    # Months alternate, so that the rows lie in two Parquet files; the first cannot be read.
    days = [f"2026-0{3 - n % 2}-0{n % 9 + 1}" for n in range(60)]
    lines = [f"{n},{day} 08:00" for n, day in enumerate(days)]
    path = tmp_path / "readings.csv"
    path.write_text(
        "reading_id,measured_at\nx,2026-03-01 08:00\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    trial = try_file(make_feed(COLUMNS, **DAILY), path, datetime(2026, 3, 12, tzinfo=UTC))
    assert [row["reading_id"] for row in trial.first_rows] == [0, 1, 2, 3, 4]


def test_a_zone_that_nobody_declared_is_told(tmp_path, capsys):
    path = tmp_path / "readings.csv"
    path.write_text("reading_id,measured_at\n1,2026-03-01 08:00\n", encoding="utf-8")
    show_trial(make_feed(COLUMNS, **DAILY, format={"kind": "csv"}), path, as_json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert "measured_at: times without an offset are read as Asia/Shanghai" in told
    zoned = make_feed(COLUMNS, **DAILY, format={"kind": "csv", "timezone": "Asia/Shanghai"})
    show_trial(zoned, path, as_json=False)
    assert "times without an offset" not in capsys.readouterr().out

"""Admission of a GB18030 CSV of 12 columns and 8 rules, beside plain DuckDB on the same parse and rules."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Section, table

SEED = 1
_HEAD = "停车场,车牌号,入口,时间,事件,车型,金额,时长,支付方式,泊位,区划,备注\n"
_FEED = {
    "department": "transport", "dataset": "bench_event", "title": {"en": "Bench", "zh": "测速"},
    "grain": "one row per event", "key": ["space_no", "event_at"], "partition": {"by": "event_at"},
    "delivers": "additions", "arrival": {"files": "*.csv", "every": "P1D", "deadline": "P1D"},
    "format": {"kind": "csv", "encoding": "gb18030"},
    "columns": [
        {"name": "lot_id", "from": "停车场", "type": "string", "required": True, "pattern": "P[0-9]{4}"},
        {"name": "plate_text", "from": "车牌号", "type": "string", "required": True},
        {"name": "gate_number", "from": "入口", "type": "integer", "range": [1, 8]},
        {"name": "event_at", "from": "时间", "type": "timestamp", "required": True},
        {"name": "event_type", "from": "事件", "type": "string", "one_of": ["入", "出"]},
        {"name": "vehicle_type", "from": "车型", "type": "string"},
        {"name": "fee_cny", "from": "金额", "type": "double", "from_unit": "CNY", "range": [0, 1000]},
        {"name": "stay_min", "from": "时长", "type": "integer", "from_unit": "min", "range": [0, 100000]},
        {"name": "pay_type", "from": "支付方式", "type": "string"},
        {"name": "space_no", "from": "泊位", "type": "integer"},
        {"name": "district_code", "from": "区划", "type": "string", "pattern": "[0-9]{6}"},
        {"name": "note", "from": "备注", "type": "string"},
    ],
}  # fmt: skip
# The peer's eight rules, the same as the feed's.
_PEER = """
    copy (
        select lot_id, plate_text, try_cast(gate as bigint) as gate_number,
            try_cast(moment as timestamp) at time zone 'Asia/Shanghai' as event_at, event_type, vehicle_type,
            try_cast(fee as double) as fee_cny, try_cast(stay as bigint) as stay_min, pay_type,
            try_cast(space as bigint) as space_no, district_code, note
        from read_csv('{source}', header = true, all_varchar = true, names = ['lot_id', 'plate_text', 'gate', 'moment',
            'event_type', 'vehicle_type', 'fee', 'stay', 'pay_type', 'space', 'district_code', 'note'])
        where regexp_full_match(lot_id, 'P[0-9]{{4}}') and plate_text is not null
            and try_cast(gate as bigint) between 1 and 8 and try_cast(moment as timestamp) is not null
            and event_type in ('入', '出') and try_cast(fee as double) between 0 and 1000
            and try_cast(stay as bigint) between 0 and 100000 and regexp_full_match(district_code, '[0-9]{{6}}')
    ) to '{target}' (format parquet, compression zstd)
"""


def measure(asked) -> Section:
    """Three runs of each in turn; the median."""
    with tempfile.TemporaryDirectory(prefix="citylake-bench-") as folder:
        source = Path(folder) / "events.csv"
        _generate(source, asked.rows)
        size = source.stat().st_size / 1e6
        runs = {"citylake": [], "plain DuckDB": []}
        for number in range(3):
            for name, work in (("citylake", _citylake), ("plain DuckDB", _duckdb)):
                runs[name].append(_apart(work, source, Path(folder) / f"{name.split()[0]}-{number}"))
    rows = []
    medians = {name: sorted(seconds for seconds, _ in found)[1] for name, found in runs.items()}
    for name, found in runs.items():
        rows.append([name, f"{medians[name]:.2f}", f"{asked.rows / medians[name]:,.0f}",
                     f"{max(memory for _, memory in found):,.0f}"])  # fmt: skip
    ratio = medians["citylake"] / medians["plain DuckDB"]
    return Section(
        "Admission",
        f"{asked.rows:,} rows × 12 columns of GB18030 CSV ({size:.0f} MB, seed {SEED}), 8 rules; median of 3, in turn."
        " citylake also keeps record numbers, refused rows with every reason, and finds repeated keys; the peer"
        " transcodes with Python, then reads, casts, filters and writes.\n\n"
        + table(["what", "seconds", "rows/s", "peak MB"], rows)
        + f"\n\nRatio {ratio:.2f}.",
    )  # fmt: skip


def _generate(path: Path, rows: int) -> None:
    import numpy as np

    random = np.random.default_rng(SEED)
    fees, stays = random.uniform(0, 50, rows), random.integers(0, 600, rows)
    with path.open("w", encoding="gb18030") as file:
        file.write(_HEAD)
        for n in range(rows):
            clock = f"{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}"
            file.write(
                f"P{n % 500:04d},浙A{n % 99999:05d},{n % 4 + 1},2026-03-01 {clock},{'入' if n % 2 else '出'},小型车,"
                f"{fees[n]:.2f},{stays[n]},支付宝,{n},330106,正常记录\n"
            )


def _apart(work, source: Path, scratch: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of a work in a process of its own, imports not counted."""
    scratch.mkdir()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_timed, args=(work, source, scratch, theirs))
    process.start()
    theirs.close()  # so that a failed child ends the wait
    result = ours.recv()
    process.join()
    return result


def _timed(work, source: Path, scratch: Path, pipe) -> None:
    import duckdb  # noqa: F401
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    begun = time.perf_counter()
    work(source, scratch)
    pipe.send((time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _citylake(source: Path, scratch: Path) -> None:
    from citylake.admit.reading import read
    from citylake.admit.typing import Typing
    from citylake.feed import Feed
    from citylake.ledger.deliveries import Delivery

    feed = Feed.model_validate(_FEED)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    delivery = Delivery(
        "BENCH", feed.feed_id, "x", source.name, "", "", "", 0, "", "none", "gb18030", now, now
    )

    def reopen():
        return read(source.open("rb"), feed, "none")

    typed = Typing(feed, delivery, scratch, now, now).run(reopen(), reopen)
    assert typed.admitted == typed.parsed > 0


def _duckdb(source: Path, scratch: Path) -> None:
    import codecs
    import shutil

    import duckdb

    text = scratch / "utf8.csv"
    with codecs.open(str(source), encoding="gb18030") as given, text.open("w", encoding="utf-8") as taken:
        shutil.copyfileobj(given, taken, 1 << 20)
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute(_PEER.format(source=text, target=scratch / "out.parquet"))

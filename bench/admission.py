"""Admission of a GB18030 CSV of 12 columns and 8 rules, beside plain DuckDB and Polars on the same parse and rules."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.apart import apart
from bench.report import Section, table

SEED = 1
_OFTEN = 1_000_000
_MODULES = (
    "duckdb", "polars", "pyarrow.csv", "pyarrow.parquet", "citylake.admit.typing", "citylake.privacy.pseudonym",
)  # fmt: skip
_HEADS = ["rows", "file", "what", "seconds", "rows/s", "peak MB", "ratio to it"]
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
    """Every size in turn: the median of three runs of each up to `_OFTEN` rows, else one run of each."""
    rows = []
    for count in asked.rows:
        rows += _at_size(count, {"citylake": _citylake, "plain DuckDB": _duckdb, "Polars": _polars})
    return Section(
        "Admission",
        f"12 columns of GB18030 CSV (seed {SEED}), 8 rules; the median of 3 in turn up to {_OFTEN:,} rows, one run above,"
        " each in a process of its own. citylake also keeps record numbers, refused rows with every reason, and finds"
        " repeated keys; the peers transcode with Python, then read, cast, filter and write.\n\n"
        + table(_HEADS, rows),
    )  # fmt: skip


def measure_stream(asked) -> Section:
    """One file beyond any sensible delivery, alone: whether memory stays flat, not how fast it is."""
    return Section(
        "A file of over 10 GB streams",
        "The same rows and rules, one run, no peer: what counts is the memory.\n\n"
        + table(_HEADS, _at_size(asked.stream_rows, {"citylake": _citylake})),
    )


def _at_size(count: int, works: dict) -> list[list[object]]:
    """The lines of one size."""
    runs: dict[str, list] = {name: [] for name in works}
    with tempfile.TemporaryDirectory(prefix="citylake-bench-") as folder:
        source = Path(folder) / "events.csv"
        _generate(source, count)
        size = source.stat().st_size / 1e9
        for number in range(3 if count <= _OFTEN else 1):
            for name, work in works.items():
                scratch = Path(folder) / f"{name.split()[-1]}-{number}"
                scratch.mkdir()
                runs[name].append(apart(work, source, scratch, modules=_MODULES))
                shutil.rmtree(scratch)
                print(f"  {count:,} rows, {name}: {runs[name][-1][0]:.1f} s", flush=True)
    medians = {name: sorted(seconds for seconds, _ in found)[len(found) // 2] for name, found in runs.items()}
    return [
        [f"{count:,}", f"{size:.2f} GB", name, f"{medians[name]:.2f}", f"{count / medians[name]:,.0f}",
         f"{max(memory for _, memory in found):,.0f}",
         "" if name == "citylake" else f"{medians['citylake'] / medians[name]:.2f}"]
        for name, found in runs.items()
    ]  # fmt: skip


def _generate(path: Path, rows: int) -> None:
    """Rows whose keys differ, written a million at a time."""
    import numpy as np

    random = np.random.default_rng(SEED)
    with path.open("w", encoding="gb18030") as file:
        file.write(_HEAD)
        for begin in range(0, rows, 1_000_000):
            here = range(begin, min(begin + 1_000_000, rows))
            fees, stays = random.uniform(0, 50, len(here)), random.integers(0, 600, len(here))
            file.writelines(
                f"P{n % 500:04d},浙A{n % 99999:05d},{n % 4 + 1},2026-03-01 {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d},"
                f"{'入' if n % 2 else '出'},小型车,{fee:.2f},{stay},支付宝,{n},330106,正常记录\n"
                for n, fee, stay in zip(here, fees, stays, strict=True)
            )


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


def _transcoded(source: Path, scratch: Path) -> Path:
    text = scratch / "utf8.csv"
    with source.open(encoding="gb18030") as given, text.open("w", encoding="utf-8") as taken:
        shutil.copyfileobj(given, taken, 1 << 20)
    return text


def _duckdb(source: Path, scratch: Path) -> None:
    import duckdb

    text = _transcoded(source, scratch)
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute("set enable_progress_bar = false")
    connection.execute(_PEER.format(source=text, target=scratch / "out.parquet"))


def _polars(source: Path, scratch: Path) -> None:
    import polars as pl

    names = ["lot_id", "plate_text", "gate", "moment", "event_type", "vehicle_type", "fee", "stay", "pay_type",
             "space", "district_code", "note"]  # fmt: skip
    rows = pl.scan_csv(_transcoded(source, scratch), infer_schema=False, new_columns=names)
    (
        rows.select(
            "lot_id", "plate_text", pl.col("gate").cast(pl.Int64, strict=False).alias("gate_number"),
            pl.col("moment").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
            .dt.replace_time_zone("Asia/Shanghai").alias("event_at"),
            "event_type", "vehicle_type", pl.col("fee").cast(pl.Float64, strict=False).alias("fee_cny"),
            pl.col("stay").cast(pl.Int64, strict=False).alias("stay_min"), "pay_type",
            pl.col("space").cast(pl.Int64, strict=False).alias("space_no"), "district_code", "note",
        )
        .filter(
            pl.col("lot_id").str.contains("^P[0-9]{4}$") & pl.col("plate_text").is_not_null()
            & pl.col("gate_number").is_between(1, 8) & pl.col("event_at").is_not_null()
            & pl.col("event_type").is_in(["入", "出"]) & pl.col("fee_cny").is_between(0, 1000)
            & pl.col("stay_min").is_between(0, 100000) & pl.col("district_code").str.contains("^[0-9]{6}$")
        )
        .sink_parquet(scratch / "out.parquet", compression="zstd")
    )  # fmt: skip

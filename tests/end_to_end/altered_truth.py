"""A truth that is not that of the lake, in known ways: what `citylake verify` must find."""

from __future__ import annotations

from collections import Counter
from pathlib import Path


def altered(folder: Path, to: Path) -> Counter:
    """A truth that differs from the lake in known ways; how many differences of each kind that must make."""
    import pandas as pd

    made = {
        name: pd.read_parquet(folder / f"{name}.parquet")
        for name in ("defects", "deliveries", "indicators", "answers")
    }
    values, sent, defects = made["indicators"], made["deliveries"], made["defects"]
    last = values["as_of"].max()
    rows = values[
        (values["as_of"] == last) & values["knowable"].notna() & (values["period_type"] == "day")
    ].index
    values.loc[rows[0], "knowable"] += 1
    values.loc[rows[10], "numerator"] *= 1.01
    values.loc[rows[20], "denominator"] += 1
    values.loc[rows[30], "completeness"] -= 1
    values.loc[rows[40], "area"] = "nowhere"  # one too many here, one too many there
    values.loc[values["code"] == "t6_lot_adopted_pct", "code"] = (
        "t6_lot_adapted_pct"  # in two of three places, twice
    )
    renamed = (values["code"] == "t6_lot_adapted_pct") & (values["as_of"] == last)
    admitted = sent[(sent["outcome"] == "admitted") & (sent["quarantined"] > 1)].index
    sent.loc[admitted[0], "admitted"] -= 1
    sent.loc[admitted[1], "delivery_name"] = "never_sent.csv"
    gone = sent.loc[admitted[1]]
    there = defects.merge(sent.loc[admitted[2:], ["feed", "delivery_name", "sequence"]])
    bad = there[(there["result"] == "quarantined") & (there["kind"] == "out_of_range")].iloc[0]
    null = there[there["result"] == "null"].iloc[0]
    of_bad = (defects[["feed", "delivery_name", "source_row", "column", "kind"]]
              == bad[["feed", "delivery_name", "source_row", "column", "kind"]]).all(axis=1)  # fmt: skip
    defects.loc[of_bad, "kind"] = "not_in_list"  # neither expected as found, nor found as expected
    of_null = (defects[["feed", "delivery_name", "source_row", "column", "result"]]
               == null[["feed", "delivery_name", "source_row", "column", "result"]]).all(axis=1)  # fmt: skip
    defects = defects[~of_null]
    assert of_bad.sum() == of_null.sum() == 1
    assert gone["quarantined"] > 0
    for name, table in (made | {"defects": defects}).items():
        table.to_parquet(to / f"{name}.parquet")
    return Counter(
        {
            "indicator": 4 + 2 + 2 * int(renamed.sum()),
            "code": 2,
            "delivery": 1 + 2,
            "quarantine": 2,
            "null": 1,
        }
    )

"""Bytes of any format to texts, read twice: by admission, and by the counter that shares nothing with it."""

from __future__ import annotations

import io

import pytest

from citylake.admit.reading import Unreadable, read
from citylake.stewardship.counting import count
from tests.offline import make_feed


def taken(content: bytes, compression: str = "none", is_counted: bool = True, unpivot=None, **form):
    """(header, texts of every record, places of the broken ones). The second counter must find as many."""
    changes: dict = {"format": form}
    if unpivot:
        changes |= {"unpivot": unpivot, "columns": [
            {"name": "id", "from": unpivot["keep"][0], "type": "string"},
            {"name": "value", "from": unpivot["value_to"], "type": "string"},
        ]}  # fmt: skip
    feed = make_feed(**changes)
    opened = read(io.BytesIO(content), feed, compression)
    rows = [list(row.values()) for batch in opened.batches for row in batch.to_pylist()]
    broken = [record.source_row for record in opened.unparsed]
    assert opened.records == len(rows) + len(broken)
    if not unpivot:
        assert sorted([row[0] for row in rows] + broken) == list(range(1, opened.records + 1))
    counted = count(io.BytesIO(content), feed)
    assert counted.is_counted is is_counted
    if is_counted:
        assert counted.records == opened.records
    return opened.header, [row[1:] for row in rows], broken


def held(content: bytes, compression: str = "none", **form) -> str:
    """Why the delivery cannot be read as a whole."""
    feed = make_feed(format=form)
    with pytest.raises(Unreadable) as caught:
        list(read(io.BytesIO(content), feed, compression).batches)
    return str(caught.value)

"""Marts of a domain whose other feeds have not delivered yet."""

import duckdb

from citylake.build import project
from citylake.build.plan import Pinned, Plan, view_sql


def test_a_table_that_was_never_made_is_one_without_rows_and_with_its_columns():
    (source,) = [item for item in project.inputs("transport") if item.name == "parking_lot_day"]
    with duckdb.connect() as connection:
        connection.execute(f"create schema {source.schema}")
        connection.execute(view_sql(Pinned(source, None), Plan("transport")))
        found = connection.execute(f"describe {source.schema}.{source.name}").fetchall()
        (count,) = connection.execute(f"select count(*) from {source.schema}.{source.name}").fetchone()
    types = {row[0]: row[1] for row in found}
    assert count == 0
    assert (types["lot_id"], types["parked_s"], types["is_scenic"]) == ("VARCHAR", "DOUBLE", "BOOLEAN")
    assert types["_business_date"] == "DATE"

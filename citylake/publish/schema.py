"""Tables and views of the schema `marts`, made from the marts' contracts; they only ever grow.

Run inside the publication's transaction, as role `publish`. `marts._forms` remembers the form each object
has, so that a publication that changes no form runs no DDL and takes no lock that a reader would feel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from citylake.build.contract import Mart
from citylake.errors import WrongUse
from citylake.publish import standing

READERS = "bi, steward"
_TYPES = {
    "varchar": "text", "double": "double precision", "integer": "integer", "bigint": "bigint",
    "boolean": "boolean", "date": "date", "timestamp with time zone": "timestamp with time zone",
}  # fmt: skip


def postgres_type(duckdb_type: str) -> str:
    """The PostgreSQL type of a contract's DuckDB type. Raises: WrongUse for one that has none here."""
    if duckdb_type.startswith("decimal("):
        return duckdb_type.replace("decimal", "numeric")
    if duckdb_type not in _TYPES:
        raise WrongUse(f"a mart cannot have a column of type '{duckdb_type}'",
                       expected="one of decimal(p, s), " + ", ".join(_TYPES))  # fmt: skip
    return _TYPES[duckdb_type]


def ensure(connection, marts: Iterable[Mart]) -> None:
    """Make or extend the tables of the marts and the standing objects; safe to repeat.

    Raises: WrongUse where a contract changed in a way that is not an addition.
    """
    by_name = {mart.name: mart for mart in marts}
    wanted = {name: table_sql(mart) for name, mart in by_name.items()}
    forms = {name: _form(statements) for name, statements in wanted.items()}
    forms |= {name: _form(statements) for name, statements in standing.OBJECTS.items()}
    if _known(connection, forms) == forms:
        return
    connection.execute("select pg_advisory_xact_lock(hashtextextended('citylake marts forms', 0))")
    connection.execute(
        "create table if not exists marts._forms (object_name text primary key, form text not null)"
    )
    known = _known(connection, forms)
    for name, form in forms.items():
        if known.get(name) == form:
            continue
        if name in by_name:
            _make(connection, by_name[name], wanted[name])
        elif name not in standing.NEEDS or _exists(connection, standing.NEEDS[name]):
            for statement in standing.OBJECTS[name]:
                connection.execute(statement)
        else:
            continue
        connection.execute(
            "insert into marts._forms values (%s, %s)"
            " on conflict (object_name) do update set form = excluded.form",
            (name, form),
        )


def _form(statements: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()[:16]


def _known(connection, forms: dict[str, str]) -> dict[str, str]:
    if not _exists(connection, ["_forms"]):
        return {}
    rows = connection.execute(
        "select object_name, form from marts._forms"
        " where object_name = any(%s) and to_regclass('marts.' || quote_ident(object_name)) is not null",
        (list(forms),),
    ).fetchall()
    return {row["object_name"]: row["form"] for row in rows}


def _exists(connection, names: Iterable[str]) -> bool:
    names = list(names)
    row = connection.execute(
        "select count(to_regclass('marts.' || quote_ident(name))) as found"
        " from unnest(%s::text[]) as names (name)",
        (names,),
    ).fetchone()
    return row["found"] == len(names)


def table_sql(mart: Mart) -> list[str]:
    """The statements that make a mart's table as its contract says."""
    columns = [f'"{column.name}" {postgres_type(column.type)}' for column in mart.columns]
    key = ", ".join(f'"{name}"' for name in mart.key)
    made = [f"create table marts.{mart.name} ({', '.join(columns)}, publication_id text not null,"
            f" primary key ({key}))"]  # fmt: skip
    made += [_reference(mart, item) for item in mart.references]
    return made + _described(mart) + [f"grant select on marts.{mart.name} to {READERS}"]


def _reference(mart: Mart, item) -> str:
    return (
        f'alter table marts.{mart.name} add foreign key ("{item.column}")'
        f' references marts.{item.mart} ("{item.mart_column}") deferrable initially deferred'
    )


def _described(mart: Mart) -> list[str]:
    comments = [f"comment on table marts.{mart.name} is {_literal(mart.description)}"]
    comments += [
        f'comment on column marts.{mart.name}."{column.name}" is {_literal(column.description)}'
        for column in mart.columns
    ]
    text = _literal("The publication the row came with; see ledger.publications")
    return [*comments, f"comment on column marts.{mart.name}.publication_id is {text}"]


def _literal(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def _make(connection, mart: Mart, statements: list[str]) -> None:
    if not _exists(connection, [mart.name]):
        for statement in statements:
            connection.execute(statement)
        return
    present = _columns(connection, mart.name)
    changed = [
        f"{column.name}: {present[column.name]} would become {postgres_type(column.type)}"
        for column in mart.columns
        if column.name in present and _same(present[column.name]) != _same(postgres_type(column.type))
    ]
    key = _key(connection, mart.name)
    if key != set(mart.key):
        changed.append(f"the key {sorted(key)} would become {sorted(mart.key)}")
    if changed:
        raise WrongUse(
            "the contract changed in a way that published rows cannot follow", where=f"marts.{mart.name}",
            found="; ".join(changed), expected="added columns only",
            next_step="Publish it under a new name, or move the rows by a migration.",
        )  # fmt: skip
    for column in mart.columns:
        if column.name not in present:
            connection.execute(
                f'alter table marts.{mart.name} add column "{column.name}" {postgres_type(column.type)}'
            )
    referring = _referring(connection, mart.name)
    for item in mart.references:
        if (item.column, item.mart) not in referring:
            connection.execute(_reference(mart, item))
    for statement in _described(mart):
        connection.execute(statement)


def _same(kind: str) -> str:
    return kind.replace(" ", "")


def _columns(connection, name: str) -> dict[str, str]:
    rows = connection.execute(
        "select attname, format_type(atttypid, atttypmod) as kind from pg_attribute"
        " where attrelid = ('marts.' || quote_ident(%s))::regclass and attnum > 0 and not attisdropped",
        (name,),
    ).fetchall()
    return {row["attname"]: row["kind"] for row in rows}


def _key(connection, name: str) -> set[str]:
    rows = connection.execute(
        "select attname from pg_index inner join pg_attribute on attrelid = indrelid and attnum = any(indkey)"
        " where indrelid = ('marts.' || quote_ident(%s))::regclass and indisprimary",
        (name,),
    ).fetchall()
    return {row["attname"] for row in rows}


def _referring(connection, name: str) -> set[tuple[str, str]]:
    return {
        (row["column_name"], row["mart"]) for row in references(connection) if row["table_name"] == name
    }  # fmt: skip


def references(connection) -> list[dict]:
    """Every foreign key between marts: table_name, column_name, mart, mart_column."""
    return connection.execute(
        """
        select
            referring.relname as table_name, a.attname as column_name,
            referred.relname as mart, b.attname as mart_column
        from pg_constraint
        inner join pg_class as referring on referring.oid = pg_constraint.conrelid
        inner join pg_class as referred on referred.oid = pg_constraint.confrelid
        inner join pg_attribute as a on a.attrelid = referring.oid and a.attnum = pg_constraint.conkey[1]
        inner join pg_attribute as b on b.attrelid = referred.oid and b.attnum = pg_constraint.confkey[1]
        where pg_constraint.contype = 'f' and pg_constraint.connamespace = 'marts'::regnamespace
        order by 1, 2
        """
    ).fetchall()

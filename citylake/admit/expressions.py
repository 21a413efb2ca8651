"""A feed file as SQL: text columns in, typed columns and broken rules out.

Everything here is one row's business. What needs other rows (duplicates) is in `typing`.
"""

from __future__ import annotations

from citylake.column import Column
from citylake.feed import Feed


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float) -> str:
    """An SQL literal."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def _listed(values) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"


def cleaned(column: Column, feed: Feed) -> str:
    """The column's text without surrounding space, null where it is empty or a declared sentinel."""
    nulls = _listed(dict.fromkeys(["", *feed.format.nulls, *column.nulls]))
    parts = [f"case when trim({quoted(s)}) in {nulls} then null else trim({quoted(s)}) end" for s in column.sources]
    if len(parts) == 1:
        return parts[0]
    # `||` is null as soon as one part is: a date without its month is no date.
    return "(" + " || ' ' || ".join(f"({part})" for part in parts) + ")"


def given(column: Column, header: list[str]) -> str:
    """Whether the department sent any text for the column."""
    return "(" + " or ".join(f"trim({raw(header.index(source))}) <> ''" for source in column.sources) + ")"


def typed(column: Column, text: str, feed: Feed) -> str:
    """The value in the column's type and unit, null where the text does not cast."""
    match column.type:
        case "string":
            return text
        case "integer":
            # A bare cast would round 3.7 to 4 and take 1e3.
            return f"case when regexp_full_match({text}, '[+-]?[0-9]+([.]0+)?') then try_cast({text} as bigint) end"
        case "double":
            factor, offset = column.conversion()
            number = f"try_cast({text} as double)"
            value = number if (factor, offset) == (1.0, 0.0) else f"{number} * {factor!r} + {offset!r}"
            return f"case when isfinite({number}) then {value} end"
        case "boolean":
            return (
                f"case when lower({text}) in ('true', 't', 'yes', 'y', '1', '是') then true"
                f" when lower({text}) in ('false', 'f', 'no', 'n', '0', '否') then false end"
            )
        case "date":
            return (
                f"try_strptime({text}, {literal(column.format)})::date"
                if column.format
                else f"try_cast({text} as date)"
            )
        case "timestamp":
            return _timestamp(column, text, feed)
    raise AssertionError(column.type)


def _timestamp(column: Column, text: str, feed: Feed) -> str:
    zone = literal(feed.format.timezone)
    if column.format:
        return f"try_strptime({text}, {literal(column.format)}) at time zone {zone}"
    # A text with an offset says itself which instant it is; one without is local to the department.
    return (
        f"case when regexp_matches({text}, '[0-9](Z|[+-][0-9]{{2}}:?[0-9]{{2}})$')"
        f" then try_cast({text} as timestamptz) else try_cast({text} as timestamp) at time zone {zone} end"
    )


def broken_rules(column: Column) -> list[tuple[str, str]]:
    """(rule, condition that holds when it is broken) over the columns `<name>` and `_text_<name>`."""
    value, text = quoted(column.name), quoted(f"_text_{column.name}")
    rules = []
    if column.type != "string":
        rules.append(("cast", f"{text} is not null and {value} is null"))
    if column.required:
        rules.append(("required", f"{text} is null"))
    if column.range:
        low, high = column.range
        rules.append(("range", f"{value} < {low!r} or {value} > {high!r}"))
    if column.one_of:
        rules.append(("one_of", f"{value} not in {_listed(column.one_of)}"))
    if column.pattern:
        rules.append(("pattern", f"not regexp_full_match({text}, {literal(column.pattern)})"))
    return [(f"{column.name}.{kind}", f"coalesce({condition}, false)") for kind, condition in rules]


def business_date(feed: Feed) -> str:
    """The local date of the row's event time; null for reference feeds."""
    if feed.partition is None:
        return "null::date"
    column = feed.column(feed.partition.by)
    if column.type == "date":
        return quoted(column.name)
    return f"({quoted(column.name)} at time zone {literal(feed.format.timezone)})::date"


def business_date_of_text(feed: Feed) -> str:
    """The same, from the source columns."""
    if feed.partition is None:
        return "null::date"
    column = feed.column(feed.partition.by)
    value = typed(column, f"({cleaned(column, feed)})", feed)
    return f"({value})" if column.type == "date" else f"(({value}) at time zone {literal(feed.format.timezone)})::date"


def admitted_value(column: Column) -> str:
    """What an admitted row holds: the value, or what privacy makes of it."""
    name = quoted(column.name)
    if column.privacy is None or column.privacy.becomes == "keep":
        return name
    if column.privacy.domain:
        return f"pseudonym_{column.privacy.domain}({quoted(f'_text_{column.name}')})"
    if column.privacy.becomes == "generalise(age_band)":
        age = f"(year(_landed_at) - {name})"
        return (
            f"case when {age} < 18 then '<18' when {age} < 60 then '18-59' when {age} < 70 then '60-69'"
            f" when {age} < 80 then '70-79' else '80+' end"
        )
    raise AssertionError(column.privacy.becomes)


def raw(position: int) -> str:
    """The name under which the text of the nth source column is kept until the rows are split."""
    return f"_raw_{position}"


def record(feed: Feed, header: list[str]) -> str:
    """The row as it came, as JSON, with the values of personal columns sealed."""
    personal = {source for column in feed.columns if column.is_personal for source in column.sources}
    parts = [
        f"{literal(name)}, " + (f"seal({raw(n)})" if name in personal else raw(n)) for n, name in enumerate(header)
    ]
    return f"json_object({', '.join(parts)})::varchar"


def extra(feed: Feed, header: list[str]) -> str:
    """The undeclared columns of a row as JSON, null where the delivery has none."""
    known = set(feed.source_columns) | set(feed.ignores)
    unknown = [(n, name) for n, name in enumerate(header) if name not in known]
    if not unknown:
        return "null::varchar"
    return f"json_object({', '.join(f'{literal(name)}, {raw(n)}' for n, name in unknown)})::varchar"

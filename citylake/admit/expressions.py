"""A feed file as SQL: text columns in, typed columns and broken rules out.

Everything here is one row's business. What needs other rows (duplicates) is in `typing`.
"""

from __future__ import annotations

import re

from citylake.admit import times
from citylake.admit.names import literal, quoted, text_name
from citylake.admit.reading import raw, trimmed
from citylake.column import Column
from citylake.feed import Feed
from citylake.privacy import looks

_WITH_UNIT = r"^([-+]?[0-9.,' ]*[0-9])\s*([^0-9.,'\s].*)$"


def _listed(values) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"


def cleaned(column: Column, feed: Feed, header: list[str]) -> str:
    """The column's text without surrounding space, null where it is empty or a declared sentinel, and in every row where
    it is optional and a column it reads is absent."""
    if _is_absent(column, header):
        return "null::varchar"
    nulls = _listed(dict.fromkeys(["", *feed.format.nulls, *column.nulls]))
    places = [trimmed(header.index(source)) for source in column.sources]
    parts = [f"case when {place} in {nulls} then null else {place} end" for place in places]
    if len(parts) == 1:
        return parts[0]
    # `||` is null as soon as one part is: a date without its month is no date.
    return "(" + " || ' ' || ".join(f"({part})" for part in parts) + ")"


def is_sentinel(column: Column, feed: Feed, header: list[str]) -> str:
    """Whether the department sent a text for the column that says that nothing is known."""
    if _is_absent(column, header) or not any(text.strip() for text in [*feed.format.nulls, *column.nulls]):
        return "false"
    given = " or ".join(f"{trimmed(header.index(source))} <> ''" for source in column.sources)
    return f"{text_name(column)} is null and ({given})"


def _is_absent(column: Column, header: list[str]) -> bool:
    """Whether a delivery lacks what an optional column reads; of several source columns, any."""
    return column.optional and not set(column.sources) <= set(header)


def staged(feed: Feed, header: list[str], source: str) -> str:
    """Common table expressions over raw texts; of `timed`, the last, `typed` and `times.business_date` speak.

    A stage of its own for what several expressions need: DuckDB computes anew what stands twice within a `case`.
    """
    texts = [f"{cleaned(column, feed, header)} as {text_name(column)}" for column in feed.columns]
    return (
        f"texts as (select *, {', '.join(texts)} from {source}),"
        f" casts as (select {', '.join(['*', *times.casts(feed)])} from texts),"
        f" timed as (select {', '.join(['*', *times.guarded(feed)])} from casts)"
    )


def typed(column: Column, feed: Feed) -> str:
    """The value in the column's type and unit over the columns of `staged`, null where the text does not cast."""
    text = text_name(column)
    match column.type:
        case "string":
            return text
        case "integer":
            plain = _plain_number(text, feed)
            # A bare cast would round 3.7 to 4 and take 1e3.
            return f"case when regexp_full_match({plain}, '[+-]?[0-9]+([.]0+)?') then try_cast({plain} as bigint) end"
        case "double":
            return (
                _in_units(column, text, feed)
                if column.unit_in_text
                else _double(text, feed, *column.conversion())
            )
        case "boolean":
            return (
                f"case when lower({text}) in ('true', 't', 'yes', 'y', '1', '是') then true"
                f" when lower({text}) in ('false', 'f', 'no', 'n', '0', '否') then false end"
            )
        case "date" | "timestamp":
            return times.value(column, feed)
    raise AssertionError(column.type)


def _plain_number(text: str, feed: Feed) -> str:
    """A number's text with a point and no thousands; null where a point or comma stands for neither."""
    form = feed.format
    if (form.decimal, form.thousands) == (".", None):
        return text
    if form.thousands == " ":  # offices write the space that does not break a line
        text = f"translate({text}, '\u00a0\u202f', '  ')"
    # Groups of three, or 1.5 would be 15 where the point is for thousands.
    group = f"({re.escape(form.thousands)}[0-9]{{3}})+" if form.thousands else "(?!)"
    shape = f"[+-]?([0-9]+|[0-9]{{1,3}}{group})({re.escape(form.decimal)}[0-9]*)?([eE][+-]?[0-9]+)?"
    if not form.thousands:
        shape = shape.replace("|[0-9]{1,3}(?!)", "")
    bare = f"replace({text}, {literal(form.thousands)}, '')" if form.thousands else text
    pointed = f"replace({bare}, {literal(form.decimal)}, '.')"
    return f"case when regexp_full_match({text}, {literal(shape)}) then {pointed} end"


def _double(text: str, feed: Feed, factor: float, offset: float) -> str:
    plain = _plain_number(text, feed)
    number = f"try_cast({plain} as double)"
    value = number if (factor, offset) == (1.0, 0.0) else f"{number} * {factor!r} + {offset!r}"
    # DuckDB takes 1_000 for a thousand.
    return f"case when isfinite({number}) and not contains({text}, '_') then {value} end"


def _in_units(column: Column, text: str, feed: Feed) -> str:
    """A number with its unit behind it, in the column's unit; null where the unit is not one of its kind."""
    number, unit = (f"regexp_extract({text}, {literal(_WITH_UNIT)}, {group})" for group in (1, 2))
    known = [
        f"when {unit} = {literal(spelled)} then {_double(number, feed, *conversion)}"
        for spelled, conversion in column.spelled_units().items()
    ]
    if column.from_unit:
        known.append(f"when {unit} = '' then {_double(text, feed, *column.conversion())}")
    return f"case {' '.join(known)} end"


def broken_rules(column: Column) -> list[tuple[str, str]]:
    """(rule, condition that holds when it is broken) over the columns `<name>` and `_text_<name>`."""
    value, text = quoted(column.name), text_name(column)
    rules = []
    if column.type == "string":
        rules.append(("nul", f"contains({text}, chr(0))"))  # no database can show or keep it
    else:
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


def admitted_values(column: Column) -> dict[str, str]:
    """Name -> SQL of what an admitted row holds of a column (`Column.admitted`): the value, or what privacy makes of it."""
    if column.privacy is None or column.privacy.becomes == "keep":
        values = [quoted(column.name)]
    elif column.privacy.is_match_key:
        kinds = ("match_key", "match_wildcards")
        values = [f"{kind}_{column.privacy.domain}({text_name(column)})" for kind in kinds]
    elif column.privacy.domain:
        values = [f"pseudonym_{column.privacy.domain}({text_name(column)})"]
    elif column.privacy.becomes == "generalise(age_band)":
        values = [_age_band(quoted(column.name))]
    else:
        values = []
    return dict(zip(column.admitted, values, strict=True))


def _age_band(born: str) -> str:
    age = f"(year(_landed_at) - {born})"
    return (
        f"case when {age} < 18 then '<18' when {age} < 60 then '18-59' when {age} < 70 then '60-69'"
        f" when {age} < 80 then '70-79' when {age} >= 80 then '80+' end"
    )


def record(feed: Feed, header: list[str]) -> str:
    """The row as it came, as JSON, with what tells of a person sealed."""
    return _json(feed, list(enumerate(header)))


def extra(feed: Feed, header: list[str]) -> str:
    """The undeclared columns of a row as JSON, null where the delivery has none."""
    known = set(feed.source_columns) | set(feed.ignores)
    unknown = [(n, name) for n, name in enumerate(header) if name not in known]
    return _json(feed, unknown) if unknown else "null::varchar"


def _json(feed: Feed, columns: list[tuple[int, str]]) -> str:
    personal = {source for column in feed.columns if column.is_personal for source in column.sources}
    known = set(feed.source_columns) | set(feed.ignores)
    is_sealed = feed.drift.added == "seal"
    parts = []
    for n, name in columns:
        if name in personal or (name not in known and (is_sealed or looks.is_personal_name(name))):
            shown = f"seal({raw(n)})"
        elif name not in known:
            shown = sealed_where_personal(raw(n))
        else:
            shown = raw(n)
        parts.append(f"{literal(name)}, {shown}")
    return f"json_object({', '.join(parts)})::varchar"


def sealed_where_personal(text: str) -> str:
    """A text nobody declared: sealed where it looks like it tells of a person."""
    return f"case when regexp_matches({text}, {literal(looks.VALUES)}) then seal({text}) else {text} end"

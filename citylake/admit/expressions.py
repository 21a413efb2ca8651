"""A feed file as SQL: text columns in, typed columns and broken rules out.

Everything here is one row's business. What needs other rows (duplicates) is in `typing`.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from citylake.admit.reading import raw
from citylake.column import Column
from citylake.feed import Feed
from citylake.privacy import looks

_DATE = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T]0?0:00(:00([.]0+)?)?)?"
_LOCAL = "[-0-9/ T:.]+"
_WITH_UNIT = r"^([-+]?[0-9.,' ]*[0-9])\s*([^0-9\s].*)$"
_OFFSET = ":[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"


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


def cleaned(column: Column, feed: Feed, header: list[str]) -> str:
    """The column's text without surrounding space, null where it is empty or a declared sentinel."""
    nulls = _listed(dict.fromkeys(["", *feed.format.nulls, *column.nulls]))
    places = [raw(header.index(source)) for source in column.sources]
    parts = [f"case when trim({place}) in {nulls} then null else trim({place}) end" for place in places]
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
        case "date":
            return _date(column, text)
        case "timestamp":
            return _timestamp(column, text, feed)
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


def _date(column: Column, text: str) -> str:
    if column.format:
        return _within_years(f"try_strptime({text}, {literal(column.format)})::date")
    # A bare cast would take 2020-01-05x, and drop an hour.
    return f"case when regexp_full_match({text}, '{_DATE}') then {_within_years(f'try_cast({text} as date)')} end"


def _within_years(value: str) -> str:
    """Years 2 to 9999: what lies beyond, 'infinity' too, is no date to Python or to Iceberg, in some time zone."""
    return f"case when year({value}) between 2 and 9999 then {value} end"


def _timestamp(column: Column, text: str, feed: Feed) -> str:
    zone = literal(feed.format.timezone)
    if column.is_epoch:
        return _within_years(_epoch(column, text))
    if _format_has_offset(column):
        return _within_years(f"try_strptime({text}, {literal(column.format or '')})")
    local = f"{_local(column, text)} at time zone {zone}"
    if skipped := _days_with_a_skipped_hour(feed.format.timezone):
        # Where the clock was put forward, an hour never was; where it was put back, the second one is meant.
        never = f"{local} at time zone {zone} <> {_local(column, text)}"
        local = (
            f"case when {_local(column, text)}::date in ({skipped}) and {never} then null else {local} end"
        )
    if column.format:
        return local
    # A text with an offset says itself which instant it is; one without is local to the department.
    # DuckDB reads an offset only behind seconds.
    whole = f"regexp_replace({text}, '([ T][0-9]{{1,2}}:[0-9]{{2}})(Z|[+-])', '\\1:00\\2')"
    instant = _within_years(f"try_cast({whole} as timestamptz)")
    return f"case when {_has_offset(text)} then {instant} else {local} end"


def _epoch(column: Column, text: str) -> str:
    """Seconds or milliseconds since 1970 as an instant."""
    per_unit = 1_000_000 if column.format == "epoch_s" else 1_000
    micros = f"round(try_cast({text} as decimal(20, 3)) * {per_unit})::bigint"
    return f"case when regexp_full_match({text}, '-?[0-9]{{1,14}}([.][0-9]+)?') then make_timestamptz({micros}) end"


@functools.cache
def _days_with_a_skipped_hour(timezone: str) -> str:
    """SQL list of the days of 1900 to 2100 on which the clock of a zone is put forward, empty for none."""
    zone, day = ZoneInfo(timezone), datetime(1900, 1, 1)  # noqa: DTZ001 (local)
    found, before = [], zone.utcoffset(day)
    while day.year <= 2100:
        after = zone.utcoffset(day + timedelta(days=1))
        if before is not None and after is not None and after > before:
            found.append(f"date '{day:%Y-%m-%d}'")
        day, before = day + timedelta(days=1), after
    return ", ".join(found)


def _local(column: Column, text: str) -> str:
    """The local time in a text without an offset."""
    if column.format:
        return _within_years(f"try_strptime({text}, {literal(column.format)})")
    value = _within_years(f"try_cast({text} as timestamp)")
    return f"case when regexp_full_match({text}, '{_LOCAL}') then {value} end"  # no words such as 'epoch'


def _format_has_offset(column: Column) -> bool:
    return column.is_epoch or "%z" in (column.format or "").lower()


def _has_offset(text: str) -> str:
    return f"regexp_matches({text}, '{_OFFSET}')"


def broken_rules(column: Column) -> list[tuple[str, str]]:
    """(rule, condition that holds when it is broken) over the columns `<name>` and `_text_<name>`."""
    value, text = quoted(column.name), quoted(f"_text_{column.name}")
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


def business_date(feed: Feed, text: str | None = None) -> str:
    """The local date of the row's event time, from its text; null for reference feeds.

    Reading the local text again is cheaper than turning the instant back to local time.
    """
    if feed.partition is None:
        return "null::date"
    column = feed.column(feed.partition.by)
    text = text or quoted(f"_text_{column.name}")
    if column.type == "date":
        return typed(column, text, feed)
    local = f"{_local(column, text)}::date"
    elsewhere = f"({_timestamp(column, text, feed)} at time zone {literal(feed.format.timezone)})::date"
    if column.format:
        return elsewhere if _format_has_offset(column) else local
    return f"case when {_has_offset(text)} then {elsewhere} else {local} end"


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
            f" when {age} < 80 then '70-79' when {age} >= 80 then '80+' end"
        )
    raise AssertionError(column.privacy.becomes)


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
    parts = []
    for n, name in columns:
        if name in personal or (name not in known and looks.is_personal_name(name)):
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

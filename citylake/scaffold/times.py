"""Dates and times: ISO 8601, the usual other shapes, whether day or month stands first, seconds since 1970."""

from __future__ import annotations

import re
from datetime import datetime

from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import MOST, Guessed

TIME_WORDS = re.compile(
    r"time|date|时间|日期|stamp|zeit|datum|fecha|updated|created|_at$|^ts$|^at$|月份", re.IGNORECASE
)
_ISO_DATE = re.compile(r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]0?0:00(:00([.]0+)?)?)?$")
_ISO_TIME = re.compile(
    r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$"
)
OFFSET = re.compile(r":\d{2}([.]\d+)?(Z|[+-]\d{2}(:?\d{2})?)$")
CLOCK = re.compile(r"^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
_CLOCKS = (("", ""), (r" \d{1,2}:\d{2}", " %H:%M"), (r" \d{1,2}:\d{2}:\d{2}", " %H:%M:%S"),
           (r" \d{1,2}:\d{2} [AP]M", " %I:%M %p"), (r" \d{1,2}:\d{2}:\d{2} [AP]M", " %I:%M:%S %p"))  # fmt: skip
# Shape of a date -> how strptime reads it; each also with a clock behind it.
_DAYS = (
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"), (r"\d{1,2}[.]\d{1,2}[.]\d{4}", "%d.%m.%Y"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"), (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"), (r"\d{4}[.]\d{1,2}[.]\d{1,2}", "%Y.%m.%d"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"), (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", "%d %b %Y"), (r"[A-Za-z]{3} \d{1,2} \d{4}", "%b %d %Y"),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", "%b %d, %Y"), (r"[A-Za-z]+ \d{1,2}, \d{4}", "%B %d, %Y"),
    (r"\d{1,2} [A-Za-z]+ \d{4}", "%d %B %Y"), (r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"), (r"\d{8}", "%Y%m%d"),
    (r"\d{1,2}[.]\d{1,2}[.]\d{2}", "%d.%m.%y"),
)  # fmt: skip
_WHOLE = (
    (r"\d{14}", "%Y%m%d%H%M%S"), (r"\d{12}", "%Y%m%d%H%M"), (r"\d{10}", "%Y%m%d%H"),
    (r"\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}时", "%Y年%m月%d日%H时"), (r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}", "%Y-%m-%d %H"),
)  # fmt: skip
_SHAPES = (*_WHOLE, *((day + clock, form + hours) for day, form in _DAYS for clock, hours in _CLOCKS))
# A time with its zone's name behind it. %Z reads UTC, and names as Europe/Berlin; CET as the zone with its summer time;
# others not at all (CEST), or as another's (BST is Bangladesh's).
ZONED = re.compile(
    r"(?P<time>\d.*:\d\d(?:[.]\d+)?(?: [AP]M)?) (?P<zone>[A-Z]{3,5}|[A-Z][A-Za-z]+/[A-Za-z_/]+)"
)
_SURE_ZONES = {"UTC", "GMT"}
_SEASONAL_ZONES = {"CET", "EET", "WET", "MET"}
_ISO_SHAPES = tuple(
    (rf"\d{{4}}{mark}\d{{1,2}}{mark}\d{{1,2}}{between}\d{{1,2}}:\d{{2}}{shape}", f"%Y{mark}%m{mark}%d{between}%H:%M{form}")
    for mark in "-/" for between in " T" for shape, form in (("", ""), (r":\d{2}", ":%S"), (r":\d{2}[.]\d+", ":%S.%f"))
)  # fmt: skip
_EPOCH = {10: (946_684_800, 2_208_988_800, "epoch_s"), 13: (946_684_800_000, 2_208_988_800_000, "epoch_ms")}


def as_iso_time(column: Guessed, values: list[str], _found: Findings) -> bool:
    """Dates and times that casts read without being told."""
    dates = sum(1 for text in values if _ISO_DATE.match(text))
    times = sum(1 for text in values if _ISO_TIME.match(text) or _ISO_DATE.match(text))
    is_date = dates >= MOST * len(values)
    if not is_date and (times == dates or times < MOST * len(values)):
        return False
    others = [t for t in values if not (_ISO_DATE.match(t) or (not is_date and _ISO_TIME.match(t)))]
    column.keys["type"] = "date" if is_date else "timestamp"
    told = f", not {some(others)}: those rows would be quarantined" if others else ""
    what = "dates" if is_date else "times"
    column.evidence.append(f"{share(len(values) - len(others), len(values))} are {what}{told}")
    if any(
        OFFSET.search(text)
        for text in values
        if _ISO_TIME.match(text) and re.search(r"(Z|[+-]\d\d(:?\d\d)?)$", text)
    ):
        column.evidence.append("with their offset from UTC")
    return True


def as_written_time(column: Guessed, values: list[str], found: Findings) -> bool:
    """Whether the values are dates or times of a usual shape; then type and format are noted."""
    first = values[:100]
    for shape, form in _SHAPES:
        if sum(1 for text in first if re.fullmatch(shape, text)) < len(first) / 2:
            continue
        matching = [text for text in values if re.fullmatch(shape, text)]
        if len(matching) < MOST * len(values):
            continue
        if re.fullmatch(r"\\d\{\d+\}", shape) and not all(
            _reads(t, form) and t[:2] in ("19", "20") for t in matching
        ):
            continue
        if re.match(r"%d[/.-]%m", form):
            form = _day_and_month(column, matching, form, found)
        if not form or sum(_reads(text, form) for text in matching) < MOST * len(values):
            continue
        column.keys |= {"type": "timestamp" if "%H" in form or "%I" in form else "date", "format": form}
        column.evidence.append(f"{share(len(matching), len(values))} look like {some(matching, 1)}")
        return True
    return False


def as_zoned_time(column: Guessed, values: list[str], found: Findings) -> bool:
    """Times with the name of a zone behind them, as `2026-03-01 02:45:00 UTC`: read by %Z where it knows the name."""
    matches = [match for text in values if (match := ZONED.fullmatch(text))]
    times = [match["time"] for match in matches]
    if len(matches) < MOST * len(values):
        return False
    bare = Guessed(column.source, times)
    iso = next(
        (form for shape, form in _ISO_SHAPES if all(re.fullmatch(shape, text) for text in times)), None
    )
    if not iso and not as_written_time(bare, times, found):
        return False
    form = iso or bare.keys["format"]
    zones = sorted({match["zone"] for match in matches})
    unread = [zone for zone in zones if zone not in _SURE_ZONES | _SEASONAL_ZONES and "/" not in zone]
    if unread:
        column.keys["type"] = "string"
        column.evidence.append(f"times with the name of a zone, as {some(values, 1)}")
        found.ask(
            f"Column '{column.source}' holds times in {some(unread)}, a name that %Z does not know or takes for another"
            " zone. It is text. Can the department send offsets, as +02:00, or UTC?"
        )
        return True
    column.keys |= {"type": "timestamp", "format": f"{form} %Z"}
    column.evidence += [
        f"{share(len(matches), len(values))} are times in {some(zones)}, which %Z reads",
        *bare.evidence[1:],
    ]
    if seasonal := sorted(_SEASONAL_ZONES & set(zones)):
        found.ask(
            f"Column '{column.source}' holds times in {some(seasonal)}, which is read as local time there, an hour ahead in"
            " summer. Is winter time meant all year? Then ask the department for an offset."
        )
    return True


def _day_and_month(column: Guessed, texts: list[str], form: str, found: Findings) -> str:
    """Whether the day or the month stands first: only a number above 12 tells."""
    mark = form[2]
    first, second = (max(int(text.split(mark)[n]) for text in texts) for n in (0, 1))
    swapped = form.replace(f"%d{mark}%m", f"%m{mark}%d")
    if first > 12 >= second:
        column.evidence.append(f"the first number goes to {first}: the day")
        return form
    if second > 12 >= first:
        column.evidence.append(f"the second number goes to {second}: the day")
        return swapped
    if first <= 12 and second <= 12:
        found.ask(
            f"In column '{column.source}', as {some(texts, 1)}, is the first number the day or the month?"
            f" No value in the sample tells; the day is taken. Otherwise write '{swapped}'."
        )
        return form
    return ""


def epoch(column: Guessed, values: list[str], found: Findings) -> bool:
    """Seconds or milliseconds since 1970, of the years 2000 to 2039; told apart from codes by the name, or asked."""
    lengths = {len(text) for text in values}
    if len(lengths) != 1 or not lengths <= set(_EPOCH) or not all(text.isdigit() for text in values):
        return False
    first, last, form = _EPOCH[lengths.pop()]
    if (
        not all(first <= int(text) <= last for text in values)
        or not TIME_WORDS.search(str(column.source))
        and form == "epoch_s"
    ):
        return False
    column.keys |= {"type": "timestamp", "format": form}
    column.evidence.append(
        f"all lie in 2000 to 2039 as {'milli' if form == 'epoch_ms' else ''}seconds since 1970"
    )
    if not TIME_WORDS.search(str(column.source)):
        found.ask(
            f"Is column '{column.source}', as {some(values, 1)}, a time in milliseconds since 1970? It is taken"
            " for one; otherwise write `type: string` without `format`."
        )
    return True


def ask_of_clock(column: Guessed, values: list[str], found: Findings) -> None:
    """A column called a time that no known shape reads."""
    if all(CLOCK.match(text) for text in values):
        column.evidence.append("times of day without a date")
        return
    found.ask(
        f"Column '{column.source}', as {some(values, 2)}, is called a time, and no known way of writing one reads it."
        " It is text. Say `type: date` or `timestamp` with `format`, such as '%Y %b', if it is one."
    )


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 (only whether it reads)
    except ValueError:
        return False
    return True

"""Who stayed in a lot from when till when, from cars seen driving in and out; plates are numbers of six bits a character."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from simulator.times import DAY_DS

WITHIN_DS = 2 * DAY_DS
_SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ浙"
_BITS, _LONGEST = 6, 10  # ten characters of six bits; 0 is none, and `_OPEN` stands for any
_OPEN = 2**_BITS - 1
_CODES = np.full(2**16, _OPEN, dtype=np.uint8)
_CODES[[ord(each) for each in _SYMBOLS]] = np.arange(1, len(_SYMBOLS) + 1)
_CODES[0] = 0


def plate_numbers(plates: pd.Series) -> np.ndarray:
    """Plates as numbers, 0 for an unread one; the first character in the lowest bits.

    Raises: ValueError where a character is none of a plate's, or a plate has more than ten.
    """
    texts = np.array(plates.to_list() or [""], dtype="U")
    points = texts.view(np.uint32).reshape(len(texts), -1)
    codes = _CODES[np.minimum(points, 2**16 - 1)]
    if (codes == _OPEN).any() or codes.shape[1] > _LONGEST:
        raise ValueError("not a number plate")
    found = np.zeros(len(texts), dtype=np.int64)
    for place in range(codes.shape[1]):
        found |= codes[:, place].astype(np.int64) << (_BITS * place)
    return found[: len(plates)]


def stays(events: pd.DataFrame) -> pd.DataFrame:
    """Who stayed where from when till when, from what was seen: lot, entered_ds, left_ds.

    `events` has lot, plate (as text or number), crossed_ds, is_entry; of one instant in the order of their numbers.
    """
    plate = events["plate"].to_numpy()
    plate = plate if plate.dtype.kind == "i" else plate_numbers(events["plate"])
    read = np.flatnonzero(plate != 0)
    lot = pd.factorize(events["lot"].to_numpy()[read])[0].astype(np.int64)
    seen = _ByCar(
        lot, plate[read], events["crossed_ds"].to_numpy()[read], events["is_entry"].to_numpy(bool)[read]
    )
    goes = np.zeros(len(read), dtype=bool)
    goes[:-1] = (seen.car[1:] == seen.car[:-1]) & seen.is_entry[:-1] & ~seen.is_entry[1:]
    goes[:-1] &= seen.at[1:] - seen.at[:-1] <= WITHIN_DS
    came = np.flatnonzero(goes)
    arrived = np.zeros(len(goes), dtype=bool)
    arrived[came + 1] = True
    left_over = np.flatnonzero(~goes & ~arrived)
    first, last = _misread(seen, left_over)
    first, last = np.concatenate([came, first]), np.concatenate([came + 1, last])
    return pd.DataFrame({
        "lot": events["lot"].to_numpy()[read[seen.row[first]]], "entered_ds": seen.at[first], "left_ds": seen.at[last],
    })  # fmt: skip


def touching(stayed: pd.DataFrame, day: date) -> pd.DataFrame:
    """The stays that touch a day."""
    begin = day.toordinal() * DAY_DS
    return stayed[(stayed["left_ds"] > begin) & (stayed["entered_ds"] < begin + DAY_DS)]


class _ByCar:
    """What was seen, by lot and car and then by time. `row` is its place in what was given."""

    def __init__(self, lot: np.ndarray, plate: np.ndarray, at: np.ndarray, is_entry: np.ndarray):
        number = pd.factorize(plate)[0].astype(np.int64)
        car = lot * (number.max(initial=0) + 1) + number
        within = (at - at.min(initial=at[0] if len(at) else 0)) * 2 + is_entry
        span = int(within.max(initial=0)) + 1
        if int(car.max(initial=0) + 1) * span < 2**62:  # one key is sorted faster than two
            self.row = np.argsort(car * span + within, kind="stable")
        else:
            self.row = np.lexsort((within, car))
        self.lot, self.plate, self.car = lot[self.row], plate[self.row], car[self.row]
        self.at, self.is_entry = at[self.row], is_entry[self.row]


def _misread(seen: _ByCar, left_over: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ways in and out among what is left over that can only belong together: their places in `seen`."""
    ways_in, ways_out = left_over[seen.is_entry[left_over]], left_over[~seen.is_entry[left_over]]
    one, other = _opened(seen, ways_in), _opened(seen, ways_out)
    both = one.merge(other, on=["lot", "wild"], suffixes=("", "_out"))
    first, last = both["event"].to_numpy(), both["event_out"].to_numpy()
    apart = seen.at[last] - seen.at[first]
    possible = (seen.plate[first] != seen.plate[last]) & (apart > 0) & (apart <= WITHIN_DS)
    first, last = first[possible], last[possible]
    once = _is_single(first) & _is_single(last)
    return first[once], last[once]


def _opened(seen: _ByCar, events: np.ndarray) -> pd.DataFrame:
    """Every event once for each place of its plate, with that place open."""
    masks = _OPEN << (_BITS * np.arange(_LONGEST, dtype=np.int64))
    plates = seen.plate[events][:, None]
    event, place = np.nonzero(plates & masks)
    return pd.DataFrame({
        "lot": seen.lot[events][event], "wild": plates[event, 0] | masks[place], "event": events[event],
    })  # fmt: skip


def _is_single(values: np.ndarray) -> np.ndarray:
    """Of each value whether it comes once."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return count[place] == 1

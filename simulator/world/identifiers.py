"""Identity numbers with their check characters, made from whole arrays.

Texts are built as arrays of rows × characters. Of an area code the third and fourth digits would name a prefecture;
here the third is 8, which no prefecture bears, so no number can be a real person's or enterprise's.
"""

from __future__ import annotations

import numpy as np

_RESIDENT_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)])  # ISO 7064 MOD 11-2
_RESIDENT_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_LETTERS = np.frombuffer(CREDIT_LETTERS.encode(), dtype=np.uint8)
_CREDIT_WEIGHTS = np.array([3**place % 31 for place in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ORGANISATION_CHECK = np.frombuffer(b"0X987654321", dtype=np.uint8)
_ZERO = ord("0")
CODES = len(_LETTERS) ** 6  # organisation codes that begin with MA


def digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Whole numbers as rows × `width` characters, with leading zeros."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (np.asarray(numbers, dtype=np.int64)[:, None] // powers % 10 + _ZERO).astype(np.uint8)


def texts(*parts: np.ndarray) -> np.ndarray:
    """Rows of characters as one text each."""
    whole = np.ascontiguousarray(np.concatenate(parts, axis=1))
    return whole.view(f"S{whole.shape[1]}").ravel().astype(f"U{whole.shape[1]}")


def characters(text: str, rows: int) -> np.ndarray:
    """The same characters in every row."""
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), dtype=np.uint8), (rows, len(text)))


def area(province: np.ndarray, street: int) -> np.ndarray:
    """Six characters: the province (two digits), 8, and the number of a street of this city."""
    return digits(province.astype(np.int64) * 10_000 + 8_000 + street, 6)


def resident_ids(areas: np.ndarray, born: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Resident identity numbers (GB 11643): area, day of birth, order (odd for men), check character.

    `areas` are rows × 6 characters, `born` whole numbers such as 19491231, `order` 0 to 999.
    """
    front = np.concatenate([areas, digits(born, 8), digits(order, 3)], axis=1)
    return texts(front, resident_check(front))


def resident_check(front: np.ndarray) -> np.ndarray:
    """The check character of 17 digits: rows × 17 characters to rows × 1 (GB 11643, ISO 7064 MOD 11-2)."""
    remainder = (front.astype(np.int64) - _ZERO) @ _RESIDENT_WEIGHTS % 11
    return _RESIDENT_CHECK[remainder][:, None]


def credit_codes(areas: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Unified social credit codes (GB 32100) of enterprises: 91, area, organisation code, check character.

    `codes` are whole numbers below `CODES`: the six characters after MA of the organisation code (GB 11714).
    """
    powers = len(_LETTERS) ** np.arange(5, -1, -1, dtype=np.int64)
    six = _LETTERS[codes.astype(np.int64)[:, None] // powers % len(_LETTERS)]
    organisation = np.concatenate([characters("MA", len(codes)), six], axis=1)
    front = [characters("91", len(codes)), areas, organisation, organisation_check(organisation)]
    return texts(*front, credit_check(np.concatenate(front, axis=1)))


def organisation_check(front: np.ndarray) -> np.ndarray:
    """The check character of an organisation code: rows × 8 characters to rows × 1 (GB 11714)."""
    values = front.astype(np.int64)
    values = np.where(values > ord("9"), values - ord("A") + 10, values - _ZERO)
    return _ORGANISATION_CHECK[values @ _ORGANISATION_WEIGHTS % 11][:, None]


def credit_check(front: np.ndarray) -> np.ndarray:
    """The check character of a credit code: rows × 17 characters to rows × 1 (GB 32100)."""
    place = np.zeros(128, dtype=np.int64)
    place[_LETTERS] = np.arange(len(_LETTERS))
    return _LETTERS[-(place[front] @ _CREDIT_WEIGHTS) % len(_LETTERS)][:, None]


def luhn_check(front: np.ndarray) -> np.ndarray:
    """The check digit of a card number: rows × n digits to rows × 1 (ISO/IEC 7812-1)."""
    values = front.astype(np.int64) - _ZERO
    doubled = values[:, ::-1][:, ::2] * 2
    total = (doubled // 10 + doubled % 10).sum(axis=1) + values[:, ::-1][:, 1::2].sum(axis=1)
    return (-total % 10 + _ZERO).astype(np.uint8)[:, None]

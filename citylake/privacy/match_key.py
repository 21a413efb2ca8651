"""Match keys: keyed hashes of a value and of its one-character wildcards, so that misread values can be joined.

Two values of one length that differ in one character share exactly one wildcard; nothing leads back to either.
A hash is AES of a secret universal hash (docs/decisions/0016): of whole vectors at once, a value has nine of them.
"""

from __future__ import annotations

import hashlib
from binascii import hexlify
from typing import TYPE_CHECKING

from citylake.privacy.keys import key

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SHORTEST, LONGEST = (
    5,
    64,
)  # characters of a value that has wildcards: a shorter one is alike to too many others
_WILD = 0x1FFFFF  # no character has this number
# White space, hyphens of any width, and the dots that stand in plates; what stands for an unread character (*, ?, ●) stays.
_HYPHENS, _DOTS = r"\x{2010}-\x{2015}\x{2212}-", r".\x{B7}\x{2022}\x{30FB}\x{2027}\x{2219}\x{22C5}\x{3002}"
_BETWEEN = rf"[\s\x{{200B}}-\x{{200D}}\x{{2060}}\x{{FEFF}}{_DOTS}{_HYPHENS}]+"
_MOST_KNOWN = 100_000  # characters at places of which the secret is remembered


def normalised(values: pa.Array) -> pa.Array:
    """Texts in the form in which differently typed ones are one: half-width, upper case, without spaces, dots, hyphens."""
    import pyarrow.compute as pc

    plain = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), _BETWEEN, "")
    return pc.utf8_upper(plain)


def match_key(value: str, domain: str) -> tuple[str | None, str | None]:
    """(32 hexadecimal digits that stand for a value; 16 for each of its wildcards, sorted, separated by spaces).

    The second is null where the value has fewer than `SHORTEST` characters or more than `LONGEST`, both where nothing but
    spaces and dots is left: an empty plate is nobody's. Other domains, and pseudonyms, never give equal ones.
    """
    import pyarrow as pa

    hashes, given = _Hashes(domain), pa.array([value])
    return hashes.exact(given).to_pylist()[0], hashes.wildcards(given).to_pylist()[0]


def register(connection, domain: str) -> None:
    """Make `match_key_<domain>(text)` and `match_wildcards_<domain>(text)` known to a DuckDB connection.

    The key stays in this process: SQL text, plans and logs see only the names.
    """
    from citylake.privacy.pseudonym import register_vector

    hashes = _Hashes(domain)
    register_vector(connection, f"match_key_{domain}", hashes.exact)
    register_vector(connection, f"match_wildcards_{domain}", hashes.wildcards)


class _Hashes:
    """The match keys of a domain, of whole vectors."""

    def __init__(self, domain: str):
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        secret = key(f"match_key.{domain}")
        self._state = hashlib.blake2b(key=secret, digest_size=16, person=b"place")
        cipher_key = hashlib.blake2b(key=secret, digest_size=32, person=b"cipher").digest()
        # One block for each different input: what ECB must not be used for, equal blocks being seen, is its purpose here.
        self._cipher = Cipher(algorithms.AES(cipher_key), modes.ECB())  # noqa: S305
        self._known: dict[int, bytes] = {}

    def exact(self, values: pa.Array) -> pa.Array:
        """32 hexadecimal digits of each value."""
        import numpy as np
        import pyarrow as pa

        texts = normalised(values).to_pylist()
        made = np.zeros((len(texts), 16), dtype=np.uint8)
        for rows in _of_bounded_length(texts):
            _, secrets = self._placed([texts[row] for row in rows])
            made[rows] = self._encrypted(np.bitwise_xor.reduce(secrets, axis=1))
        digits = hexlify(made.tobytes()).decode()
        return pa.array(
            [digits[32 * n : 32 * n + 32] if text else None for n, text in enumerate(texts)], pa.string()
        )

    def wildcards(self, values: pa.Array) -> pa.Array:
        """16 hexadecimal digits of each value's every wildcard, sorted, joined by spaces."""
        import numpy as np
        import pyarrow as pa

        texts = normalised(values).to_pylist()
        rows = [n for n, text in enumerate(texts) if text is not None and SHORTEST <= len(text) <= LONGEST]
        made: list[str | None] = [None] * len(texts)
        if rows:
            codes, secrets = self._placed([texts[row] for row in rows])
            wild = self._secrets((np.arange(codes.shape[1]) << 21) | _WILD)
            # A value's hash with one character's part exchanged for the wildcard's.
            each = np.bitwise_xor.reduce(secrets, axis=1)[:, None, :] ^ secrets ^ wild[None]
            first = self._encrypted(each.reshape(-1, 2))[:, :8].copy().view(">u8").reshape(codes.shape)
            # Sorted, for the order would tell the place; what lies beyond the end of a value sorts last.
            ordered = np.sort(np.where(codes == 0, np.iinfo(np.uint64).max, first.astype(np.uint64)), axis=1)
            digits = hexlify(ordered.astype(">u8").tobytes(), " ", 8).decode()
            step = 17 * codes.shape[1]
            for n, row in enumerate(rows):
                made[row] = digits[n * step : n * step + 17 * len(texts[row]) - 1]
        return pa.array(made, pa.string())

    def _placed(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Characters by value and place, 0 beyond the end, and the secret of each: 128 bits, nothing beyond the end."""
        import numpy as np

        given = np.array(texts, dtype=np.str_)
        codes = given.view(np.uint32).reshape(len(texts), -1).astype(np.int64)
        pairs, where = np.unique(codes | (np.arange(codes.shape[1]) << 21), return_inverse=True)
        return codes, self._secrets(pairs)[where.reshape(codes.shape)]

    def _secrets(self, pairs: np.ndarray) -> np.ndarray:
        """The secret of each character at a place (place << 21 | character)."""
        import numpy as np

        if len(self._known) > _MOST_KNOWN:
            self._known = {}
        known = self._known  # another thread may put a new one in its place
        return np.frombuffer(
            b"".join(
                known.get(pair) or known.setdefault(pair, self._secret(pair)) for pair in pairs.tolist()
            ),
            np.uint64,
        ).reshape(-1, 2)

    def _secret(self, pair: int) -> bytes:
        if not pair & 0x1FFFFF:
            return bytes(16)
        state = self._state.copy()
        state.update(pair.to_bytes(8, "big"))
        return state.digest()

    def _encrypted(self, blocks: np.ndarray) -> np.ndarray:
        import numpy as np

        encrypted = self._cipher.encryptor().update(blocks.tobytes())
        return np.frombuffer(encrypted, np.uint8).reshape(-1, 16)


def _of_bounded_length(texts: list[str | None]) -> list[list[int]]:
    """The values that are there, by number: those of ordinary length together, each longer one alone."""
    ordinary = [n for n, text in enumerate(texts) if text and len(text) <= LONGEST]
    return ([ordinary] if ordinary else []) + [
        [n] for n, text in enumerate(texts) if text and len(text) > LONGEST
    ]

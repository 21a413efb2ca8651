"""Who was erased: keyed hashes of values, from which neither the value nor its pseudonym can be told."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from citylake.privacy.keys import key

if TYPE_CHECKING:
    from citylake.feed import Feed

# What stands between values in a text that could not be split into its columns.
_BETWEEN = re.compile(r"""[\s,;|"'<>{}\[\]:=]+""")
_MOST_KNOWN = 100_000
_KEY = "erasure"


def hashes(value: str, domain: str) -> list[str]:
    """Two keyed hashes of a value within a linkage domain: as pseudonyms, and as match keys, take texts for one.

    Made with a key of their own, so they are no pseudonym. Empty where nothing is left of the value.
    """
    secret = key(_KEY)
    made = (_hash(value, domain, is_match_key, secret) for is_match_key in (False, True))
    return [each for each in made if each]


class Persons:
    """Erased persons as the columns of one feed would show them."""

    def __init__(self, feed: Feed, erased: Collection[str]):
        self.columns = [column for column in feed.columns if column.privacy and column.privacy.domain]
        self._secret = key(_KEY)  # read once, and not for every value
        self._erased, self._known = frozenset(erased), dict[tuple[str, str, bool], bool]()
        self._kinds = {
            (str(each.privacy.domain), each.privacy.is_match_key) for each in self.columns if each.privacy
        }

    def are_among(self, texts: Iterable[str | None], domain: str, is_match_key: bool) -> list[bool]:
        """For each text of a column whether it is an erased person's."""
        return [text is not None and self._is(text, domain, is_match_key) for text in texts]

    def are_in(self, text: str) -> bool:
        """Whether a value in a text that could not be split into columns is an erased person's."""
        return any(self._is(part, *kind) for part in _BETWEEN.split(text) if part for kind in self._kinds)

    def _is(self, text: str, domain: str, is_match_key: bool) -> bool:
        asked = (text, domain, is_match_key)
        if asked not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[asked] = _hash(text, domain, is_match_key, self._secret) in self._erased
        return self._known[asked]


def _hash(value: str, domain: str, is_match_key: bool, secret: bytes) -> str | None:
    import pyarrow as pa

    from citylake.privacy import match_key, pseudonym

    plain = pseudonym.normalise(value)
    if is_match_key:
        plain = match_key.normalised(pa.array([value])).to_pylist()[0]
    kind = "match_key" if is_match_key else "pseudonym"
    return hmac.digest(secret, f"{kind}.{domain}\0{plain}".encode(), "sha256").hex() if plain else None

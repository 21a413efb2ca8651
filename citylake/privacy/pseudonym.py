"""Pseudonyms: HMAC-SHA256 of a normalised value with the key of a linkage domain."""

from __future__ import annotations

import hmac
import unicodedata

from citylake.privacy.keys import key


def normalise(value: str) -> str:
    """The form in which differently typed values are one: NFKC, no white space, upper case."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def pseudonym(value: str, domain: str) -> str:
    """32 hexadecimal digits that stand for a value within a linkage domain; other domains give others."""
    return _digest(value, key(f"pseudonym.{domain}"))


def _digest(value: str, secret: bytes) -> str:
    return hmac.digest(secret, normalise(value).encode(), "sha256").hex()[:32]


def register(connection, domain: str) -> str:
    """Make `pseudonym_<domain>(text)` known to a DuckDB connection; returns the function's name.

    The key stays in this process: SQL text, plans and logs see only the name.
    """
    import pyarrow as pa

    secret = key(f"pseudonym.{domain}")

    def over(values: pa.ChunkedArray) -> pa.Array:
        encoded = pa.chunked_array(values.chunks if isinstance(values, pa.ChunkedArray) else [values]).combine_chunks()
        encoded = encoded.dictionary_encode()
        digests = [None if value is None else _digest(value, secret) for value in encoded.dictionary.to_pylist()]
        return pa.array(digests, pa.string()).take(encoded.indices)

    return _register(connection, f"pseudonym_{domain}", over)


def register_seal(connection) -> str:
    """Make `seal(text)` known to a DuckDB connection: the text encrypted, opened only with the seal key."""
    import pyarrow as pa

    secret = _fernet()

    def over(values: pa.ChunkedArray) -> pa.Array:
        return pa.array(
            [None if value is None else "sealed:" + secret.encrypt(value.encode()).decode()
             for value in values.to_pylist()],
            pa.string(),
        )  # fmt: skip

    return _register(connection, "seal", over)


def _fernet():
    import base64

    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(key("seal")))


def _register(connection, name: str, function) -> str:
    from duckdb.sqltypes import VARCHAR

    connection.create_function(
        name, function, [VARCHAR], VARCHAR, type="arrow", null_handling="special", side_effects=True
    )
    return name

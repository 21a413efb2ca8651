"""Pseudonyms: HMAC-SHA256 of a normalised value with the key of a linkage domain."""

from __future__ import annotations

import hmac
import unicodedata

from citylake.privacy.keys import key

SEALED = "sealed:"  # begins every sealed text


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

    def digests(values):
        encoded = values.dictionary_encode()
        made = [None if value is None else _digest(value, secret) for value in encoded.dictionary.to_pylist()]
        return pa.array(made, pa.string()).take(encoded.indices)

    return register_vector(connection, f"pseudonym_{domain}", digests)


def register_vector(connection, name: str, function) -> str:
    """Make a function of an Arrow array of texts known to a DuckDB connection, as a function of text; returns its name."""
    import pyarrow as pa

    def over(values):  # no annotations: DuckDB evaluates them, and the names are local
        chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
        return function(pa.chunked_array(chunks, pa.string()).combine_chunks())

    return _register(connection, name, over)


def register_seal(connection, delivery_id: str) -> str:
    """Make `seal(text)` known to a DuckDB connection: the text encrypted, opened only with the seal key.

    AES-SIV bound to the delivery: the same row admitted again seals to the same text, while equal
    values of two deliveries cannot be told to be equal.
    """
    import pyarrow as pa

    opened: list = []  # the cipher, made when there is something to seal

    def over(values):
        texts = values.to_pylist()
        if not opened and any(text is not None for text in texts):
            opened.append(_cipher())
        sealed = [None if text is None else _sealed(opened[0], text, delivery_id) for text in texts]
        return pa.array(sealed, pa.string())

    return _register(connection, "seal", over)


def seal(value: str, delivery_id: str) -> str:
    """A value encrypted for the quarantine of a delivery."""
    return _sealed(_cipher(), value, delivery_id)


def _sealed(cipher, value: str, delivery_id: str) -> str:
    import base64

    return SEALED + base64.urlsafe_b64encode(cipher.encrypt(value.encode(), [delivery_id.encode()])).decode()


def unseal(text: str, delivery_id: str) -> str:
    """The value in a sealed text. Raises: cryptography's InvalidTag where key or delivery are others."""
    import base64

    sealed = base64.urlsafe_b64decode(text.removeprefix(SEALED))
    return _cipher().decrypt(sealed, [delivery_id.encode()]).decode()


def _cipher():
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    return AESSIV(key("seal"))


def _register(connection, name: str, function) -> str:
    from duckdb.sqltypes import VARCHAR

    connection.create_function(
        name, function, [VARCHAR], VARCHAR, type="arrow", null_handling="special", side_effects=True
    )
    return name

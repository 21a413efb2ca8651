"""`ledger unknown`: objects that no feed took."""

from __future__ import annotations

from citylake.cli import show

_UNKNOWN = (
    show.Field("delivery_id", "delivery", whole=True),
    show.Field("department"),
    show.Field("name", "file"),
    show.Field("arrived_at", "arrived"),
    show.Field("size_bytes", "bytes", only="wide"),
    show.Field("close", "close to"),
    show.Field("landing_uri", only="json"),
)


def unknown(as_json: show.AsJson = False) -> None:
    """List objects that no feed took, with the feeds that come close to their names.

    Their bytes are kept. Once a feed file takes such a name, `citylake land` makes a delivery of that feed of it.
    """
    from citylake.land.unknown import unknown as find

    listed = find()
    shown = listed if as_json else [row | {"close": "; ".join(row["close"]) or "no feed"} for row in listed]
    show.rows(shown, _UNKNOWN, as_json, nothing="Every object was taken by a feed.")
    if listed and not as_json:
        show.note(
            "Change `arrival.files` of the feed that is meant, or write a feed file (`citylake feed new` reads a file"
            " and writes it); then `citylake land`."
        )

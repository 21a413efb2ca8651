"""Match keys for tests of jobs, of the form that admission makes but legible."""

from __future__ import annotations


def match_key(plate: str | None) -> tuple[str | None, str | None]:
    """(exact, wildcards) of a plate: 32 characters, and 16 for each character; none where the plate is shorter than five."""
    if plate is None:
        return None, None
    wild = [f"{plate[:n]}_{plate[n + 1 :]}".ljust(16, "-") for n in range(len(plate))]
    return plate.ljust(32, "-"), " ".join(wild) if len(plate) >= 5 else None

"""Drift: how a delivery differs from the declared columns, and from what its feed delivered before."""

from citylake.admit.drift.columns import (
    drift,
    moved,
    note_likely_names,
    reasons_to_hold,
    renamed_optional,
    seen_at_landing,
)
from citylake.admit.drift.findings import LATEST, Finding, findings, held_for
from citylake.admit.drift.profile import Profile, Profiler

__all__ = [
    "LATEST", "Finding", "Profile", "Profiler", "drift", "findings", "held_for", "moved", "note_likely_names",
    "reasons_to_hold", "renamed_optional", "seen_at_landing",
]  # fmt: skip

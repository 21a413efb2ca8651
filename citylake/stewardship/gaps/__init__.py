"""What should have come and has not: the gap grid, told gaps, and how late deliveries come."""

from citylake.stewardship.gaps.finding import gaps
from citylake.stewardship.gaps.slot import Slot, Status
from citylake.stewardship.gaps.telling import tell

__all__ = ["Slot", "Status", "gaps", "tell"]

"""The command line and stewardship say the same of a slot."""

from __future__ import annotations

from citylake.cli import gaps
from citylake.stewardship.gaps import slot


def test_the_command_line_knows_every_status_and_no_other():
    assert [status.value for status in gaps.Status] == [status.value for status in slot.Status]

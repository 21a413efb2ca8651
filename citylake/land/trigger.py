"""Airflow's watcher on the inbox. Imported by the triggerer and by dags/land.py only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from botocore.exceptions import BotoCoreError, ClientError

from citylake import lake
from citylake.errors import CitylakeError

ROLE = "land"


class InboxTrigger(BaseEventTrigger):
    """Lists the inbox and fires when something new waits there.

    Plain S3, so it works with any object store; landing empties the inbox, so the list stays short.
    Objects that still wait after `again_s` fire again: the run they woke may have failed.
    """

    def __init__(self, every_s: float = 1.0, again_s: float = 30.0):
        super().__init__()
        self.every_s, self.again_s = every_s, again_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the trigger is made again in the triggerer."""
        return f"{__name__}.InboxTrigger", {"every_s": self.every_s, "again_s": self.again_s}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event for each change of what waits."""
        fired: set[tuple[str, str]] = set()
        fired_at = 0.0
        while True:
            try:
                items = await asyncio.to_thread(lake.list_objects, ROLE, lake.INBOX)
            except (CitylakeError, OSError, BotoCoreError, ClientError) as error:
                self.log.warning("the inbox cannot be listed, trying again: %s", error)
                await asyncio.sleep(5 * self.every_s)
                continue
            waiting = {(item["Key"], item["ETag"]) for item in items}
            if waiting - fired or (waiting and time.monotonic() - fired_at > self.again_s):
                fired, fired_at = waiting, time.monotonic()
                yield TriggerEvent({"objects": len(waiting)})
            elif not waiting:
                fired = set()
            await asyncio.sleep(self.every_s)

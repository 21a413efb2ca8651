"""Send deliveries to a lake's inbox: `python -m simulator.deliver --from <folder>`.

Each department uploads with its own credentials, in order of arrival, with its sender and the time of
arrival as metadata. What was sent is noted in the lake's home, so that a second start goes on where the
first one stopped; after a kill the delivery in progress may come twice, which a lake must bear anyway.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import random
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from citylake import settings
from citylake.errors import ServerUnavailable, WrongUse
from simulator import command
from simulator.writer import MANIFEST

BUCKET = "inbox"
NOTES = Path("simulator") / "delivered.jsonl"


def planned(folder: Path, only: Sequence[str] = (), shuffle: int | None = None) -> list[dict]:
    """The manifest's entries, by arrival or shuffled by a seed.

    `only` limits them to departments or `<department>/<name>` patterns.

    Raises: WrongUse where the folder holds no deliveries, or a pattern matches none.
    """
    if not (folder / MANIFEST).is_file():
        raise WrongUse(
            "no deliveries here",
            where=str(folder / MANIFEST),
            expected="a folder written by `python -m simulator --out`",
        )
    entries = [json.loads(line) for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines()]
    for pattern in only:
        if not any(_matches(entry, pattern) for entry in entries):
            known = ", ".join(sorted({entry["department"] for entry in entries}))
            raise WrongUse(
                f"nothing matches --only '{pattern}'", where=str(folder), found=f"departments {known}",
                expected="a department, or a pattern such as 'environment/PRSA_*'",
            )  # fmt: skip
    chosen = [entry for entry in entries if not only or any(_matches(entry, pattern) for pattern in only)]
    if shuffle is not None:
        random.Random(shuffle).shuffle(chosen)
    return chosen


def upload(
    folder: Path,
    entries: Sequence[dict],
    lake: settings.Settings,
    pace: float = 0.0,
    after_each: Callable[[], None] = lambda: None,
    client: Callable | None = None,
) -> int:
    """Put what was not sent before into the inbox, `pace` seconds apart; returns how many were put.

    Raises: ServerUnavailable, WrongUse for a refused login or a missing bucket.
    """
    notes = lake.home / NOTES
    notes.parent.mkdir(parents=True, exist_ok=True)
    done = set(notes.read_text(encoding="utf-8").splitlines()) if notes.is_file() else set()
    connect = client or cache(lambda department: _client(lake, department))
    count = 0
    with open(notes, "a", encoding="utf-8") as noted:
        for entry in entries:
            note = json.dumps([entry["path"], entry["arrived_at"], entry["sha256"]], ensure_ascii=False)
            if note not in done:
                if count and pace:
                    time.sleep(pace)
                _put(connect(entry["department"]), folder, entry, lake)
                noted.write(note + "\n")
                noted.flush()
                count += 1
            after_each()
    return count


def _put(client, folder: Path, entry: dict, lake: settings.Settings) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    key = entry["path"].removeprefix("inbox/")
    metadata = {"sender": entry["sender"], "arrived-at": entry["arrived_at"]}
    try:
        client.put_object(
            Bucket=BUCKET, Key=key, Body=(folder / entry["path"]).read_bytes(), Metadata=metadata
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise WrongUse(
            f"the object store refused {key} ({code})", where=f"{lake.s3_endpoint}/{BUCKET}",
            expected=f"user department-{entry['department']} allowed to put there",
            next_step="Start the lake with `citylake up`, then repeat this command.",
        ) from error  # fmt: skip
    except BotoCoreError as error:
        raise ServerUnavailable(
            "the object store does not answer", where=lake.s3_endpoint, found=type(error).__name__,
            next_step="See `citylake status`; then repeat this command, it goes on where it stopped.",
        ) from error  # fmt: skip


def _client(lake: settings.Settings, department: str):
    import boto3
    from botocore.config import Config

    access, secret = lake.s3_keys(f"department-{department}")
    config = Config(
        connect_timeout=5, read_timeout=60, retries={"max_attempts": 4}, s3={"addressing_style": "path"}
    )
    return boto3.client(
        "s3", endpoint_url=lake.s3_endpoint, region_name=lake.s3_region, aws_access_key_id=access,
        aws_secret_access_key=secret, config=config,
    )  # fmt: skip


def _matches(entry: dict, pattern: str) -> bool:
    return entry["department"] == pattern or fnmatch.fnmatchcase(
        f"{entry['department']}/{entry['name']}", pattern
    )


def main() -> None:
    """Read the arguments, send what is left to send."""
    parser = argparse.ArgumentParser(prog="python -m simulator.deliver", description=__doc__)
    parser.add_argument(
        "--from", dest="folder", type=Path, required=True, help="folder written by the simulator"
    )
    parser.add_argument(
        "--only", action="append", default=[], help="a department or a pattern; may be repeated"
    )
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="send in another order; the times stay")
    parser.add_argument(
        "--pace", type=float, default=0.0, metavar="SECONDS", help="wait between two deliveries"
    )
    asked = parser.parse_args()
    entries = planned(asked.folder, asked.only, asked.shuffle)
    with command.bar() as progress:
        task = progress.add_task("delivering", total=len(entries))
        count = upload(asked.folder, entries, settings.current(), asked.pace, lambda: progress.advance(task))
    print(f"{count} delivered, {len(entries) - count} sent before")


if __name__ == "__main__":
    command.run(main)

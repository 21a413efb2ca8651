"""A PostgreSQL table or query: as a whole, or what lies behind the last row that was landed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from citylake.errors import CitylakeError, ServerUnavailable, WrongUse
from citylake.feed import Feed
from citylake.land.connections import Account, find_account
from citylake.land.pulled import Asked, Pulled, Spool

_TIMES = ("timestamp with time zone", "timestamp without time zone", "date")
_BLOCK_BYTES = 1 << 20
_OF_LIBPQ = ("sslmode", "sslrootcert", "target_session_attrs")


def pull(asked: Asked) -> Iterator[Pulled]:
    """One delivery of the rows that are new, none where there are none; a CSV as COPY writes it.

    Everything is read in one repeatable-read snapshot, streamed: rows that commit meanwhile are the next pull's.
    Raises: WrongUse where the declaration or the login does not fit the database, ServerUnavailable.
    """
    import psycopg

    feed = asked.feed
    account = find_account(feed.arrival.connection or "")
    where = _address(account, feed)
    try:
        with _connected(account, feed, where) as connection:
            source = _Source(connection, feed, where)
            if asked.again:
                yield source.days(asked)
            elif feed.arrival.increment:
                yield from source.increment(asked)
            else:
                yield source.whole()
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise ServerUnavailable("the database ended the pull", where=where, found=_told(error)) from None
    except psycopg.Error as error:
        raise WrongUse(
            "the database refuses what the feed file asks for", where=where, found=_told(error),
            expected="a table or query, and increment, key and partition columns that this login may read",
        ) from None  # fmt: skip


def _address(account: Account, feed: Feed) -> str:
    """The table as an address, or the query by its hash; without a login."""
    query = feed.arrival.query or ""
    what = feed.arrival.table or f"query-{hashlib.sha256(query.encode()).hexdigest()[:12]}"
    return f"postgresql://{account.host}:{account.port or 5432}/{account.database}/{what}"


def _midnight(feed: Feed, day: date) -> str:
    """When a day of the feed begins, as its times are written."""
    begins = datetime.combine(day, time(), ZoneInfo(feed.day_zone)).astimezone(ZoneInfo(feed.format.timezone))
    return f"{begins:%Y-%m-%d %H:%M}"


def _told(error: Exception) -> str:
    return " ".join(str(error).strip().splitlines()[:1])


def _connected(account: Account, feed: Feed, where: str) -> Any:
    """A read-only connection; local times and days are those of `format.timezone`."""
    import psycopg

    if account.kind not in ("postgres", "postgresql"):
        raise WrongUse(
            "the connection is not one to PostgreSQL", where=f"connection '{account.connection_id}'",
            found=f"conn_type: {account.kind or 'none'}", expected="conn_type: postgres",
        )  # fmt: skip
    known: dict[str, Any] = {key: str(account.extra[key]) for key in _OF_LIBPQ if key in account.extra}
    try:
        connection = psycopg.connect(
            host=account.host, port=account.port or 5432, dbname=account.database, user=account.login,
            password=account.password, connect_timeout=10, application_name="citylake",
            options=f"-c timezone={feed.format.timezone} -c datestyle=ISO,YMD -c client_encoding=UTF8",
            **known,
        )  # fmt: skip
    except psycopg.OperationalError as error:
        kind: type[CitylakeError] = WrongUse if "authentication failed" in str(error) else ServerUnavailable
        raise kind(
            "the database does not let us in" if kind is WrongUse else "the database does not answer", where=where,
            found=_told(error), next_step=f"See connection '{account.connection_id}'.",
        ) from None  # fmt: skip
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


class _Source:
    """The table or query in an open snapshot."""

    def __init__(self, connection: Any, feed: Feed, where: str):
        from psycopg import sql

        self.connection, self.feed, self.where, self.sql = connection, feed, where, sql
        if feed.arrival.table:
            self.rows = sql.SQL("{} as source").format(sql.Identifier(*feed.arrival.table.split(".")))
        else:
            query = (feed.arrival.query or "").strip().rstrip(";")
            self.rows = sql.SQL("({}\n) as source").format(sql.SQL(query))  # type: ignore[arg-type]

    def whole(self) -> Pulled:
        """Every row, in the order of the key, so that equal content is equal bytes."""
        content = self._copied(self.sql.SQL("true"), self._key())
        return Pulled(self.where, f"sha256:{content.sha256}", f"{self.feed.dataset}.csv", content)

    def days(self, asked: Asked) -> Pulled:
        """The rows of the days asked for again, by the column of the feed's partition."""
        assert asked.again
        bounds = (asked.again.first, asked.again.last + timedelta(days=1))
        first, after = (_midnight(self.feed, day) for day in bounds)
        column = self.sql.Identifier(self._day_column())
        within = self.sql.SQL("{column} >= {first} and {column} < {after}").format(
            column=column, first=self.sql.Literal(first), after=self.sql.Literal(after)
        )
        content = self._copied(within, self._key())
        uri = f"{self.where}?from={asked.again.first}&to={asked.again.last}"
        name = f"{self.feed.dataset}_{asked.again.first:%Y%m%d}-{asked.again.last:%Y%m%d}.csv"
        return Pulled(uri, f"sha256:{content.sha256}", name, content)

    def increment(self, asked: Asked) -> Iterator[Pulled]:
        """The rows behind the last landed one and up to the snapshot's last; with `overlap` some before it again."""
        columns = self.feed.arrival.increment
        types = self._types(columns)
        if types is None:
            return  # an empty table
        mark = _mark(asked.version_of(self.where), columns)
        behind = self._behind(columns, types, mark)
        last = self._last(columns, behind)
        if last is None:
            return
        within = self.sql.SQL("{} and ({}) <= ({})").format(
            behind, self._named(columns), self._values(last, types)
        )
        content = self._copied(within, self._named(columns))
        version = {"columns": columns, "after": mark, "upto": last, "sha256": content.sha256}
        text = json.dumps(version, ensure_ascii=False, separators=(",", ":"))
        yield Pulled(self.where, text, f"{self.feed.dataset}.csv", content)

    def _types(self, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        """The types of the increment's columns; None without rows. Raises: WrongUse for a row without a value."""
        one = self._execute(
            "select {} from {} limit 1", self._each("pg_typeof({})::text", columns), self.rows
        )
        missing = self._each("{} is null", columns, " or ")
        if self._execute("select 1 from {} where {} limit 1", self.rows, missing):
            raise WrongUse(
                "rows without a value of the increment would never be landed", where=self.where,
                found=f"a row where one of {', '.join(columns)} is null", expected="columns that always have a value",
                next_step="Name other columns, or leave such rows out by a query.",
            )  # fmt: skip
        return one

    def _behind(self, columns: tuple[str, ...], types: tuple[str, ...], mark: list[str] | None) -> Any:
        """The condition of being new. What lies in the future waits for its time: it would be the mark for ever."""
        first = self.sql.Identifier(columns[0])
        reached: Any = self.sql.SQL("true")
        if types[0] in _TIMES:
            reached = self.sql.SQL("{} <= now()").format(first)
        overlap = self.feed.arrival.overlap
        if overlap is not None and isinstance(overlap, timedelta) != (types[0] in _TIMES):
            raise WrongUse(
                "the overlap does not fit the increment", where=self.where,
                found=f"overlap: {overlap}, and '{columns[0]}' is a {types[0]}",
                expected="a duration for times, a number for numbers",
            )  # fmt: skip
        if mark is None:
            return reached
        if overlap is None:
            return self.sql.SQL("{} and ({}) > ({})").format(
                reached, self._named(columns), self._values(mark, types)
            )
        back = f"interval '{overlap.total_seconds()} s'" if isinstance(overlap, timedelta) else str(overlap)
        return self.sql.SQL("{} and {} > {} - {}").format(
            reached, first, self._values(mark[:1], types), self.sql.SQL(back)  # type: ignore[arg-type]
        )  # fmt: skip

    def _last(self, columns: tuple[str, ...], behind: Any) -> list[str] | None:
        row = self._execute(
            "select {} from {} where {} order by {} limit 1",
            self._each("{}::text", columns), self.rows, behind, self._each("{} desc", columns),
        )  # fmt: skip
        return list(row) if row else None

    def _copied(self, condition: Any, order: Any) -> Spool:
        statement = self.sql.SQL(
            "copy (select * from {} where {} order by {}) to stdout with (format csv, header true)"
        ).format(self.rows, condition, order)
        content = Spool()
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            block = bytearray()
            for row in copy:
                block += row
                if len(block) > _BLOCK_BYTES:
                    content.write(block)
                    block.clear()
            content.write(block)
        return content

    def _key(self) -> Any:
        sources = [source for name in self.feed.key for source in self.feed.column(name).sources]
        return self._named(tuple(dict.fromkeys(sources)))

    def _day_column(self) -> str:
        by = self.feed.partition.by if self.feed.partition else None
        sources = self.feed.column(by).sources if by else self.feed.arrival.increment[:1]
        if len(sources) != 1:
            raise WrongUse(
                "the source cannot be asked for days", where=self.where,
                found="no one column of the source is the day of a row", expected="partition.by a column read from one column",
            )  # fmt: skip
        return sources[0]

    def _execute(self, statement: str, *parts: Any) -> Any:
        return self.connection.execute(self.sql.SQL(statement).format(*parts)).fetchone()

    def _named(self, columns: tuple[str, ...]) -> Any:
        return self._each("{}", columns)

    def _each(self, what: str, columns: tuple[str, ...], between: str = ", ") -> Any:
        made = [self.sql.SQL(what).format(self.sql.Identifier(name)) for name in columns]
        return self.sql.SQL(between).join(made)

    def _values(self, values: list[str], types: tuple[str, ...]) -> Any:
        typed = zip(values, types, strict=False)
        return self.sql.SQL(", ").join(
            self.sql.SQL("{}::{}").format(self.sql.Literal(value), self.sql.SQL(kind))
            for value, kind in typed
        )


def _mark(version: str | None, columns: tuple[str, ...]) -> list[str] | None:
    """The last row landed, out of the version the ledger keeps; None before the first, or by other columns."""
    try:
        known = json.loads(version or "")
    except ValueError:
        return None
    return known["upto"] if isinstance(known, dict) and known.get("columns") == list(columns) else None

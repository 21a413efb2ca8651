"""The ledger: what happened to every delivery and partition, in PostgreSQL."""

from citylake.ledger.connection import connect, migrate
from citylake.ledger.runs import run

__all__ = ["connect", "migrate", "run"]

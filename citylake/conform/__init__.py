"""Conform: joined facts in Iceberg from admitted rows, by Spark, exactly the partitions that are stale."""

from citylake.conform.making import conform
from citylake.conform.staging import discard
from citylake.conform.work import declare_tables

__all__ = ["conform", "declare_tables", "discard"]

"""What the results of a domain's checks mean: which failed, and which partitions are to blame."""

from __future__ import annotations

from citylake.check.declaration import load_checks
from citylake.check.evaluation import Result, evaluate


def evaluate_domain(domain: str, connection) -> list[Result]:
    """Evaluate the domain's expectations on the marts and models of a scratch file; every result.

    Raises: Problems for wrong declarations, WrongUse for an expectation that cannot be evaluated.
    """
    tables = load_checks(domain)
    return evaluate(connection, tables) if tables else []


def failed(results: list[Result], severity: str) -> list[Result]:
    """The failed results of a severity."""
    return [item for item in results if not item.success and item.severity == severity]


def describe(results: list[Result]) -> str:
    """The results in one line, for an error or a table."""
    return "; ".join(f"{item.table}: {item.description}" for item in results)


def blamed_partitions(failures: list[Result], partitions: list[str]) -> list[str]:
    """The partitions that the failures are laid to; all of them where one failure cannot be laid to any.

    A month or year blames its touched days.
    """
    found: set[str] = set()
    for item in failures:
        hit = {name for name in partitions if any(name.startswith(period) for period in item.blamed or ())}
        if not hit:
            return partitions
        found |= hit
    return sorted(found)

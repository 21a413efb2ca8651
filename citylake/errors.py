"""Errors a user sees. Each says what, where, found against expected, and what to do next."""

from __future__ import annotations


class CitylakeError(Exception):
    """Base of every error meant for a reader; the CLI prints it without a stack trace.

    `exit_code` follows the command line's convention: 1 data failed, 2 wrong use or declaration,
    3 a server did not answer.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        next_step: str | None = None,
    ):
        self.what, self.where, self.found = what, where, found
        self.expected, self.next_step = expected, next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        facts = [f"Found: {self.found}."] if self.found else []
        facts += [f"Expected {self.expected}."] if self.expected else []
        if facts:
            lines.append("  " + "  ".join(facts))
        if self.next_step:
            lines.append("  " + self.next_step)
        return "\n".join(lines)

    def __reduce__(self):
        """Keep the keyword arguments when the error crosses a process boundary."""
        parts = ("where", "found", "expected", "next_step")
        return (
            _rebuild,
            (type(self), self.what, {name: getattr(self, name) for name in parts}, self.__dict__.copy()),
        )


def _rebuild(kind: type[CitylakeError], what: str, parts: dict, state: dict) -> CitylakeError:
    error = kind(what, **parts)
    error.__dict__.update(state)  # notes
    return error


class DataFailed(CitylakeError):
    """The data did not pass: a check failed, an equation does not hold."""

    exit_code = 1


class WrongUse(CitylakeError):
    """A command or a declaration is wrong."""

    exit_code = 2


class ServerUnavailable(CitylakeError):
    """A server did not answer in time."""

    exit_code = 3


class Problems(WrongUse):
    """Several wrong declarations, reported together."""

    def __init__(self, problems: list[CitylakeError]):
        self.problems = list(problems)
        Exception.__init__(self, "\n\n".join(str(problem) for problem in self.problems))

    def __str__(self) -> str:
        return "\n\n".join(str(problem) for problem in self.problems)

    def __reduce__(self):
        return (Problems, (self.problems,))

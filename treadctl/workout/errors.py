"""What can be wrong with a workout, said so that a person can mend it. One family: show it and end with status 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_ECHO = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing, on one line of a file: the value, the rule, and what to do. Line 0 means the file as a whole."""

    line: int
    message: str

    def at(self, path: str) -> str:
        """`first.yaml:14: grade -12 is below the hard stop …`, on one line whatever the path holds."""
        where = printable(path)
        return f"{where}:{self.line}: {self.message}" if self.line else f"{where}: {self.message}"


class WorkoutError(Exception):
    """A workout that cannot be used. `path`, `line` and `message` are the first problem; `problems` has all, in file order."""

    def __init__(self, path: str, line: int, message: str, more: Sequence[Problem] = ()) -> None:
        self.path = path
        self.line = line
        self.message = message
        self.problems = (Problem(line, message), *more)
        super().__init__("\n".join(problem.at(path) for problem in self.problems))


def printable(text: str) -> str:
    """The same text with every control character, which could drive a terminal, shown as a question mark."""
    return "".join(c if c.isprintable() else "?" for c in text)


def shown(text: str) -> str:
    """A value as a message repeats it: bare when it is a plain number, else in quotes; never long, never two lines."""
    short = text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"
    plain = short.isascii() and short.strip("+-.%0123456789") == "" and short != ""
    return short if plain else f"'{printable(short)}'"

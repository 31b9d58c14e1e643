"""Grades, times and distances as runners say them, and how long a voice takes for its words."""

from __future__ import annotations

from typing import Final

from treadctl.units import LEVEL, Grade

SPOKEN_PER_CHARACTER_S: Final = 0.08
"""espeak-ng takes 0.06 s at 175 words a minute, measured over all announcements; the rest is for voices that are slower."""


def spoken_grade(grade: Grade) -> str:
    """`minus 4`, `minus 4.5`, `plus 2` or `level`."""
    if grade == LEVEL:
        return "level"
    whole, tenth = divmod(abs(int(grade)), 10)
    return f"{'minus' if grade < 0 else 'plus'} {whole}" + (f".{tenth}" if tenth else "")


def spoken_time(seconds: float) -> str:
    """`45 seconds`, `1 minute`, `2 minutes`, `1 minute 30`; to the whole second, halves up."""
    whole = int(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return many(rest, "second")
    return many(minutes, "minute") + (f" {rest}" if rest else "")


def spoken_distance(metres: int) -> str:
    """`400 metres`, `1.5 kilometres`; finer than 100 m stays in metres."""
    if metres < 1000 or metres % 100:
        return many(metres, "metre")
    if metres % 1000:
        return f"{metres // 1000}.{metres % 1000 // 100} kilometres"
    return many(metres // 1000, "kilometre")


def many(n: int, one: str) -> str:
    """`1 minute`, `2 minutes`."""
    return f"{n} {one}" if n == 1 else f"{n} {one}s"


def bare(grade: Grade) -> str:
    """`-4.0`, for small print that says what it is a percent of."""
    return str(grade).removesuffix(" %")


def spoken_for_s(text: str) -> float:
    """About how long a voice takes to say this."""
    return SPOKEN_PER_CHARACTER_S * len(text)

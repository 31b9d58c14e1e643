"""A plan as an iCalendar file (RFC 5545): whole-day events for declines, their check-ins, and strength between them.

Written by hand: three kinds of line need no library; `icalendar` brings two more packages for what is escaping and folding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from treadctl.training.plan import Planned, with_strength

_FOLD_AT: Final = 75
"""Octets in a line, without its end (RFC 5545 §3.1)."""
_STRENGTH: Final = "treadctl strength list; plyometrics only on legs at 1/10 or less, nothing within 48 h after a decline."


def icalendar(planned: Sequence[Planned], made: datetime) -> str:
    """The whole file; `made` (aware) stands in each event. Replanned, a day's event keeps its name."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//treadctl//plan//EN", "CALSCALE:GREGORIAN"]
    for session, strength in with_strength(planned):
        lines += _event(session.day, "decline", _title(session), _about(session), made)
        for day, hours in session.checks:
            what = f"{hours} h after {session.grade}: run treadctl soreness, 0 to 10"
            lines += _event(day, f"check-{hours}", f"Legs? ({hours} h check)", what, made)
        for day in strength:
            lines += _event(day, "strength", "Strength, slowly down", _STRENGTH, made)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _title(session: Planned) -> str:
    return f"Downhill {session.grade}, {session.rung.decline_s // 60} min"


def _about(session: Planned) -> str:
    return (
        f"If all goes well until then: {session.rung}. treadctl next knows better on the day.\n"
        "No decline on legs sorer than 2/10; it will feel easy, and the bill comes in two days."
    )


def _event(day: date, kind: str, title: str, about: str, made: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{day.isoformat()}-{kind}@treadctl",
        f"DTSTAMP:{(made - (made.utcoffset() or timedelta())).strftime('%Y%m%dT%H%M%SZ')}",
        f"DTSTART;VALUE=DATE:{day.strftime('%Y%m%d')}",
        f"DTEND;VALUE=DATE:{(day + timedelta(days=1)).strftime('%Y%m%d')}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(about)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """Text as RFC 5545 §3.3.11 has it."""
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, safe)
    return text


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, none of them inside a character; what follows the first begins with a space."""
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _FOLD_AT:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    yield piece

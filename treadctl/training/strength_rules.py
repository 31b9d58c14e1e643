"""When strength and plyometrics are for today, and on which days of a week they fit between declines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from treadctl.training.model import CheckIn, Kind, Past, Reason
from treadctl.training.soreness import see_a_doctor, standing_flags

AFTER_DECLINE: Final = timedelta(hours=48)
"""No strength and no plyometrics this soon after a decline: it is the same damage once more (science.md §5.6; spacing ours)."""
JUMP_AT_MOST: Final = 1
"""No jumping on legs sorer than this. Ours."""
DAYS_AFTER_DECLINE: Final = (3, 5)
"""Twice a week (science.md §5.6): on the third and the fifth day after a decline, when that leaves two days to the next. Ours."""
_BEFORE_DECLINE: Final = timedelta(days=2)


def not_today(kind: Kind, past: Past, now: datetime) -> tuple[Reason, ...]:
    """What speaks against a session of this kind now, with its numbers; empty when nothing does. There is no override."""
    flags = standing_flags(past)
    if flags:
        return (see_a_doctor(flags),)
    found = []
    if past.declines:
        last = past.declines[-1]
        ended = last.begun + timedelta(seconds=last.running_s)
        if now - ended < AFTER_DECLINE:
            hours, opens = (now - ended) / timedelta(hours=1), (ended + AFTER_DECLINE).astimezone(now.tzinfo)
            text = f"{last.grade} for {last.decline_s / 60:.0f} min was {hours:.0f} h ago, and {kind.value} waits 48 h"
            found.append(Reason(f"{text}: it opens at {opens:%H:%M} on {opens:%A}", "science.md §5.6; ours"))
    if kind is Kind.PLYOMETRICS:
        found += _too_sore(past.checks, now.date())
    return tuple(found)


def _too_sore(checks: Sequence[CheckIn], today: date) -> list[Reason]:
    told = [check for check in checks if check.day == today]
    if not told:
        return [
            Reason(f"plyometrics want legs at {JUMP_AT_MOST}/10 or less; say how they are today: treadctl soreness LEVEL", "ours")
        ]
    if told[-1].level > JUMP_AT_MOST:
        text = f"legs are at {told[-1].level}/10 today, and plyometrics want {JUMP_AT_MOST}/10 or less"
        return [Reason(text, "A3.5; ours")]
    return []


def strength_days(decline: date, following: date | None) -> tuple[date, ...]:
    """The days for strength between a decline and the next one."""
    days = (decline + timedelta(days=number) for number in DAYS_AFTER_DECLINE)
    return tuple(day for day in days if following is None or day <= following - _BEFORE_DECLINE)

"""The phases of a session and what leads from one to another: an Enum and a table, and nothing else.

What is not in the table changes nothing. docs/architecture.md shows the diagram made from it.
"""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a session is."""

    UNLINKED = "no link"  # no treadmill yet, or the link is lost: disarmed; a pressed Stop waits here for the next one
    READY = "ready"  # linked, nobody armed: we command nothing
    LEVELLING = "levelling"  # armed on a still belt: the deck is brought level first
    COUNTDOWN = "countdown"  # 3-2-1 before the belt
    STARTING = "starting"  # Start is out; waiting for telemetry to show a moving belt
    RUNNING = "running"  # in a step
    PAUSING = "pausing"  # Pause is out; waiting for a still belt
    PAUSED = "paused"
    ENDING = "ending"  # level and slow to a walk
    STOPPING = "stopping"  # Stop is out, or owed since there was no link; waiting for a still belt
    HANDS_OFF = "hands off"  # console, safety key or another app has the belt: disarmed, only a pressed Stop is written
    OVER = "over"


class Signal(Enum):
    """What can lead out of a phase; the word on the arrow of the diagram."""

    LINKED = "linked"
    UNLINKED = "link lost"
    ARMED_STILL = "armed, belt still"
    ARMED_MOVING = "armed, belt moving"
    IS_LEVEL = "deck level"
    COUNTED = "counted down"
    MOVES = "belt moves"
    PAUSE = "pause"
    IS_STILL = "belt still"
    RESUME = "resume"
    LAST_STEP_DONE = "last step done"
    COOLED = "level and walking"
    STOP = "stop"
    TAKEN_AWAY = "console, key or other app"
    GIVE_UP = "given up"


P, S = Phase, Signal
_WITH_A_BELT = (P.LEVELLING, P.COUNTDOWN, P.STARTING, P.RUNNING, P.PAUSING, P.PAUSED, P.ENDING)

TABLE: dict[Phase, dict[Signal, Phase]] = {
    P.UNLINKED: {S.LINKED: P.READY, S.STOP: P.OVER, S.GIVE_UP: P.OVER},
    P.READY: {
        S.ARMED_STILL: P.LEVELLING,
        S.ARMED_MOVING: P.RUNNING,
        S.UNLINKED: P.UNLINKED,
        S.STOP: P.STOPPING,
        S.GIVE_UP: P.OVER,
    },
    P.LEVELLING: {S.IS_LEVEL: P.COUNTDOWN, S.PAUSE: P.PAUSED},
    P.COUNTDOWN: {S.COUNTED: P.STARTING, S.PAUSE: P.PAUSED},
    P.STARTING: {S.MOVES: P.RUNNING, S.PAUSE: P.PAUSING},
    P.RUNNING: {S.PAUSE: P.PAUSING, S.LAST_STEP_DONE: P.ENDING},
    P.PAUSING: {S.IS_STILL: P.PAUSED},
    P.PAUSED: {S.RESUME: P.LEVELLING},
    P.ENDING: {S.COOLED: P.STOPPING, S.PAUSE: P.PAUSING},
    P.STOPPING: {S.IS_STILL: P.OVER, S.GIVE_UP: P.OVER, S.UNLINKED: P.UNLINKED},
    P.HANDS_OFF: {
        S.ARMED_STILL: P.LEVELLING,
        S.ARMED_MOVING: P.RUNNING,
        S.UNLINKED: P.UNLINKED,
        S.STOP: P.STOPPING,
        S.GIVE_UP: P.OVER,
    },
    P.OVER: {},
}
for _phase in _WITH_A_BELT:
    TABLE[_phase] |= {S.STOP: P.STOPPING, S.UNLINKED: P.UNLINKED, S.TAKEN_AWAY: P.HANDS_OFF, S.GIVE_UP: P.STOPPING}

ARMED = frozenset(_WITH_A_BELT)
"""Phases in which a person has armed this treadmill."""

BELT_MAY_MOVE = frozenset({P.STARTING, P.RUNNING, P.PAUSING, P.ENDING, P.STOPPING})
"""Phases in which the belt may move because of us, so that silence means Stop."""


def follow(phase: Phase, signal: Signal) -> Phase:
    """Where a signal leads; a phase that has no such arrow stays."""
    return TABLE[phase].get(signal, phase)


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    names = {phase: phase.name.lower() for phase in Phase}
    lines = ["stateDiagram-v2", f"    [*] --> {names[P.UNLINKED]}"]
    lines += [f"    {names[phase]}: {phase.value}" for phase in Phase]
    for phase, arrows in TABLE.items():
        to: dict[Phase, list[str]] = {}
        for signal, target in arrows.items():
            to.setdefault(target, []).append(signal.value)
        lines += [f"    {names[phase]} --> {names[target]}: {' / '.join(words)}" for target, words in to.items()]
    return "\n".join([*lines, f"    {names[P.OVER]} --> [*]"])

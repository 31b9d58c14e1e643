"""A session as lines: for people one readable line per event, for programs JSON lines; and a summary at its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Protocol

from treadctl.cli.errors import Exit
from treadctl.cli.said import KEPT, said_lines
from treadctl.coaching.cues import Cue
from treadctl.engine.phases import Phase
from treadctl.engine.records import to_plain
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.words import Answered, Input, Odd, Outcome
from treadctl.units import LEVEL, Grade, clock
from treadctl.workout.errors import printable
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

_STATE_EVERY_S: Final = 60.0
_JSON_STATE_EVERY_S: Final = 1.0


class Reporter(Protocol):
    """Somewhere for a session's events to go."""

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""

    def end(self, summary: Summary) -> None:
        """Take the summary."""


class Summary:
    """Planned against done. A listener, like the reporters."""

    def __init__(self, workout: Workout, runner: Profile) -> None:
        self._workout, self._runner = workout, runner
        self._last: Snapshot | None = None
        self.steepest = LEVEL
        self.limits: dict[str, None] = {}
        self.troubles: dict[str, None] = {}
        self.said: list[tuple[float, Cue]] = []
        """What a coach said, and when."""
        self.recording = ""
        self.exit: Exit | None = None

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""
        s = self._last = step.snapshot
        if s.shown_grade is not None and s.shown_speed:
            self.steepest = min(self.steepest, s.shown_grade)
        for limit in s.limits:
            self.limits.setdefault(f"{limit.what} limited: {limit.why}")
        for trouble in s.troubles:
            self.troubles.setdefault(trouble)
        self.said += [(now, cue) for cue in step.cues if cue.kind in KEPT]

    @property
    def ending(self) -> Ending | None:
        """How it ended."""
        return None if self._last is None else self._last.ending

    def plain(self) -> dict[str, Any]:
        """All of it, for a program. Seconds, metres, tenths of a percent."""
        s = self._last
        return {
            "workout": self._workout.name,
            "ending": None if s is None or s.ending is None else s.ending.name.lower().replace("_", "-"),
            "exit": None if self.exit is None else int(self.exit),
            "planned_s": round(self._workout.expected_s(self._runner)),
            "running_s": 0 if s is None else round(s.running_s, 1),
            "planned_decline_s": round(self._workout.decline_s(self._runner)),
            "decline_s": 0 if s is None else round(s.decline_s, 1),
            "distance_m": 0 if s is None else round(s.distance_m, 1),
            "descent_m": 0 if s is None else round(s.descent_m, 1),
            "steepest_tenths_percent": int(self.steepest),
            "limits": list(self.limits),
            "troubles": list(self.troubles),
            "said": [{"t": round(at, 3), "kind": cue.kind.name.lower(), "words": cue.words} for at, cue in self.said],
            "recording": self.recording or None,
        }

    def lines(self) -> list[str]:
        """The same for people."""
        s = self._last
        if s is None:
            return ["nothing happened"]
        planned_s, planned_decline_s = self._workout.expected_s(self._runner), self._workout.decline_s(self._runner)
        asked = self._workout.steepest
        lines = [
            "",
            f"{self._workout.title}: {s.ending.value if s.ending else 'not ended'}",
            f"  time      {clock(s.running_s)} of {clock(planned_s)} planned",
            f"  decline   {clock(s.decline_s)} of {clock(planned_decline_s)} planned, steepest {self.steepest} (asked {asked})",
            f"  distance  {s.distance_m / 1000:.2f} km, {s.descent_m:.0f} m down",
        ]
        lines += [f"  {limit}" for limit in self.limits]
        lines += [f"  trouble: {trouble}" for trouble in self.troubles]
        lines += said_lines((at, cue.words) for at, cue in self.said)
        if self.recording:
            lines.append(f"  recorded in {printable(self.recording)}")
        if s.decline_s >= 60 and s.ending in (Ending.FINISHED, Ending.STOPPED):
            lines.append("  soreness is normal and no injury; it peaks at 24 to 72 h. Still worse past 48 h: too much (A3.5)")
        return lines


class TextReport:
    """One line per event: session time, kind, words, and the small print behind them."""

    def __init__(self, write: Callable[[str], object] = print) -> None:
        self._write = write
        self._phase: Phase | None = None
        self._state_at = 0.0

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""
        s = step.snapshot
        for happened in inputs:
            match happened:
                case Answered(command=command, outcome=outcome, detail=detail) if outcome is not Outcome.ACCEPTED:
                    self._line(now, "link", f"{command.value}: {outcome.value}", detail)
                case Odd(what=what):
                    self._line(now, "odd", what, "")
        if s.phase is not self._phase:
            self._phase = s.phase
            self._line(now, "phase", s.phase.value, "; ".join(s.troubles))
        for cue in step.cues:
            self._line(now, cue.kind.name.lower(), cue.words, _small(cue))
        if s.phase is Phase.RUNNING and now - self._state_at >= _STATE_EVERY_S:
            self._state_at = now
            self._line(now, "state", *_state(s))

    def end(self, summary: Summary) -> None:
        """Take the summary."""
        for line in summary.lines():
            self._write(line)

    def _line(self, now: float, kind: str, words: str, small: str) -> None:
        self._write(f"{clock(now):>8}  {kind:<7} {words}" + (f"  ({small})" if small else ""))


class JsonReport:
    """One JSON object per event, and the state once a second."""

    def __init__(self, write: Callable[[str], object] = print) -> None:
        self._write = write
        self._phase: Phase | None = None
        self._state_at = float("-inf")

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""
        s = step.snapshot
        for happened in inputs:
            if isinstance(happened, Answered | Odd):
                self._line(now, "link", word=to_plain(happened))
        if s.phase is not self._phase:
            self._phase = s.phase
            self._line(now, "phase", phase=s.phase.name.lower())
        for cue in step.cues:
            self._line(now, "cue", kind=cue.kind.name.lower(), words=cue.words, detail=cue.detail, fact=cue.fact)
        for command in step.commands:
            self._line(now, "command", command=to_plain(command))
        if now - self._state_at >= _JSON_STATE_EVERY_S:
            self._state_at = now
            self._line(now, "state", **_plain_state(s))

    def end(self, summary: Summary) -> None:
        """Take the summary."""
        self._write(_json({"event": "summary", **summary.plain()}))

    def _line(self, now: float, event: str, **rest: object) -> None:
        self._write(_json({"t": round(now, 3), "event": event, **rest}))


def _json(plain: dict[str, object]) -> str:
    return json.dumps(plain, allow_nan=False)


def _small(cue: Cue) -> str:
    return "; ".join(text for text in (cue.detail, cue.fact) if text)


def _state(s: Snapshot) -> tuple[str, str]:
    shown = f"{_or_dash(s.shown_grade)}, {_or_dash(s.shown_speed)}"
    label = f"{s.segment.kind.value} {s.segment.label}".strip()
    asked = f", step rate {s.cadence.low_spm}-{s.cadence.high_spm}" if s.cadence else ""
    cadence = asked + (f", {s.step_rate} now" if s.step_rate is not None else "")
    cadence += f", {s.step_length_m:.2f} m a step" if s.step_length_m is not None else ""
    return f"{label}: {shown}", f"{clock(s.left_s)} left, decline so far {clock(s.decline_s)}{cadence}"


def _or_dash(value: object) -> str:
    return "not told" if value is None else str(value)


def _plain_state(s: Snapshot) -> dict[str, object]:
    """Seconds, 0.01 km/h, 0.1 %; true grades."""
    grades: dict[str, Grade | None] = {"asked": s.asked_grade, "target": s.target_grade, "shown": s.shown_grade}
    speeds = {"asked": s.asked_speed, "target": s.target_speed, "shown": s.shown_speed}
    return {
        "phase": s.phase.name.lower(),
        "step": s.segment_index + 1,
        "steps": s.segment_count,
        "left_s": round(s.left_s, 1),
        "grade": grades,
        "speed": speeds,
        "decline_s": round(s.decline_s, 1),
        "level": s.level.name.lower(),
        "step_rate_spm": s.step_rate,
        "step_length_m": None if s.step_length_m is None else round(s.step_length_m, 2),
        "level_step_length_m": None if s.level_step_length_m is None else round(s.level_step_length_m, 2),
    }

"""Watches a simulated session for what must never happen, from outside: the bytes that left, the words that came in, the mock's
own truth. Every limit is restated here by hand. A foul is an AssertionError that says what and when.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, field, replace

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import (
    Answered,
    CommandKind,
    Connected,
    Disconnected,
    Event,
    Input,
    Key,
    Latched,
    Outcome,
    Pressed,
    Telemetry,
    Told,
)
from treadctl.mock.console import Console
from treadctl.mock.faults import MOMENTS, Fault, FaultKind
from treadctl.mock.presets import PRESETS, Preset
from treadctl.safety import Cleared
from treadctl.simulate import Plan, Simulation
from treadctl.treadmill.profile import UNKNOWN
from treadctl.units import Grade, Speed
from treadctl.workout.model import Base, Pace, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

STOP, PAUSE, START, TAKE_CONTROL = b"\x08\x01", b"\x08\x02", b"\x07", b"\x00"
NEVER_LEFT_OR_UNKNOWN_TO_IT = (Outcome.NOT_WRITTEN, Outcome.REFUSED, Outcome.NOT_SUPPORTED, Outcome.INVALID)
NO_START_IS_OUT = {
    (CommandKind.STOP, Outcome.ACCEPTED),
    *((CommandKind.START, outcome) for outcome in NEVER_LEFT_OR_UNKNOWN_TO_IT),
}
DISARMED = frozenset({Phase.READY, Phase.HANDS_OFF, Phase.UNLINKED, Phase.OVER})
BELT_LIES = frozenset({FaultKind.SETPOINT_AS_SPEED, FaultKind.ZERO_GLITCH, FaultKind.STALE_TELEMETRY, FaultKind.SILENT_TELEMETRY})
BELT_STRAYS = BELT_LIES | {
    FaultKind.MPH_SLIP,
    FaultKind.ACK_BUT_IGNORE,
    FaultKind.STOP_RESTARTS,
    FaultKind.CONSOLE_FASTER,
    FaultKind.CONSOLE_SLOWER,
}
DECK_STRAYS = frozenset(
    {
        FaultKind.DECK_STUCK,
        FaultKind.DECK_OVERSHOOT,
        FaultKind.UNSIGNED_INCLINE,
        FaultKind.ACK_BUT_IGNORE,
        FaultKind.GRADE_GLITCH,
        FaultKind.CONSOLE_FLATTER,
        FaultKind.CONSOLE_STEEPER,
        FaultKind.STALE_TELEMETRY,
    }
)


def milder(a: int, b: int) -> int:
    """Whichever is nearer to level; level itself, if it lies between."""
    return 0 if a * b < 0 else a if abs(a) <= abs(b) else b


def is_steeper(to: int, here: int) -> bool:
    return abs(to) > abs(milder(to, here))


def speed_cap(easy: int, tenths: int) -> int:
    """100 % of the easy pace down to -4 %, 90 % at -10, a straight line between (0.01 km/h)."""
    beyond = min(max(0, -40 - tenths), 60)
    return easy * (6000 - 10 * beyond) // 6000


@dataclass
class Referee:
    """One session under watch."""

    plan: Plan
    written: list[tuple[float, bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.simulation = Simulation(self.plan, self.on_step, self.on_write)
        self.is_proven = self.plan.profile is not UNKNOWN
        self.kinds = frozenset(fault.kind for fault in self.plan.faults)
        self.allowed_starts = 0
        self.step: Step | None = None
        self.stop_pressed_at: float | None = None
        self.stop_due: float | None = None
        self.stop_is_owed = self.is_looking = False
        self.down_since: float | None = None
        self.was_down = self.is_proven
        self.shown_at = float("-inf")
        self.zero_since: float | None = None
        self.started_at = float("-inf")
        self.start_came_true = False
        self.last_speed: int | None = None
        self.last_true: int | None = None
        self.was_told_stop = self.is_asking_for_a_stop = False
        self.troubles: list[tuple[float, tuple[str, ...]]] = []

    def run(self) -> Ending | None:
        """The whole session; raises AssertionError at the first foul."""
        ending = self.simulation.run()
        waits = self.phases[-1] is Phase.READY and not any(payload == TAKE_CONTROL for _, payload in self.written)
        self.must(ending is not None or waits, "it never ended")
        self.must(self.stop_due is None or self.simulation.engine.phase is Phase.OVER, "a pressed Stop was never written")
        return ending

    def must(self, well: bool, foul: str) -> None:
        assert well, f"{foul}, at {self.simulation.now:.2f} s in {self.simulation.engine.phase.name}: {self.describe()}"

    def describe(self) -> str:
        plan = self.plan
        keys = ", ".join(f"{key.value}@{at:g}" for at, key in plan.keys)
        console = ", ".join(f"{action.value}@{at:g}" for at, action in plan.console)
        faults = ", ".join(map(str, plan.faults))
        return f"seed {plan.seed}, {plan.preset.name}, keys [{keys}], console [{console}], faults [{faults}]"

    # --- what comes in ------------------------------------------------------------------------------------------------

    def on_step(self, now: float, inputs: list[Input], step: Step) -> None:
        if self.stop_due is not None and now > self.stop_due:
            self.must(False, "Stop was pressed and not written within a tick")
        for happened in inputs:
            self.hear(happened, now)
        self.step = step
        self.troubles = [(t, what) for t, what in self.troubles if now - t <= 0.5] + [(now, step.snapshot.troubles)]
        self.said += [cue.words for cue in step.cues]
        if not self.phases or self.phases[-1] is not step.snapshot.phase:
            self.phases.append(step.snapshot.phase)
        true = self.simulation.treadmill.true_grade
        self.must(true >= -10.0 - (1.5 if FaultKind.DECK_OVERSHOOT in self.kinds else 0.0) - 1e-9, f"the deck is at {true} %")

    def hear(self, happened: Input, now: float) -> None:
        if isinstance(happened, Telemetry) and happened.grade is not None:
            self.see_deck(happened.grade, now)
        match happened:
            case Answered(outcome=Outcome.REFUSED):
                self.must(False, f"the gate refused: {happened}")
            case Latched():
                self.must(False, f"the gate latched: {happened}")
            case Pressed(key=Key.ARM | Key.RESUME):
                self.allowed_starts = 1
            case Pressed(key=Key.STOP):
                self.stop_pressed_at, self.is_looking = now, False
                if self.simulation.treadmill.link_up and not self.is_seen_still(now) and not self.is_stopped_and_at_zero():
                    self.stop_due = now + 0.25
                elif not self.simulation.treadmill.link_up and any(payload == TAKE_CONTROL for _, payload in self.written):
                    self.stop_is_owed = True
            case Answered(outcome=Outcome.NOT_WRITTEN) if "still" in happened.detail:
                self.stop_due = None
            case Answered(command=command, outcome=outcome) if (command, outcome) in NO_START_IS_OUT:
                self.start_came_true = True  # or was called off, or never left
            case Telemetry(speed=Speed() as speed):
                self.see_belt(speed, now)
            case Disconnected():
                self.stop_is_owed = self.stop_is_owed or self.is_looking or self.phases[-1:] == [Phase.STOPPING]
                self.stop_due = None
            case Connected():
                self.meet_anew(now)
            case Told(event=Event.STARTED):
                self.started_at, self.start_came_true = now, self.zero_since is None
            case _:
                pass

    def meet_anew(self, now: float) -> None:
        """A link, the first or another one."""
        self.last_speed = self.last_true = self.down_since = self.zero_since = None
        self.is_looking = self.stop_is_owed and self.simulation.engine.phase is not Phase.OVER
        self.was_told_stop = self.stop_is_owed = self.is_asking_for_a_stop = False
        if self.is_looking:
            self.look(False, now)
        self.was_down = self.is_proven

    def see_belt(self, speed: int, now: float) -> None:
        self.shown_at = now
        self.start_came_true = self.start_came_true or speed > 0
        self.zero_since = None if speed else now if self.zero_since is None else self.zero_since
        if self.is_looking:
            self.look(speed > 0, now)

    def look(self, moves: bool, now: float) -> None:
        """A Stop that waited for its link: at once to a belt that moves or may be started yet, after 3 s unseen, else not."""
        may_start = now - self.started_at <= 30.0 and not self.start_came_true
        self.stop_due = now + (0.25 if moves or may_start else 3.25)
        if self.is_seen_still(now):
            self.is_looking, self.stop_due = False, None

    def see_deck(self, shown: int, now: float) -> None:
        """Half of the first percent, in readings half a second apart."""
        if shown > -5:
            self.down_since = None
        elif self.down_since is None:
            self.down_since = now
        else:
            self.was_down = self.was_down or now - self.down_since >= 0.5

    def is_seen_still(self, now: float) -> bool:
        """Frames have shown zero for 3 s, the last of them no older than 3 s, and no Start is on its way."""
        still = self.zero_since is not None and self.shown_at - self.zero_since >= 3.0
        return still and now - self.shown_at <= 3.0 and now - self.started_at > 30.0

    def is_stopped_and_at_zero(self) -> bool:
        return self.was_told_stop and self.zero_since is not None

    # --- what goes out ------------------------------------------------------------------------------------------------

    def on_write(self, now: float, cleared: Cleared) -> None:
        payload = cleared.payload
        if payload == TAKE_CONTROL and self.stop_due is not None:
            self.stop_due = now + 0.5  # without control a Stop is not permitted; its answer is waited for a quarter of a second
        self.written.append((now, payload))
        assert self.step is not None
        phase = self.step.snapshot.phase
        self.must(cleared.characteristic == 0x2AD9, "a write beside the Control Point")
        if self.is_asking_for_a_stop:
            self.must(payload == STOP, f"control was asked for a Stop, and {payload.hex(' ')} was written")
        self.is_asking_for_a_stop = phase in DISARMED and payload == TAKE_CONTROL
        if phase in DISARMED:
            what = payload == STOP and self.stop_pressed_at is not None
            self.must(what or self.may_repeat_its_stop(payload, now), f"disarmed, and {payload.hex(' ')} was written")
        if payload == STOP:
            self.stop_due = None
            self.is_looking = False
            self.was_told_stop = True
            self.last_speed = None
        elif payload == START:
            self.on_start(now)
        elif payload[0] == 0x02:
            self.on_speed(int.from_bytes(payload[1:], "little"), now)
        elif payload[0] == 0x03:
            self.on_incline(int.from_bytes(payload[1:], "little", signed=True), now)
        else:
            self.must(payload in (PAUSE, TAKE_CONTROL), f"{payload.hex(' ')} was written")
            self.last_speed = self.last_true = None

    def may_repeat_its_stop(self, payload: bytes, now: float) -> bool:
        """A session that is over goes on stopping the belt that it told to stop, if that is its own and not seen still; control
        is asked for right before, because without it a Stop is not permitted."""
        is_over = self.step is not None and self.step.snapshot.phase is Phase.OVER
        still_moves = self.was_told_stop and self.simulation.engine.belt_is_ours and not self.is_seen_still(now)
        return is_over and still_moves and payload in (STOP, TAKE_CONTROL)

    def on_start(self, now: float) -> None:
        self.must(self.allowed_starts > 0, "a Start that nobody asked for")
        self.allowed_starts = 0
        self.started_at = now
        self.was_told_stop = self.start_came_true = False
        self.last_speed = self.last_true = None
        if not self.kinds & DECK_STRAYS:
            self.must(abs(self.simulation.treadmill.true_grade) <= 1.0, "a Start on a slope")

    def on_speed(self, speed: int, now: float) -> None:
        assert self.step is not None
        snapshot = self.step.snapshot
        shown = int(snapshot.shown_speed or 0)
        is_raise = speed > max(shown, self.last_speed or 0)
        self.last_speed = speed
        if not is_raise:
            return
        self.must(snapshot.phase is Phase.RUNNING, "faster outside of a step")
        self.must_be_free("faster", now)
        grade = snapshot.shown_grade
        if grade is not None and grade <= -5:
            self.must(speed <= max(speed_cap(self.plan.runner.easy, grade), self.plan.preset.slowest), f"{speed} at {grade}")
        true = round(self.simulation.treadmill.true_grade * 10)
        if self.last_true is not None and not self.kinds & DECK_STRAYS and not self.plan.console:
            self.must(not is_steeper(self.last_true, true) or abs(self.last_true - true) <= 8, "faster while getting steeper")

    def on_incline(self, word: int, now: float) -> None:
        assert self.step is not None
        offset = int(self.plan.preset.offset)
        self.must(word >= -100 and word + offset >= -100, f"an incline word of {word} with an offset of {offset}")
        self.must(word >= 0 or self.plan.preset.lowest < 0, "a negative grade for a deck that has none")
        self.must(word >= -10 or self.was_down, f"{word} to a deck that was not yet seen to go down")
        true = word + offset
        shown = self.step.snapshot.shown_grade
        references = [known for known in (shown, self.last_true) if known is not None] or [0]
        is_steepening = all(is_steeper(true, reference) for reference in references)
        self.last_true = true
        if not is_steepening:
            return
        self.must(self.step.snapshot.phase is Phase.RUNNING, "steeper outside of a step")
        self.must(true >= self.plan.runner.ceiling, f"{true} past the ceiling")
        self.must_be_free("steeper", now)
        belt = round(self.simulation.treadmill.belt_speed * 100)
        if self.last_speed is not None and not self.kinds & BELT_STRAYS and not self.plan.console:
            self.must(belt <= self.last_speed + 60, f"steeper while the belt is at {belt} on its way to {self.last_speed}")

    def must_be_free(self, what: str, now: float) -> None:
        """Nothing has taken raises away; what was with the link when it did may still be written, within half a second."""
        self.must(any(not troubles for _, troubles in self.troubles), f"{what} in spite of {self.troubles[-1][1]}")
        self.must(now - self.shown_at <= 3.0, f"{what} on telemetry {now - self.shown_at:.2f} s old")


# --- a session made of nothing but a seed -----------------------------------------------------------------------------


def drawn(seed: int) -> Plan:
    """Anybody's workout on any treadmill, with anything going wrong, anybody pressing anything. The seed is all of it."""
    rng = random.Random(seed)
    preset = PRESETS[rng.choice([*PRESETS, "decline-10", "decline-10", "decline-6"])]
    easy = rng.randrange(600, 1500, 10)
    walk, ceiling = rng.randrange(300, min(560, easy), 10), rng.randrange(-100, -20, 5)
    runner = Profile(easy=Speed(easy), walk=Speed(walk), ceiling=Grade(ceiling))
    segments = tuple(_segment(rng, preset) for _ in range(rng.randint(1, 5)))
    workout = Workout("drawn", "Drawn", "nobody", segments)
    length_s = 20 + workout.expected_s(runner) * 1.3
    return Plan(
        workout,
        runner,
        preset,
        seed=seed,
        faults=tuple(_fault(rng, length_s) for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3)))),
        keys=_keys(rng, length_s),
        console=tuple((_moment(rng, length_s), rng.choice(list(Console))) for _ in range(rng.choice((0, 0, 0, 1, 2, 4)))),
        profile=UNKNOWN if seed % 4 == 3 else None,  # every fourth deck is not yet known to go down
    )


def cut_off(seed: int) -> Plan:
    """The same, but with a link that is lost, perhaps twice, a Stop pressed about then, and a belt that a Stop may start."""
    plan, rng = drawn(seed), random.Random(f"cut off {seed}")
    at, for_s = rng.uniform(8, 60), rng.choice((1.0, 2.0, 5.0, 20.0, 40.0, 100.0))
    faults = [fault for fault in plan.faults if fault.kind is not FaultKind.DROP_LINK][:1]
    faults.append(Fault(FaultKind.DROP_LINK, at, for_s))
    if rng.random() < 0.3:
        faults.append(Fault(FaultKind.DROP_LINK, at + for_s + rng.uniform(0, 6), rng.choice((0.5, 3.0, 20.0))))
    if rng.random() < 0.3:
        faults.append(Fault(FaultKind.STOP_RESTARTS, None, None))
    keys = sorted([*plan.keys, (at + rng.uniform(-2, for_s + 3), Key.STOP)], key=lambda pressed: pressed[0])
    touched = [(at + rng.uniform(0, for_s), rng.choice(list(Console)))] if rng.random() < 0.5 else []
    return replace(plan, faults=tuple(faults), keys=tuple(keys), console=(*plan.console, *touched))


def _segment(rng: random.Random, preset: Preset) -> Segment:
    floor = -100 if preset.lowest + preset.offset < 0 or rng.random() < 0.05 else 0
    grade_from = Grade(rng.choice((0, 0, rng.randrange(floor, 61, 5), rng.randrange(floor, 61, 5), rng.randrange(floor, 1))))
    grade_to = grade_from if rng.random() < 0.7 else Grade(rng.randrange(floor, 61, 5))
    pace_from = _pace(rng)
    pace_to = pace_from if rng.random() < 0.7 else _pace(rng)
    distance_m = rng.randrange(50, 300) if rng.random() < 0.2 else None
    kind = rng.choice(list(SegmentKind))
    return Segment(kind, rng.randrange(5, 100), grade_from, grade_to, pace_from, pace_to, distance_m)


def _pace(rng: random.Random) -> Pace:
    if rng.random() < 0.3:
        return Speed(rng.randrange(200, 1600, 10))
    return Relative(rng.choice(list(Base)), rng.randrange(60, 140))


def _moment(rng: random.Random, length_s: float) -> float:
    return rng.randrange(int(length_s * 4)) / 4


def _keys(rng: random.Random, length_s: float) -> tuple[tuple[float, Key], ...]:
    keys = [(5.0, Key.ARM)] if rng.random() < 0.95 else []
    usual = [key for key in Key if key not in (Key.STOP, Key.ARM, Key.WALK)]
    for _ in range(rng.choice((0, 1, 2, 4, 8))):
        keys.append((_moment(rng, length_s), rng.choice(usual)))
    for _ in range(rng.choice((0, 0, 1, 3))):
        at = _moment(rng, length_s)
        keys += [(at, Key.PAUSE), (at + rng.uniform(0.5, 30), Key.RESUME)]
    for _ in range(rng.choice((0, 1, 2))):
        keys.append((_moment(rng, length_s), Key.ARM))
    if rng.random() < 0.4:
        keys.append((_moment(rng, length_s), Key.STOP))
        if rng.random() < 0.5:
            keys.append((keys[-1][0] + rng.uniform(0.1, 12), Key.STOP))
    walks = random.Random(repr(keys))  # its own, so that the stories that were known before it are still the same
    if walks.random() < 0.3:
        at = _moment(walks, length_s)
        keys += [(at, Key.WALK), (at + walks.uniform(0.5, 60), Key.RESUME)]
    return tuple(sorted(keys, key=lambda pressed: pressed[0]))


def _fault(rng: random.Random, length_s: float) -> Fault:
    kind = rng.choice(list(FaultKind))
    at_s = None if kind not in MOMENTS and rng.random() < 0.3 else _moment(rng, length_s)
    for_s = rng.choice((None, 0.5, 2.0, 5.0, 20.0))
    return Fault(kind, at_s, None if kind in MOMENTS and kind is not FaultKind.DROP_LINK else for_s)


if __name__ == "__main__":
    for text in sys.argv[1:]:
        game = Referee(drawn(int(text)))
        try:
            print(game.run(), "after", game.simulation.now, "s:", game.describe())
        except AssertionError as foul:
            print(foul)

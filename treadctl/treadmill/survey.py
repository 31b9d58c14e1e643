"""What a probe found out about one treadmill, and how a person is told: what it says and shows, what treadctl makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from treadctl.engine.words import Machine
from treadctl.ftms import feature, ranges, treadmill_data
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_FEATURE,
    FITNESS_MACHINE_STATUS,
    SUPPORTED_INCLINATION_RANGE,
    SUPPORTED_SPEED_RANGE,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.ftms.errors import ProtocolError
from treadctl.safety import HARD_STOP, SIGHT_S
from treadctl.treadmill.plain_words import STRINGS, feature_words, fields, in_words, name
from treadctl.treadmill.profile import UNKNOWN, MachineProfile, quirks_of
from treadctl.treadmill.recording import Recording
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.errors import printable

COARSE: Final = 20
"""0.1 %: on steps coarser than this a session closes the declines (hw_notes.md §2.4)."""
HALF_A_MILE: Final = Speed(50)
EIGHT: Final = Speed(800)
"""0.5 to 8 or more is how belts that count in mph begin and end; walking pads in km/h begin at 0.5 and end at 6. Ours."""
COMPARE: Final = (
    "compare it with the console, and write `speed told: km/h` or `speed told: mph` into its own file (docs/machines.md)"
)
_WIDTH: Final = 19

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Survey:
    """One treadmill as it was read and heard for `seconds`; `refused` is what it offers and did not give, and why."""

    address: str
    seen: Recording
    seconds: float
    refused: Mapping[int, str]

    @property
    def is_treadmill(self) -> bool:
        """Whether it is one by the only sign that counts: it offers Treadmill Data."""
        return TREADMILL_DATA in self.seen.offered

    def text(self, number: int) -> str:
        """A Device Information string; empty where it was not told."""
        octets = self.seen.values.get(number)
        return "" if octets is None else in_words(number, octets)


@dataclass(frozen=True, slots=True)
class Shown:
    """What telemetry showed, in numbers. None: never told."""

    frames: int
    per_s: float
    longest_gap_s: float
    fields: tuple[str, ...]
    speeds: tuple[Speed, Speed] | None
    grades: tuple[Grade, Grade] | None
    cut_short: int

    @property
    def belt_moves(self) -> bool:
        """Whether the belt was seen moving."""
        return self.speeds is not None and self.speeds[1] > 0


def shown(survey: Survey) -> Shown:
    """The numbers behind the telemetry that was heard."""
    frames = [frame for frame in survey.seen.frames if frame.characteristic == TREADMILL_DATA]
    records = [record for frame in frames if (record := _record(frame.octets)) is not None]
    speeds = [record.speed for record in records if record.speed is not None]
    grades = [record.grade for record in records if record.grade is not None]
    present = dict.fromkeys(field for frame in frames for field in fields(frame.octets))
    times = [0.0, *(frame.at for frame in frames), survey.seconds]
    return Shown(
        frames=len(frames),
        per_s=len(frames) / survey.seconds if survey.seconds else 0.0,
        longest_gap_s=max(after - before for before, after in pairwise(times)),
        fields=tuple(present),
        speeds=(min(speeds), max(speeds)) if speeds else None,
        grades=(min(grades), max(grades)) if grades else None,
        cut_short=sum(record.truncated for record in records),
    )


def said_lines(survey: Survey) -> Iterator[str]:
    """What the treadmill says of itself."""
    seen = survey.seen
    yield line("address", survey.address)
    yield line("name", printable(seen.name))
    for number in STRINGS:
        if number in seen.offered:
            yield line(name(number), survey.text(number) or f"not given: {survey.refused.get(number, '')}")
    octets = seen.values.get(FITNESS_MACHINE_FEATURE)
    if octets is not None and len(octets) >= 8:
        tells, takes = feature_words(octets)
        yield line("says it tells", tells)
        yield line("says it takes", takes)
    for number in (SUPPORTED_SPEED_RANGE, SUPPORTED_INCLINATION_RANGE, TRAINING_STATUS):
        if number in seen.values:
            yield line(name(number), in_words(number, seen.values[number]))
        elif number in seen.offered:
            yield line(name(number), f"not given: {survey.refused.get(number, 'no reason told')}")
        else:
            yield line(name(number), "not offered")
    there = "offered; never used by a probe without --walk-deck"
    yield line(name(FITNESS_MACHINE_CONTROL_POINT), there if FITNESS_MACHINE_CONTROL_POINT in seen.offered else "not offered")
    others = sorted(number for number in seen.offered if name(number)[0:2] == "0x" or number > 0xFFFF)
    if others:
        yield line("also offered", ", ".join(map(name, others)))


def shown_lines(survey: Survey) -> Iterator[str]:
    """What its telemetry showed."""
    told = shown(survey)
    if not told.frames:
        yield line("telemetry", f"none in {survey.seconds:.0f} s")
    else:
        rate = f"{told.frames} frames in {survey.seconds:.0f} s, longest silence {told.longest_gap_s:.1f} s"
        yield line("telemetry", rate + (f", {told.cut_short} cut short" if told.cut_short else ""))
        yield line("fields", ", ".join(field.replace("_", " ") for field in told.fields))
        yield line("belt", _between(told.speeds))
        yield line("deck", _between(told.grades))
    for frame in survey.seen.frames:
        if frame.characteristic in (FITNESS_MACHINE_STATUS, TRAINING_STATUS):
            yield line(f"at {frame.at:.1f} s", f"{name(frame.characteristic)}: {in_words(frame.characteristic, frame.octets)}")


def made_of_it(machine: Machine, profile: MachineProfile) -> Iterator[str]:
    """What treadctl takes it for."""
    known = "" if profile is UNKNOWN else f" ({', '.join(quirks_of(profile)).replace('_', ' ')})"
    yield line("profile", f"{profile.title}{known}" if profile is not UNKNOWN else "none fits; taken at its word")
    deck = machine.deck
    yield line("belt", f"{machine.slowest} to {machine.fastest} in steps of {Speed(machine.speed_step)}")
    if not deck.commanded:
        yield line("deck", f"not commanded; it stands at {deck.true(deck.level)}")
        return
    step = f"{deck.step // 10}.{deck.step % 10} %"
    yield line("deck", f"{deck.true(deck.floor)} to {deck.true(deck.ceiling)} true grade, in steps of {step}")
    if deck.offset:
        yield line("propped", f"{deck.offset}: what the machine calls {LEVEL} is {deck.true(LEVEL)} on this floor")
    if deck.steepest < LEVEL:
        yield line("declines", "proven to go down" if deck.proven else f"not proven: the first is {deck.first}, and must be seen")


def warnings(survey: Survey, machine: Machine | None) -> Iterator[str]:
    """What will be limited or will not work, each with what to do about it where there is something."""
    if not survey.is_treadmill:
        yield "it offers no Treadmill Data (0x2ACD): this is no FTMS treadmill, and treadctl cannot drive it"
        return
    if FITNESS_MACHINE_CONTROL_POINT not in survey.seen.offered:
        yield "it offers no control point: it can be listened to, not driven"
    yield from _range_warnings(survey)
    yield from _telemetry_warnings(shown(survey), machine)
    if machine is not None:
        yield from machine.warnings
        yield from _deck_warnings(machine)


def _range_warnings(survey: Survey) -> Iterator[str]:
    values = survey.seen.values
    belt = _decoded(ranges.decode_speed_range, values.get(SUPPORTED_SPEED_RANGE))
    if belt is None or not belt.usable:
        yield "it tells no usable speed range: its belt is taken for a modest one"
    elif belt.slowest == HALF_A_MILE and belt.fastest >= EIGHT:
        yield f"{belt.slowest} to {belt.fastest} is a usual range in mph: it may count in miles; {COMPARE}"
    deck = _decoded(ranges.decode_inclination_range, values.get(SUPPORTED_INCLINATION_RANGE))
    targets = _decoded(feature.decode, values.get(FITNESS_MACHINE_FEATURE))
    if deck is None or not deck.usable:
        yield "it tells no usable inclination range: its deck is not commanded; declines run on a propped deck, or with --flat"
    elif targets is None or not targets.inclination_target:
        yield "it tells an inclination range, but not that it takes inclinations: its deck is commanded only if a profile says so"
    elif deck.lowest < HARD_STOP:
        yield f"its deck says that it goes to {deck.lowest}; treadctl never asks for less than {HARD_STOP}"


def _telemetry_warnings(told: Shown, machine: Machine | None) -> Iterator[str]:
    if not told.frames:
        yield "no telemetry came: nothing is raised or steepened blind, so no session can run; is the treadmill awake?"
        return
    if told.belt_moves:
        yield "its belt is moving"
    if told.speeds is not None and told.belt_moves and (machine is None or machine.unit_in_doubt):
        yield f"it told {told.speeds[1]}: its console should have said that, or {told.speeds[1].text('mph')}; {COMPARE}"
    if told.longest_gap_s > SIGHT_S:
        silent = f"telemetry was silent for {told.longest_gap_s:.1f} s"
        yield f"{silent}: nothing is raised or steepened after {SIGHT_S:.0f} s without it"
    if told.speeds is None:
        yield "it never told its speed: the belt cannot be started, as it cannot be seen to be still"
    if told.grades is None and machine is not None and machine.deck.commanded and machine.deck.reports:
        yield "it never told its inclination: the deck is never seen level, so the belt is not started"
    if told.cut_short:
        yield f"{told.cut_short} of {told.frames} frames were cut short; what could be read is used"


def _deck_warnings(machine: Machine) -> Iterator[str]:
    deck = machine.deck
    if deck.step > COARSE and deck.commanded:
        yield f"its deck moves in steps of {deck.step / 10:g} %: too coarse for declines"
    if not deck.steepest < LEVEL:
        yield "it has no decline: a workout of declines runs only with --flat, or on a deck that is propped up (hw_notes.md §2.4)"
        return
    if deck.steepest > HARD_STOP:
        yield f"declines steeper than {deck.steepest} are run at {deck.steepest}"
    if not deck.proven:
        yield "nobody has seen this deck go down: treadctl probe ADDRESS --walk-deck finds out, with nobody on the belt"


def _record(octets: bytes) -> treadmill_data.TreadmillData | None:
    return _decoded(treadmill_data.decode, octets)


def _decoded(decode: Callable[[bytes], T], octets: bytes | None) -> T | None:
    try:
        return None if octets is None else decode(octets)
    except ProtocolError:
        return None


def _between(seen: tuple[Speed, Speed] | tuple[Grade, Grade] | None) -> str:
    if seen is None:
        return "never told"
    low, high = seen
    return str(low) if low == high else f"{low} to {high}"


def line(label: str, words: str) -> str:
    """One thing, in a column of its own."""
    return f"  {label:<{_WIDTH}}{words}"

"""`treadctl probe`: what one treadmill says, shows and is taken for; and, asked for by name, a walk of its deck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli import guardian
from treadctl.cli.columns import fitting
from treadctl.cli.deck_walking import Walker, Way
from treadctl.cli.errors import BadInput, Exit, at_a_terminal, heeding, tell
from treadctl.clock import Clock, RunningClock
from treadctl.engine.words import Input, Machine
from treadctl.treadmill import plain_words, survey
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.deck_walk import DeckWalk, Verdict
from treadctl.treadmill.gatt import LinkError, Radio
from treadctl.treadmill.guarded import Guarded
from treadctl.treadmill.known import Known, known_here
from treadctl.treadmill.listening import Ear
from treadctl.treadmill.machine import machine
from treadctl.treadmill.own import OwnTreadmill, own_folder, save_own
from treadctl.treadmill.profile import MachineProfile
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.treadmill.recording import Frame
from treadctl.treadmill.survey import Survey
from treadctl.workout.errors import printable

CONFIRMED: Final = "nobody is on the belt"
SEEN_DOWN: Final = "it went down"
LONGEST_S: Final = 600.0
_WARNING: Final = f"""
This walks the deck, on a belt that stands still: a little down, on to its
lowest, a little up, and level. It starts no belt. Nobody stands on it, nothing
lies under it, the safety key is in reach, no other app holds the treadmill.
Software is no emergency stop. Ctrl+C levels the deck and ends.
Watch the front of the deck: you will be asked where it went.
To go on, type: {CONFIRMED}
> """
_WHERE: Final = f"""
Some treadmills tell the target and not the deck, so only you can know.
Did you see the FRONT of the deck go below level, further with each step?
If so, type: {SEEN_DOWN}   If it went up, or nowhere, type: no
> """

Radios = Callable[[], Radio]
Ways = Callable[[Callable[[Input], None]], Way]


@dataclass(frozen=True, slots=True)
class Found:
    """A treadmill that was read and heard, and what it is taken for; `machine` None: why not stands in `why_not`."""

    survey: Survey
    profile: MachineProfile
    machine: Machine | None
    why_not: str = ""


def probe(
    address: str,
    /,
    *,
    seconds: float = 10.0,
    walk_deck: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Read everything that one treadmill tells, and say what treadctl makes of it. Without --walk-deck it only listens.

    Ends with 0 when the treadmill was read (and its deck walked, where that was asked for), 2 when the input was wrong, 3 when it
    cannot be reached, is no treadmill or did not walk, and 4 when its deck went the wrong way or its belt began to move.

    Parameters
    ----------
    address
        The Bluetooth address of the treadmill; treadctl scan lists those in reach.
    seconds
        How long to listen to its telemetry.
    walk_deck
        With nobody on the belt: walk the deck down and up, to learn its sign, range, step and speed, then level it. In a
        terminal, and only after a sentence typed in full.
    """
    if not 1 <= seconds <= LONGEST_S:
        raise BadInput(f"--seconds {seconds:g} is not 1 to {LONGEST_S:g}")
    if walk_deck and not at_a_terminal():
        raise BadInput("--walk-deck asks a question first: run it in a terminal")
    try:
        known = known_here()
    except MachineFileError as error:
        raise BadInput(str(error)) from error

    def radio() -> Radio:
        from treadctl.treadmill.radio import BleakRadio  # bleak is slow to import

        return BleakRadio(address)

    clock = RunningClock()

    def way(deliver: Callable[[Input], None]) -> Way:
        return Guarded(guardian.command(), clock, deliver, guardian.record())

    return probed(radio, address, clock, known, seconds, walk_deck, way)


def probed(
    radio: Radios, address: str, clock: Clock, known: Known, seconds: float, walk_deck: bool, way: Ways | None = None
) -> int:
    """The command, on any radio. Each connection has one of its own; a walk goes by `way`, or in this very process."""
    _say(f"reading {address}, then listening for {seconds:g} s …")
    try:
        found = asyncio.run(look(radio(), address, clock, known, seconds))
    except LinkError as error:
        tell(str(error))
        return Exit.TREADMILL_FAILED
    show(found)
    if not found.survey.is_treadmill or found.machine is None:
        return Exit.TREADMILL_FAILED
    if not walk_deck:
        return Exit.DONE
    walk_by = way or (lambda deliver: Connection(radio(), clock, deliver, known))
    return _walk(walk_by, address, clock, known, found)


async def look(radio: Radio, address: str, clock: Clock, known: Known, seconds: float) -> Found:
    """Read and hear one treadmill, and let go of it; raises LinkError."""
    frames: list[Frame] = []
    ear = Ear(radio, clock, frames.append)
    try:
        seen = await ear.open(datetime.now().astimezone())
        begun = clock.now()
        await ear.listen(seen.offered, seconds)
        heard = clock.now() - begun
    finally:
        await radio.disconnect()
    if ear.lost:
        tell(f"{ear.lost}, {heard:.1f} s after listening began; what was heard until then follows")
    return judge(Survey(address, replace(seen, frames=tuple(frames)), heard, ear.refused), known)


def judge(looked: Survey, known: Known) -> Found:
    """What a treadmill is taken for."""
    firmware = looked.text(plain_words.FIRMWARE_REVISION) or looked.text(plain_words.SOFTWARE_REVISION)
    model, maker = looked.text(plain_words.MODEL_NUMBER), looked.text(plain_words.MANUFACTURER_NAME)
    profile = known.profile(looked.seen.name, model, firmware, maker)
    if profile.unsupported:
        return Found(looked, profile, None, f"it is not driven: {profile.unsupported}")
    try:
        taken_for = machine(looked.seen.name, looked.address, looked.seen.values, profile, known.own(looked.address))
    except ValueError as error:
        return Found(looked, profile, None, f"it cannot be driven: {error}")
    return Found(looked, profile, taken_for)


def show(found: Found) -> None:
    """What was found, for a person."""
    _say("\nIt says of itself", *survey.said_lines(found.survey))
    _say(f"\nIt showed, in {found.survey.seconds:.0f} s", *survey.shown_lines(found.survey))
    if found.machine is not None and found.survey.is_treadmill:
        _say("\ntreadctl takes it for", *survey.made_of_it(found.machine, found.profile))
    worries = [found.why_not] if found.why_not else []
    worries += survey.warnings(found.survey, found.machine)
    if worries:
        _say("\nMind", *(f"  - {worry}" for worry in worries))


def _say(*lines: str) -> None:
    """At once, each line as there is room for it."""
    fitting(partial(print, flush=True))("\n".join(lines))


# --- the walk --------------------------------------------------------------------------------------------------------


def _walk(way: Ways, address: str, clock: Clock, known: Known, found: Found) -> int:
    taken_for = found.machine
    if taken_for is None or not taken_for.deck.commanded:
        tell("its deck cannot be commanded, so there is nothing to walk")
        return Exit.TREADMILL_FAILED
    if not taken_for.deck.reports:
        tell("it does not tell its inclination, so nobody would see where a walk goes; it is not begun")
        return Exit.TREADMILL_FAILED
    if survey.shown(found.survey).belt_moves:
        tell("its belt is moving: stop it at the console, step off, and run this again")
        return Exit.TREADMILL_FAILED
    if " ".join(_asked(_WARNING).split()) != CONFIRMED:
        _say("that was something else: nothing was walked")
        return Exit.BAD_INPUT
    try:
        walk = asyncio.run(_walked(way, address, clock))
    except LinkError as error:
        tell(str(error))
        return Exit.TREADMILL_FAILED
    code = conclude(walk)
    before = known.own(address) or OwnTreadmill(address)
    if walk.disproven:
        return _note_wrong_way(before, found, code)
    if walk.verdict is not Verdict.WALKED:
        return code
    saw = " ".join(_asked(_WHERE).split()) if walk.proven else ""
    if saw in ("no", "n"):
        return _note_wrong_way(before, found, Exit.SAFETY)
    if walk.proven and saw != SEEN_DOWN:
        _say("whether it goes down stays as it was known before this walk")
    _offer(before, learn(before, walk, found.survey.seen.name, seen_down=saw == SEEN_DOWN))
    return code


async def _walked(way: Ways, address: str, clock: Clock) -> DeckWalk:
    loop = asyncio.get_running_loop()
    walker = Walker(way, clock, _say)
    with heeding(lambda *_: loop.call_soon_threadsafe(walker.stop)):
        return await walker.walk(address)


def conclude(walk: DeckWalk) -> Exit:
    """Say how a walk ended and what it found; the exit code of that."""
    _say("\nThe walk", *walk_lines(walk))
    if not walk.seen_level and walk.legs:
        tell("the deck was not seen to be level at the end: level it at the console before anybody steps on")
    match walk.verdict:
        case Verdict.WALKED:
            return Exit.DONE
        case Verdict.STOPPED:
            return Exit.INTERRUPTED
        case Verdict.WRONG_WAY | Verdict.TOO_FAR | Verdict.BELT_MOVED | Verdict.LATCHED:
            return Exit.SAFETY
        case _:
            return Exit.TREADMILL_FAILED


def walk_lines(walk: DeckWalk) -> list[str]:
    """What a walk found."""
    verdict = walk.verdict.value if walk.verdict is not None else "left before its end"
    lines = [survey.line("ended", f"{verdict}{f': {walk.detail}' if walk.detail else ''}")]
    reached = [leg for leg in walk.legs if leg.settled is not None]
    elsewhere = [leg for leg in reached if leg.settled is not None and abs(leg.settled - leg.asked) > walk.within]
    if walk.proven:
        lines.append(survey.line("sign", "telemetry says that a target below zero goes down"))
    if reached:
        settled = [leg.settled for leg in reached if leg.settled is not None]
        lines.append(survey.line("went", f"{min(settled)} to {max(settled)}, as the machine counts"))
    lines += [survey.line("not there", f"asked for {leg.asked}, it came to rest at {leg.settled}") for leg in elsewhere]
    for down, way in ((True, "down"), (False, "up")):
        rate = walk.rate(down=down)
        if rate is not None:
            lines.append(survey.line(way, f"{rate:.2f} % per second at the slowest"))
    lags = [leg.lag_s for leg in walk.legs if leg.lag_s is not None]
    if lags:
        lines.append(survey.line("seen to react", f"{min(lags):.1f} to {max(lags):.1f} s after it was asked"))
    return lines


def _note_wrong_way(before: OwnTreadmill, found: Found, code: Exit) -> Exit:
    """Keep that it does not go down when told to, without asking: whatever said otherwise counts no more."""
    try:
        path = save_own(own_folder(), replace(before, name=before.name or printable(found.survey.seen.name), proven=False))
        _say(f"written to {path}: it is not known to go down when told to")
    except MachineFileError as error:
        tell(f"{error}; write `proven: no` there yourself")
    return code


def _offer(before: OwnTreadmill, learned: OwnTreadmill) -> None:
    """Keep what was learned, if the person wants that."""
    if replace(learned, name=before.name) == before:
        _say("nothing new was learned of it")
        return
    if _asked("\nkeep this for this treadmill, in your own file of it? yes or no: ") not in ("y", "yes"):
        _say("not kept")
        return
    try:
        _say(f"written to {save_own(own_folder(), learned)}")
    except MachineFileError as error:
        raise BadInput(str(error)) from error


def _asked(question: str) -> str:
    """A person's answer in lower case; none from a terminal that is gone."""
    try:
        return input(question).strip().lower()
    except EOFError:
        return ""


def learn(before: OwnTreadmill, walk: DeckWalk, name: str, *, seen_down: bool) -> OwnTreadmill:
    """What is known of a treadmill after a walk that somebody watched; `name` is for one that a person has not named."""
    proven, rate = True if seen_down else before.proven, walk.deck_rate or before.deck_rate
    return replace(before, name=before.name or printable(name), proven=proven, deck_rate=rate)

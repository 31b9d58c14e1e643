"""The coach's side of a class: which words go out, how often, and what the lanes made of them. Pure.

Every word is said again until all it is for have answered; its id stays, so it acts once. STOP ALL outlives everything said
before it. One console leads; a second one listens, takes over when the first is gone, and may say Stop and Walk at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypedDict

from treadctl.studio.accept import LEASE_S
from treadctl.studio.messages import (
    ALL,
    NO_CLASS,
    Ack,
    Adjust,
    Command,
    Lanes,
    Lease,
    Offer,
    Pause,
    Ping,
    Ready,
    Reason,
    Report,
    Say,
    Start,
    State,
    Stop,
    Time,
    Unreadable,
    Walk,
    read_command,
)
from treadctl.studio.program import ClassPlace
from treadctl.studio.roster import LaneView, Late, Roster
from treadctl.studio.signing import PublicKey
from treadctl.studio.topics import address_of
from treadctl.workout.file import parse
from treadctl.workout.profile import CAUTIOUS

START_AHEAD_S: Final = 12.0
"""From START CLASS to T0: ten seconds of countdown, and two for the word to reach everybody, twice if need be. Ours."""
LEASE_EVERY_S: Final = 5.0
LISTEN_S: Final = 6.0
"""A console that has just come listens for so long whether another one leads. One lease interval and a second."""
LIFE_MS: Final = 10_000
"""A command is good for so long; a repeat is issued anew."""
REPEAT_S: Final = 1.0
STOP_REPEAT_S: Final = 0.5
REPEAT_FOR_S: Final = 20.0
STOP_AT_LEAST: Final = 6
"""Said for three seconds at least, for lanes this console has never heard of. Ours."""
STOP_FOR_S: Final = 120.0
"""Unanswered, a Stop is said for two minutes; the list of belts not known to be still stays until they are."""
AGAIN_S: Final = 3.0
"""A lane that could not take part yet is asked again after this long."""
_NOT_YET: Final = frozenset({Reason.UNMEASURED, Reason.STALE, Reason.SKEWED, Reason.NOT_IN_CHARGE, Reason.REPLAYED})
"""Refusals by a lane's door that a later repeat may pass."""


@dataclass(slots=True)
class _Outstanding:
    """A word that some may not have answered yet. `until` is when it is given up."""

    command: Command
    answered: set[int]
    every_s: float
    until: float
    next_at: float
    said: int = 0


class Coach:
    """One console. `now` is its own clock: seconds since 1970 when it was started, then running without jumps."""

    def __init__(self, studio: str, coach: str, key: PublicKey, now: float) -> None:
        self.studio = studio
        self.coach = coach
        self.roster = Roster(studio)
        self.class_id: str | None = None
        self.offered: Offer | None = None
        self.t0: float | None = None
        self.place: ClassPlace | None = None
        self.stopped_at: float | None = None
        self.expected: set[int] = set()
        self._key = key
        self._began = now
        self._leads = False
        self._other: tuple[str, float] | None = None
        self._next_lease = now + LISTEN_S
        self._seq = int(now * 1000)
        self._ids = 0
        self._outstanding: list[_Outstanding] = []
        self._times: list[tuple[Ping, float]] = []
        self._again: dict[int, float] = {}
        self._offered_at: dict[int, float] = {}

    # --- who leads ----------------------------------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether this console leads the class."""
        return self._leads

    def other(self, now: float) -> str | None:
        """Another console that leads."""
        return self._other[0] if self._other is not None and now - self._other[1] <= LEASE_S else None

    def _lease(self, now: float) -> list[Command]:
        if self.other(now) is not None and not self._leads:
            return []
        if now < self._next_lease:
            return []
        self._leads = True
        self._next_lease = now + LEASE_EVERY_S
        return [Lease(**self._head(now, class_id=NO_CLASS), held=True)]

    def hand_over(self, now: float) -> Command | None:
        """Give the lease away, as on the way out; another console takes it."""
        if not self._leads:
            return None
        self._leads, self._next_lease = False, now + LISTEN_S
        return Lease(**self._head(now, class_id=NO_CLASS), held=False)

    def _hear_lease(self, lease: Lease, now: float) -> None:
        if lease.coach == self.coach or not self._key.verifies(lease) or lease.expires_ms < now * 1000:
            return
        if not lease.held:
            self._other, self._next_lease = None, min(self._next_lease, now)
        elif not self._leads or lease.coach < self.coach:  # of two that began at once, one gives way
            self._leads, self._other = False, (lease.coach, now)

    # --- what comes in ------------------------------------------------------------------------------------------------

    def hear(self, topic: str, payload: bytes, retained: bool, now: float) -> Report | None:
        """Take in what came over the bus; returns the lane's report if it was one that counts."""
        address = address_of(topic)
        if address is not None and address.lane is None:
            self._hear_console(address.kind, payload, retained, now)
            return None
        report = self.roster.hear(topic, payload, retained, now)
        match report:
            case Ping():
                self._times.append((report, now))
            case Ack():
                self._acked(report, now)
            case Ready(ready=True):
                self._is_ready(report, now)
            case State():
                self._resync(report, now)
            case _:
                pass
        return report

    def _hear_console(self, kind: str, payload: bytes, retained: bool, now: float) -> None:
        if kind != "lease" or retained:
            return
        try:
            lease = read_command(kind, payload)
        except Unreadable:
            return
        if isinstance(lease, Lease):
            self._hear_lease(lease, now)

    def _acked(self, ack: Ack, now: float) -> None:
        if ack.reason in _NOT_YET:
            return
        for one in self._outstanding:
            if one.command.id == ack.id:
                one.answered.add(ack.lane)
                if isinstance(one.command, Start) and ack.reason is Reason.CLOCK_TOO_COARSE:
                    self._again[ack.lane] = now + AGAIN_S

    def _is_ready(self, ready: Ready, now: float) -> None:
        """Whoever is ready after the start comes late, through their own warm-up."""
        if self.t0 is not None and self.stopped_at is None:
            self.expected.add(ready.lane)
            if now > self.t0:
                self._again[ready.lane] = now

    def _resync(self, state: State, now: float) -> None:
        """After a loss on either side: a lane that knows this class goes on untouched, one that does not gets the offer."""
        if self.class_id is None and state.class_id is not None and state.belt == "moving":
            self.class_id = state.class_id
        offer = self.offered
        if offer is None or state.class_id == offer.class_id or not offer.is_for(state.lane) or self.stopped_at is not None:
            return
        if now - self._offered_at.get(state.lane, float("-inf")) > AGAIN_S and self._leads:
            self._offered_at[state.lane] = now
            self._say(replace(offer, **self._times_of(now), lanes=(state.lane,), id=self._new_id()), now)

    # --- what the staff press: each returns why not, or nothing -----------------------------------------------------------

    def offer(self, class_id: str, title: str, program: str, now: float, lanes: Lanes = ALL, decline_s: int | None = None) -> str:
        """Send a program to lanes. Raises WorkoutError for one that cannot be read: nobody is offered that."""
        parse(program.encode(), "class.yaml")
        if not self._leads:
            return self._not_leading(now)
        if self.class_id != class_id:
            self.t0, self.place, self.expected = None, None, set()
        self.stopped_at = None
        self._drop(Stop, Walk)
        offer = Offer(**self._head(now, lanes, class_id), title=title, program=program, decline_s=decline_s)
        self.class_id, self.offered = class_id, offer
        self._offered_at |= {view.lane: now for view in self._targets(lanes, now)}
        self._say(offer, now)
        return ""

    def start(self, now: float) -> str:
        """START CLASS: everybody who is ready, at T0."""
        if not self._leads:
            return self._not_leading(now)
        if self.offered is None or self.stopped_at is not None:
            return "first send a program to the lanes"
        if self.t0 is not None:
            return "the class has been started already"
        self.t0 = now + START_AHEAD_S
        self.place = ClassPlace(parse(self.offered.program.encode(), "class.yaml"), CAUTIOUS, self.t0)
        self.expected = {view.lane for view in self.roster if view.ready and not view.is_lost(now)}
        self._say(Start(**self._head(now, self.offered.lanes), t0_ms=round(self.t0 * 1000)), now, until=self.t0)
        return ""

    def pause(self, now: float, lanes: Lanes = ALL) -> str:
        """Pause all or some; before T0 it calls the start off."""
        if lanes == ALL:
            self._call_off(now)
            if self.place is not None:
                self.place.hold(now)
        return self._press(now, lambda: Pause(**self._head(now, lanes), what="pause"))

    def offer_to_resume(self, now: float, lanes: Lanes = ALL) -> str:
        """Offer to go on; each runner accepts with a key of their own."""
        if self.place is not None and lanes == ALL:
            self.place.go_on(now)
        self._drop(Pause)
        return self._press(now, lambda: Pause(**self._head(now, lanes), what="resume"))

    def adjust(self, what: Literal["next", "extend", "flatter", "slower"], now: float, lanes: Lanes = ALL) -> str:
        """Next step or a longer one, for all or some; flatter or slower, for one."""
        why_not = self._press(now, lambda: Adjust(**self._head(now, lanes), what=what))
        if not why_not and self.place is not None and lanes == ALL:
            if what == "next":
                self.place.next(now)
            elif what == "extend":
                self.place.extend()
        return why_not

    def say(self, text: str, now: float, lanes: Lanes = ALL) -> str:
        """A line to one or all."""
        return self._press(now, lambda: Say(**self._head(now, lanes), text=text))

    def stop_all(self, now: float) -> None:
        """STOP ALL: heard in every state, needs no lease, said until acknowledged; all that was said before is taken back."""
        self._outstanding.clear()
        self._again.clear()
        self.stopped_at, self.t0, self.place = now, None, None
        stop = Stop(**self._head(now))
        self._say(stop, now, STOP_REPEAT_S, now + STOP_FOR_S)

    def walk_all(self, now: float) -> None:
        """WALK ALL: level and walking pace; likewise, but a class that runs goes on."""
        self._call_off(now)
        self._drop(Start, Adjust, Pause)
        walk = Walk(**self._head(now))
        self._say(walk, now, STOP_REPEAT_S, now + STOP_FOR_S)

    # --- what goes out ------------------------------------------------------------------------------------------------

    def step(self, now: float) -> tuple[Command, ...]:
        """What is due now, unsigned; the shell signs and publishes it at once, for the answers to pings say when they left."""
        out = self._lease(now)
        out += self._repeats(now)
        if self._leads:
            for lane in [lane for lane, at in self._again.items() if at <= now]:
                del self._again[lane]
                out += self._start_late(lane, now)
            out += [self._time(ping, came, now) for ping, came in self._times]
        self._times.clear()
        return tuple(out)

    def _repeats(self, now: float) -> list[Command]:
        self._outstanding = [one for one in self._outstanding if not self._is_done(one, now)]
        out: list[Command] = []
        for one in self._outstanding:
            if one.next_at <= now:
                one.command = replace(one.command, **self._times_of(now)) if one.said else one.command
                one.said, one.next_at = one.said + 1, now + one.every_s
                out.append(one.command)
        return out

    def _is_done(self, one: _Outstanding, now: float) -> bool:
        least = STOP_AT_LEAST if isinstance(one.command, Stop | Walk) else 1
        return one.said >= least and (now >= one.until or not self._waiting(one, now))

    def _waiting(self, one: _Outstanding, now: float) -> tuple[int, ...]:
        """The lanes that are there and have not answered; one that comes in the meantime is told too."""
        return tuple(view.lane for view in self._targets(one.command.lanes, now) if view.lane not in one.answered)

    def _start_late(self, lane: int, now: float) -> list[Command]:
        if self.t0 is None or self.place is None or self.stopped_at is not None:
            return []
        ahead = now < self.t0
        t0, place_s = (self.t0, 0) if ahead else (now, int(max(0.0, self.place.at(now))))
        start = Start(**self._head(now, (lane,)), t0_ms=round(t0 * 1000), place_s=place_s)
        self._say(start, now)
        return self._repeats(now)

    def _time(self, ping: Ping, came: float, now: float) -> Command:
        return Time(
            **self._head(now, (ping.lane,), NO_CLASS),
            nonce=ping.nonce,
            asked_us=ping.asked_us,
            came_us=round(came * 1e6),
            left_us=round(now * 1e6),
        )

    # --- the parts of that --------------------------------------------------------------------------------------------

    def _head(self, now: float, lanes: Lanes = ALL, class_id: str | None = None) -> _Head:
        return {
            "studio": self.studio,
            "coach": self.coach,
            "class_id": class_id or self.class_id or NO_CLASS,
            "lanes": lanes,
            "id": self._new_id(),
            **self._times_of(now),
        }

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self.coach}-{self._ids}"

    def _times_of(self, now: float) -> _Times:
        self._seq += 1
        issued_ms = round(now * 1000)
        return {"seq": self._seq, "issued_ms": issued_ms, "expires_ms": issued_ms + LIFE_MS}

    def _call_off(self, now: float) -> None:
        """A start whose T0 is still to come is taken back; START CLASS can be pressed again."""
        if self.t0 is not None and now < self.t0:
            self.t0, self.place = None, None
            self._drop(Start)

    def _press(self, now: float, make: Callable[[], Command]) -> str:
        if not self._leads:
            return self._not_leading(now)
        if self.class_id is None:
            return "no class yet"
        self._say(make(), now)
        return ""

    def _say(self, command: Command, now: float, every_s: float = REPEAT_S, until: float | None = None) -> None:
        self._outstanding.append(_Outstanding(command, set(), every_s, now + REPEAT_FOR_S if until is None else until, now))

    def _targets(self, lanes: Lanes, now: float) -> list[LaneView]:
        return [view for view in self.roster if not view.is_lost(now) and (lanes == ALL or view.lane in lanes)]

    def _drop(self, *words: type[Command]) -> None:
        self._outstanding = [one for one in self._outstanding if not isinstance(one.command, words)]

    def _not_leading(self, now: float) -> str:
        other = self.other(now)
        return f"console {other} leads the class" if other else "looking for other consoles; try again in some seconds"

    # --- what the console shows -----------------------------------------------------------------------------------------

    def unanswered(self, now: float) -> dict[str, tuple[int, ...]]:
        """Which kinds of words some lanes have not answered yet, and which lanes."""
        return {one.command.kind: waiting for one in self._outstanding if (waiting := self._waiting(one, now))}

    def summary(self, now: float) -> str:
        """The one line that is read across a room."""
        if self.stopped_at is not None:
            left = self.roster.not_known_still(self.stopped_at, now)
            return (
                f"STOPPED: not known to be still: lanes {', '.join(map(str, left))}" if left else "STOPPED: every belt is still"
            )
        if self.t0 is None:
            return f"{self.roster.ready_count(now)} ready"
        if now < self.t0:
            return f"starting in {self.t0 - now:.0f}: {len(self.expected)} ready"
        moving = sum(view.is_moving(now) for view in self.roster if view.lane in self.expected)
        return f"{moving} of {len(self.expected)} moving"

    def late(self, now: float) -> tuple[Late, ...]:
        """The lanes that were to start, each with how late its command and its belt were, or for how long it is waited for."""
        return () if self.t0 is None else self.roster.late(self.expected, self.t0, now)


class _Times(TypedDict):
    seq: int
    issued_ms: int
    expires_ms: int


class _Head(_Times):
    studio: str
    coach: str
    class_id: str
    lanes: Lanes
    id: str

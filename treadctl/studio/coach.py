"""The coach's side of a class: which words go out, how often, and what the lanes made of them. Pure.

Every word is said again until all it is for have answered; its id stays, so it acts once. STOP ALL outlives everything said
before it. One console leads; a second one listens, takes over when the first is gone or asked to, and may say Stop and Walk at
any time. What the leading one keeps at the broker (`Class`) lets another go on with the class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from treadctl.studio.class_place import Head, Times, capped, class_word, kept_place, offer_of, place_of, read
from treadctl.studio.leading import Leading, word_of_console
from treadctl.studio.messages import (
    ALL,
    NO_CLASS,
    Ack,
    Adjust,
    Class,
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
    Walk,
)
from treadctl.studio.program import ClassPlace
from treadctl.studio.roster import Late, Roster
from treadctl.studio.saying import Saying
from treadctl.studio.signing import PublicKey
from treadctl.studio.topics import address_of
from treadctl.workout.errors import WorkoutError

START_AHEAD_S: Final = 12.0
"""From START CLASS to T0: ten seconds of countdown, and two for the word to reach everybody, twice if need be. Ours."""
OWN_COUNT_S: Final = 10.0
"""Who comes late starts after a countdown of their own, of so long."""
LIFE_MS: Final = 10_000
"""A command is good for so long; a repeat is issued anew."""
OVER_SHOWN_S: Final = 600.0
"""A class that was stopped longer ago is none of a console's that has just come. Ours."""
AGAIN_S: Final = 3.0
"""A lane that could not take part yet is asked again after this long."""


class Coach:
    """One console. `now` is its own clock: seconds since 1970 when it was started, then running without jumps.

    `expected` is when each belt of the class is to start: at T0, or after the countdown of whoever comes late.
    """

    def __init__(self, studio: str, coach: str, key: PublicKey, now: float) -> None:
        self.studio = studio
        self.coach = coach
        self.roster = Roster(studio)
        self.class_id: str | None = None
        self.offered: Offer | None = None
        self.t0: float | None = None
        self.place: ClassPlace | None = None
        self.stopped_at: float | None = None
        self.expected: dict[int, float] = {}
        self._key = key
        self._leading = Leading(coach, now)
        self._seq = int(now * 1000)
        self._ids = 0
        self._saying = Saying(self.roster, self._anew)
        self._class_is_news = False
        self._class_heard = (0, 0)
        self._others_stops: set[str] = set()
        self._times: list[tuple[Ping, float]] = []
        self._again: dict[int, float] = {}
        self._offered_at: dict[int, float] = {}

    # --- who leads ----------------------------------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether this console leads the class."""
        return self._leading.leads

    def other(self, now: float) -> str | None:
        """Another console that leads."""
        return self._leading.other(now)

    def hand_over(self, now: float) -> Command | None:
        """Give the lease away, as on the way out; another console takes it."""
        return self._lease(now, held=False) if self._leading.give_away(now) else None

    def take_over(self) -> str:
        """Ask the console that leads for the lease; one that is gone loses it by itself."""
        if self.leads:
            return "this console leads already"
        self._leading.ask()
        return ""

    def _lease(self, now: float, *, held: bool, asks: bool = False) -> Command:
        return Lease(**self._head(now, class_id=NO_CLASS), held=held, asks=asks)

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
        return report

    def _hear_console(self, kind: str, payload: bytes, retained: bool, now: float) -> None:
        """Another console's word, where it is signed and fresh. Only what runs is heard from what the broker has kept."""
        word = word_of_console(kind, payload, retained)
        ours = word is not None and word.studio == self.studio and word.coach != self.coach
        if word is not None and ours and word.expires_ms >= now * 1000 and self._key.verifies(word):
            self._hear_other(word, now)

    def _hear_other(self, word: Command | Class, now: float) -> None:
        match word:
            case Lease():
                if self._leading.hear(word, now):
                    self._saying.keep(Stop, Walk)
                    self._again.clear()
            case Class():
                self._hear_class(word, now)
            case Stop() if word.id not in self._others_stops:
                self._others_stops.add(word.id)
                self._saying.keep(Stop)
                self._stopped(now)
            case Walk():
                self._call_off(now)

    def _hear_class(self, word: Class, now: float) -> None:
        """What runs, from the console that leads; it is this console's, should it take over."""
        if self.leads:
            if word.over and word.class_id == self.class_id and self.stopped_at is None:
                self._saying.keep(Stop, Walk)  # stopped while this console was cut off, and led all the same
                self._stopped(now)
            return
        if (word.issued_ms, word.seq) <= self._class_heard:
            return
        self._class_heard = word.issued_ms, word.seq
        issued = word.issued_ms / 1000
        if word.over:
            self._saying.tell_console(until_it_knows=False)
            if now - issued < OVER_SHOWN_S and self.stopped_at is None:
                self.class_id, self.stopped_at, self.t0, self.place = word.class_id, min(now, issued), None, None
            return
        try:
            begun = kept_place(word)
        except WorkoutError:
            return
        if self._stays_stopped(word, now):
            return
        self.expected = self.expected if word.class_id == self.class_id else {}
        self.class_id, self.stopped_at = word.class_id, None
        self.t0, self.place = begun or (None, None)
        self.offered = offer_of(word, self._head(now, word.lanes, word.class_id))

    def _stays_stopped(self, word: Class, now: float) -> bool:
        """Whether a class that is said to run was stopped here, and the console that leads has not heard that yet: it is told
        until it says so. Another class ends stop and walk, once these have reached the room at all."""
        if self.class_id in (None, word.class_id):
            if self.stopped_at is not None:
                self.class_id, self.offered = word.class_id, offer_of(word, self._head(now, word.lanes, word.class_id))
                self._saying.tell_console(until_it_knows=True)
            return self.stopped_at is not None
        if self.stopped_at is not None and not self._saying.has_reached(Stop):
            return True
        self._saying.drop(*(owed for owed in (Stop, Walk) if self._saying.has_reached(owed)))
        return False

    def _acked(self, ack: Ack, now: float) -> None:
        if isinstance(self._saying.answered(ack), Start) and ack.reason is Reason.CLOCK_TOO_COARSE:
            self._again[ack.lane] = now + AGAIN_S

    def _is_ready(self, ready: Ready, now: float) -> None:
        """Whoever is ready after the start comes late, through their own warm-up."""
        if self.t0 is not None and self.stopped_at is None:
            self.expected[ready.lane] = self.t0 if now <= self.t0 else now + OWN_COUNT_S
            if now > self.t0:
                self._again[ready.lane] = now

    def _resync(self, state: State, now: float) -> None:
        """After a loss on either side: a lane that knows this class goes on untouched, one that does not gets the offer."""
        if self.class_id is None and state.class_id is not None and state.belt == "moving":
            self.class_id = state.class_id
        if self.t0 is not None and now > self.t0 and state.class_id == self.class_id and state.belt == "moving":
            self.expected.setdefault(state.lane, self.t0)
        offer = self.offered
        if offer is None or state.class_id == offer.class_id or not offer.is_for(state.lane) or self.stopped_at is not None:
            return
        if now - self._offered_at.get(state.lane, float("-inf")) > AGAIN_S and self.leads:
            self._offered_at[state.lane] = now
            self._say(replace(offer, **self._times_of(now), lanes=(state.lane,), id=self._new_id()), now)

    # --- what the staff press: each returns why not, or nothing -----------------------------------------------------------

    def offer(self, class_id: str, title: str, program: str, now: float, lanes: Lanes = ALL, decline_s: int | None = None) -> str:
        """Send a program to lanes, with a cap of their decline. Raises WorkoutError for one that cannot be read."""
        read(program)
        if not self.leads:
            return self._not_leading(now)
        if self.class_id != class_id:
            self.t0, self.place, self.expected = None, None, {}
        self.stopped_at = None
        self._saying.drop(Stop, Walk, Offer)
        offer = Offer(**self._head(now, lanes, class_id), title=title, program=program, decline_s=decline_s)
        self.class_id, self.offered = class_id, offer
        self._offered_at |= dict.fromkeys(self.roster.there(lanes, now), now)
        self._say(offer, now)
        return ""

    def cap(self, lane: int, decline_s: int | None, now: float) -> str:
        """Another cap of the decline for one lane, None for the program as written: offered anew to that lane alone."""
        if not self.leads:
            return self._not_leading(now)
        if self.offered is None or self.stopped_at is not None:
            return "first send a program to the lanes"
        if lane in self.expected and self.t0 is not None:
            return f"lane {lane} is on its way; F and L make it easier"
        self.offered = capped(self.offered, lane, decline_s)
        self._saying.amend(lambda word: capped(word, lane, decline_s) if isinstance(word, Offer) else word)
        self._say(replace(self.offered, **self._head(now, (lane,))), now)
        return ""

    def start(self, now: float) -> str:
        """START CLASS: everybody who is ready, at T0."""
        if not self.leads:
            return self._not_leading(now)
        if self.offered is None or self.stopped_at is not None:
            return "first send a program to the lanes"
        if self.t0 is not None:
            return "the class has been started already"
        if not self.roster.ready_count(now):
            return "nobody is ready yet"
        self.t0 = now + START_AHEAD_S
        self.place = place_of(self.offered.program, self.t0)
        self.expected = {view.lane: self.t0 for view in self.roster if view.ready and not view.is_lost(now)}
        self._say(Start(**self._head(now, self.offered.lanes), t0_ms=round(self.t0 * 1000)), now, self.t0)
        return ""

    def pause(self, now: float, lanes: Lanes = ALL) -> str:
        """Pause all or some; before T0 it calls the start off."""
        if lanes == ALL and self.leads:
            self._call_off(now)
            if self.place is not None:
                self.place.hold(now)
        return self._press(now, lambda: Pause(**self._head(now, lanes), what="pause"))

    def offer_to_resume(self, now: float, lanes: Lanes = ALL) -> str:
        """Offer to go on; each runner accepts with a key of their own."""
        if self.place is not None and lanes == ALL and self.leads:
            self.place.go_on(now)
        self._saying.drop(Pause)
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
        self._saying.keep()
        self._stopped(now)
        self._say(Stop(**self._head(now)), now)

    def walk_all(self, now: float) -> None:
        """WALK ALL: level and walking pace; likewise, but a class that runs goes on."""
        self._call_off(now)
        self._saying.drop(Start, Adjust, Pause, Walk)
        self._say(Walk(**self._head(now)), now)

    # --- what goes out ------------------------------------------------------------------------------------------------

    def step(self, now: float) -> tuple[Command, ...]:
        """What is due now, unsigned; the shell signs and publishes it at once, for the answers to pings say when they left."""
        out = [self._lease(now, held=held, asks=asks) for held, asks in self._leading.due(now)]
        out += self._saying.due(now)
        if self.leads:
            for lane in [lane for lane, at in self._again.items() if at <= now]:
                del self._again[lane]
                out += self._start_late(lane, now)
            out += [self._time(ping, came, now) for ping, came in self._times]
        self._times.clear()
        return tuple(out)

    def connected(self) -> None:
        """The broker is reached, perhaps another one than before: what it kept may be gone."""
        self._class_is_news = True

    def class_word(self, now: float) -> Class | None:
        """What runs, for the broker to keep for other consoles, whenever it has changed."""
        offer = self.offered
        if not self.leads or not self._class_is_news or offer is None:
            return None
        self._class_is_news = False
        head = self._head(now, offer.lanes, offer.class_id)
        return class_word(head, offer, self.t0, self.place, now, over=self.stopped_at is not None)

    def _start_late(self, lane: int, now: float) -> list[Command]:
        if self.t0 is None or self.place is None or self.stopped_at is not None:
            return []
        ahead = now < self.t0
        t0, place_s = (self.t0, 0) if ahead else (now, int(max(0.0, self.place.at(now))))
        start = Start(**self._head(now, (lane,)), t0_ms=round(t0 * 1000), place_s=place_s)
        self._say(start, now)
        return self._saying.due(now)

    def _time(self, ping: Ping, came: float, now: float) -> Command:
        return Time(
            **self._head(now, (ping.lane,), NO_CLASS),
            nonce=ping.nonce,
            asked_us=ping.asked_us,
            came_us=round(came * 1e6),
            left_us=round(now * 1e6),
        )

    def _head(self, now: float, lanes: Lanes = ALL, class_id: str | None = None) -> Head:
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

    def _times_of(self, now: float) -> Times:
        self._seq += 1
        issued_ms = round(now * 1000)
        return {"seq": self._seq, "issued_ms": issued_ms, "expires_ms": issued_ms + LIFE_MS}

    def _call_off(self, now: float) -> None:
        """A start whose T0 is still to come is taken back; START CLASS can be pressed again."""
        if self.t0 is not None and now < self.t0:
            self.t0, self.place, self._class_is_news = None, None, True
            self._saying.drop(Start)

    def _stopped(self, now: float) -> None:
        """The class is over, whichever console said so."""
        self._again.clear()
        self.stopped_at, self.t0, self.place, self._class_is_news = now, None, None, True

    def _press(self, now: float, make: Callable[[], Command]) -> str:
        if not self.leads:
            return self._not_leading(now)
        if self.class_id is None:
            return "no class yet"
        self._say(make(), now)
        return ""

    def _say(self, command: Command, now: float, until: float | None = None) -> None:
        self._saying.say(command, now, until)
        self._class_is_news = True

    def _anew(self, command: Command, now: float) -> Command:
        return replace(command, **self._times_of(now))

    def _not_leading(self, now: float) -> str:
        other = self.other(now)
        return f"console {other} leads the class" if other else "looking for other consoles; try again in some seconds"

    # --- what the console shows -----------------------------------------------------------------------------------------

    def unanswered(self, now: float) -> dict[str, tuple[int, ...]]:
        """Which kinds of words some lanes have not answered yet, and which lanes; Stop and Walk also of lanes that are gone."""
        return self._saying.unanswered(now)

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
        """How late command and belt of each lane were that was to start, or for how long it is waited for."""
        return () if self.t0 is None else self.roster.late(self.expected, now)

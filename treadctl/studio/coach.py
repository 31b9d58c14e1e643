"""The coach's side of a class: which words go out, how often, and what the lanes made of them. Pure.

Every word is said again until all it is for have answered; its id stays, so it acts once. STOP ALL outlives everything said
before it. One console leads; a second one listens, takes over when the first is gone or asked to, and may say Stop and Walk at
any time (`Consoles`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from treadctl.studio.class_place import Head, capped, place_of, read
from treadctl.studio.class_state import ClassState
from treadctl.studio.coach_pen import CoachPen
from treadctl.studio.consoles import Consoles
from treadctl.studio.lane_start import ENGINE_COUNTS_S
from treadctl.studio.messages import (
    ALL,
    Ack,
    Adjust,
    Class,
    Command,
    Lanes,
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
    Walk,
)
from treadctl.studio.program import ClassPlace
from treadctl.studio.roster import Late, Roster
from treadctl.studio.saying import Saying
from treadctl.studio.signing import PublicKey
from treadctl.studio.topics import address_of

START_AHEAD_S: Final = 12.0
"""From START CLASS to T0: ten seconds of countdown, and two for the word to reach everybody, twice if need be. Ours."""
OWN_COUNT_S: Final = 10.0
"""Who comes late starts after a countdown of their own, of so long."""
AGAIN_S: Final = 3.0
"""A lane that could not take part yet is asked again after this long."""


class Coach:
    """One console. `now` is its own clock: seconds since 1970 when it was started, then running without jumps."""

    def __init__(self, studio: str, coach: str, key: PublicKey, now: float) -> None:
        self.studio = studio
        self.coach = coach
        self.roster = Roster(studio)
        self._class = ClassState()
        self._pen = CoachPen(studio, coach, now)
        self._saying = Saying(self.roster, self._pen.anew)
        self._consoles = Consoles(self._pen, key, self._class, self._saying, self.roster, now)
        self._leading = self._consoles.leading
        self._times: list[tuple[Ping, float]] = []
        self._offered_at: dict[int, float] = {}

    # --- what it knows of the class -------------------------------------------------------------------------------------

    @property
    def class_id(self) -> str | None:
        """The class that runs, or ran last."""
        return self._class.class_id

    @property
    def offered(self) -> Offer | None:
        """Its program, as it was sent."""
        return self._class.offered

    @property
    def t0(self) -> float | None:
        """When it began or begins."""
        return self._class.t0

    @property
    def place(self) -> ClassPlace | None:
        """Where it is in its program."""
        return self._class.place

    @property
    def stopped_at(self) -> float | None:
        """When it was stopped."""
        return self._class.stopped_at

    @property
    def expected(self) -> dict[int, float]:
        """When each belt of it is to start."""
        return self._class.expected

    # --- who leads ----------------------------------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether this console leads the class."""
        return self._leading.leads

    def other(self, now: float) -> str | None:
        """Another console that leads."""
        return self._leading.other(now)

    def apart(self, now: float) -> str:
        """Whether another console's clock is too far from this one's, in plain words."""
        return self._leading.apart(now)

    def apart_s(self, now: float) -> float:
        """How far another console's clock is ahead of this one's; 0 while they agree."""
        return self._leading.apart_s(now)

    def hand_over(self, now: float) -> Command | None:
        """Give the lease away, as on the way out; another console takes it."""
        return self._pen.lease(now, held=False) if self._leading.give_away(now) else None

    def take_over(self) -> str:
        """Ask the console that leads for the lease; one that is gone loses it by itself."""
        if self.leads:
            return "this console leads already"
        self._leading.ask()
        return ""

    # --- what comes in ------------------------------------------------------------------------------------------------

    def linked(self, up: bool, now: float) -> None:
        """The broker is reached, perhaps another one than before, and what it kept may be gone; or it is lost."""
        self._leading.linked(up, now)
        self._saying.linked(up, now)
        self._class.is_news = self._class.is_news or up

    def hear(self, topic: str, payload: bytes, retained: bool, now: float) -> Report | None:
        """Take in what came over the bus; returns the lane's report if it was one that counts."""
        address = address_of(topic)
        if address is not None and address.lane is None:
            self._consoles.hear(address.kind, payload, retained, now)
            self.roster.awaits(self.expected)
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

    def _acked(self, ack: Ack, now: float) -> None:
        if isinstance(self._saying.answered(ack), Start) and ack.reason is Reason.CLOCK_TOO_COARSE:
            self._class.again[ack.lane] = now + AGAIN_S

    def _is_ready(self, ready: Ready, now: float) -> None:
        """Whoever is ready after the start comes late, through their own warm-up."""
        if self.t0 is not None and self.stopped_at is None:
            self.expected[ready.lane] = self.t0 if now <= self.t0 else now + OWN_COUNT_S
            if now > self.t0:
                self._class.again[ready.lane] = now

    def _resync(self, state: State, now: float) -> None:
        """After a loss on either side: a lane that knows this class goes on untouched, one that does not gets the offer, once it
        has answered a Stop that it is owed."""
        if self.class_id is None and state.class_id is not None and state.belt == "moving":
            self._class.class_id = state.class_id
        if self.t0 is not None and now > self.t0 and state.class_id == self.class_id and state.belt == "moving":
            self.expected.setdefault(state.lane, self.t0)
        if self.t0 is not None and now > self.t0 and self.roster[state.lane].begins_anew and state.lane in self.expected:
            self.expected[state.lane] = now + ENGINE_COUNTS_S
        offer = self.offered
        if offer is None or state.class_id == offer.class_id or not offer.is_for(state.lane) or self.stopped_at is not None:
            return
        if not self.leads or state.lane in self.unanswered(now).get("stop", ()):
            return
        if now - self._offered_at.get(state.lane, float("-inf")) > AGAIN_S:
            self._offered_at[state.lane] = now
            self._say(replace(offer, **self._pen.head(now, (state.lane,), offer.class_id)), now)

    # --- what the staff press: each returns why not, or nothing -----------------------------------------------------------

    def offer(self, class_id: str, title: str, program: str, now: float, lanes: Lanes = ALL, decline_s: int | None = None) -> str:
        """Send a program to lanes, with a cap of their decline. Raises WorkoutError for one that cannot be read."""
        read(program)
        if not self.leads:
            return self._not_leading(now)
        if self.class_id == class_id:
            self._saying.drop(Stop, Walk)  # the same people, told to go on
        self._saying.drop(Offer)
        self._saying.meets(class_id, float("inf"))
        offer = Offer(**self._pen.head(now, lanes, class_id), title=title, program=program, decline_s=decline_s)
        self._class.becomes(offer, now)
        self.roster.awaits(self.expected)
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
        self._class.offered = offer = capped(self.offered, lane, decline_s)
        self._saying.amend(lambda word: capped(word, lane, decline_s) if isinstance(word, Offer) else word)
        self._say(replace(offer, **self._head(now, (lane,))), now)
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
        t0 = now + START_AHEAD_S
        self._class.t0, self._class.place = t0, place_of(self.offered.program, t0)
        self._class.expected = {view.lane: t0 for view in self.roster if view.ready and not view.is_lost(now)}
        self._say(Start(**self._head(now, self.offered.lanes), t0_ms=round(t0 * 1000)), now, t0)
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
        self._class.stop(now)
        self._say(Stop(**self._head(now)), now)
        self._consoles.stopped()

    def looked(self, lane: int, now: float) -> str:
        """Staff went there and saw the belt still; on this console alone, whether it leads or not. While a class starts or runs
        that answers nothing: a lane that nobody hears may go on in it."""
        return "the class may move it again; STOP ALL comes first" if self.t0 is not None else self.roster.looked(lane, now)

    def walk_all(self, now: float) -> None:
        """WALK ALL: level and walking pace; likewise, but a class that runs goes on."""
        self._call_off(now)
        self._saying.drop(Start, Adjust, Pause, Walk)
        self._say(Walk(**self._head(now)), now)

    # --- what goes out ------------------------------------------------------------------------------------------------

    def step(self, now: float) -> tuple[Command, ...]:
        """What is due now, unsigned; the shell signs and publishes it at once, for the answers to pings say when they left."""
        out: list[Command] = [self._pen.lease(now, held=held, asks=asks) for held, asks in self._leading.due(now)]
        out += self._saying.due(now)
        if self.leads:
            for lane in [lane for lane, at in self._class.again.items() if at <= now]:
                del self._class.again[lane]
                out += self._start_late(lane, now)
            out += [self._pen.time(ping, came, now) for ping, came in self._times]
        self._times.clear()
        return tuple(out)

    def class_word(self, now: float) -> Class | None:
        """What runs, for the broker to keep for other consoles, whenever it has changed."""
        return self._consoles.class_word(now, self._on_their_way())

    def _on_their_way(self) -> dict[int, str]:
        """Whose belt began or begins, and is not known to be over: for a console that never hears them."""
        if self.t0 is None or self.class_id is None:
            return {}
        at_rest = {view.lane for view in self.roster if view.is_at_rest(self.expected.get(view.lane, float("inf")))}
        return dict.fromkeys((lane for lane in self.expected if lane not in at_rest), self.class_id)

    def _start_late(self, lane: int, now: float) -> list[Command]:
        if self.t0 is None or self.place is None or self.stopped_at is not None:
            return []
        ahead = now < self.t0
        t0, place_s = (self.t0, 0) if ahead else (now, int(max(0.0, self.place.at(now))))
        start = Start(**self._head(now, (lane,)), t0_ms=round(t0 * 1000), place_s=place_s)
        self._say(start, now)
        return self._saying.due(now)

    def _head(self, now: float, lanes: Lanes = ALL) -> Head:
        return self._pen.head(now, lanes, self.class_id)

    def _call_off(self, now: float) -> None:
        """A start whose T0 is still to come is taken back; START CLASS can be pressed again."""
        if self._class.call_off(now):
            self._saying.drop(Start)

    def _press(self, now: float, make: Callable[[], Command]) -> str:
        if not self.leads:
            return self._not_leading(now)
        if self.class_id is None:
            return "no class yet"
        self._say(make(), now)
        return ""

    def _say(self, command: Command, now: float, until: float | None = None) -> None:
        self._saying.say(command, now, until)
        self._class.is_news = True

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
            if left:
                return f"STOPPED: not known to be still: lanes {', '.join(map(str, left))}"
            return "STOPPED: every belt is still" if any(self.roster) else "STOPPED: no lane is heard here"
        if self.t0 is None:
            return f"{self.roster.ready_count(now)} ready"
        if now < self.t0:
            return f"starting in {self.t0 - now:.0f}: {len(self.expected)} ready"
        moving = sum(view.is_moving(now) for view in self.roster if view.lane in self.expected)
        return f"{moving} of {len(self.expected)} moving"

    def late(self, now: float) -> tuple[Late, ...]:
        """How late command and belt of each lane were that was to start, or for how long it is waited for."""
        return () if self.t0 is None else self.roster.late(self.expected, now)

"""What the consoles of a room tell each other: who leads, what the class runs, that it was stopped, and who is owed that. Pure.

The one that leads keeps `Class` at the broker, so that another can go on with the class. Each that hears a Stop or a Walk owes it
too, and a console that comes later learns from what was kept to whom it is owed: both outlive the console on which they were
pressed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from treadctl.studio.class_place import kept_place, offer_of
from treadctl.studio.class_state import ClassState
from treadctl.studio.coach_pen import CoachPen
from treadctl.studio.leading import Leading, word_of_console
from treadctl.studio.messages import ALL, Class, Command, Lease, OwedTo, Start, Stop, Walk
from treadctl.studio.roster import Roster
from treadctl.studio.saying import Saying
from treadctl.studio.signing import PublicKey
from treadctl.workout.errors import WorkoutError

CLASS_LIFE_MS: Final = 4 * 3600 * 1000
"""What is kept for a console that takes over is good for so long: no class is longer. Ours."""
OVER_SHOWN_S: Final = 600.0
"""A class that was stopped longer ago is none of a console's that has just come; but lanes that still run it are told. Ours."""
AGAIN_S: Final = 1.0
"""Who is on their way, or still owed a Stop, is kept anew so often, while it changes. Ours."""
_MOST_KNOWN: Final = 64
_OwedTo = Mapping[int, str | None] | None


class Consoles:
    """One console's side of it."""

    def __init__(self, pen: CoachPen, key: PublicKey, state: ClassState, saying: Saying, roster: Roster, now: float) -> None:
        self.leading = Leading(pen.coach, now)
        self._pen, self._key, self._state, self._saying, self._roster = pen, key, state, saying, roster
        self._class_heard = (0, 0)
        self._known: deque[str] = deque(maxlen=_MOST_KNOWN)
        self._denies = False
        self._kept: tuple[float, object] = (float("-inf"), None)
        self._written_over = False

    def hear(self, kind: str, payload: bytes, retained: bool, now: float) -> None:
        """Another console's word, where it is signed and fresh. Only what runs is heard from what the broker has kept.

        One whose clock is behind is heard all the same in what ends this class, as lanes do, and in who leads.
        """
        word = word_of_console(kind, payload, retained)
        if word is None or word.studio != self._pen.studio or word.coach == self._pen.coach or not self._key.verifies(word):
            return
        if word.expires_ms >= now * 1000 or (isinstance(word, Stop) and word.class_id == self._state.class_id):
            self._hear(word, now)
        elif isinstance(word, Lease):
            self.leading.hear_late(word, now)

    def stopped(self) -> None:
        """STOP ALL was pressed here: whether it leads or not, this console keeps at the broker that the class is over."""
        self._denies = self._state.offered is not None

    def _hear(self, word: Command | Class, now: float) -> None:
        match word:
            case Lease():
                if self.leading.hear(word, now):
                    self._saying.keep(Stop, Walk)
                    self._state.again.clear()
            case Class() if self.leading.leads:
                self._hear_beside(word, now)
            case Class():
                self._hear_class(word, now)
            case Stop():
                self._hear_stop(word, now)
            case Walk():
                self._hear_walk(word, now)

    def _hear_stop(self, stop: Stop, now: float) -> None:
        """For all it ends the class, once; for some lanes it is a repeat, and no more than owed."""
        self._saying.heard_again(stop.id, stop.lanes, now)
        if stop.id in self._known:
            return
        if stop.lanes != ALL:
            self._inherit(stop, stop.id, dict.fromkeys(stop.lanes), now, now, is_past=True)
            return
        self._known.append(stop.id)
        self._saying.keep(Stop)
        self._state.stop(now)
        self._inherit(stop, stop.id, None, now, now, is_past=False)

    def _hear_walk(self, walk: Walk, now: float) -> None:
        """For all it calls a start off, once; and it is owed here too."""
        self._saying.heard_again(walk.id, walk.lanes, now)
        if walk.id in self._known:
            return
        self._known.append(walk.id)
        if walk.lanes == ALL and self._state.call_off(now):
            self._saying.drop(Start)
        lanes = None if walk.lanes == ALL else dict.fromkeys(walk.lanes, walk.class_id)
        self._inherit_walk(walk.id, walk.class_id, lanes, now, now)

    def _hear_beside(self, word: Class, now: float) -> None:
        """While this console leads: one that stopped this class while the net was cut is right, and any other is not."""
        state = self._state
        if word.class_id != state.class_id or not word.over:
            self._written_over = True
            return
        if not state.is_over:
            self._saying.keep(Stop, Walk)
            state.stop(now)
        self._inherit_kept(word, now)

    def _hear_class(self, word: Class, now: float) -> None:
        """What runs and who is on their way, from the console that leads; it is this console's, should it take over."""
        state, offered_at = self._state, word.offered_ms / 1000
        is_other = word.class_id != state.class_id
        is_older = (word.issued_ms, word.seq) <= self._class_heard  # by two clocks, where one console died and another wrote
        if (is_older and (is_other or not word.over)) or (is_other and offered_at < state.offered_at):
            return
        self._class_heard = word.issued_ms, word.seq
        if word.over_ms is not None:
            self._denies = False
            over_at = min(now, word.over_ms / 1000)
            if not state.is_over and (state.class_id is not None or now - over_at < OVER_SHOWN_S):
                state.class_id, state.offered_at = word.class_id, offered_at
                state.stopped_at, state.t0, state.place = over_at, None, None
            self._inherit_kept(word, now)
            return
        try:
            begun = kept_place(word)
        except WorkoutError:
            return
        self._saying.meets(word.class_id, offered_at)
        offer = offer_of(word, self._pen.head(now, word.lanes, word.class_id))
        here = [lane for lane, class_id in word.owed if class_id == word.class_id]
        on_their_way = {lane: state.expected.get(lane, begun[0]) for lane in here} if begun is not None else {}
        self._roster.knows(dict(word.owed))
        if state.stopped_at is not None and (not is_other or offered_at <= state.stopped_at):
            state.class_id, state.offered, state.offered_at = word.class_id, offer, offered_at
            state.expected |= on_their_way
            self._denies = state.is_news = True  # the one that leads has not heard of the Stop
            return
        self._denies = False
        state.becomes(offer, offered_at, *(begun or ()))
        state.expected = on_their_way
        self._inherit_before(word, now)
        if word.walk is not None:
            owed = dict.fromkeys(word.walk_owed, word.class_id)
            self._inherit_walk(word.walk, word.class_id, owed, min(now, word.issued_ms / 1000), now)

    # --- what a Stop is owed ------------------------------------------------------------------------------------------

    def _inherit_kept(self, word: Class, now: float) -> None:
        if word.stop is None or word.over_ms is None:
            return
        since = min(now, word.over_ms / 1000)
        if word.stop not in self._known:
            self._known.append(word.stop)
        is_past = now - since > OVER_SHOWN_S
        if not is_past:
            self._state.expected = dict.fromkeys(dict(word.owed), since) | self._state.expected
        self._inherit(word, word.stop, dict(word.owed), since, now, is_past=is_past)

    def _inherit_before(self, word: Class, now: float) -> None:
        """The Stop of a class before the one that runs, for lanes that were not heard since: of that class, not of this one."""
        for lane, class_id in word.owed:
            if word.stop is not None and class_id is not None and class_id != word.class_id:
                stop = Stop(**self._pen.head(now, class_id=class_id, id=word.stop))
                self._saying.inherit(stop, {lane: class_id}, now, now, is_past=True)

    def _inherit(self, word: Stop | Class, stop_id: str, lanes: _OwedTo, since: float, now: float, *, is_past: bool) -> None:
        stop = Stop(**self._pen.head(now, class_id=word.class_id, id=stop_id))
        self._saying.inherit(stop, lanes, since, now, is_past=is_past)

    def _inherit_walk(self, walk_id: str, class_id: str, lanes: _OwedTo, since: float, now: float) -> None:
        walk = Walk(**self._pen.head(now, class_id=class_id, id=walk_id))
        self._saying.inherit(walk, lanes, since, now, is_past=False)

    # --- what is kept ---------------------------------------------------------------------------------------------------

    def class_word(self, now: float, on_their_way: dict[int, str]) -> Class | None:
        """What runs, for the broker to keep for other consoles, whenever it has changed."""
        state, offer = self._state, self._state.offered
        if offer is None or offer.class_id != state.class_id or not (self.leading.leads or self._denies):
            return None
        told_at, told = self._kept
        may_tell_again = self.leading.leads and now - told_at >= AGAIN_S
        if not state.is_news and not may_tell_again:
            return None
        stop, owed = self._saying.owed_stop(now) if state.is_over else self._owed_while_it_runs(on_their_way, now)
        walk, walk_owed = (None, ()) if state.is_over else self._saying.owed_walk(now)
        self._kept = now, (stop, owed, walk, walk_owed)
        if not state.is_news and not self._written_over and self._kept[1] == told:
            return None
        state.is_news = self._written_over = False
        return replace(self._write(state, now), stop=stop, owed=owed, walk=walk, walk_owed=walk_owed)

    def _owed_while_it_runs(self, on_their_way: dict[int, str], now: float) -> tuple[str | None, OwedTo]:
        """Who would be owed a Stop: those on their way, those of another class who were not heard since, and who is owed one."""
        left = {view.lane: view.in_class for view in self._roster if view.is_left(now)}
        stop, before = self._saying.owed_before(left, now)
        owed: dict[int, str | None] = dict(left) if stop is None else dict.fromkeys(left)  # beside a Stop a class is owed it
        owed.update(before)
        owed.update(on_their_way)
        return stop, tuple(sorted(owed.items()))

    def _write(self, state: ClassState, now: float) -> Class:
        offer, place = state.offered, state.place
        assert offer is not None
        head = self._pen.head(now, offer.lanes, offer.class_id)
        head["expires_ms"] = head["issued_ms"] + CLASS_LIFE_MS
        return Class(
            **head,
            title=offer.title,
            program=offer.program,
            decline_s=offer.decline_s,
            decline_of=offer.decline_of,
            offered_ms=round(max(0.0, state.offered_at) * 1000),
            t0_ms=None if state.t0 is None else round(state.t0 * 1000),
            place_ms=None if place is None else round(place.at(now) * 1000),
            held=place is not None and place.is_held,
            over_ms=None if state.stopped_at is None else round(state.stopped_at * 1000),
        )

"""The app of one lane: the screens of `treadctl run`, class after class, with what a class adds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_treadmill import WAITING
from treadctl.studio.lane_words import LanePhase
from treadctl.tui.app import SessionApp, screen_for
from treadctl.tui.lane.host import LaneHost
from treadctl.tui.lane.name import NameScreen
from treadctl.tui.lane.screens import CLASS_SCREENS, RUN_SCREENS, ClassScreen, GuestReadyScreen, PainScreen, WaitScreen
from treadctl.tui.message import message
from treadctl.tui.record import Record
from treadctl.tui.screens.base import STOP_BINDINGS, SessionScreen
from treadctl.tui.screens.connecting import ConnectingScreen
from treadctl.tui.screens.summary import SummaryScreen
from treadctl.tui.status import Status
from treadctl.tui.view import Eye, View
from treadctl.tui.words import link
from treadctl.units import clock
from treadctl.workout.model import Workout
from treadctl.workout.profile import CAUTIOUS, Profile

ARMED_WITHIN_S: Final = 1.5
"""A session that was told to arm shows it by then; one that does not is its runner's to arm. Ours."""
_MAY_LEAVE: Final = (LanePhase.WAITING, LanePhase.OFFERED, LanePhase.OVER)
_DIGITS: Final = tuple("0123456789")


class LaneApp(SessionApp):
    """Screens for one lane. Its keys are the lane's own, as they stand in docs/studio.md, on every screen."""

    CSS_PATH: ClassVar[list[str]] = ["../treadctl.tcss", "lane.tcss"]  # type: ignore[assignment] # Textual's own is wider
    BINDINGS: ClassVar[list[BindingType]] = [
        *STOP_BINDINGS,
        *(Binding(digit, f"type('{digit}')", show=False) for digit in _DIGITS),
        *(Binding(f"{letter},{letter.upper()}", f"type('{letter}')", show=False) for letter in "axgwfdpr"),
        Binding("plus", "press('faster')", show=False),
        Binding("minus", "press('slower')", show=False),
        Binding("full_stop", "type('.')", show=False),
        Binding("n,N", "ask_name", show=False),
    ]

    def __init__(
        self,
        host: LaneHost,
        *,
        light: bool = False,
        mute: Callable[[], bool] | None = None,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(host, WAITING, CAUTIOUS, light=light, mute=mute, wall=wall)
        self.lane_host = host
        self._phase: LanePhase | None = None
        self._started_at = 0.0
        self._dismissed: Step | None = None
        self._leaving = False

    # --- what is shown ------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        look, step = self.lane_host.class_look, self.host.latest
        if self._leaving and self.host.over:
            self.exit()
            return
        if look is None or (self.host.failure and step is None):
            screen = await self._on(ConnectingScreen)
            if isinstance(screen, ConnectingScreen):
                screen.wait(self.host.failure)
            return
        self._meet(look)
        finished = self.lane_host.finished
        if look.phase is LanePhase.OVER and finished is not None and finished is not self._dismissed:
            self.record.see(finished.snapshot)
            await self._show(SummaryScreen, look, self._as_it_ended(finished))
            return
        if step is not None and look.phase is LanePhase.STARTED:
            self.record.see(step.snapshot)
        view = None if step is None else self._view(step)
        alarmed, self._alarmed = self._alarmed, view is not None and bool(message(view).alarm)
        if self._alarmed and not alarmed:
            await self.action_close_help()
        await self._show(self._wanted(look, step), look, view)

    def _as_it_ended(self, finished: Step) -> View:
        return self._eye.look(finished, finished.snapshot.now, self.host.machine, self.host.cues())

    async def _show(self, wanted: type[SessionScreen], look: Look, view: View | None) -> None:
        screen = await self._on(wanted)
        if not self.stands:
            return
        if isinstance(screen, ClassScreen):
            screen.show_class(look, view)
        elif view is not None:
            screen.show(view)

    def _wanted(self, look: Look, step: Step | None) -> type[SessionScreen]:
        """The session's own screen, wherever it runs; the class's before that."""
        if step is not None and (self.host.failure or self._runs(look, step)):
            own = screen_for(step.snapshot, self.host.failure)
            return RUN_SCREENS.get(own, own)
        if look.asks_about_pain:
            return PainScreen
        if step is None:
            return WaitScreen
        if look.phase is LanePhase.OFFERED and look.finds_pace:
            return GuestReadyScreen
        return CLASS_SCREENS[look.phase]

    def _runs(self, look: Look, step: Step) -> bool:
        """Whether the session has more to say than the class: from the moment in which it is armed."""
        if look.phase is not LanePhase.STARTED:
            return False
        return step.snapshot.phase is not Phase.READY or self.host.now() - self._started_at > ARMED_WITHIN_S

    def _meet(self, look: Look) -> None:
        """The runner and the program of this moment; another class has another record."""
        program = self.lane_host.program
        workout: Workout = WAITING if program is None else program.workout
        runner: Profile = look.runner if program is None or look.finds_pace else program.runner
        if (workout, runner) != (self.workout, self.runner):
            self.workout, self.runner = workout, runner
            self.planned_s, self.planned_decline_s = workout.expected_s(runner), workout.decline_s(runner)
        if look.phase is not self._phase:
            if look.phase is LanePhase.COUNTING:
                self.record, self._eye = Record(), Eye()
            if look.phase is LanePhase.STARTED:
                self._started_at = self.host.now()
            self._phase = look.phase

    def status(self, view: View) -> Status:
        """The top line of a session's screen, with the lane, the class's place, and whether its coach is there."""
        look, own = self.lane_host.class_look, super().status(view)
        if look is None:
            return own
        title = look.title or self.workout.title
        return replace(own, title=f"▸ {look.lane}  {title}", link=own.link + _without(look), machine=_class_place(look))

    def class_status(self, look: Look, view: View | None) -> Status:
        """The top line where no session runs."""
        name = f"▸ LANE {look.lane}" + (f"  {look.name}" if look.name else "")
        there = "✕ NO TREADMILL" if view is None or view.phase is Phase.UNLINKED else link(view)
        sound = "✕ MUTED" if self.muted else ""
        return Status(name, look.title, "", there, _room(look), sound, "", "", _class_place(look))

    # --- keys ---------------------------------------------------------------------------------------------------------

    def action_type(self, text: str) -> None:
        """A key at this lane."""
        self.lane_host.type(text)

    def action_leave(self) -> None:
        """The summary was read; where the lane's program has ended, leave."""
        if self.host.over:
            self.exit()
        elif isinstance(self.session_screen, SummaryScreen):
            self._dismissed = self.lane_host.finished

    def action_stop_or_leave(self) -> None:
        """Stop; and where no belt moves and nobody is on their way, end the program."""
        look, step = self.lane_host.class_look, self.host.latest
        idle = look is None or look.phase in _MAY_LEAVE
        still = step is None or not step.snapshot.shown_speed
        self._stop()
        if idle and still:
            self._leaving = True
            self.lane_host.end()
        if self.host.over:
            self.exit()

    async def action_close_help(self) -> None:
        """Back to the screen beneath, from help and from the letters of a name."""
        if isinstance(self.screen, NameScreen):
            self.screen.dismiss(None)
        await super().action_close_help()

    async def action_ask_name(self) -> None:
        """Ask for a first name, where nobody is on their way."""
        look = self.lane_host.class_look
        if look is not None and look.phase in _MAY_LEAVE and not isinstance(self.screen, NameScreen):
            await self.push_screen(NameScreen(look.name), self._called)

    def _called(self, name: str | None) -> None:
        if name is not None:
            self.lane_host.call(name or None)


def _without(look: Look) -> str:
    return "" if look.coach else "  ▲ COACH OFFLINE"


def _room(look: Look) -> str:
    if not look.broker:
        return "✕ NO BROKER"
    return "● COACH" if look.coach else "▲ COACH OFFLINE" if look.title else "○ NO COACH YET"


def _class_place(look: Look) -> str:
    """How far the class is; empty before it has begun."""
    if look.class_s is None or look.class_s < 0:
        return ""
    return f"class {'pauses at' if look.class_pauses else 'at'} {clock(look.class_s)}"

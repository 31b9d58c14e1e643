"""The app of one session: it looks at the newest step four times a second and shows the screen of its phase."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.driver import Driver

from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.words import Key
from treadctl.tui.driver import stopping
from treadctl.tui.host import Host
from treadctl.tui.message import message
from treadctl.tui.quiet import QuietApp
from treadctl.tui.record import Record
from treadctl.tui.screens.arm import ArmScreen
from treadctl.tui.screens.base import STOP_BINDINGS, SessionScreen
from treadctl.tui.screens.connecting import ConnectingScreen
from treadctl.tui.screens.hands_off import HandsOffScreen
from treadctl.tui.screens.help import HelpScreen
from treadctl.tui.screens.lost import LostScreen
from treadctl.tui.screens.paused import PausedScreen
from treadctl.tui.screens.runner import RunnerScreen
from treadctl.tui.screens.safety import SafetyScreen
from treadctl.tui.screens.summary import SummaryScreen
from treadctl.tui.status import Status, status
from treadctl.tui.themes import DARK, LIGHT
from treadctl.tui.view import Eye, View
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

LOOKS_PER_S: Final = 4
SAME_PRESS_S: Final = 0.3
"""From the thread that reads a key to the app that gets it, in wall seconds; a screen that is later than that presses again."""

_SCREENS: Final[dict[Phase, type[SessionScreen]]] = {
    Phase.UNLINKED: ConnectingScreen,
    Phase.READY: ArmScreen,
    Phase.LEVELLING: RunnerScreen,
    Phase.COUNTDOWN: RunnerScreen,
    Phase.STARTING: RunnerScreen,
    Phase.RUNNING: RunnerScreen,
    Phase.PAUSING: RunnerScreen,
    Phase.PAUSED: PausedScreen,
    Phase.ENDING: RunnerScreen,
    Phase.STOPPING: RunnerScreen,
    Phase.HANDS_OFF: HandsOffScreen,
    Phase.OVER: SummaryScreen,
}


class SessionApp(QuietApp[None]):
    """Screens for one session. The command palette is off: no text field may take a Stop away."""

    CSS_PATH = "treadctl.tcss"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = STOP_BINDINGS

    def __init__(
        self,
        host: Host,
        workout: Workout,
        runner: Profile,
        *,
        light: bool = False,
        mute: Callable[[], bool] | None = None,
        beat: Callable[[float], float | None] | None = None,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        """`mute` switches all sound off or on again and returns whether it is off; None where there is no sound. `beat` is the
        metronome's: how far into its beat a moment of `wall` is, None while it has none."""
        self.host = host
        super().__init__()
        self.mute = mute
        self.muted = False
        self.beat = beat
        self.wall = wall
        self._stopped_below_at = float("-inf")
        self.workout = workout
        self.runner = runner
        self.planned_s = workout.expected_s(runner)
        self.planned_decline_s = workout.decline_s(runner)
        self.record = Record()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = (LIGHT if light else DARK).name
        self._eye = Eye()
        self._alarmed = False
        self._looking = asyncio.Lock()

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver with Stop below it."""
        return stopping(super().get_driver_class(), self.stop_from_below)

    def stop_from_below(self) -> None:
        """A key that means Stop, in the thread that reads the terminal."""
        self._stopped_below_at = self.wall()
        self.host.press(Key.STOP)

    def _stop(self) -> None:
        """A Stop that came as far as the app; one that was pressed below a moment ago is the same one, and is not sent twice:
        a belt that is stopping already may reject the second, which reads like a belt that does not stop."""
        if self.wall() - self._stopped_below_at > SAME_PRESS_S:
            self.host.press(Key.STOP)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours exist from the first moment on."""
        return DARK.variables

    async def on_mount(self) -> None:
        """Look now and then."""
        await self.push_screen(ConnectingScreen())
        self.set_interval(1 / LOOKS_PER_S, self.look)

    async def look(self) -> None:
        """Look at the newest step and show it, one look at a time; what came between two looks is lost to the eye alone."""
        async with self._looking:
            if self.stands:
                await self._look()

    async def _look(self) -> None:
        step = self.host.latest
        if step is None:
            screen = await self._on(ConnectingScreen)
            if isinstance(screen, ConnectingScreen):
                screen.wait(self.host.failure)
            return
        self.record.see(step.snapshot)
        view = self._view(step)
        alarmed, self._alarmed = self._alarmed, bool(message(view).alarm)
        if self._alarmed and not alarmed:
            await self.action_close_help()
        screen = await self._on(screen_for(step.snapshot, self.host.failure))
        if self.stands:
            screen.show(view)

    def status(self, view: View) -> Status:
        """The top line of a moment."""
        return status(view, self.workout.title, self.planned_s, self.muted)

    def _view(self, step: Step) -> View:
        return self._eye.look(step, self.host.now(), self.host.machine, self.host.cues(), self.host.failure)

    async def _on(self, wanted: type[SessionScreen]) -> SessionScreen:
        """The screen of this kind, switched to where another one is shown; help belongs to the one before."""
        shown = self.session_screen
        if type(shown) is wanted:
            return shown
        await self.action_close_help()
        screen = wanted()
        await self.switch_screen(screen)
        return screen

    @property
    def session_screen(self) -> SessionScreen:
        """The screen of the session, whether or not help is over it."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, SessionScreen))

    @property
    def may_leave(self) -> bool:
        """Whether the session is over, so that leaving takes nothing away from anybody."""
        step = self.host.latest
        return self.host.over or (step is not None and step.snapshot.phase is Phase.OVER)

    def action_press(self, key: str) -> None:
        """A key for the session; where none was ever linked and it has given up, Stop is the way out."""
        if Key(key) is not Key.STOP:
            self.host.press(Key(key))
            return
        self._stop()
        if self.host.latest is None:
            self.action_leave()

    def action_stop_or_leave(self) -> None:
        """The keys that mean leaving elsewhere mean Stop here, until there is nothing left to stop."""
        self._stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Leave, once the session is over."""
        if self.may_leave:
            self.exit()

    def action_toggle_light(self) -> None:
        """The other theme."""
        self.theme = DARK.name if self.theme == LIGHT.name else LIGHT.name

    async def action_mute(self) -> None:
        """All sound off, or on again, shown at once."""
        if self.mute is not None:
            self.muted = self.mute()
            await self.look()

    async def action_help(self) -> None:
        """Help for the screen that is shown."""
        screen = self.session_screen
        if screen is self.screen:
            await self.push_screen(HelpScreen(screen.HELP_LINES, screen.FIRST, screen.SECOND, sound=self.mute is not None))

    async def action_close_help(self) -> None:
        """Back to the screen beneath."""
        if isinstance(self.screen, HelpScreen):
            await self.pop_screen()


def screen_for(s: Snapshot, failure: str) -> type[SessionScreen]:
    """The screen that a moment of the session belongs on."""
    if failure and s.phase is not Phase.OVER:
        return LostScreen
    if s.phase is Phase.UNLINKED and s.troubles:
        return LostScreen
    if s.phase is Phase.STOPPING and s.level is Level.STOP:
        return SafetyScreen
    return _SCREENS[s.phase]

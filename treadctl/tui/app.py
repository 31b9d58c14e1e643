"""The app of one session: it looks at the newest step four times a second and shows the screen of its phase."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver

from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.tui.driver import stopping
from treadctl.tui.host import Host
from treadctl.tui.screens.arm import ArmScreen
from treadctl.tui.screens.base import STOP_BINDINGS, SessionScreen
from treadctl.tui.screens.connecting import ConnectingScreen
from treadctl.tui.screens.hands_off import HandsOffScreen
from treadctl.tui.screens.lost import LostScreen
from treadctl.tui.screens.paused import PausedScreen
from treadctl.tui.screens.runner import RunnerScreen
from treadctl.tui.screens.summary import SummaryScreen
from treadctl.tui.view import Eye, View
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

LOOKS_PER_S: Final = 4

_SCREENS: Final[dict[Phase, type[SessionScreen]]] = {
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


class SessionApp(App[None]):
    """Screens for one session. The command palette is off: no text field may take a Stop away."""

    CSS_PATH = "treadctl.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = STOP_BINDINGS

    def __init__(self, host: Host, workout: Workout, runner: Profile, *, light: bool = False) -> None:
        self.host = host
        super().__init__(driver_class=None)
        self.workout = workout
        self.runner = runner
        self.light = light
        self._eye = Eye()
        self.view: View | None = None

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver with Stop below it."""
        return stopping(super().get_driver_class(), lambda: self.host.press(Key.STOP))

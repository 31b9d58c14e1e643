"""The coach's console: it looks at the newest picture of the room four times a second; what is pressed goes out at once."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.driver import Driver

from treadctl.studio.coach_agent import STOP_ALL, Button, Pressed
from treadctl.studio.messages import ALL
from treadctl.studio.room_view import RoomView, Stage
from treadctl.tui.coach.host import LINES, CoachHost, Program
from treadctl.tui.coach.overlays import HelpScreen, LaneScreen, LeaveScreen, MessageScreen, Overlay
from treadctl.tui.coach.program import ProgramScreen
from treadctl.tui.coach.screens import MILDER, RoomScreen
from treadctl.tui.driver import stopping
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT

LOOKS_PER_S: Final = 4


class CoachApp(QuietApp[None]):
    """Ends when the staff leave; the class goes on. The command palette is off, and there is no text field anywhere."""

    CSS_PATH: ClassVar[list[str]] = ["../treadctl.tcss", "coach.tcss"]  # type: ignore[assignment] # Textual's own is wider
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = MILDER

    def __init__(
        self, host: CoachHost, library: tuple[Program, ...], lines: tuple[str, ...] = LINES, *, light: bool = False
    ) -> None:
        self.host = host
        super().__init__()
        self._library = library
        self._lines = lines
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = (LIGHT if light else DARK).name
        self._looking = asyncio.Lock()

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver with STOP ALL below it."""
        return stopping(super().get_driver_class(), lambda: self.host.press(STOP_ALL))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours exist from the first moment on."""
        return DARK.variables

    async def on_mount(self) -> None:
        """Look now and then."""
        await self.push_screen(RoomScreen())
        self.set_interval(1 / LOOKS_PER_S, self.action_look)

    async def action_look(self) -> None:
        """Show the newest picture of the room."""
        async with self._looking:
            view = self.host.latest
            if view is None or not self.is_running or self._exit:
                return
            for screen in self.screen_stack:
                if isinstance(screen, RoomScreen):
                    screen.show(view, self.host.failure)
                elif isinstance(screen, Overlay):
                    screen.show(view)

    # --- what always works ------------------------------------------------------------------------------------------------

    async def action_stop_all(self) -> None:
        """STOP ALL, and back to where the list of belts is."""
        self.host.press(STOP_ALL)
        await self._to_the_room()

    async def action_stop_or_leave(self) -> None:
        """The keys that mean leaving elsewhere mean STOP ALL here; they leave when nothing moves or is about to."""
        view = self.host.latest
        await self.action_stop_all()
        if view is None or view.is_quiet:
            self.exit()

    async def action_walk_all(self) -> None:
        """WALK ALL."""
        await self._press(Button.WALK_ALL)
        await self._to_the_room()

    # --- the class ----------------------------------------------------------------------------------------------------------

    async def action_choose(self) -> None:
        """Choose a program, where no class is on its way; or say why not."""
        view = self.host.latest
        why_not = _why_no_choice(view)
        if not why_not:
            await self.push_screen(ProgramScreen(self._library))
        elif isinstance(self.screen, RoomScreen):
            self.screen.tell(why_not)
            await self.action_look()

    async def action_start(self) -> None:
        """START CLASS: everybody who is ready."""
        await self._press(Button.START)

    async def action_pause(self) -> None:
        """Pause all; before T0, call the start off."""
        await self._press(Button.PAUSE)

    async def action_resume(self) -> None:
        """Offer everybody to go on."""
        await self._press(Button.RESUME)

    async def action_next(self) -> None:
        """The next step, for all."""
        await self._press(Button.NEXT)

    async def action_extend(self) -> None:
        """A longer step, for all."""
        await self._press(Button.EXTEND)

    async def action_take_over(self) -> None:
        """Lead instead of another console."""
        await self._press(Button.TAKE_OVER)

    # --- what lies over the room ----------------------------------------------------------------------------------------------

    async def action_lane(self, lane: int) -> None:
        """One lane."""
        if isinstance(self.screen, RoomScreen):
            await self.push_screen(LaneScreen(lane))
            await self.action_look()

    async def action_message(self) -> None:
        """Say something, to the lane that is open or to all."""
        lane = self.screen.lane if isinstance(self.screen, LaneScreen) else None
        if isinstance(self.screen, LaneScreen | RoomScreen):
            await self.push_screen(MessageScreen(self._lines, lane))

    async def action_help(self) -> None:
        """The keys."""
        if isinstance(self.screen, RoomScreen):
            await self.push_screen(HelpScreen())

    async def action_back(self) -> None:
        """To what is beneath."""
        if not isinstance(self.screen, RoomScreen) and len(self.screen_stack) > 1:
            self.pop_screen()  # not awaited: a tap in that very screen may be what asks for it
            await self.action_look()

    async def action_leave(self) -> None:
        """Leave; where belts may move, asked first."""
        view = self.host.latest
        if view is None or view.is_quiet:
            self.exit()
        elif isinstance(self.screen, RoomScreen):
            await self.push_screen(LeaveScreen())

    def action_leave_now(self) -> None:
        """Leave a class that goes on."""
        self.exit()

    async def action_toggle_light(self) -> None:
        """The other theme."""
        self.theme = DARK.name if self.theme == LIGHT.name else LIGHT.name

    async def _press(self, button: Button) -> None:
        self.host.press(Pressed(button, ALL))
        await self.action_look()

    async def _to_the_room(self) -> None:
        while not isinstance(self.screen, RoomScreen) and len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, RoomScreen):
            self.screen.typed = ""
        await self.action_look()


def _why_no_choice(view: RoomView | None) -> str:
    if view is None or not view.leads:
        other = "" if view is None else view.other
        return f"{other} leads: O takes over." if other else "One moment: looking for other consoles first."
    on_its_way = view.stage in (Stage.COUNTING, Stage.RUNNING, Stage.PAUSED)
    return "A class is on its way: STOP ALL ends it, then choose." if on_its_way else ""

"""The screen of a runner on a belt: three numbers, one cue, what comes next, where in the workout, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from treadctl.engine.phases import Phase
from treadctl.safety import LEVEL_WITHIN
from treadctl.tui.beat import Beat
from treadctl.tui.course_plot import CoursePlot, progress
from treadctl.tui.dock import KeyHint
from treadctl.tui.gauge import GaugePanel, gauge
from treadctl.tui.info import BesidePanel, WhyPanel, coming, why
from treadctl.tui.screens.base import BeltScreen
from treadctl.tui.view import View


class RunnerScreen(BeltScreen):
    """From the deck going level before the start to the belt standing still at the end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,p", "app.press('pause')", show=False),
        Binding("up", "app.press('flatter')", show=False),
        Binding("down", "app.press('steeper')", show=False),
        Binding("left,minus", "app.press('slower')", show=False),
        Binding("right,plus", "app.press('faster')", show=False),
        Binding("n", "app.press('skip')", show=False),
        Binding("b", "app.press('back')", show=False),
        Binding("e", "app.press('extend')", show=False),
        Binding("r", "app.press('resume')", show=False),
    ]
    SECOND: ClassVar[KeyHint | None] = ("SPACE", "▮▮ pause", "press('pause')")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (
        ("↑", "flatter", "press('flatter')"),
        ("↓", "steeper", "press('steeper')"),
        ("←", "slower", "press('slower')"),
        ("→", "faster", "press('faster')"),
        ("N", "skip", "press('skip')"),
        ("B", "back", "press('back')"),
        ("E", "extend", "press('extend')"),
    )
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("SPACE", "pause, and only that: the belt stops, R resumes from there"),
        ("↑ ↓", "flatter, steeper, by half a percent in this step"),
        ("← →", "slower, faster, by half a km/h; what is milder stays"),
        ("N B E", "skip this step, back to its start, a minute more of it"),
        ("R", "go on after the treadmill did not follow"),
    )

    def lower(self) -> Iterable[Widget]:
        """Step rate and what comes next, why anything is limited, the profile."""
        app = self.session_app
        yield Horizontal(GaugePanel(id="rate"), Beat(app.wall, app.beat), BesidePanel(id="next"), id="info")
        yield WhyPanel(id="why")
        yield CoursePlot(app.workout, app.runner)

    def draw_lower(self, view: View) -> None:
        """The same; a countdown has all the room."""
        s, app = view.snapshot, self.session_app
        self.set_class(view.phase in (Phase.COUNTDOWN, Phase.STARTING), "-counting")
        self.query_one("#rate", GaugePanel).show(gauge(view, app.runner))
        beating = view.phase is Phase.RUNNING and s.target_grade <= -LEVEL_WITHIN  # as the metronome: feet on the level need none
        self.query_one(Beat).keep(s.cadence.aim_spm if s.cadence is not None and beating else 0)
        self.query_one("#next", BesidePanel).show(coming(s, app.runner))
        self.query_one(WhyPanel).show(why(s))
        self.query_one(CoursePlot).show(progress(s, app.planned_decline_s))

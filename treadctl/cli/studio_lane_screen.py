"""One lane with its screen, and a number pad beside it. The screen may fail or freeze: Stop and the way out need neither."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from treadctl.cli.keypad import listen
from treadctl.cli.screen import run_app
from treadctl.cli.sound import Sound
from treadctl.coaching.cues import Cue, CueKind
from treadctl.studio.lane_agent import LaneAgent
from treadctl.tui.lane.app import LaneApp
from treadctl.tui.lane.host import LaneThread


def run_on_screen(
    make: Callable[[LaneThread, Callable[[str], object]], LaneAgent], pad: Path | None, sound: Sound | None, *, light: bool
) -> int:
    """Run one lane until it is left; returns the exit code. `make` is called in its thread, with where trouble is told."""

    def note(what: str) -> None:
        host.tell(Cue(CueKind.NEWS, what))

    def typed(key: str) -> bool:
        host.type(key, "keypad")
        return not host.over

    host = LaneThread(lambda thread: make(thread, note), sound.say if sound is not None else lambda _: None)
    app = LaneApp(host, light=light, mute=None if sound is None else sound.toggle)
    if sound is not None:
        sound.bell = lambda: app.call_later(app.bell)
    if pad is not None:
        listen(pad, typed, note)
    told = _Told(note)
    logging.getLogger().addHandler(told)
    try:
        return run_app(host, app)
    finally:
        logging.getLogger().removeHandler(told)


class _Told(logging.Handler):
    """What this program would write on the terminal goes on the screen instead; others' warnings go nowhere."""

    def __init__(self, note: Callable[[str], object]) -> None:
        super().__init__(logging.ERROR)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it."""
        if record.name.startswith("treadctl"):
            self._note(record.getMessage().removeprefix("treadctl: ")[:160])

"""Stopped for safety: why, in the largest words there are, until the belt is still."""

from __future__ import annotations

from treadctl.tui.message import Message, in_short
from treadctl.tui.painted import Pieces
from treadctl.tui.screens.base import BeltScreen, paragraphs
from treadctl.tui.view import View


class SafetyScreen(BeltScreen):
    """A safety stop on its way."""

    def message(self, view: View) -> Message:
        """Why."""
        return Message(in_short(view.snapshot), f"{'; '.join(view.snapshot.troubles)}: Stop was sent", alarm="▲ SAFETY STOP")

    def words(self, view: View) -> Pieces:
        """What to do."""
        return paragraphs(
            "Step onto the rails and stay there until the belt is still.",
            "If the belt runs on, use the console or pull the safety key: this program is no emergency stop.",
        )

"""Stop is never swallowed: the keys that mean Stop are acted on as they are read, before Textual or any widget sees them.

Textual's loop stands still while a terminal does not read, and its text fields and palette take keys away. This sits below
both, in the thread that reads the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual.driver import Driver
from textual.events import Key

if TYPE_CHECKING:
    from textual.message import Message

STOP_KEYS: Final = frozenset({"s", "S", "ctrl+c", "ctrl+q", "upper_s"})
_HELD: Final = frozenset({"alt", "shift"})


def as_pressed(key: Key) -> tuple[Key, ...]:
    """The keys that a person pressed. A terminal sends Alt with a letter as it sends ESC and then that letter: two quick keys,
    or two that a slow line delivered together, arrive as one that nothing here is bound to. Shift with a letter is the capital.
    """
    *held, letter = key.key.split("+")
    if not held or not _HELD.issuperset(held) or len(letter) != 1 or not letter.isalpha():
        return (key,)
    letter = letter.upper() if "shift" in held else letter
    alone = Key(letter, letter)
    return (Key("escape", "\x1b"), alone) if "alt" in held else (alone,)


def stopping(base: type[Driver], stop: Callable[[], None]) -> type[Driver]:
    """A driver like `base` that calls `stop` at once, in the reading thread, for each key that means Stop."""

    class StopFirst(base):  # type: ignore[misc, valid-type] # the platform's driver is known only at run time
        """The platform's driver, with Stop below it."""

        def send_message(self, message: Message) -> None:
            """Look at a message on its way to the app."""
            for pressed in as_pressed(message) if isinstance(message, Key) else (message,):
                if isinstance(pressed, Key) and pressed.key in STOP_KEYS:
                    stop()
                super().send_message(pressed)

    return StopFirst

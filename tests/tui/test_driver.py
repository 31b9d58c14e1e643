"""Below Textual: each key that means Stop is acted on, however a terminal says it, and no two keys become a third."""

from __future__ import annotations

import pytest
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.events import Key
from textual.message import Message

from treadctl.tui.driver import stopping


def read(typed: str) -> tuple[int, list[str]]:
    """How many times Stop was pressed, and the keys that an app hears, for what a terminal sends in one read."""
    stops: list[int] = []
    heard: list[str] = []

    class Bare:
        def send_message(self, message: Message) -> None:
            assert isinstance(message, Key)
            heard.append(message.key)

    driver = stopping(Bare, lambda: stops.append(len(heard)))  # type: ignore[arg-type]
    made: Driver = driver.__new__(driver)
    parser = XTermParser()
    for message in (*parser.feed(typed), *parser.feed("")):
        made.send_message(message)
    return len(stops), heard


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("s", ["s"]),
        ("S", ["S"]),
        ("\x03", ["ctrl+c"]),
        ("\x1bs", ["escape", "s"]),
        ("\x1bS", ["escape", "S"]),
        ("\x1b[115;3u", ["escape", "s"]),
        ("\x1b[115;2u", ["S"]),
        ("\x1b[83;2u", ["S"]),
    ],
)
def test_stop_is_stop_however_a_terminal_says_it(typed: str, heard: list[str]) -> None:
    assert read(typed) == (1, heard)


@pytest.mark.parametrize(
    ("typed", "heard"), [("\x1bw", ["escape", "w"]), ("\x1bW", ["escape", "W"]), ("\x1b[A", ["up"]), ("\x1b[1;3A", ["alt+up"])]
)
def test_two_quick_keys_are_two_keys_and_others_are_left_alone(typed: str, heard: list[str]) -> None:
    assert read(typed) == (0, heard)

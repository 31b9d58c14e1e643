"""Lines in a terminal: none is broken inside a word, and what goes on below stands in its column."""

from __future__ import annotations

import pytest

from treadctl.cli import columns
from treadctl.cli.columns import fitting
from treadctl.cli.lines import KEYS_HELP
from treadctl.cli.report import TextReport

REFUSED = "    0:05  link    set target inclination: refused  (the treadmill answered: operation failed, or it has no such deck)"


def put(monkeypatch: pytest.MonkeyPatch, text: str, width: int | None) -> list[str]:
    monkeypatch.setattr(columns, "terminal_width", lambda stream=None: width)
    written: list[str] = []
    fitting(written.append)(text)
    return "\n".join(written).split("\n")


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("text", [REFUSED, KEYS_HELP, f"Title\n{KEYS_HELP}", f"  - {KEYS_HELP}", f"  sign          {KEYS_HELP}"])
def test_no_word_is_broken_and_none_is_lost(monkeypatch: pytest.MonkeyPatch, text: str, width: int) -> None:
    lines = put(monkeypatch, text, width)
    assert max(map(len, lines)) <= width
    assert " ".join(lines).split() == text.split()


@pytest.mark.parametrize("text", [REFUSED, f"    0:09  form    look up  ({'at the mark, ' * 9})"])
def test_what_goes_on_below_stands_under_the_words(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    first, *others = put(monkeypatch, text, 60)
    assert first.startswith(text[:25])
    assert others
    assert all(line[:18].isspace() and not line[18].isspace() for line in others)


def test_elsewhere_than_in_a_terminal_each_line_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert put(monkeypatch, f"a\n{REFUSED}\n", None) == ["a", REFUSED, ""]


def test_lines_of_a_session_are_whole_for_who_writes_them() -> None:
    written: list[str] = []
    TextReport(written.append)._line(5.0, "link", "set target inclination: refused", "operation failed")
    assert written == ["    0:05  link    set target inclination: refused  (operation failed)"]

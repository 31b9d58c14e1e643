"""The bottom of every screen: STOP and one other key as large as a fingertip, and all the keys there are."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from treadctl.tui.painted import Painted

KeyHint = tuple[str, str, str]
"""What to press, what it does, and the action that it stands for: the app's, unless it says `screen.`"""

_APART: Final = "  "


class Tap(Painted[KeyHint]):
    """A key to be tapped or clicked."""

    def draw(self, what: KeyHint, width: int, height: int) -> Content:
        """The word in the middle, its key beneath."""
        key, word, _ = what
        rows = [word.upper(), key] if height > 1 else [f"{word.upper()} {key}"]
        above = (height - len(rows) + 1) // 2
        return Content("\n".join([""] * above + [row.center(width) for row in rows]))

    async def on_click(self) -> None:
        """A tap is the key."""
        if self.shown is not None:
            await self.run_action(_target(self.shown[2]))


class KeyLines(Painted[tuple[KeyHint, ...]]):
    """All keys, on the last rows; each can be clicked too."""

    def draw(self, what: tuple[KeyHint, ...], width: int, height: int) -> Content:
        """As many rows as are needed, the last one on the bottom line."""
        rows: list[list[KeyHint]] = [[]]
        for hint in what:
            if rows[-1] and _width([*rows[-1], hint]) > width:
                rows.append([])
            rows[-1].append(hint)
        drawn = [Content(_APART).join(_hint(hint) for hint in row) for row in rows][:height]
        return Content("\n").join([Content("")] * (height - len(drawn)) + drawn)


class Dock(Horizontal):
    """STOP and a second tap where there is something for them to do, and the keys."""

    def __init__(self, first: KeyHint | None, second: KeyHint | None, keys: tuple[KeyHint, ...]) -> None:
        super().__init__(id="dock")
        self._taps, self._keys = {"#tap-stop": first, "#tap-second": second}, keys

    def compose(self) -> ComposeResult:
        """The same places on every screen."""
        yield Tap(id="tap-stop")
        yield Tap(id="tap-second")
        yield KeyLines(id="keys")

    def on_mount(self) -> None:
        """They never change while a screen stands."""
        for place, hint in self._taps.items():
            tap = self.query_one(place, Tap)
            tap.set_class(hint is None, "-none")
            if hint is not None:
                tap.show(hint)
        self.query_one(KeyLines).show(self._keys)


def _target(action: str) -> str:
    return action if action.startswith("screen.") else f"app.{action}"


def _width(row: list[KeyHint]) -> int:
    return sum(len(key) + 1 + len(word) for key, word, _ in row) + len(_APART) * (len(row) - 1)


def _hint(hint: KeyHint) -> Content:
    key, word, action = hint
    return Content.from_markup(f"[@click={_target(action)}][bold $foreground]$key[/] [$quiet]$word[/][/]", key=key, word=word)

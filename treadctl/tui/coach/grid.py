"""All lanes as a grid, always in the order they stand in the room; a click is the lane. Tiles are as large as the room allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.content import Content

from treadctl.studio.lane_tile import LaneTile
from treadctl.tui.coach.tiles import BIG_ROWS, rows
from treadctl.tui.painted import Painted

if TYPE_CHECKING:
    from textual.events import Click

NARROWEST: Final = 15
"""Columns of the smallest tile, with the gap to the next one; one of a single row has no room for less than one more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many columns of tiles, each this wide and high, with the gap to the next one."""

    columns: int
    width: int
    height: int

    @property
    def gap(self) -> int:
        """Empty rows between two tiles: none where every row counts."""
        return 1 if self.height > 4 else 0


def plan(lanes: int, width: int, height: int) -> Plan:
    """The largest tiles that fit; where none do, the smallest, and some lanes are left out."""
    made = [_plan(columns, lanes, width, height) for columns in range(1, max(1, width // NARROWEST) + 1)]
    fitting = [one for one in made if one.height > 1 or (one.height == 1 and one.width > NARROWEST)]
    return max(fitting, key=lambda one: _worth(one, lanes)) if fitting else _plan(max(1, width // (NARROWEST + 1)), 1, width, 1)


def _plan(columns: int, lanes: int, width: int, height: int) -> Plan:
    return Plan(columns, width // columns, min(12, height // max(1, -(-lanes // columns))))


def _worth(one: Plan, lanes: int) -> tuple[int, int, int]:
    """What can be said in a tile first, then how few places stay empty, then how even it is."""
    says = 4 if one.height > BIG_ROWS and one.width >= 24 else 3 if one.height >= 4 and one.width >= 20 else min(one.height, 2)
    return says, -(-lanes % one.columns), -abs(one.width - 3 * one.height)


def shown(lanes: tuple[LaneTile, ...], room: int) -> tuple[LaneTile, ...]:
    """The lanes that there is room for, problems before others, in the order of their numbers."""
    kept = sorted(lanes, key=lambda lane: (not lane.is_urgent, lane.lane))[:room]
    return tuple(sorted(kept, key=lambda lane: lane.lane))


class LaneGrid(Painted[tuple[LaneTile, ...]]):
    """The grid."""

    def draw(self, what: tuple[LaneTile, ...], width: int, height: int) -> Content:
        """Row by row of tiles."""
        made = plan(len(what), width, height)
        kept = shown(what, made.columns * max(1, height // made.height))
        lines: list[Content] = []
        for first in range(0, len(kept), made.columns):
            drawn = [rows(lane, made.width - 1, made.height - made.gap) for lane in kept[first : first + made.columns]]
            lines += [Content(" ").join(parts) for parts in zip(*drawn, strict=True)]
            lines += [Content("")] * made.gap
        return Content("\n").join(lines[:height])

    def lane_at(self, x: int, y: int) -> int | None:
        """The lane at a place of the content."""
        if not self.shown:
            return None
        width, height = self.content_size
        made = plan(len(self.shown), width, height)
        kept = shown(self.shown, made.columns * max(1, height // made.height))
        column, index = x // made.width, y // made.height * made.columns + x // made.width
        return kept[index].lane if column < made.columns and 0 <= index < len(kept) else None

    async def on_click(self, event: Click) -> None:
        """Open the lane that was clicked or tapped."""
        at = event.get_content_offset(self)
        lane = None if at is None else self.lane_at(at.x, at.y)
        if lane is not None:
            await self.run_action(f"app.lane({lane})")

"""Make docs/screens/coach.svg: `python tests/tui/make_coach_screenshot.py`. The same each time.

With a folder as its argument it writes every moment of the golden tests there instead, in both themes, to look at.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

from fake_room import MOMENTS, console
from screen_text import SIZES

_DOCS: Final = Path(__file__).parents[2] / "docs" / "screens"


async def picture(path: Path, name: str, lanes: int, size: tuple[int, int], *, light: bool = False) -> None:
    """One screen as SVG."""
    async with console(name, lanes, size, light=light) as (app, _, _):
        drawn = app.export_screenshot(title="treadctl studio coach")
    await asyncio.to_thread(path.write_text, drawn, encoding="utf-8")


async def _all(folder: Path) -> None:
    for name in MOMENTS:
        for lanes in (8, 30, 60):
            for size in SIZES:
                for light in (False, True):
                    await picture(
                        folder / f"{name}-{lanes}-{size[0]}-{'light' if light else 'dark'}.svg", name, lanes, size, light=light
                    )


if __name__ == "__main__":
    asyncio.run(_all(Path(sys.argv[1])) if len(sys.argv) > 1 else picture(_DOCS / "coach.svg", "running", 8, SIZES[0]))

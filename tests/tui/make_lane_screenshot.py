"""Make docs/screens/lane.svg: `python tests/tui/make_lane_screenshot.py`. With a folder, every moment of a lane goes there."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

from fake_lane import moments
from make_screenshots import SIZE, picture

from treadctl.tui.lane.app import LaneApp

_DOCS: Final = Path(__file__).parents[2] / "docs" / "screens"


async def _all(folder: Path, chosen: tuple[str, ...]) -> None:
    for name in chosen:
        host = moments()[name]
        app = LaneApp(host, wall=host.now)
        await picture(app, folder / ("lane.svg" if folder == _DOCS else f"lane-{name}.svg"), SIZE)


if __name__ == "__main__":
    asyncio.run(_all(Path(sys.argv[1]), tuple(moments())) if len(sys.argv) > 1 else _all(_DOCS, ("running",)))

"""Tapping one's own step rate, where no foot pod tells it: Enter at each right footfall, for a quarter of a minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from treadctl.cli.errors import BadInput
from treadctl.coaching.taps import TAP_FOR_S, Tapped, Taps

HOW: Final = (
    "run at your easy pace on the level, and let somebody tap for you if you can",
    f"Enter at each right footfall, for {TAP_FOR_S:.0f} seconds; the first tap begins",
)


def tapped(clock: Callable[[], float], ask: Callable[[str], object] = input) -> Tapped:
    """Take taps until the time is over; raises BadInput where nothing comes of them."""
    print("\n".join(HOW))
    taps = Taps()
    try:
        ask("")
        while taps.tap(clock()):
            ask("")
    except (EOFError, KeyboardInterrupt):
        raise BadInput("the tapping was left; nothing is changed") from None
    result = taps.result()
    if result.steps_per_min is None:
        raise BadInput(f"{result.why}; nothing is changed")
    print(f"{result.steps_per_min} steps a minute, give or take {result.within}")
    return result

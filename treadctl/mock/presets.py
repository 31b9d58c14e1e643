"""The treadmills that the mock can be: ranges, rates and habits, each with where it comes from.

Rates and lags are those of real machines where a source gives one (hw_notes.md §2.3); the others are ours and say so. No home
treadmill that reaches −10 % is known (§3): `decline-10` is what treadctl waits for, the others are in houses today.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from treadctl.units import LEVEL, Grade, Speed


@dataclass(frozen=True, slots=True)
class Preset:
    """One model of treadmill. Grades are its own count; `offset` is what a propped deck adds, and it knows nothing of that."""

    name: str
    model: str
    lowest: Grade
    highest: Grade
    grade_step: int = 5
    """0.1 %; half a percent is the commonest grid (QZ rounds to it in general, §2.4)."""
    offset: Grade = LEVEL

    slowest: Speed = Speed(80)
    fastest: Speed = Speed(2000)
    speed_step: int = 10
    """0.01 km/h; with 0.8 … 20 km/h the range of a middling home treadmill (Omega Z starts at 0.8)."""

    command_lag_s: float = 0.3
    """From accepting a target to the first movement; with the rates below a step of 0.1 … 0.5 % settles within the
    1.43 s measured on an Omega Z (§2.3)."""
    belt_up: float = 0.5
    """km/h per s: the 0.49 that an ESP32-fitted belt was measured at (§2.3)."""
    belt_down: float = 0.7
    """km/h per s for a slower target: the same belt's commanded 0.72 (§2.3); a belt brakes better than it pulls."""
    stop_rate: float = 1.5
    """km/h per s after Stop: 10 km/h takes 7 s; Stop was seen to take 1.8 … 4 s from a walk, once 13 s (§2.3)."""
    pause_rate: float = 1.2
    """km/h per s after Pause: 10 km/h takes 8 s, within KingSmith's 5 … 10 s (§2.1)."""
    key_rate: float = 3.0
    """km/h per s when the safety key is pulled: power is cut, yet the belt slows down and does not jerk (§4.1). Ours."""
    countdown_s: int = 3
    """Start is followed by 3-2-1; the belt reaches 0.8 km/h 5 s after Start, within an Omega Z's 4.4 … 6.2 s (§2.3)."""
    deck_up: float = 0.5
    """% per s. No source gives one; half a percent per second is the rate §2.3 advises to expect. Ours."""
    deck_down: float = 0.4
    """% per s towards the ground; unlike `deck_up`, so that nobody gets away with assuming they are the same. Ours."""

    answer_s: tuple[float, float] = (0.04, 0.12)
    """Seconds from a write to its indication, drawn from the seed: one to four connection intervals of 30 ms. Ours."""
    levels_after_stop: bool = True
    """The deck goes back to 0 by itself after Stop (Omega Z, §2.3)."""
    speed_while_still: bool = False
    """A speed target is accepted before the belt moves, for when it starts; else operation failed (as Yesoul's 04)."""
    incline_while_still: bool = True
    """An incline target is accepted on a still belt; Sole's F80 takes one only once started (§2.1)."""
    echoes: bool = True
    """A client's own change comes back as a Fitness Machine Status; the standard asks for it only to others (§1.11)."""
    console_takes_control: bool = False
    """A button pressed on the console ends the client's control with status FF (NordicTrack with NFT, §4.1)."""

    def snap(self, tenths: float) -> Grade:
        """The nearest grade on this machine's grid and inside its range; of two equally near the one nearer to level."""
        grid = range(self.lowest, self.highest + 1, self.grade_step)
        return Grade(min(grid, key=lambda g: (abs(g - tenths), abs(g))))


_DECLINE_10: Final = Preset("decline-10", "Virtual Decline 10", Grade(-100), Grade(150))

PRESETS: Final = {
    preset.name: preset
    for preset in (
        _DECLINE_10,
        # After Sole's F89 and TT8 and the iFIT trainers: the steepest that FTMS reaches today (§3).
        replace(
            _DECLINE_10,
            name="decline-6",
            model="Virtual Decline 6",
            lowest=Grade(-60),
            incline_while_still=False,
            console_takes_control=True,
        ),
        # The common home treadmill. It has no decline, and says so.
        replace(
            _DECLINE_10,
            name="incline-only",
            model="Virtual Incline",
            lowest=LEVEL,
            levels_after_stop=False,
            speed_while_still=True,
            echoes=False,
        ),
        # The same with its rear feet raised (§2.4): its 0 is −5 % on the floor, and its telemetry does not know.
        replace(_DECLINE_10, name="propped", model="Virtual Propped", lowest=LEVEL, offset=Grade(-50)),
    )
}
"""By the names used on the command line; the first is the default."""

DEFAULT: Final = _DECLINE_10

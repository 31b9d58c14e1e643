"""The failsafe ladder: what is wrong, how much it takes away, and what clears it. The worst that is active wins.

Nothing clears into faster or steeper by itself but fresh telemetry, and that only allows a raise which the plan wants anyway.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class Level(IntEnum):
    """What is left to the engine, from everything to nothing."""

    FINE = 0
    NO_RAISE = 1  # not faster, not steeper
    HOLD = 2  # the same, until a person presses a key
    HANDS_OFF = 3  # disarmed; nothing is written but a pressed Stop
    LINK_LOST = 4  # disarmed; nothing can be written
    STOP = 5  # Stop is sent at once


class Clears(Enum):
    """What ends a condition."""

    BY_ITSELF = "when it is over"
    BY_KEY = "when the runner presses resume"
    BY_ARMING = "when the runner arms again"
    NEVER = "not in this session"


class Condition(Enum):
    """One thing that can be wrong: its level, how it clears, and the words for it."""

    STALE = (Level.NO_RAISE, Clears.BY_ITSELF, "no fresh telemetry")
    DECK_NOT_FOLLOWING = (Level.HOLD, Clears.BY_KEY, "the deck is not following")
    BELT_NOT_FOLLOWING = (Level.HOLD, Clears.BY_KEY, "the belt is not following")
    COMMAND_REJECTED = (Level.HOLD, Clears.BY_KEY, "the treadmill rejected a command")
    WRONG_WAY = (Level.HOLD, Clears.BY_KEY, "the deck moves the wrong way")
    NO_STEPS = (Level.HOLD, Clears.BY_KEY, "no steps are felt on the belt")
    STILL_UNASKED = (Level.HANDS_OFF, Clears.BY_ARMING, "the belt stands still unasked")
    MOVES_UNASKED = (Level.HANDS_OFF, Clears.BY_ARMING, "the belt moves unasked")
    START_REJECTED = (Level.HANDS_OFF, Clears.BY_ARMING, "the treadmill rejected the start")
    CONSOLE_STOP = (Level.HANDS_OFF, Clears.BY_ARMING, "stopped at the console")
    SAFETY_KEY = (Level.HANDS_OFF, Clears.BY_ARMING, "safety key pulled")
    CONTROL_LOST = (Level.HANDS_OFF, Clears.BY_ARMING, "control was taken away")
    CLOCK_JUMPED = (Level.LINK_LOST, Clears.BY_ARMING, "this computer slept, and nothing was watched")
    LINK_LOST = (Level.LINK_LOST, Clears.BY_ARMING, "the link is lost")
    SILENT = (Level.STOP, Clears.NEVER, "telemetry has gone silent")
    BELT_TOO_FAST = (Level.STOP, Clears.NEVER, "the belt is faster than asked")
    UNIT_SLIP = (Level.STOP, Clears.NEVER, "the treadmill counts in the other unit")
    WRONG_WAY_DECK = (Level.STOP, Clears.NEVER, "the deck climbs when told to fall")
    NOBODY = (Level.STOP, Clears.NEVER, "nobody is on the belt")
    PAST_HARD_STOP = (Level.STOP, Clears.NEVER, "the deck is steeper than -10 %")
    LATCHED = (Level.STOP, Clears.NEVER, "the gate refused an illegal command")

    @property
    def level(self) -> Level:
        """How much it takes away."""
        return self.value[0]

    @property
    def clears(self) -> Clears:
        """What ends it."""
        return self.value[1]

    @property
    def words(self) -> str:
        """What a person reads."""
        return self.value[2]


class Ladder:
    """The conditions that are active now, and all that ever were."""

    def __init__(self) -> None:
        self._active: dict[Condition, None] = {}
        self.level = Level.FINE
        self.seen: dict[Condition, None] = {}

    def set(self, condition: Condition) -> bool:
        """Make a condition active; true when it was not."""
        if condition in self._active:
            return False
        self._active[condition] = self.seen[condition] = None
        self.level = max(self.level, condition.level)
        return True

    def clear(self, condition: Condition) -> bool:
        """End one condition; true when it was active."""
        if condition not in self._active:
            return False
        del self._active[condition]
        self._settle()
        return True

    def clear_all(self, clears: Clears) -> bool:
        """End all conditions that end in this way; true when there were any."""
        ended = [c for c in self._active if c.clears is clears]
        for condition in ended:
            del self._active[condition]
        self._settle()
        return bool(ended)

    @property
    def words(self) -> tuple[str, ...]:
        """The active conditions, worst first."""
        return tuple(c.words for c in sorted(self._active, key=lambda c: -c.level)) if self._active else ()

    def _settle(self) -> None:
        self.level = max((c.level for c in self._active), default=Level.FINE)

"""Why a lane does not act on a word: the protocol's own list. Pure."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why a word was not acted on. The value is what the console shows."""

    TOO_LARGE = "too large"
    MALFORMED = "cannot be read"
    RETAINED = "kept by the broker from an earlier time"
    FORGED = "not signed by the coach of this room"
    FOREIGN = "meant for another studio, class or lane"
    UNMEASURED = "this lane has not measured the coach's clock yet"
    SKEWED = "issued in the future: clocks are apart"
    STALE = "too old"
    DUPLICATE = "already acted on"
    REPLAYED = "older than what was already acted on"
    NOT_IN_CHARGE = "another console leads the class"
    NO_CLASS = "no class here"
    NOT_READY = "the runner has not said that they are ready"
    NOT_RUNNING = "nothing runs here"
    CLOCK_TOO_COARSE = "the coach's clock is not known well enough for a common start"
    UNSUITABLE = "this program cannot be run here"
    TOO_LATE = "the class is nearly over"
    TOO_OFTEN = "the coach said something a moment ago"
    BUSY = "this runner is on their way already"

"""What has no belt: surface, shoes, lacing, and what to expect of the legs. One thing at a time, each with its fact. Pure."""

from __future__ import annotations

from typing import Final

from treadctl.training.model import Reason

TIPS: Final = (
    Reason("it will feel easy; the bill comes in two days, and that soreness is normal and no injury", "A1.4, A3.5"),
    Reason("outdoors, begin on grass or dirt, and take to the road later", "A3.3"),
    Reason("on a belt, cushioned shoes and a dry deck do what grass does outside", "A3.3; ours"),
    Reason("toes splay downhill: lace so that the heel is held and the toes have room", "A1.3"),
    Reason("outdoors, where it gets really steep, turn the feet slightly across the slope; never on a belt", "A2.5"),
    Reason("on a day without a belt, slow lowering and jumps do the same work: treadctl strength list", "A4.1, A5.1"),
    Reason("what is hard at first becomes natural, and then faster: treadctl log show sets then beside now", "A3.6"),
)

AFTERWARDS: Final = Reason("soreness is normal and no injury; still growing past 48 h means it was too much", "A3.5")
"""What every decline session ends with."""


def tip(declines_done: int) -> Reason:
    """One for each session, in turn; the first comes first."""
    return TIPS[declines_done % len(TIPS)]

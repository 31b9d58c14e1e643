"""Topics, and who may use them: one table that docs, both brokers' access lists and the code read.

`treadctl/v1/<studio>/coach/<kind>` is the coach's side, heard by every lane: whom a word is for stands in its signed bytes. But
the time goes to the lane that asked: two hundred lanes that measure their clocks would else hear each other's answers; and a
class is for consoles: none of the lanes has a use for its 128 kB.
`treadctl/v1/<studio>/lane/<lane>/<kind>` is one lane's own. Within MQTT 3.1.1: no shared subscriptions, no v5 properties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.studio.messages import COMMANDS, MOST_LANE, Class, CoachWord, Command, Report, Time

ROOT: Final = "treadctl/v1"
_TOPIC: Final = re.compile(
    rf"{ROOT}/(?P<studio>[a-z0-9-]{{1,40}})/"
    r"(?:coach/(?P<command>[a-z]+)|coach/(?P<answer>time)/[1-9][0-9]{0,2}|lane/(?P<lane>[1-9][0-9]{0,2})/(?P<report>[a-z]+))",
    re.ASCII,
)


class Who(Enum):
    """Who may publish on a topic; everybody else is refused by the broker."""

    COACH = "coach"
    LANE = "that lane"


@dataclass(frozen=True, slots=True)
class Channel:
    """How one kind of word travels. `qos` 1 arrives at least once; what is only worth something now goes with 0."""

    kind: str
    who: Who
    qos: int
    retain: bool
    why: str

    @property
    def topic(self) -> str:
        """Where it travels, below the studio."""
        if self.who is Who.LANE:
            return f"lane/<lane>/{self.kind}"
        return f"coach/{self.kind}/<lane>" if self.kind == "time" else f"coach/{self.kind}"


CHANNELS: Final[dict[str, Channel]] = {
    channel.kind: channel
    for channel in (
        Channel("offer", Who.COACH, 1, False, "a program for these lanes"),
        Channel("start", Who.COACH, 1, False, "begin at T0; never kept, or it would start the next class too"),
        Channel("adjust", Who.COACH, 1, False, "next step, longer step, easier for one"),
        Channel("pause", Who.COACH, 1, False, "pause, or an offer to go on"),
        Channel("stop", Who.COACH, 1, False, "STOP; repeated until acknowledged"),
        Channel("walk", Who.COACH, 1, False, "level and walking; repeated until acknowledged"),
        Channel("say", Who.COACH, 1, False, "a line to read and hear"),
        Channel("lease", Who.COACH, 1, False, "which console leads, every few seconds"),
        Channel("class", Who.COACH, 1, True, "what the class runs, for a console that takes over; nothing to a lane"),
        Channel("time", Who.COACH, 0, False, "answer to a ping; a late one is worth nothing"),
        Channel("online", Who.LANE, 1, True, "whether the lane's program runs; last will says no"),
        Channel("state", Who.LANE, 0, False, "how the lane is, once a second"),
        Channel("event", Who.LANE, 1, False, "something that happened"),
        Channel("ready", Who.LANE, 1, False, "the runner is ready, or no longer"),
        Channel("ack", Who.LANE, 1, False, "what became of a command"),
        Channel("ping", Who.LANE, 0, False, "a question for the time"),
    )
}


def topic_of(word: Command | Report | Class) -> str:
    """Where a word is published."""
    if isinstance(word, Time):
        return f"{ROOT}/{word.studio}/coach/time/{word.lanes[0]}"
    if isinstance(word, CoachWord):
        return f"{ROOT}/{word.studio}/coach/{word.kind}"
    return f"{ROOT}/{word.studio}/lane/{word.lane}/{word.kind}"


@dataclass(frozen=True, slots=True)
class Address:
    """A topic taken apart; `lane` is None on the coach's side."""

    studio: str
    lane: int | None
    kind: str


def address_of(topic: str) -> Address | None:
    """What a topic says, or None when it is none of ours."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        return None
    lane = found["lane"]
    return Address(found["studio"], None if lane is None else int(lane), found["command"] or found["answer"] or found["report"])


def heard_by_lane(studio: str, lane: int) -> tuple[str, ...]:
    """The topics that a lane subscribes to: of every command there is, and the time that it asked for."""
    base = f"{ROOT}/{studio}/coach"
    return *(f"{base}/{kind}" for kind in COMMANDS if kind != "time"), f"{base}/time/{lane}"


def heard_by_coach(studio: str) -> tuple[str, ...]:
    """The filters that a coach's console subscribes to: all lanes; of other consoles who leads, what runs, and what ends it."""
    return (f"{ROOT}/{studio}/lane/+/+", *(f"{ROOT}/{studio}/coach/{kind}" for kind in ("lease", "class", "stop", "walk")))


# --- access lists: user `coach` or `coach-…` is staff, user `lane-7` is lane 7, nobody else may do anything ------------------


@dataclass(frozen=True, slots=True)
class Access:
    """What a user of the broker may publish on and subscribe to, as MQTT filters."""

    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()

    def may_publish(self, topic: str) -> bool:
        """Whether a message may go to this topic. One with a wildcard or a zero in it never may."""
        return not set(topic) & set("+#\0") and any(covers(allowed, topic) for allowed in self.publish)

    def may_subscribe(self, wanted: str) -> bool:
        """Whether all that a filter would bring is allowed."""
        return any(covers(allowed, wanted) for allowed in self.subscribe)


NOTHING: Final = Access()


def access_of(user: str, studio: str) -> Access:
    """The access of a user in a studio."""
    base = f"{ROOT}/{studio}"
    if re.fullmatch(r"coach(-[a-z0-9-]{1,30})?", user, re.ASCII):
        return Access((f"{base}/coach/+", f"{base}/coach/time/+"), heard_by_coach(studio))
    lane = re.fullmatch(r"lane-([1-9][0-9]{0,2})", user, re.ASCII)
    if lane is None or int(lane[1]) > MOST_LANE:
        return NOTHING
    return Access((f"{base}/lane/{lane[1]}/+",), heard_by_lane(studio, int(lane[1])))


def covers(allowed: str, wanted: str) -> bool:
    """Whether one filter brings everything that another one, or a topic, would; `#` only stands at the end."""
    ours, theirs = allowed.split("/"), wanted.split("/")
    for index, level in enumerate(ours):
        if level == "#":
            return index == len(ours) - 1
        if index >= len(theirs) or theirs[index] == "#" or (level != "+" and level != theirs[index]):
            return False
    return len(ours) == len(theirs)


def mosquitto_acl(users: tuple[str, ...], studio: str) -> str:
    """The same access as a Mosquitto `acl_file`."""
    lines: list[str] = []
    for user in users:
        access = access_of(user, studio)
        lines += [
            f"user {user}",
            *(f"topic write {f}" for f in access.publish),
            *(f"topic read {f}" for f in access.subscribe),
            "",
        ]
    return "\n".join(lines)

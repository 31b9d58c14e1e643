"""What runs beside a screen, in a loop and a thread of its own: it hears every word, and says how it ended."""

from __future__ import annotations

import asyncio

from treadctl.studio.coach_agent import CoachAgent
from treadctl.tui.coach.host import CoachThread
from treadctl.tui.loop_thread import LoopThread


class Told(LoopThread[list[str]]):
    """Runs until it is told to end."""

    def tell(self, what: str) -> None:
        self._do(lambda heard: heard.append(what))

    async def _live(self, made: list[str]) -> None:
        while "end" not in made:  # noqa: ASYNC110 - a list is no event
            await asyncio.sleep(0.001)


def test_what_is_said_before_it_runs_is_heard_first_and_in_order() -> None:
    heard: list[str] = []
    thread = Told(lambda: heard, "story")
    thread.tell("one")
    thread.tell("two")
    thread.start()
    thread.tell("end")
    assert thread.wait(10)
    assert (thread.over, thread.failure, heard) == (True, "", ["one", "two", "end"])
    thread.tell("too late")
    thread.abandon()
    assert heard[-1] == "end"


def test_what_is_given_up_says_that_nobody_saw_its_belt_stop() -> None:
    thread = Told(list, "story")
    thread.start()
    while not thread.over:
        thread.abandon()
        thread.wait(0.001)
    assert thread.failure == "the story was left before its belt was seen to stop"


def test_a_console_that_cannot_begin_says_so_and_holds_nobody_up() -> None:
    def broken() -> CoachAgent:
        raise ZeroDivisionError("no bus")

    host = CoachThread(broken)
    host.start()
    assert host.wait(10)
    assert (host.latest, host.failure) == (None, "a fault in this program ended the console: ZeroDivisionError('no bus')")

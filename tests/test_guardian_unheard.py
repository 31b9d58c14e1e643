"""A guardian whose Stop may have been heard or not: only what the treadmill shows or says itself lets it leave the belt."""

from __future__ import annotations

import asyncio

from test_guardian import STOP, Post

from treadctl.safety import Start, TakeControl
from treadctl.treadmill import pipe


async def mended_after(post: Post, seconds: float) -> None:
    await post.clock.sleep(seconds)
    post.fail = False


def left_alone(*faults: str, mended_after_s: float | None = None) -> tuple[Post, float]:
    """The session ends; from then on every write times out, until that is mended. How long the guardian stayed."""

    async def whole() -> tuple[Post, float]:
        post = Post(*faults)
        serving = await post.set_moving()
        post.fail = mended_after_s is not None
        begun = post.clock.now()
        post.guardian.ended("end of file")
        mending = asyncio.create_task(mended_after(post, mended_after_s or 0))
        await asyncio.wait_for(serving, 20)
        await mending
        return post, post.clock.now() - begun

    return asyncio.run(whole())


def test_a_stop_of_unknown_outcome_on_a_silent_treadmill_is_asked_again_over_a_new_link() -> None:
    post, _ = left_alone("silent-telemetry@21+1000", mended_after_s=8)
    assert STOP in post.octets()
    assert post.treadmill.belt_speed == 0
    assert any("not reached" in what for what in post.records), "the old link said nothing, so it tried a new one"


def test_a_stop_of_unknown_outcome_on_a_belt_that_does_not_slow_is_asked_again() -> None:
    post, took_s = left_alone(mended_after_s=8)
    assert post.treadmill.belt_speed == 0
    assert took_s < 20
    assert post.records[-1] == "mock: the belt is still"


def test_a_treadmill_that_never_answers_and_is_seen_to_slow_down_has_heard_of_it() -> None:
    """And is not told again on its way to zero, nor there: some machines would start (QZ#470)."""
    post, took_s = left_alone("lost-ack@18+1000", "stop-restarts")
    assert post.treadmill.belt_speed == 0
    assert took_s < 20
    assert post.octets().count(STOP) <= 2
    assert post.records[-1] == "mock: the belt is still"


def test_a_treadmill_that_never_says_anything_is_tried_for_two_minutes_and_no_longer() -> None:
    post, took_s = left_alone("silent-telemetry@18+1000", "lost-ack@18+1000")
    assert 120 <= took_s <= 135
    assert post.records[-1] == "mock: the belt is not seen still, last at None"


def test_a_belt_that_was_told_to_start_and_not_seen_to_move_is_not_told_to_stop_again_and_again() -> None:
    """Zero after a Start is not stillness yet, but neither is it a belt that ignores a Stop."""

    async def whole() -> Post:
        post = Post("lost-ack")
        serving = asyncio.create_task(post.guardian.run("mock"))
        await post.clock.sleep(6)
        for word in (pipe.said(pipe.ALIVE, True), pipe.said(pipe.OFFER, TakeControl()), pipe.said(pipe.OFFER, Start())):
            post.guardian.hear(word)
        await post.clock.sleep(2.9)
        assert post.treadmill.belt_speed == 0
        post.guardian.ended("end of file")
        await asyncio.wait_for(serving, 20)
        return post

    post = asyncio.run(whole())
    assert post.treadmill.belt_speed == 0
    assert post.octets().count(STOP) <= 3

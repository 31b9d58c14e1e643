"""The beat, measured in samples: no drift, no click lost, nothing that hurts an ear."""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.audio.beat import Beat, Pulse, Wish, ramp_s
from treadctl.audio.follow import Follow
from treadctl.coaching.cadence import CadenceTarget

RATE = 48_000
FULL_SCALE = 32_767
SWELL = 2
"""Samples until a click is more than 0."""


def onsets(data: bytes) -> list[int]:
    """The first sample of each click: sound after silence. A click begins with a 0 and a whisper, so all are as late alike."""
    found, at = [], 0
    while at < len(data):
        ahead = data[at : at + RATE // 2]
        silence = len(ahead) - len(ahead.lstrip(b"\0"))
        at += silence
        if silence < len(ahead):
            found.append(at // 2)
            at = (found[-1] + RATE // 10) * 2  # a click is over by then, and the next is not due
    return found


def rendered(beat: Beat, seconds: float, block: int = 4800) -> bytes:
    return b"".join(beat.render(block).tobytes() for _ in range(round(seconds * RATE / block)))


def test_an_hour_at_172_keeps_every_interval_within_a_tenth_of_a_millisecond_and_does_not_drift() -> None:
    beat = Beat()
    beat.heed(Wish(172))
    clicks: list[int] = []
    for minute in range(60):
        clicks += [minute * 60 * RATE + onset for onset in onsets(rendered(beat, 60, 48_000))]
    ideal = 60 * RATE / 172
    assert len(clicks) == 172 * 60
    assert max(abs(b - a - ideal) for a, b in pairwise(clicks)) < RATE / 10_000
    assert max(abs(click - clicks[0] - n * ideal) for n, click in enumerate(clicks)) < RATE / 10_000


def test_thirty_minutes_of_a_runner_who_wanders_under_speech_lose_no_click_and_none_is_late() -> None:
    """Five declines: led up, held and faded, lost and back, at another target, with a word over it every minute."""
    beat, follow = Beat(), Follow()
    told_at, every_s, due, worst = 0.0, 0.0, 0.0, 0.0
    at: list[float] = []
    for half in range(30 * 120):
        now = half / 2
        minute, second = divmod(now, 60)
        aim = 176 if minute < 15 else 181
        follow.feet(round(aim - 12 * (second < 25)), now)
        wish = follow.wish(CadenceTarget(aim - 3, aim, aim + 5, ""), now)
        beat.heed(replace(wish, loud_percent=wish.loud_percent // 4, over_ms=100) if second < 3 else wish)
        begun = beat.spm or 0.0
        beat.render(RATE // 2)
        due += (begun + (beat.spm or 0.0)) / 2 * 0.5 / 60
        for pulse in beat.beats[-4:]:
            if pulse.at_s > told_at or not at:
                worst = max(worst, abs(pulse.at_s - told_at - every_s)) if at else 0.0
                told_at, every_s = pulse.at_s, pulse.every_s
                at.append(told_at)
    assert len(at) == pytest.approx(due, abs=1.0)
    assert len(at) > 5200
    assert worst < 0.0004, "0.1 ms, and what a tempo on its way changes within a step"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(60, 240), st.floats(0.05, 2.0)), min_size=1, max_size=6))
def test_no_click_is_lost_or_doubled_across_changes_of_tempo(changes: list[tuple[int, float]]) -> None:
    beat, data = Beat(), b""
    for spm, seconds in changes:
        beat.heed(Wish(spm))
        data += beat.render(int(seconds * RATE)).tobytes()
    tempi = [spm for spm, _ in changes]
    longest, shortest = 60 / min(tempi) * RATE, 60 / max(tempi) * RATE
    clicks = onsets(data)
    assert clicks[0] <= SWELL
    for a, b in pairwise(clicks):
        assert shortest - 1 <= b - a <= longest + 1
    assert len(data) // 2 - clicks[-1] <= longest + 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=30))
def test_the_sound_is_the_same_whatever_blocks_a_device_asks_for(blocks: list[int]) -> None:
    whole, parts = Beat(two_feet=True), Beat(two_feet=True)
    for beat in (whole, parts):
        beat.heed(Wish(180, 160, 60, 700))
    assert whole.render(sum(blocks)).tobytes() == b"".join(parts.render(n).tobytes() for n in blocks)


def test_a_step_rate_is_led_to_the_target_in_thirty_to_sixty_seconds() -> None:
    assert [ramp_s(by) for by in (0, 5000, -10_000, 12_000, 20_000)] == [30.0, 30.0, 40.0, 48.0, 60.0]
    beat = Beat()
    beat.heed(Wish(176, 164))
    clicks = onsets(rendered(beat, 60))
    spm = [60 * RATE / (b - a) for a, b in pairwise(clicks)]
    assert spm[0] == pytest.approx(164, abs=0.2)
    assert spm[-1] == pytest.approx(176, abs=0.05)
    assert all(later > earlier - 0.05 for earlier, later in pairwise(spm))
    there = next(click for click, rate in zip(clicks, spm, strict=False) if rate > 175.9)
    assert 45 < there / RATE < 50


def test_a_new_target_is_led_to_from_where_the_beat_is() -> None:
    beat = Beat()
    beat.heed(Wish(176, 164))
    beat.render(24 * RATE)
    assert beat.spm == pytest.approx(170, abs=0.1)
    beat.heed(Wish(160, 150))
    assert beat.spm == pytest.approx(170, abs=0.1)
    beat.render(40 * RATE)
    assert beat.spm == 160


def test_a_step_rate_that_nobody_runs_is_held_to_what_somebody_does() -> None:
    beat = Beat()
    beat.heed(Wish(1000))
    assert beat.spm == 240


def test_clicks_are_short_soft_and_never_clip_at_any_volume() -> None:
    for volume in (0, 1, 50, 100, 1000):
        beat = Beat(volume=volume, two_feet=True)
        beat.heed(Wish(240))
        sound = beat.render(RATE)
        assert max(abs(sample) for sample in sound) <= 0.36 * FULL_SCALE * min(1.0, volume / 100)
        for onset in onsets(sound.tobytes()):
            assert not any(sound[onset + 1440 : onset + RATE // 5]), "over within 30 ms"


def test_a_click_swells_from_nothing_and_ends_in_nothing() -> None:
    beat = Beat(volume=100)
    beat.heed(Wish(60))
    click = beat.render(1440)
    steps = [abs(b - a) for a, b in pairwise([0, *click, 0])]
    assert click[0] == 0
    assert steps[0] + steps[1] < 30
    assert steps[-1] < 30
    assert max(steps) < 0.15 * 0.35 * FULL_SCALE, "nothing that would crack"


def test_two_feet_have_a_pitch_each_and_one_beat_has_one() -> None:
    def clicks(two_feet: bool) -> list[bytes]:
        beat = Beat(two_feet=two_feet)
        beat.heed(Wish(120))
        data = beat.render(2 * RATE)
        return [data[n * RATE // 2 : n * RATE // 2 + 1440].tobytes() for n in range(4)]

    right, left, again, _ = clicks(True)
    assert right == again != left
    assert len(set(clicks(False))) == 1


def peaks(beat: Beat, seconds: float) -> list[int]:
    """How loud each click is."""
    sound: array[int] = beat.render(int(seconds * RATE))
    return [max(abs(sample) for sample in sound[onset : onset + 1440]) for onset in onsets(sound.tobytes())]


def test_loudness_moves_in_the_wished_time_and_the_beat_goes_on_in_silence() -> None:
    beat = Beat()
    beat.heed(Wish(120))
    full = peaks(beat, 2)[0]
    beat.heed(Wish(120, None, 0, 4000))
    fading = peaks(beat, 4)
    assert all(later < earlier for earlier, later in pairwise(fading))
    assert fading[4] == pytest.approx(full / 2, rel=0.02)
    assert peaks(beat, 5) == []
    beat.heed(Wish(120, None, 100, 0))
    back = peaks(beat, 2)
    assert back[-1] == full
    assert onsets(beat.render(RATE).tobytes())[0] <= SWELL, "still in the old time: nothing was lost in silence"


def test_a_ducked_beat_is_a_quarter_as_loud() -> None:
    beat = Beat()
    beat.heed(Wish(120))
    full = peaks(beat, 1)[0]
    beat.heed(Wish(120, None, 25, 100))
    assert peaks(beat, 2)[1:] == pytest.approx([full / 4] * 3, abs=1)


def test_without_a_wish_there_is_silence() -> None:
    beat = Beat()
    assert not any(beat.render(RATE))
    beat.heed(Wish(180))
    beat.render(RATE)
    beat.heed(Wish(None))
    beat.render(RATE // 10)
    assert not any(beat.render(RATE))
    assert beat.spm is None
    assert beat.phase_at(1.0) is None


def test_the_beat_for_the_eyes_is_the_beat_for_the_ears() -> None:
    beat = Beat()
    beat.heed(Wish(120))
    beat.render(3 * RATE)
    assert [round(pulse.at_s, 3) for pulse in beat.beats] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert beat.phase_at(1.0) == 0.0
    assert beat.phase_at(1.125) == pytest.approx(0.25)
    assert beat.phase_at(2.999) == pytest.approx(0.998)
    assert beat.phase_at(3.25) == pytest.approx(0.5), "a little ahead of what is rendered"
    assert Beat().phase_at(0.0) is None
    assert Pulse(10.0, 0.5).phase_at(10.6) == pytest.approx(0.2)


@pytest.mark.parametrize("wish", [Wish(), Wish(176), Wish(176, 165, 25, 100), Wish(None, None, 0, 2000)])
def test_a_wish_is_the_same_after_its_way_through_a_line(wish: Wish) -> None:
    assert Wish.read(wish.line()) == wish


@pytest.mark.parametrize("line", ["", "176", "a b c d", "1 2 3 4 5", "- - - -"])
def test_a_line_that_is_no_wish_is_told(line: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Wish.read(line)

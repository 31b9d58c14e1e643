"""What the screens show of feet, heart and sound: the gauge, its trend, the mute key, the history of cues."""

from __future__ import annotations

from typing import Any

import pytest
from fake_host import MACHINE, NOW, RUNNER, RUNNING, SAID, WORKOUT, FakeHost, said, shown
from hypothesis import given
from hypothesis import strategies as st
from screen_text import SIZES, check_golden, screen_text

from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cues import CueKind
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Key, Worn
from treadctl.tui.app import SessionApp
from treadctl.tui.gauge import GaugePanel, gauge, scale
from treadctl.tui.info import why
from treadctl.tui.message import message
from treadctl.tui.screens.arm import worn
from treadctl.tui.screens.runner import RunnerScreen
from treadctl.tui.view import Eye
from treadctl.units import LEVEL

TARGET = CadenceTarget(168, 171, 176, "")


def seen(*rates: int | None) -> Eye:
    """An eye that has looked twice a second, for as long as there were rates."""
    eye = Eye()
    for at, rate in enumerate(rates):
        eye.look(Step(RUNNING._replace(step_rate=rate)), NOW + at / 2, MACHINE, ())
    return eye


def trend(*rates: int | None) -> str:
    eye = seen(*rates[:-1])
    return eye.look(Step(RUNNING._replace(step_rate=rates[-1])), NOW + len(rates) / 2, MACHINE, ()).trend


def test_an_arrow_tells_which_way_the_step_rate_goes() -> None:
    assert trend(*[160] * 8, *[164] * 8) == "↗"
    assert trend(*[176] * 8, *[170] * 8) == "↘"
    assert trend(*[170, 171] * 8) == "→"


def test_there_is_no_trend_of_what_is_not_known() -> None:
    assert trend(170) == ""
    assert trend(*[170] * 16, None) == ""
    assert trend(*[160] * 15, None, 170) == ""


@pytest.mark.parametrize(
    ("spm", "drawn"),
    [(172, "───[══●══]───"), (168, "───[●════]───"), (160, "──●[═════]───"), (150, "◀──[═════]───"), (195, "───[═════]──▶")],
)
def test_the_scale_marks_now_on_the_accepted_band(spm: int, drawn: str) -> None:
    assert scale(spm, TARGET, 13) == drawn


@given(st.integers(0, 400), st.integers(100, 220), st.integers(0, 30), st.integers(12, 60))
def test_the_scale_always_fits_and_always_says_where_now_is(spm: int, low: int, wide: int, width: int) -> None:
    drawn = scale(spm, CadenceTarget(low, low, low + wide, ""), width)
    assert len(drawn) == width
    assert sum(drawn.count(mark) for mark in "●◀▶") == 1


def words(step_rate: int | None, **changed: Any) -> tuple[tuple[str, str], tuple[str, str]]:
    view = Eye().look(Step(RUNNING._replace(step_rate=step_rate, **changed)), NOW, MACHINE, ())
    found = gauge(view, RUNNER)
    return found.full, found.short


def test_the_gauge_says_in_words_what_its_mark_shows() -> None:
    assert words(172) == (("✓ 168 to 176", "step 0.83 m, at most 0.85"), ("✓ 168 to 176", "0.83 m, ≤ 0.85"))
    assert words(160) == (("▲ quicker: 168 to 176", "step 0.90 m, at most 0.85"), ("▲ quicker: 168", "0.90 m, ≤ 0.85"))
    assert words(180)[1][0] == "▼ calmer: 176"


def test_step_length_is_speed_times_sixty_over_the_step_rate() -> None:
    assert words(172, cadence=None)[0] == ("no target at this pace", "step 0.83 m"), "8.6 km/h x 60 / 3.6 / 172"
    assert words(172, shown_speed=None)[0][1] == "step ≤ 0.85 m"


def test_a_step_rate_that_is_not_believed_is_not_shown_but_why() -> None:
    doubted = RUNNING._replace(step_rate_why="halved", limits=())
    view = Eye().look(Step(doubted), NOW, MACHINE, ())
    found = gauge(view, RUNNER)
    assert (found.number, found.measured) == ("171", None)
    assert (found.full[1], found.short[1]) == ("pod: halved", "pod: halved")
    assert why(doubted) == "no step rate: halved"


@pytest.mark.parametrize("width", [31, 60])
def test_a_number_that_is_only_aimed_at_is_called_so_at_any_width_and_looks_different(width: int) -> None:
    aimed, measured = (
        GaugePanel().draw(gauge(Eye().look(Step(RUNNING._replace(step_rate=rate)), NOW, MACHINE, ()), RUNNER), width, 3)
        for rate in (None, 171)
    )
    assert "AIM AT" in aimed.plain
    assert "$number" in str(measured.spans)
    assert "$number" not in str(aimed.spans)


def test_nobody_is_told_to_be_quicker_on_the_level() -> None:
    full, short = words(150, target_grade=LEVEL)
    assert full == ("your own: 168 to 176", "step 0.96 m")
    assert short == ("own: 171", "0.96 m")


def test_what_was_last_said_of_how_to_run_stays_with_its_age() -> None:
    cues = (said(CueKind.FORM, "arms low", ago_s=70.0), said(CueKind.NEWS, "step 4", ago_s=20.0))
    view = Eye().look(Step(RUNNING), NOW, MACHINE, cues)
    quiet = message(view)
    assert (quiet.large, quiet.small, quiet.age) == ("decline 2 of 3", "last said: arms low", "1:10 ago")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_m_mutes_at_once_says_so_and_takes_no_stop_away(size: tuple[int, int]) -> None:
    muted = [False]

    def toggle() -> bool:
        muted[0] = not muted[0]
        return muted[0]

    host = FakeHost(RUNNING)
    app = SessionApp(host, WORKOUT, RUNNER, mute=toggle, wall=lambda: 0.0)
    async with app.run_test(size=size) as pilot:
        await app.look()
        await pilot.press("m")
        await pilot.pause()
        assert "✕ MUTED" in screen_text(app)
        check_golden(app, f"muted-{size[0]}x{size[1]}")
        await pilot.press("question_mark", "M")
        await pilot.pause()
        assert "mute voice and metronome" in screen_text(app)
        assert "✕ MUTED" not in screen_text(app)
        await pilot.press("s", "question_mark")
        assert isinstance(app.screen, RunnerScreen)
    assert host.pressed == [Key.STOP]


@pytest.mark.asyncio
async def test_without_sound_there_is_no_key_for_it() -> None:
    async with shown("running", (80, 24)) as (app, host, pilot):
        await pilot.press("m")
        await pilot.pause()
        assert "M mute" not in screen_text(app)
        assert "MUTED" not in screen_text(app)
        assert host.pressed == []


@pytest.mark.asyncio
async def test_every_key_of_the_runner_is_on_the_bottom_lines_of_a_small_terminal() -> None:
    app = SessionApp(FakeHost(RUNNING), WORKOUT, RUNNER, mute=lambda: True, wall=lambda: 0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.look()
        await pilot.pause()
        for hint in ("S", "SPACE", "↑ flatter", "↓ steeper", "← slower", "→ faster", "N skip", "M mute", "? help"):
            assert hint in "\n".join(screen_text(app).split("\n")[-3:]), hint


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_the_history_of_cues_lies_behind_the_summary(size: tuple[int, int]) -> None:
    async with shown("summary-worn", size) as (app, _, pilot):
        await pilot.press("c")
        await pilot.pause()
        check_golden(app, f"history-{size[0]}x{size[1]}")
        await pilot.press(*["pagedown"] * 5, "up")
        await pilot.pause()
        assert f"to {len(SAID) - 2} of {len(SAID) - 1}" in screen_text(app), "the numbers of a countdown are left out"
        await pilot.press("c")
        await pilot.pause()
        assert "steps downhill" in screen_text(app)


@pytest.mark.asyncio
async def test_a_session_in_which_nothing_was_said_has_an_empty_history() -> None:
    async with shown("summary") as (app, _, pilot):
        await pilot.press("c", "down")
        await pilot.pause()
        assert "NOTHING WAS SAID" in screen_text(app)


@pytest.mark.asyncio
async def test_the_history_can_be_tapped_open() -> None:
    async with shown("summary-worn", (120, 34)) as (app, _, pilot):
        rows = screen_text(app).split("\n")
        row = next(y for y, line in enumerate(rows) if "cues and curves" in line)
        await pilot.click(offset=(rows[row].index("cues and"), row))
        await pilot.pause()
        assert "WHAT WAS SAID" in screen_text(app)


def test_before_arming_it_is_told_that_without_a_foot_pod_an_empty_belt_runs_on() -> None:
    pod, strap = {Worn.FOOT_POD: "connected: Stride"}, {Worn.HEART_RATE: "connected: HRM"}
    missing = {Worn.FOOT_POD: "not found yet"}

    def told(news: dict[Worn, str]) -> str:
        return "".join(text for text, _ in worn(news, reasons=False))

    assert told({}) == "no foot pod: an empty belt runs on\n"
    assert told(strap).endswith("no foot pod: an empty belt runs on\n")
    assert told(missing).endswith("no foot pod: an empty belt runs on\n")
    assert "empty belt" not in told(pod | strap)

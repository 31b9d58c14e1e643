"""The set-up: by keyboard alone from nothing to a profile that can be read back; mistakes are told in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from screen_text import check_golden, screen_text
from textual.pilot import Pilot

from treadctl.tui.setup import Done, SetupApp
from treadctl.units import Grade, Speed
from treadctl.workout.profile import CAUTIOUS, Profile
from treadctl.workout.profile_file import ProfileError, load_profile, save_profile

pytestmark = pytest.mark.asyncio
SIZES = [(120, 34), (80, 24)]


def setup(where: Path, before: Profile = CAUTIOUS) -> SetupApp:
    return SetupApp(before, where, lambda runner: save_profile(runner, where))


async def answer(pilot: Pilot[Done | None], text: str = "") -> None:
    """Type over what is offered; nothing typed accepts it."""
    await pilot.press(*text, "enter")
    await pilot.pause()


async def test_keys_alone_lead_from_nothing_to_a_profile_that_can_be_read_back(tmp_path: Path) -> None:
    where = tmp_path / "profile.toml"
    app = setup(where)
    async with app.run_test() as pilot:
        await answer(pilot, "Ana")
        await answer(pilot)
        await answer(pilot, "6:40 /km")
        await answer(pilot, "5 km/h")
        await answer(pilot, "172")
        await answer(pilot, "-6")
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.press("enter")
    assert app.return_value == Done(where, "decline-6")
    ana = load_profile(where)
    assert (ana.name, ana.easy, ana.walk, ana.ceiling) == ("Ana", Speed(900), Speed(500), Grade(-60))
    assert (ana.level_cadence_spm, ana.imperial, ana.chosen) == (172, False, True)


async def test_a_bare_number_is_in_the_unit_just_chosen(tmp_path: Path) -> None:
    where = tmp_path / "profile.toml"
    app = setup(where)
    async with app.run_test() as pilot:
        await answer(pilot)
        await pilot.press("down")
        await answer(pilot)
        await answer(pilot, "5.6")
        for _ in range(4):
            await answer(pilot)
        await pilot.press("down", "enter")
    assert app.return_value == Done(where)
    runner = load_profile(where)
    assert runner.imperial
    assert runner.easy == Speed.parse("5.6 mph")
    assert runner.level_cadence_spm is None


MISTAKES = (
    ("Ana", ()),
    ("", ()),
    ("9 km/h", (("fast", "'fast' is not a pace; write it like"), ("400 km/h", "is not between 1 and 25 km/h"))),
    ("4.5", (("15", "15.0 km/h is faster than the easy pace of 9.0 km/h"),)),
    ("", (("many", "'many' is not a whole number from 120 to 220"), ("90", "90 is not a whole number from 120 to 220"))),
    (
        "-5",
        (("-12", "-12 is not between -10, the hard stop, and 0"), ("5", "downhill is negative"), ("-4.25", "write it like -5")),
    ),
)


async def test_a_mistake_is_told_in_plain_words_and_asked_again(tmp_path: Path) -> None:
    app = setup(tmp_path / "profile.toml")
    async with app.run_test(size=(160, 30)) as pilot:
        for number, (right, mistakes) in enumerate(MISTAKES, 1):
            for typed, told in mistakes:
                await answer(pilot, typed)
                assert told in screen_text(app)
                assert f"{number} of 7" in screen_text(app)
                await pilot.press(*["backspace"] * len(typed))
            await answer(pilot, right)
        assert "7 of 7" in screen_text(app)


async def test_an_easy_pace_is_the_one_thing_that_must_be_said(tmp_path: Path) -> None:
    app = setup(tmp_path / "profile.toml")
    async with app.run_test() as pilot:
        for _ in range(3):
            await answer(pilot)
        assert "This one is needed" in screen_text(app)


async def test_escape_goes_back_and_then_leaves_with_nothing_kept(tmp_path: Path) -> None:
    where = tmp_path / "profile.toml"
    app = setup(where)
    async with app.run_test() as pilot:
        await answer(pilot, "Ana")
        await pilot.press("escape")
        await pilot.pause()
        assert "1 of 7" in screen_text(app)
        assert "Ana" in screen_text(app)
        await pilot.press("escape")
    assert app.return_value is None
    assert not where.exists()


async def test_what_is_known_is_offered_and_what_is_not_asked_is_kept(tmp_path: Path) -> None:
    where = tmp_path / "profile.toml"
    before = Profile(
        name="Bo", easy=Speed(1050), walk=Speed(500), ceiling=Grade(-80), declines_done=7, body_mass_kg=70, chosen=True
    )
    app = setup(where, before)
    async with app.run_test() as pilot:
        for _ in range(7):
            await answer(pilot)
        await pilot.press("down", "enter")
    assert app.return_value == Done(where)
    assert load_profile(where) == before


async def test_a_profile_that_cannot_be_written_is_told_and_may_be_tried_again(tmp_path: Path) -> None:
    def refuse(_: Profile) -> Path:
        raise ProfileError(tmp_path / "profile.toml", 0, "the profile cannot be written: Permission denied")

    app = SetupApp(Profile(chosen=True), tmp_path / "profile.toml", refuse)
    async with app.run_test(size=(200, 30)) as pilot:
        for _ in range(8):
            await answer(pilot)
        assert "cannot be written: Permission denied" in screen_text(app)
        await pilot.press("down", "down", "enter")
    assert app.return_value is None


@pytest.mark.parametrize("size", SIZES)
async def test_it_asks_one_thing_at_a_time(size: tuple[int, int]) -> None:
    app = setup(Path("profile.toml"))
    async with app.run_test(size=size) as pilot:
        await answer(pilot, "Ana")
        await answer(pilot)
        await answer(pilot, "fast")
        check_golden(app, f"setup-pace-{size[0]}x{size[1]}")


async def test_it_says_truthfully_that_every_treadmill_is_simulated() -> None:
    app = setup(Path("profile.toml"))
    async with app.run_test(size=(80, 24)) as pilot:
        for text in ("Ana", "", "9", "", "", ""):
            await answer(pilot, text)
        check_golden(app, "setup-treadmill-80x24")
        await answer(pilot)
        check_golden(app, "setup-right-80x24")

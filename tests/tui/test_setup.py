"""The set-up: by keyboard alone from nothing to a profile that can be read back; mistakes are told in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_finder import NAMELESS, NEIGHBOUR, POD, SOLE, STRAP, FakeFinder
from screen_text import check_golden, screen_text
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from treadctl.tui.found import Found, Outfit
from treadctl.tui.questions import offset_of
from treadctl.tui.setup import Done, NotKept, SetupApp
from treadctl.units import Grade, Speed
from treadctl.workout.profile import CAUTIOUS, Profile
from treadctl.workout.profile_file import load_profile, save_profile

pytestmark = pytest.mark.asyncio
SIZES = [(120, 34), (80, 24)]


def setup(where: Path, before: Profile = CAUTIOUS, finder: FakeFinder | None = None, had: Outfit | None = None) -> SetupApp:
    return SetupApp(before, where, lambda runner, _: save_profile(runner, where), finder or FakeFinder(), had)


class Kept:
    """What a set-up wrote."""

    outfit: Outfit | None = Outfit("not asked")

    def __call__(self, _runner: Profile, outfit: Outfit | None) -> Path:
        self.outfit = outfit
        return Path("profile.toml")


ANA = Profile("Ana", easy=Speed(900), chosen=True)


async def to_the_treadmill(app: SetupApp, pilot: Pilot[Done | None]) -> None:
    """Past the questions about the runner, who is known."""
    app._at = 6
    app._ask()
    await pilot.pause()


async def until(app: SetupApp, pilot: Pilot[Done | None], words: str) -> None:
    """Down to an answer with these words in it."""
    picked = app.query_one("#picked", OptionList)
    for _ in range(picked.option_count):
        at = picked.highlighted or 0
        if words in str(picked.get_option_at_index(at).prompt):
            return
        await pilot.press("down")
    raise AssertionError(f"no {words} in {screen_text(app)}")


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
    def refuse(_: Profile, __: Outfit | None) -> Path:
        raise NotKept("profile.toml: the profile cannot be written: Permission denied")

    app = SetupApp(Profile(chosen=True), tmp_path / "profile.toml", refuse, FakeFinder())
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


async def test_without_a_treadmill_on_the_air_there_are_the_simulated_ones() -> None:
    app = setup(Path("profile.toml"))
    async with app.run_test(size=(80, 24)) as pilot:
        for text in ("Ana", "", "9", "", "", ""):
            await answer(pilot, text)
        check_golden(app, "setup-treadmill-80x24")
        await answer(pilot)
        check_golden(app, "setup-right-80x24")


async def test_the_treadmill_its_stand_and_the_sensors_are_picked_by_keys_alone() -> None:
    kept, finder = Kept(), FakeFinder(SOLE, NEIGHBOUR, POD, STRAP, NAMELESS)
    app = SetupApp(ANA, Path("profile.toml"), kept, finder)
    async with app.run_test(size=(120, 34)) as pilot:
        await to_the_treadmill(app, pilot)
        assert "7 of 7   listening" in screen_text(app)
        await until(app, pilot, "F85")
        await answer(pilot)
        assert "8 of 10" in screen_text(app)
        await answer(pilot, "5 / 110")
        await until(app, pilot, "Stride 4711")
        await answer(pilot)
        await until(app, pilot, "HRM 12")
        await answer(pilot)
        assert "F85, propped: -4.6 % is added" in screen_text(app)
        await pilot.press("down", "enter")
    assert kept.outfit == Outfit(SOLE.address, "F85", Grade(-46), POD.address, STRAP.address)
    assert not finder.listening


@pytest.mark.parametrize("size", SIZES)
async def test_it_lists_what_is_on_the_air(size: tuple[int, int]) -> None:
    app = SetupApp(ANA, Path("profile.toml"), Kept(), FakeFinder(SOLE, NEIGHBOUR, POD, NAMELESS))
    async with app.run_test(size=size) as pilot:
        await to_the_treadmill(app, pilot)
        check_golden(app, f"setup-heard-{size[0]}x{size[1]}")
        await until(app, pilot, "F85")
        await answer(pilot)
        check_golden(app, f"setup-offset-{size[0]}x{size[1]}")


async def test_a_treadmill_that_was_only_heard_is_never_pointed_at_by_itself() -> None:
    kept, finder = Kept(), FakeFinder()
    app = SetupApp(ANA, Path("profile.toml"), kept, finder)
    async with app.run_test(size=(120, 34)) as pilot:
        await to_the_treadmill(app, pilot)
        finder.on_the_air = (NEIGHBOUR,)
        app.look()
        await pilot.pause()
        assert "T618" in screen_text(app)
        finder.listening = False
        app.look()
        await until(app, pilot, "listen again")
        await pilot.press("enter", "enter")
        await pilot.pause()
        await pilot.press("down", "enter")
    assert kept.outfit is None


async def test_what_was_chosen_before_is_offered_though_it_is_not_heard_and_may_be_dropped() -> None:
    had = Outfit(SOLE.address, "F85", foot_pod=POD.address)
    for key, outfit in (("", Outfit(SOLE.address, "F85", Grade(-30), POD.address)), ("none any more", Outfit())):
        kept = Kept()
        app = SetupApp(ANA, Path("profile.toml"), kept, FakeFinder(), had, lambda _: Grade(-30))
        async with app.run_test(size=(120, 34)) as pilot:
            await to_the_treadmill(app, pilot)
            assert "F85 (yours; not heard now)" in screen_text(app)
            if key:
                await until(app, pilot, key)
            for _ in range(1 if key else 4):
                await answer(pilot)
            await pilot.press("down", "enter")
        assert kept.outfit == outfit


async def test_why_nothing_is_heard_is_told_and_nobody_has_to_wait() -> None:
    kept, finder = Kept(), FakeFinder(trouble="Bluetooth is switched off; switch it on and run the command again")
    app = SetupApp(ANA, Path("profile.toml"), kept, finder)
    async with app.run_test(size=(120, 34)) as pilot:
        await to_the_treadmill(app, pilot)
        app.look()
        await pilot.pause()
        assert "Bluetooth is switched off" in screen_text(app)
        await answer(pilot)
        await pilot.press("down", "enter")
    assert kept.outfit is None


async def test_a_device_that_does_not_tell_what_it_is_can_be_chosen_by_its_name() -> None:
    kept = Kept()
    app = SetupApp(ANA, Path("profile.toml"), kept, FakeFinder(NAMELESS))
    async with app.run_test(size=(120, 34)) as pilot:
        await to_the_treadmill(app, pilot)
        await until(app, pilot, "show 1 more")
        await answer(pilot)
        await until(app, pilot, "KS-1234")
        for _ in range(4):
            await answer(pilot)
        await pilot.press("down", "enter")
    assert kept.outfit == Outfit(NAMELESS.address, "KS-1234")


async def test_an_offset_that_cannot_be_is_told_in_plain_words() -> None:
    app = SetupApp(ANA, Path("profile.toml"), Kept(), FakeFinder(SOLE))
    async with app.run_test(size=(160, 34)) as pilot:
        await to_the_treadmill(app, pilot)
        await until(app, pilot, "F85")
        await answer(pilot)
        for typed, told in (
            ("5", "write -5; +5 is for raised front feet"),
            ("-10.5", "is past what safety allows"),
            ("20 / 100", "-20.0 % is past what safety allows"),
            ("5 / 0", "is not 0"),
            ("five", "neither a percent"),
            ("-4.55", "neither a percent"),
        ):
            app.query_one("#typed", Input).value = typed
            await answer(pilot)
            assert told in screen_text(app), typed
        assert "8 of 10" in screen_text(app)


async def test_rise_over_run_is_rounded_to_the_steeper_tenth() -> None:
    for typed, offset in (
        ("5/110", -46),
        ("5 cm / 110 cm", -46),
        ("5.5/110", -50),
        ("0", 0),
        ("-4.5", -45),
        ("+2", 20),
        ("−3", -30),
    ):
        assert offset_of(typed) == offset, typed


def a_name(at: int) -> Found:
    return Found(f"00:00:00:00:00:{at:02}", f"T{at}", "weak (-80 dBm)", treadmill=True)


async def test_a_gym_full_of_treadmills_still_fits_a_small_terminal() -> None:
    app = SetupApp(ANA, Path("profile.toml"), Kept(), FakeFinder(*(a_name(at) for at in range(40))))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_treadmill(app, pilot)
        assert "Which treadmill is yours?" in screen_text(app)
        assert "ENTER next" in screen_text(app)
        assert "● decline" not in screen_text(app)
        assert "decline-10" in screen_text(app), "what is pointed at is in view"

"""What `treadctl` alone and `treadctl setup` do around their screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from treadctl.cli import home, run_command
from treadctl.cli.errors import BadInput
from treadctl.cli.gear import Gear, gear_path, load_gear, save_gear
from treadctl.cli.past import right_now, the_history
from treadctl.cli.run import RunOptions
from treadctl.training.model import Flag, Site
from treadctl.treadmill.own import OwnTreadmill, load_own, own_folder, save_own
from treadctl.tui.found import Outfit, Own
from treadctl.tui.home import Choice, HomeApp, SetUp, Soreness, Strength
from treadctl.tui.pick_strength import PickStrengthApp
from treadctl.tui.setup import Done, NotKept, SetupApp
from treadctl.tui.soreness import Felt, SorenessApp
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import load_profile


class Ran:
    """Stands in for `treadctl run`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, RunOptions]] = []

    def __call__(self, workout: str, *, asked: RunOptions) -> int:
        self.calls.append((workout, asked))
        return 4


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(home, "on_a_screen", lambda: True)
    stand_in = Ran()
    monkeypatch.setattr(home, "run", stand_in)
    return stand_in


def answers(monkeypatch: pytest.MonkeyPatch, app: type[Any], *said: object) -> Iterator[object]:
    left = iter(said)
    monkeypatch.setattr(app, "run", lambda _self: next(left))
    return left


def test_treadctl_alone_without_a_terminal_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([]) == 0
    assert "Commands" in capsys.readouterr().out


def test_setup_without_a_terminal_says_what_to_do_instead(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["setup"]) == 2
    assert "treadctl profile --easy '9 km/h'" in capsys.readouterr().err


def test_home_runs_what_is_chosen_comes_back_and_ends_with_the_last_code(monkeypatch: pytest.MonkeyPatch, ran: Ran) -> None:
    left = answers(monkeypatch, HomeApp, Choice("hill-400s", "decline-6"), Choice("first-descent", "propped", 20.0), None)
    assert home.home() == 4
    assert ran.calls == [
        ("hill-400s", RunOptions(mock="decline-6", time_scale=1.0)),
        ("first-descent", RunOptions(mock="propped", time_scale=20.0)),
    ]
    assert list(left) == []


def test_home_leads_to_the_set_up_and_back(monkeypatch: pytest.MonkeyPatch, ran: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    answers(monkeypatch, HomeApp, SetUp(), None)
    answers(monkeypatch, SetupApp, None)
    assert home.home() == 0
    assert capsys.readouterr().out == "nothing was changed\n"
    assert ran.calls == []


def test_the_try_out_runs_on_the_chosen_mock_twenty_times_as_fast(
    monkeypatch: pytest.MonkeyPatch, ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "profile.toml"
    answers(monkeypatch, SetupApp, Done(written, "propped"))
    assert home.setup() == 4
    assert ran.calls == [("first-descent", RunOptions(mock="propped", time_scale=20.0))]
    assert str(written) in capsys.readouterr().out


def test_a_screen_that_fails_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, ran: Ran) -> None:
    def crash(self: SetupApp) -> None:
        self.crash = ZeroDivisionError("a widget divided by zero")

    monkeypatch.setattr(SetupApp, "run", crash)
    with pytest.raises(ZeroDivisionError):
        home.setup()


ADDRESS = "C8:11:22:33:44:55"
ANA = Profile("Ana", easy=Speed(900), chosen=True)


def test_a_real_treadmill_is_run_with_the_sensors_that_go_with_it_and_remembered(
    monkeypatch: pytest.MonkeyPatch, ran: Ran
) -> None:
    save_gear(Gear(ADDRESS, "F85", foot_pod="E1:00:00:00:00:02"))
    answers(monkeypatch, HomeApp, Choice("hill-400s", "decline-6", treadmill=ADDRESS), None)
    begun = right_now().replace(second=0, microsecond=0)
    assert home.home() == 4
    assert ran.calls == [("hill-400s", RunOptions(treadmill=ADDRESS, foot_pod="E1:00:00:00:00:02"))]
    seen = load_gear().seen
    assert seen is not None
    assert seen >= begun


def test_what_was_not_reached_was_not_seen(monkeypatch: pytest.MonkeyPatch, ran: Ran) -> None:
    save_gear(Gear(ADDRESS, "F85"))
    monkeypatch.setattr(home, "run", lambda *_, **__: 3)
    answers(monkeypatch, HomeApp, Choice("hill-400s", "decline-6", treadmill=ADDRESS), None)
    assert home.home() == 3
    assert load_gear().seen is None


def test_home_shows_the_treadmill_that_was_chosen() -> None:
    assert home._own(Gear(), ANA) is None
    assert home._own(Gear(ADDRESS), ANA) == Own(ADDRESS, ADDRESS, "not seen yet")


def test_a_session_that_is_refused_is_told_and_home_comes_back(
    monkeypatch: pytest.MonkeyPatch, ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise BadInput("legs were 5/10 today")

    waits: list[str] = []

    def wait(words: str) -> str:
        waits.append(words)
        return ""

    monkeypatch.setattr(home, "run", refuse)
    monkeypatch.setattr("builtins.input", wait)
    left = answers(monkeypatch, HomeApp, Choice("hill-400s", "decline-6"), None)
    assert home.home() == 2
    assert "legs were 5/10 today" in capsys.readouterr().err
    assert len(waits) == 1
    assert list(left) == []


def test_the_soreness_form_is_written_down_and_answered_with_advice(
    monkeypatch: pytest.MonkeyPatch, ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "")
    answers(monkeypatch, HomeApp, Soreness(), Soreness(), None)
    answers(monkeypatch, SorenessApp, Felt(3, (Site.QUADS, Site.IT_BAND), (Flag.SWELLING,)), None)
    assert home.home() == 0
    assert "written down: 3/10" in capsys.readouterr().out
    with the_history() as history:
        (check,) = history.past("guest").checks
    assert (check.level, check.sites, check.flags) == (3, (Site.QUADS, Site.IT_BAND), (Flag.SWELLING,))


def test_a_strength_session_is_run_by_its_name_or_not_at_all(monkeypatch: pytest.MonkeyPatch, ran: Ran) -> None:
    names: list[str] = []

    def run_strength(name: str) -> int:
        names.append(name)
        return 0

    monkeypatch.setattr(home, "run_strength", run_strength)
    monkeypatch.setattr("builtins.input", lambda _: "")
    answers(monkeypatch, HomeApp, Strength(), Strength(), None)
    answers(monkeypatch, PickStrengthApp, "first-four", None)
    assert home.home() == 0
    assert names == ["first-four"]


def test_the_set_up_writes_each_answer_where_it_belongs(ran: Ran, tmp_path: Path) -> None:
    where = tmp_path / "profile.toml"
    save_own(own_folder(), OwnTreadmill(ADDRESS, "old name", proven=True))
    before = Gear(voice="chatty", volume=30)
    home._keep(ANA, where, before, Outfit(ADDRESS, "F85", Grade(-46), "E1:00:00:00:00:02"), None)
    assert load_profile(where) == ANA
    assert load_gear() == Gear(ADDRESS, "F85", foot_pod="E1:00:00:00:00:02", voice="chatty", volume=30)
    assert load_own(own_folder(), ADDRESS) == OwnTreadmill(ADDRESS, "F85", Grade(-46), proven=True)
    assert home._offset_at(ADDRESS) == -46


def test_no_outfit_leaves_the_gear_as_it_is(ran: Ran, tmp_path: Path) -> None:
    save_gear(Gear(ADDRESS, "F85"))
    home._keep(ANA, tmp_path / "profile.toml", Gear(ADDRESS, "F85"), None, None)
    assert load_gear() == Gear(ADDRESS, "F85")


def test_a_treadmill_can_be_dropped(ran: Ran, tmp_path: Path) -> None:
    home._keep(ANA, tmp_path / "profile.toml", Gear(ADDRESS, "F85", right_now(), voice="quiet"), Outfit(), None)
    assert load_gear() == Gear(voice="quiet")


def test_what_cannot_be_written_is_told_on_the_screen(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(NotKept, match="cannot be written"):
        home._keep(ANA, tmp_path / "a file" / "profile.toml", Gear(), None, None)


def test_a_gear_file_with_a_mistake_is_one_line(ran: Ran) -> None:
    gear_path().parent.mkdir(parents=True, exist_ok=True)
    gear_path().write_text("volume: loud\n")
    with pytest.raises(BadInput, match=r"gear\.yaml:1: volume"):
        home.home()

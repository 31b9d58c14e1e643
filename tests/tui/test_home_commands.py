"""What `treadctl` alone and `treadctl setup` do around their screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from treadctl.cli import home, run_command
from treadctl.tui.home import Choice, HomeApp, SetUp
from treadctl.tui.setup import Done, SetupApp


class Ran:
    """Stands in for `treadctl run`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, workout: str, **options: Any) -> int:
        self.calls.append((workout, options))
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
        ("hill-400s", {"mock": "decline-6", "time_scale": 1.0}),
        ("first-descent", {"mock": "propped", "time_scale": 20.0}),
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
    assert ran.calls == [("first-descent", {"mock": "propped", "time_scale": 20.0, "profile": None})]
    assert str(written) in capsys.readouterr().out


def test_a_screen_that_fails_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, ran: Ran) -> None:
    def crash(self: SetupApp) -> None:
        self.crash = ZeroDivisionError("a widget divided by zero")

    monkeypatch.setattr(SetupApp, "run", crash)
    with pytest.raises(ZeroDivisionError):
        home.setup()

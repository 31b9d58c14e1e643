"""What a session teaches is kept in the profile; what is tapped too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from transcript import RUNNER

from treadctl.cli.errors import BadInput
from treadctl.cli.learned import Learned
from treadctl.cli.profile import ProfileOptions, profile
from treadctl.cli.tap import tapped
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.workout.library import load_named
from treadctl.workout.profile_file import load_profile, save_profile


def session(listener: Learned, own_spm: int | None) -> None:
    Simulation(Plan(load_named("first-descent"), RUNNER, DEFAULT, own_spm=own_spm), listener).run()


def test_a_session_with_a_pod_is_kept_in_the_profile_and_nothing_else_is_touched(tmp_path: Path) -> None:
    before = replace(RUNNER, level_steps=(), body_mass_kg=61.5, focus="arms-low")
    file = save_profile(before, tmp_path / "p.toml")
    learned = Learned(before, file)
    session(learned, 163)
    learned.close()
    after = load_profile(file)
    assert replace(after, level_steps=()) == before
    known = {int(band.speed): band for band in after.level_steps}
    assert known[800].steps == pytest.approx(161, abs=1.0)  # 163 - 2.5 x 0.9, in recoveries at 8.1 km/h
    assert known[800].seconds > 60
    assert min(known) >= 700, "below four fifths of the easy pace people walk and run by turns"


def test_a_session_without_a_pod_leaves_the_profile_alone(tmp_path: Path) -> None:
    learned = Learned(RUNNER, tmp_path / "none.toml")
    session(learned, None)
    learned.close()
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_cannot_be_read_is_told_of_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.toml"
    file.write_text("name = 3")
    learned = Learned(RUNNER, file)
    session(learned, 163)
    learned.close()
    assert "is not kept" in capsys.readouterr().err
    assert file.read_text() == "name = 3"


def clock(*times: float) -> Iterator[float]:
    return iter(times)


def test_enter_at_each_right_footfall_is_a_step_rate(capsys: pytest.CaptureFixture[str]) -> None:
    times = clock(*(n * 0.75 for n in range(100)))
    result = tapped(lambda: next(times), lambda _: None)
    assert result.steps_per_min == 160
    assert next(times) == 15.75, "15 s after the first it ends by itself"
    assert "160 steps a minute, give or take 2" in capsys.readouterr().out


def test_taps_that_come_to_nothing_change_nothing() -> None:
    times = clock(0.0, 5.0, 20.0)
    with pytest.raises(BadInput, match=r"too few taps.*nothing is changed"):
        tapped(lambda: next(times), lambda _: None)

    def left(_: str) -> None:
        raise EOFError

    with pytest.raises(BadInput, match="nothing is changed"):
        tapped(lambda: 0.0, left)


def test_the_profile_command_keeps_what_was_tapped_and_the_focus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "p.toml"
    times = clock(*(n * 0.75 for n in range(100)))
    monkeypatch.setattr("builtins.input", lambda _: None)
    monkeypatch.setattr("treadctl.cli.profile.time.monotonic", lambda: next(times))
    monkeypatch.setattr("treadctl.cli.tap.tapped.__defaults__", (lambda _: None,))
    assert profile(asked=ProfileOptions(easy="9 km/h", tap=True, focus="arms-low", file=file)) == 0
    kept = load_profile(file)
    assert (kept.level_cadence_spm, kept.focus) == (160, "arms-low")
    assert profile(asked=ProfileOptions(focus="", file=file)) == 0
    assert load_profile(file).focus == ""
    with pytest.raises(BadInput, match="use one of them"):
        profile(asked=ProfileOptions(tap=True, cadence=160, file=file))

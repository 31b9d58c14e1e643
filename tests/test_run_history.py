"""`run` and the history: every session is written down, also one that was broken off, and `next` knows them."""

from __future__ import annotations

import pytest
from command_line import FAST, home, short, treadctl

__all__ = ["home", "short"]


def test_a_session_is_in_the_log_when_it_is_over(capsys: pytest.CaptureFixture[str], short: str) -> None:
    assert treadctl(capsys, "run", short, *FAST)[0] == 0
    _, out, _ = treadctl(capsys, "log", "list", "--mock")
    assert "Short  [mock]" in out
    code, out, _ = treadctl(capsys, "log", "show", "1")
    assert code == 0
    assert "Short: finished" in out


def test_a_session_that_was_stopped_for_safety_is_in_it_too(capsys: pytest.CaptureFixture[str], short: str) -> None:
    assert treadctl(capsys, "run", short, *FAST, "--fault", "silent-telemetry@20")[0] == 4
    assert "Short" in treadctl(capsys, "log", "list", "--mock", "--all")[1]


def test_what_next_offers_can_be_run_by_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = treadctl(capsys, "run", "next", *FAST)
    assert (code, err) == (0, "")
    assert "finished" in out
    assert "-2.0 %" in out

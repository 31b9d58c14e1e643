"""The training commands as a person types them, and the question before a decline."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from treadctl.cli import columns, run_command
from treadctl.cli.columns import broken, fitted
from treadctl.cli.errors import BadInput
from treadctl.cli.past import right_now
from treadctl.cli.ready import make_ready
from treadctl.cli.soreness import form, number
from treadctl.engine.words import Machine
from treadctl.safety import Deck
from treadctl.training.history import History, Opening
from treadctl.training.model import CheckIn, Flag, Past, Site
from treadctl.training.samples import Sample
from treadctl.treadmill.own import OwnTreadmill, own_folder, own_path, save_own
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import save_profile

ADDRESS = "AA:BB:CC:DD:EE:FF"
RUNNER = Profile(name="Ann", easy=Speed(1000), ceiling=Grade(-100), chosen=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history and a profile of this test's own, and nobody at the keyboard."""
    path = tmp_path / "history.db"
    monkeypatch.setenv("TREADCTL_HISTORY", str(path))
    monkeypatch.setenv("TREADCTL_PROFILE", str(tmp_path / "profile.toml"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    save_profile(RUNNER, tmp_path / "profile.toml")
    return path


def add(
    path: Path,
    begun: datetime,
    grade: int,
    minutes: int,
    *,
    levels: tuple[int, ...] = (1, 1, 0),
    simulated: bool = False,
) -> int:
    """A session, and what the legs said after it."""
    opening = Opening(
        "Ann",
        begun,
        "first-descent",
        "First descent",
        planned_decline_s=minutes * 60,
        simulated=simulated,
        planned_grade=Grade(grade),
    )
    with closing(History(path)) as history:
        ticket, _ = history.begin(opening)
        history.machine(ticket, Machine("Ten", Speed(80), Speed(2000), 10, Deck(Grade(-100), Grade(150), 5)))
        for second in range(minutes * 60):
            so_far = (float(second), second * 2.5, second + 1.0, second * 0.05)
            history.append(ticket, Sample(second, "running", 0, grade, 900, grade, 900, None, None, *so_far))
        history.settle(history.end(ticket, "finished"))
        for hours, level in zip((24, 48, 72), levels, strict=False):
            at = begun + timedelta(hours=hours)
            history.settle(history.check_in("Ann", at, CheckIn(at.date(), level, ticket.id, hours)))
    return ticket.id


def ago(days: float) -> datetime:
    return right_now() - timedelta(days=days)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run_command(arguments) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


# --- next, soreness, plan ------------------------------------------------------------------------------------------------


def test_next_says_what_with_which_ceiling_and_why(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    text = said(capsys, "next")
    assert "a decline is open today: treadctl run next" in text
    assert "-2.0 % for 6:00 min at 95 % of easy pace, ceiling -2.0 %" in text
    assert "(A3.1" in text
    assert "at least twelve" in text
    assert "the bill comes in two days" in text
    add(home, ago(7), -20, 6)
    text = said(capsys, "next")
    assert "-2.0 % for 8:00" in text
    assert "was good: completed, peak 1/10, gone by 72 h (A3.5)" in text
    assert "Ten; -10.0 % is the steepest for you there" in text


def test_sessions_on_the_mock_count_only_when_asked_for(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    add(home, ago(7), -20, 6, simulated=True)
    assert "the first decline session" in said(capsys, "next")
    assert "-2.0 % for 8:00" in said(capsys, "next", "--mock")
    assert "no session of Ann yet" in said(capsys, "log", "list")
    assert "[mock]" in said(capsys, "log", "list", "--mock")


def test_soreness_answers_the_check_that_is_due(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    number = add(home, ago(2), -20, 6, levels=(1,))
    text = said(capsys, "soreness", "2", "--sites", "quads, knee")
    assert f"2/10 as the 48 h check after session {number}" in text
    with closing(History(home)) as history:
        assert [site.value for site in history.checks("Ann")[-1].sites] == ["quads", "knee"]


def test_still_worse_past_48_h_is_told_at_once(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    add(home, ago(3), -20, 6, levels=(1, 3))
    text = said(capsys, "soreness", "5")
    assert "3/10 at 48 h, 5/10 at 72 h" in text
    assert "rest: no decline before" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("11",), "0 (none) to 10"),
        ((), "say how the legs are"),
        (("3", "--sites", "nose"), "nose"),
        (("3", "--flags", "tired"), "dark-urine"),
        (("3", "--worst-day", "2"), "together"),
        (("3", "--session", "99"), "no session 99"),
        (("3", "--after", "48"), "--after needs"),
    ],
)
def test_a_wrong_answer_is_one_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str) -> None:
    text = said(capsys, "soreness", *arguments, code=2)
    assert message in text
    assert text.count("\n") == 1


def test_a_check_cannot_be_given_before_its_time(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    add(home, ago(1), -20, 6, levels=())
    assert "the 72 h check is not due yet" in said(capsys, "soreness", "0", "--after", "72", code=2)


def test_a_red_flag_says_see_a_doctor_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "soreness", "4", "--flags", "dark-urine")
    assert "see a doctor, now: dark urine" in text
    assert "next   " not in text
    assert "see a doctor" in said(capsys, "next")
    assert "-2.0 % for 6:00" in said(capsys, "soreness", "0", "--doctor-cleared")


def test_plan_writes_a_calendar(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = said(capsys, "plan", "--weeks", "3", "--ics", str(tmp_path / "plan.ics"))
    assert text.startswith("     day               grade  decline  easy pace  check-ins    strength\n")
    assert "-2.0 %     6:00       95 %" in text
    assert "3 sessions and 9 check-ins" in text
    assert (tmp_path / "plan.ics").read_bytes().count(b"BEGIN:VEVENT\r\n") == 12 + 6
    assert "normal and no injury (A1.4, A3.5)" in text


def test_plan_for_a_race_names_the_last_hard_descent(capsys: pytest.CaptureFixture[str]) -> None:
    race = right_now().date() + timedelta(days=40)
    text = said(capsys, "plan", "--race", race.isoformat())
    assert "14 to 10 days before it" in text
    assert "like 2027-04-19" in said(capsys, "plan", "--race", "soon", code=2)
    assert "not both" in said(capsys, "plan", "--race", race.isoformat(), "--weeks", "2", code=2)


def test_the_deck_of_the_advice_stands_as_it_stands_today(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """An incline-only treadmill whose rear feet were raised after the last run on it: now it declines, to -3.0 and no further."""
    deck = Deck(Grade(0), Grade(150), 5)
    with closing(History(home)) as history:
        ticket, _ = history.begin(Opening("Ann", ago(1), "w", "W"))
        history.machine(ticket, Machine("Flat", Speed(80), Speed(1600), 10, deck, ADDRESS, warnings=("it starts by itself",)))
        history.settle(history.end(ticket, "finished"))
    text = said(capsys, "next")
    assert "no decline on this treadmill" in text
    save_own(own_folder(), OwnTreadmill(ADDRESS, offset=Grade(-30)))
    text = said(capsys, "next")
    assert "next     -2.0 % for 6:00" in text
    assert "Flat; -3.0 % is the steepest for you there" in text
    assert "mind     it starts by itself" in text
    save_own(own_folder(), OwnTreadmill(ADDRESS, offset=Grade(-180)))
    text = said(capsys, "next")
    assert "this treadmill stands too steep" in text
    assert "never flatter than -3.0 %, and -2.0 % is open: level its feet" in text
    own_path(own_folder(), ADDRESS).write_text("offset: a lot\n")
    assert "AA-BB" in said(capsys, "next", code=2).upper()


@pytest.mark.parametrize("command", [("next",), ("log", "list")])
def test_what_is_asked_every_day_imports_nothing_that_is_slow(command: tuple[str, ...], home: Path) -> None:
    """Half of `next`'s time once went into pydantic. A benchmark tells the times; this is what keeps them."""
    add(home, ago(7), -20, 1)
    slow = ["pydantic", "ruamel.yaml", "fit_tool", "textual", "bleak", "asyncio", "rich.console", "numpy"]
    program = (
        f"import sys; from treadctl.cli import run_command; run_command({command!r}); print(*(set({slow!r}) & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.splitlines()[-1] == ""


def test_in_a_terminal_no_word_is_broken_and_elsewhere_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "  because  soreness was still growing past 48 h: 3/10 at 48 h"
    assert broken(line, 40, 11) == "  because  soreness was still growing\n           past 48 h: 3/10 at 48 h"
    assert list(fitted([line * 9], 11)) == [line * 9]
    monkeypatch.setattr(columns, "terminal_width", lambda _stream: 80)
    assert max(len(row) for row in "\n".join(fitted([line * 9], 11)).split("\n")) <= 80


# --- log -----------------------------------------------------------------------------------------------------------------


def test_log_list_and_show(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    first, second = add(home, ago(14), -20, 6), add(home, ago(7), -20, 6, levels=(2, 1, 0))
    text = said(capsys, "log", "list")
    assert text.count("First descent") == 2
    text = said(capsys, "log", "show", str(second), "--events")
    assert "First descent: finished" in text
    assert "█" in text
    assert "at least: gravity alone" in text
    assert "speed loads the legs as much as grade" in text
    assert "then and now" in text
    assert "soreness  1/10 -> 2/10" in text
    assert "then and now" not in said(capsys, "log", "show", str(first))
    assert "km/h" in said(capsys, "log", "plot", str(first))


def test_log_weeks_shows_planned_beside_done(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    add(home, ago(1), -20, 6, levels=())
    text = said(capsys, "log", "weeks", "2")
    assert "week of     plan  done" in text
    assert "J/kg" in text
    assert "  6:00  6:00" in text


def test_log_export(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    number = add(home, ago(7), -20, 1)
    assert said(capsys, "log", "export", str(number)).startswith("second,phase,step,grade_percent")
    said(capsys, "log", "export", "--all", "--to", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").glob("*.csv")
    assert file.read_text().count("\n") == 61
    assert "say which" in said(capsys, "log", "export", code=2)


def test_log_delete_wants_a_yes(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    number = add(home, ago(7), -20, 1)
    assert "nothing is deleted" in said(capsys, "log", "delete", str(number), code=2)
    assert "deleted session" in said(capsys, "log", "delete", str(number), "--yes")
    assert "there is no session" in said(capsys, "log", "show", str(number), code=2)


def test_a_broken_history_is_one_line(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    home.write_bytes(b"no database " * 100)
    text = said(capsys, "log", "list", code=2)
    assert "the history cannot be used" in text
    assert text.count("\n") == 1


# --- ready ---------------------------------------------------------------------------------------------------------------


def answers(*words: str) -> Callable[[str], str]:
    given = iter(words)
    return lambda question: next(given)


@pytest.fixture
def now() -> datetime:
    return right_now()


def test_fresh_legs_and_an_open_workout_just_go(home: Path, now: datetime) -> None:
    ready = make_ready("first-descent", RUNNER, now, ask=answers("0", "1"))
    assert ready.workout == load_named("first-descent")
    assert ready.runner.ceiling == Grade(-20)  # the keys go no steeper than what is open
    assert ready.occasion.override == ""
    assert ready.history is not None
    assert ready.history.checks("Ann")[0].level == 1
    ready.history.close()


def test_run_next_is_the_session_that_next_offers(home: Path, now: datetime) -> None:
    add(home, ago(7), -20, 6)
    ready = make_ready("next", RUNNER, now, ask=answers("0", "0"))
    assert ready.workout.decline_s(RUNNER) == 480
    assert ready.workout.steepest == -20
    assert ready.runner.declines_done == 1
    ready.close()


def test_sore_legs_mean_no_decline_today(home: Path, now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="left for today"):
        make_ready("first-descent", RUNNER, now, ask=answers("1", "3", ""))
    assert "legs are at 3/10 today, and a decline wants at most 2/10, whatever the cause (A3.5, ours)" in capsys.readouterr().out


def test_going_against_the_advice_takes_words_that_are_kept(
    home: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadInput, match="left for today"):
        make_ready("eight-percent", RUNNER, now, ask=answers("0", "0", ""))
    assert "open is -2.0 % for 6 min" in capsys.readouterr().out
    ready = make_ready("eight-percent", RUNNER, now, ask=answers("0", "0", "my coach is here"))
    assert ready.occasion.override == "my coach is here"
    assert "-8.0 %" in ready.occasion.against[0]
    assert ready.runner.ceiling == Grade(-100)
    again = make_ready("eight-percent", RUNNER, now, override="my coach is here", ask=answers("0", "0"))
    assert again.occasion.override == "my coach is here"
    for one in (ready, again):
        one.close()


def test_without_a_terminal_the_override_stands_on_the_command_line(home: Path, now: datetime) -> None:
    with pytest.raises(BadInput, match="--override 'WHY'"):
        make_ready("eight-percent", RUNNER, now)


def test_no_override_helps_against_a_red_flag(home: Path, now: datetime) -> None:
    with closing(History(home)) as history:
        history.settle(history.check_in("Ann", now, CheckIn(now.date(), 0, flags=(Flag.SHARP_JOINT_PAIN,))))
    for name in ("first-descent", "next"):
        with pytest.raises(BadInput, match="see a doctor"):
            make_ready(name, RUNNER, now, override="I feel fine", ask=answers())


def test_a_second_session_waits_for_all_72_hours(home: Path) -> None:
    noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
    for index, (grade, minutes) in enumerate([(-20, 6), (-20, 8), (-30, 6), (-30, 8), (-40, 6), (-40, 8), (-50, 6)]):
        add(home, noon + timedelta(days=7 * index), grade, minutes)
    last = noon + timedelta(days=42)
    with pytest.raises(BadInput, match="72 h since the last decline are over at 12:00 on Thursday"):
        make_ready("next", RUNNER, last + timedelta(hours=71))
    make_ready("next", RUNNER, last + timedelta(hours=73), ask=answers("0", "0")).close()


def test_on_a_mock_nobody_is_asked_and_nothing_is_refused(home: Path, now: datetime) -> None:
    ready = make_ready("ten-percent", RUNNER, now, mock="decline-10")
    assert ready.runner == RUNNER
    assert ready.occasion.simulated
    ready.close()


def test_a_level_run_is_nobodys_business(home: Path, now: datetime) -> None:
    ready = make_ready("ten-percent", RUNNER, now, level=True)
    assert ready.workout.steepest == 0
    ready.close()


def test_a_broken_history_keeps_nobody_from_running(home: Path, now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_bytes(b"no database " * 100)
    ready = make_ready("first-descent", RUNNER, now, ask=answers())
    assert ready.recorder() is None
    assert "not written down" in capsys.readouterr().err
    with pytest.raises(BadInput, match="without the history"):
        make_ready("next", RUNNER, now, ask=answers())


# --- the form ------------------------------------------------------------------------------------------------------------


def test_the_form_asks_for_level_sites_and_flags(home: Path) -> None:
    check = form(None, Past(), right_now(), answers("3", "quads, shin", ""))
    assert (check.level, check.sites, check.flags) == (3, (Site.QUADS, Site.SHIN), ())


def test_the_form_asks_which_day_was_worst_after_a_missed_check(home: Path) -> None:
    add(home, ago(4.5), -20, 6, levels=(1,))
    with closing(History(home)) as history:
        past = history.past("Ann")
    check = form(past.declines[-1], past, right_now(), answers("0", "", "3", "5"))
    assert (check.worst_day, check.worst, check.after_h) == (3, 5, None)


def test_a_number_is_asked_for_again_twice_and_then_no_more() -> None:
    assert number(answers("lots", "11", "4"), "legs? ", 10) == 4
    with pytest.raises(BadInput, match="nothing is written down"):
        number(answers("lots", "11", "²"), "legs? ", 10)

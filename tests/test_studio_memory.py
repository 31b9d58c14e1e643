"""A runner's own history at a lane: what the advice leaves of a class, what is written down, and what stays on the lane."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio_lanes import RUNNER, Button, a_real_room
from training_stories import RUNNER as ANN
from training_stories import advice_on, deck, felt, fine, past, ran

from treadctl.cli.past import right_now
from treadctl.cli.studio_lane_memory import Remembered
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.snapshot import Snapshot
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.studio.advised import advised
from treadctl.studio.lane_words import Called, Prepare, Seen
from treadctl.studio.messages import canonical
from treadctl.studio.program import guest
from treadctl.training.history import History, Opening
from treadctl.training.model import CheckIn, Flag, Past
from treadctl.training.progression import Advice, advise, against
from treadctl.training.samples import Sample
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.file import parse
from treadctl.workout.library import load_named, names
from treadctl.workout.model import Segment, SegmentKind, Workout

TEN = deck(-10)
SHORT = "title: Short\nsteps:\n  - warm-up: 1 min\n    speed: easy\n  - decline: 2 min\n    grade: -6\n    speed: easy\n"


def program(grade: float = -6, minutes: float = 12) -> Prepare:
    """A class: four minutes level, one decline, four minutes level."""
    level = Segment(SegmentKind.FREE, 240)
    decline = Segment(SegmentKind.DECLINE, round(minutes * 60), Grade(round(grade * 10)), Grade(round(grade * 10)))
    return Prepare(Workout("class", "Class", "", (level, decline, level)), ANN)


def asks(prepared: Prepare) -> tuple[float, float, float]:
    """The steepest grade that this runner is given, the minutes of decline, and the minutes of all."""
    workout, runner = prepared.workout, prepared.runner
    return (
        max(workout.steepest, runner.ceiling) / 10,
        workout.decline_s(runner) / 60,
        workout.expected_s(runner) / 60,
    )


# --- the advice, with values ------------------------------------------------------------------------------------------


def test_whoever_never_ran_downhill_gets_minus_two_for_six_minutes_of_a_class_and_hears_why() -> None:
    given_, (cue,) = advised(program(), advice_on(0, Past(), TEN))
    assert asks(given_) == (-2.0, 6.0, 20.0)
    assert (cue.kind, cue.words) == (CueKind.LIMIT, "your declines are limited today")
    assert cue.detail.startswith("asked -6.0 % for 12 min; open is -2.0 % for 6 min; the first decline session")


def test_a_class_within_the_advice_is_run_as_it_is_and_nothing_is_said() -> None:
    wanted = program(-2, 6)
    given_, said = advised(wanted, advice_on(0, Past(), TEN))
    assert (given_.workout, said) == (wanted.workout, ())
    assert given_.runner.ceiling == Grade(-20)


def test_a_grade_that_is_open_is_shortened_and_not_flattened() -> None:
    given_, (cue,) = advised(program(-2, 12), advice_on(0, Past(), TEN))
    assert asks(given_) == (-2.0, 6.0, 20.0)
    assert "open is -2.0 % for 6 min" in cue.detail


def test_too_soon_after_the_last_decline_a_class_is_run_level() -> None:
    story = fine(ran(1, -2, 8, on=0))
    given_, (cue,) = advised(program(), advice_on(2, story, TEN))
    assert asks(given_) == (0.0, 0.0, 20.0)
    assert cue.words == "no decline today: your program is run level"
    assert "6 days after" in cue.detail


def test_red_flags_leave_no_decline() -> None:
    done = ran(1, -2, 8, on=0)
    flagged = CheckIn(done.day, 2, done.id, 24, flags=(Flag.DARK_URINE,))
    given_, (cue,) = advised(program(), advice_on(20, past(done, (flagged,)), TEN))
    assert asks(given_) == (0.0, 0.0, 20.0)
    assert "doctor" in cue.detail


def test_a_level_class_needs_no_advice() -> None:
    wanted = program(0, 12)
    assert advised(wanted, advice_on(1, fine(ran(1, -2, 8, on=0)), TEN)) == (wanted, ())


def stories() -> tuple[Advice, ...]:
    """Beginners, the rested, the sore, and some who have come far."""
    far = fine(*(ran(n, -2 - n * 0.5, 8, on=n * 7) for n in range(8)))
    sore = past(ran(1, -4, 8, on=0), felt(ran(1, -4, 8, on=0), 5, 6, 4))
    return tuple(
        advice_on(at, story, machine)
        for story in (Past(), fine(ran(1, -2, 8, on=0)), far, sore)
        for at in (1, 8, 60, 90)
        for machine in (TEN, deck(-6), deck(-3, 1.0), None)
    )


ADVICE = stories()


@given(st.sampled_from(ADVICE), st.sampled_from(sorted(names())))
@settings(max_examples=60, deadline=None)
def test_whatever_is_left_of_a_class_is_within_the_advice_and_never_asks_for_more(advice: Advice, name: str) -> None:
    wanted = Prepare(load_named(name), ANN)
    given_, _ = advised(wanted, advice)
    limited = _as_given(given_)
    found = against(advice, limited, given_.runner)
    assert found is None or limited.steepest >= LEVEL
    assert given_.workout.decline_s(given_.runner) <= wanted.workout.decline_s(wanted.runner) + 1
    assert given_.workout.steepest >= wanted.workout.steepest
    assert given_.runner.ceiling >= wanted.runner.ceiling


def _as_given(prepared: Prepare) -> Workout:
    """What the engine makes of it: nothing past the ceiling."""
    ceiling = prepared.runner.ceiling
    return replace(
        prepared.workout,
        segments=tuple(
            replace(s, grade_from=max(s.grade_from, ceiling), grade_to=max(s.grade_to, ceiling)) for s in prepared.workout
        ),
    )


# --- a lane with a real history ---------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "history.db"
    monkeypatch.setenv("TREADCTL_HISTORY", str(path))
    return path


def a_week_ago(kept: Path, days: int) -> None:
    """Ann's first decline, so many days ago, with legs that took it well."""
    history, begun = History(kept), right_now() - timedelta(days=days)
    opening = Opening("guest", begun, "one", "One", planned_s=960, planned_decline_s=480, planned_grade=Grade(-20))
    ticket, _ = history.begin(opening)
    sample = Sample(0, "running", 0, -20, 800, -20, 800, None, None, 0.0, 0.0, 0.0, 0.0)
    for second in range(961):
        run_s = float(second)
        history.append(ticket, sample._replace(second=second, running_s=run_s, decline_s=min(run_s, 480.0)))
    history.settle(history.end(ticket, "finished"))
    for after_h in (24, 48, 72):
        at = begun + timedelta(hours=after_h + 1)
        history.settle(history.check_in("guest", at, CheckIn(at.date(), 0, ticket.id, after_h)))
    history.close()


@pytest.mark.asyncio
async def test_a_class_is_in_the_runners_history_and_next_knows_of_it(kept: Path) -> None:
    told: list[str] = []
    memory = Remembered("guest", told.append, simulated=False)
    async with a_real_room() as room:
        lane = room.lane(1, memory=memory)
        await room.started(SHORT)
        await room.until(lambda: lane.latest is not None and lane.latest.decline_s > 90, 300)
        room.stop_all()
        await room.still()
        await room.wait(3)
    assert "your declines are limited today" in lane.said
    history = History(kept)
    (done,) = history.sessions("guest")
    assert (done.title, done.ending, done.simulated, done.grade) == ("Short", "stopped", False, Grade(-20))
    assert 85 <= done.decline_s <= 125
    assert done.machine == "Virtual Decline 10"
    (check,) = history.checks("guest")
    assert (check.level, check.after_h) == (0, None)
    advice = advise(history.past("guest"), RUNNER, None, right_now().date())
    assert not advice.is_open
    history.close()
    assert told == []


@pytest.mark.asyncio
async def test_too_soon_after_a_decline_the_lane_runs_level_and_the_console_hears_no_reason(kept: Path) -> None:
    a_week_ago(kept, 3)
    async with a_real_room() as room:
        lane = room.lane(1, memory=Remembered("guest", print, simulated=False), name="Ann")
        heard: list[bytes] = []
        await room.started(SHORT)
        await room.until(lambda: lane.latest is not None and lane.latest.segment_index == 1, 200)
        for _ in range(30):
            await room.wait(1)
            state = room.view(1).state
            assert state is not None
            heard.append(canonical(state))
        assert lane.treadmill.true_grade == 0.0
    assert "no decline today: your program is run level" in lane.said
    assert not any(word in line.decode() for line in heard for word in ("decline session", "days after", "legs", "advice"))


@pytest.mark.asyncio
async def test_a_mock_lane_counts_for_no_real_advice_and_its_legs_for_none(kept: Path) -> None:
    async with a_real_room() as room:
        lane = room.lane(1, memory=Remembered("guest", print, simulated=True))
        await room.started(SHORT)
        await room.until(lambda: lane.latest is not None and lane.latest.decline_s > 60, 300)
        room.stop_all()
        await room.still()
        await room.wait(3)
    history = History(kept)
    assert history.sessions("guest") == ()
    assert [done.simulated for done in history.sessions("guest", simulated=True)] == [True]
    assert history.checks("guest") == ()
    history.close()


@pytest.mark.asyncio
async def test_a_start_that_was_called_off_leaves_nothing_in_the_history(kept: Path) -> None:
    async with a_real_room() as room:
        lane = room.lane(1, memory=Remembered("guest", print, simulated=False))
        await room.offered(SHORT)
        await room.ready()
        room.press(Button.START)
        await room.wait(4)
        lane.agent.typed("x")
        await room.wait(10)
        assert lane.written == []
    history = History(kept)
    assert history.sessions("guest", simulated=True) == ()
    history.close()


@pytest.mark.asyncio
async def test_without_a_history_a_lane_says_so_once_and_gives_what_a_first_session_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no folder").write_text("")
    monkeypatch.setenv("TREADCTL_HISTORY", str(tmp_path / "no folder" / "history.db"))
    told: list[str] = []
    async with a_real_room() as room:
        lane = room.lane(1, memory=Remembered("guest", told.append, simulated=False))
        await room.started(SHORT)
        await room.until(lambda: lane.treadmill.true_grade <= -2.0, 200)
        await room.wait(30)
        assert lane.treadmill.true_grade == -2.0
    assert len(told) == 1
    assert told[0].startswith("your history is not there: ")


# --- what the room may know -------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_what_a_runner_is_told_of_themselves_stays_on_the_lane() -> None:
    ann = replace(RUNNER, name="ann-who-is-private", ceiling=Grade(-30))
    async with a_real_room() as room:
        lane = room.lane(1, runner=ann)
        await room.started(SHORT)
        said, limits, whys = set[str](), set[str](), set[str]()
        for _ in range(150):
            await room.wait(1)
            state = room.view(1).state
            assert state is not None
            assert "ann" not in canonical(state).decode()
            said.add(state.said)
            limits.add(state.limited)
            whys |= set(_details(lane.latest))
        assert "-3.0 % (asked -6.0 %): their own ceiling" in limits
        assert any("the ceiling of ann" in why for why in whys)
        assert {"look up", ""} <= said
        assert not any("limited" in words for words in said)


def _details(latest: Snapshot | None) -> list[str]:
    return [] if latest is None else [limit.why for limit in latest.limits]


def test_the_room_hears_what_is_said_of_belt_deck_and_form_and_nothing_else() -> None:
    snapshot = Simulation(Plan(parse(SHORT.encode(), "class.yaml"), RUNNER, DEFAULT)).tick().snapshot
    for kind in CueKind:
        shared = kind in (CueKind.SAFETY, CueKind.CHANGE, CueKind.FORM, CueKind.PRAISE)
        assert Seen.of(snapshot, (Cue(kind, "words"),)).said == ("words" if shared else ""), kind


@pytest.mark.asyncio
async def test_a_guest_by_first_name_gets_a_beginners_ceiling_and_is_shown_by_the_name_given_at_the_lane() -> None:
    async with a_real_room() as room:
        lane = room.lane(1, runner=guest(), guest=True)
        lane.agent.take(Called("Zoë"))
        await room.started(SHORT)
        state = room.view(1).state
        assert state is not None
        assert state.name == "Zoë"
        await room.until(lambda: lane.treadmill.true_grade <= -3.0, 200)
        await room.wait(20)
        assert lane.treadmill.true_grade == -3.0
        room.stop_all()
        await room.still()
        room.press(Button.SEND, text=SHORT, title="The next class")
        await room.until(lambda: lane.agent.lane.asks_about_pain)
        await room.wait(2)
        state = room.view(1).state
        assert state is not None
        assert state.name is None


def test_a_runner_with_a_pace_of_their_own_is_no_guest() -> None:
    workout = parse(SHORT.encode(), "class.yaml")
    given_, _ = advised(Prepare(workout, replace(RUNNER, easy=Speed(900))), advice_on(0, Past(), TEN))
    assert given_.runner.easy == Speed(900)


def test_what_a_coach_or_a_key_adds_to_a_class_within_the_advice_is_held_to_its_minutes() -> None:
    given_, said = advised(program(-2, 4), advice_on(0, Past(), TEN))
    assert (given_.runner.most_decline_s, said) == (360, ())
    own = replace(program(-2, 4), runner=replace(ANN, most_decline_s=300))
    assert advised(own, advice_on(0, Past(), TEN))[0].runner.most_decline_s == 300

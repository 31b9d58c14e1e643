"""From a session on the mock to the history: one row a second, what happened, and an end whatever comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key
from treadctl.mock.faults import parse_fault
from treadctl.mock.presets import PRESETS
from treadctl.simulate import Plan, Simulation
from treadctl.training.dose import dose_of
from treadctl.training.history import History
from treadctl.training.model import CheckIn
from treadctl.training.recorder import Occasion, Recorder
from treadctl.units import Grade, Speed
from treadctl.workout.file import parse
from treadctl.workout.profile import Profile

RUNNER = Profile(name="Ann", easy=Speed(900), body_mass_kg=60.0, chosen=True)
BEGUN = datetime(2027, 1, 4, 18, tzinfo=UTC)
ON_THE_MOCK = Occasion(BEGUN, True)
STEPS = ["warm-up: 30 s", "decline: 3 min, grade: -3, speed: easy", "cool-down: 30 s"]
SHORT = parse(("title: Short\nsteps:\n" + "".join(f"  - {{{step}}}\n" for step in STEPS)).encode(), "short.yaml")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with closing(History(tmp_path / "history.db")) as opened:
        yield opened


def recorded(history: History, plan: Plan, occasion: Occasion = ON_THE_MOCK) -> tuple[Ending | None, Step]:
    """Run a plan at full speed with a recorder listening."""
    recorder = Recorder(history, plan.workout, plan.runner, occasion)
    last: list[Step] = []

    def on_step(now: float, inputs: list[Input], step: Step) -> None:
        recorder(now, inputs, step._replace(snapshot=step.snapshot._replace(step_rate=172)))
        last[:] = [step]

    ending = Simulation(plan, on_step).run()
    recorder.close()
    return ending, last[0]


def test_a_whole_session_is_one_row_a_second(history: History) -> None:
    ending, last = recorded(history, Plan(SHORT, RUNNER, PRESETS["decline-10"]))
    _settle(history)
    (done,) = history.sessions("Ann", simulated=True)
    assert ending is Ending.FINISHED
    assert (done.ending, done.workout, done.machine) == ("finished", "short", "decline-10")
    assert done.grade == Grade(-30)
    assert 170 <= done.decline_s <= 200
    assert done.completed
    assert done.step_rate_spm == 172
    assert done.descent_m == pytest.approx(last.snapshot.descent_m, abs=0.01)
    assert [s.second for s in history.samples(done.id)] == list(range(len(history.samples(done.id))))
    kinds = {event.kind for event in history.events(done.id)}
    assert {"phase", "key"} <= kinds
    assert history.last_machine("Ann", simulated=True) is not None
    assert history.workout(done.id) == SHORT


def test_a_simulated_session_is_marked_and_counts_for_nothing(history: History) -> None:
    recorded(history, Plan(SHORT, RUNNER, PRESETS["decline-10"]))
    _settle(history)
    assert history.past("Ann").sessions == ()


def test_an_aborted_session_is_kept_with_its_ending(history: History) -> None:
    keys = ((5.0, Key.ARM), (120.0, Key.STOP))
    ending, _ = recorded(history, Plan(SHORT, RUNNER, PRESETS["decline-10"], keys=keys), Occasion(BEGUN, False))
    _settle(history)
    (done,) = history.sessions("Ann")
    assert ending is Ending.STOPPED
    assert done.ending == "stopped"
    assert not done.completed


def test_a_lost_link_is_kept_too(history: History) -> None:
    ending, _ = recorded(history, Plan(SHORT, RUNNER, PRESETS["decline-10"], faults=[parse_fault("drop-link@100")]))
    _settle(history)
    (done,) = history.sessions("Ann", simulated=True)
    assert ending is not Ending.FINISHED
    assert done.ending not in ("finished", None)
    assert done.decline_s > 0


def test_a_session_that_just_breaks_off_was_interrupted(history: History) -> None:
    recorder = Recorder(history, SHORT, RUNNER, Occasion(BEGUN, False))
    simulation = Simulation(Plan(SHORT, RUNNER, PRESETS["decline-10"]), recorder)
    for _ in range(400):
        simulation.tick()
    recorder.close()
    recorder.close()
    _settle(history)
    assert history.sessions("Ann")[0].ending == "interrupted"


def test_no_step_no_session(history: History) -> None:
    Recorder(history, SHORT, RUNNER, Occasion(BEGUN, False)).close()
    assert history.sessions("Ann") == ()


def test_an_override_is_kept_with_its_session(history: History) -> None:
    occasion = Occasion(BEGUN, False, override="my coach says so", against=("one decline session a week (A3.4)",))
    recorded(history, Plan(SHORT, RUNNER, PRESETS["decline-10"]), occasion)
    _settle(history)
    (override,) = history.overrides("Ann")
    assert override.reason == "my coach says so"
    assert override.session == history.sessions("Ann")[0].id
    assert "A3.4" in override.against


def test_the_dose_of_a_recorded_session_is_what_physics_says(history: History) -> None:
    recorded(history, Plan(SHORT, RUNNER, PRESETS["decline-10"]), Occasion(BEGUN, False))
    _settle(history)
    (done,) = history.sessions("Ann")
    dose = dose_of([done])
    # Three minutes at 9 km/h on -3 %: 450 m of belt fall 13.5 m; the ramps add or take a little.
    assert dose.descent_m == pytest.approx(13.5, rel=0.1)
    assert dose.gravity_j_per_kg == pytest.approx(dose.descent_m * 9.80665)
    assert dose.gravity_kj(done.body_mass_kg) == pytest.approx(60 * dose.gravity_j_per_kg / 1000)
    assert dose.band_s[1] == pytest.approx(180, abs=15)


def _settle(history: History) -> None:
    """Wait until all that was queued is on disk."""
    history.settle(history.check_in("nobody", BEGUN, CheckIn(BEGUN.date(), 0)))

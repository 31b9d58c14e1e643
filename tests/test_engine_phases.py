"""The table: every phase can be reached and left, and what is not in it changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.phases import ARMED, BELT_MAY_MOVE, TABLE, Phase, Signal, diagram, follow


def reachable_from(start: Phase) -> set[Phase]:
    found, todo = {start}, [start]
    while todo:
        for phase in TABLE[todo.pop()].values():
            if phase not in found:
                found.add(phase)
                todo.append(phase)
    return found


def test_every_phase_is_reachable_from_the_first() -> None:
    assert reachable_from(Phase.UNLINKED) == set(Phase)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_leads_to_the_end_and_the_end_nowhere(phase: Phase) -> None:
    assert Phase.OVER in reachable_from(phase)
    assert (TABLE[phase] == {}) == (phase is Phase.OVER)


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("signal", Signal)
def test_what_is_not_in_the_table_changes_nothing(phase: Phase, signal: Signal) -> None:
    assert follow(phase, signal) is TABLE[phase].get(signal, phase)


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (Phase.UNLINKED, Phase.STOPPING, Phase.OVER)])
def test_stop_leads_to_stopping_from_every_phase_with_a_link(phase: Phase) -> None:
    assert follow(phase, Signal.STOP) is Phase.STOPPING


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (Phase.UNLINKED, Phase.OVER)])
def test_a_lost_link_disarms_in_every_phase(phase: Phase) -> None:
    assert follow(phase, Signal.UNLINKED) is Phase.UNLINKED
    assert Phase.UNLINKED not in ARMED


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase in ARMED])
def test_the_console_disarms_in_every_armed_phase(phase: Phase) -> None:
    assert follow(phase, Signal.TAKEN_AWAY) is Phase.HANDS_OFF
    assert Phase.HANDS_OFF not in ARMED


def test_a_belt_is_only_ever_started_after_an_arm_or_a_resume_and_a_countdown() -> None:
    into_starting = {(phase, signal) for phase, arrows in TABLE.items() for signal, to in arrows.items() if to is Phase.STARTING}
    assert into_starting == {(Phase.COUNTDOWN, Signal.COUNTED)}
    into_countdown = {
        (phase, signal) for phase, arrows in TABLE.items() for signal, to in arrows.items() if to is Phase.COUNTDOWN
    }
    assert into_countdown == {(Phase.LEVELLING, Signal.IS_LEVEL)}
    into_levelling = {signal for arrows in TABLE.values() for signal, to in arrows.items() if to is Phase.LEVELLING}
    assert into_levelling == {Signal.ARMED_STILL, Signal.RESUME}


def test_pause_never_leads_to_a_belt_that_moves() -> None:
    assert {to for arrows in TABLE.values() for signal, to in arrows.items() if signal is Signal.PAUSE} == {
        Phase.PAUSING,
        Phase.PAUSED,
    }
    assert follow(Phase.PAUSED, Signal.PAUSE) is Phase.PAUSED


@given(st.lists(st.sampled_from(Signal), max_size=40))
def test_no_signals_get_past_an_arming_person(signals: list[Signal]) -> None:
    """Whoever is in a phase in which we move the belt was armed since the last time that nobody was."""
    phase, armed = Phase.UNLINKED, False
    for signal in signals:
        phase = follow(phase, signal)
        armed = phase in ARMED | {Phase.STOPPING} and (armed or signal in (Signal.ARMED_STILL, Signal.ARMED_MOVING))
        assert armed or phase not in ARMED


def test_a_belt_may_move_because_of_us_only_in_armed_phases_and_while_it_is_being_stopped() -> None:
    assert ARMED | {Phase.STOPPING} >= BELT_MAY_MOVE


def test_the_diagram_shows_every_phase_and_every_arrow() -> None:
    lines = diagram().splitlines()
    for phase, arrows in TABLE.items():
        assert f"    {phase.name.lower()}: {phase.value}" in lines
        for signal, to in arrows.items():
            start = f"    {phase.name.lower()} --> {to.name.lower()}: "
            assert any(line.startswith(start) and signal.value in line for line in lines)

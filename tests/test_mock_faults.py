"""Faults as words, and one test for each kind that it does what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.mock.faults import MEANING, MOMENTS, Fault, FaultError, FaultKind, parse_fault


@pytest.mark.parametrize(("text", "fault"), [
    ("lost-ack@120", Fault(FaultKind.LOST_ACK, 120.0)),
    ("stale-telemetry@300+20", Fault(FaultKind.STALE_TELEMETRY, 300.0, 20.0)),
    ("drop-link@400", Fault(FaultKind.DROP_LINK, 400.0)),
    ("slow-belt", Fault(FaultKind.SLOW_BELT)),
    ("late-ack@60=8", Fault(FaultKind.LATE_ACK, 60.0, None, 8.0)),
    (" grade-glitch@5+2.5=-12 ", Fault(FaultKind.GRADE_GLITCH, 5.0, 2.5, -12.0)),
])  # fmt: skip
def test_a_fault_reads_from_the_command_line(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["gremlins", "gremlins@5", "LOST-ACK", "lost-ack@", "lost-ack@-5", "lost ack", "", "stale@5+"])
def test_what_is_no_fault_is_told_all_the_kinds(text: str) -> None:
    with pytest.raises(ValueError, match="stale-telemetry") as told:
        parse_fault(text)
    assert all(kind.value in str(told.value) for kind in FaultKind)


@pytest.mark.parametrize("kind", sorted(kind.value for kind in MOMENTS))
def test_what_happens_at_a_moment_needs_one(kind: str) -> None:
    with pytest.raises(FaultError, match="needs a time, like " + kind + "@120"):
        parse_fault(kind)


@pytest.mark.parametrize("text", ["lost-ack@5+0", "truncated-frames=-3", "grade-glitch=999"])
def test_a_fault_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(FaultError):
        parse_fault(text)


@given(
    st.sampled_from(FaultKind),
    st.integers(0, 9999),
    st.none() | st.integers(1, 9999),
    st.none() | st.integers(0, 255),
)
def test_a_fault_reads_back_as_written(kind: FaultKind, at_s: int, for_s: int | None, value: int | None) -> None:
    fault = Fault(kind, at_s, for_s, value)
    assert parse_fault(str(fault)) == fault


def test_every_kind_has_one_line_of_help() -> None:
    assert set(MEANING) == set(FaultKind)
    assert all(text and "\n" not in text for text in MEANING.values())

"""The journal: what was recorded replays the same, what is no journal is said in one line, and no disk ever holds a belt up."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from short_session import RUNNER, SHORT, Room, count_to_five, run_room

from treadctl.engine.engine import Engine
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input
from treadctl.journal import Journal, JournalError, entry, header, replay
from treadctl.lines import Lines
from treadctl.mock.faults import MOMENTS, FaultKind, parse_fault
from treadctl.mock.presets import PRESETS
from treadctl.simulate import Plan, Simulation
from treadctl.workout.library import load_named, names

FAULTS = [f"{kind.value}@25" if kind in MOMENTS else f"{kind.value}@25+20" for kind in FaultKind]


def recorded(path: Path, workout: str = "", *faults: str, seed: int = 1) -> Ending | None:
    """Simulate a session and record it, as the real session would."""
    chosen = load_named(workout) if workout else SHORT
    with path.open("w", encoding="utf-8") as file:
        lines: list[dict[str, Any]] = [header(chosen, RUNNER, Lead.CENTRED, datetime.now(UTC), "test")]
        plan = Plan(chosen, RUNNER, PRESETS["decline-10"], seed, [parse_fault(fault) for fault in faults])

        def on_step(now: float, inputs: list[Input], step: Step) -> None:
            lines.append(entry(now, inputs, step))

        ending = Simulation(plan, on_step).run()
        file.writelines(json.dumps(line, allow_nan=False) + "\n" for line in lines)
    return ending


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def refused(path: Path) -> str:
    with pytest.raises(JournalError) as error:
        replay(path)
    assert "\n" not in str(error.value)
    return str(error.value).replace(str(path), "FILE")


# --- the same again --------------------------------------------------------------------------------------------------


def test_a_real_session_replays_step_by_step(path: Path) -> None:
    def make() -> Room:
        return Room(journal=path.open("w", encoding="utf-8"))

    ending, _ = run_room(make)
    again = replay(path)
    assert (ending, again.differences, again.torn) == (Ending.FINISHED, (), False)
    assert again.last is not None
    assert again.last.snapshot.ending is Ending.FINISHED
    assert again.steps == len(path.read_text().splitlines()) - 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_session_with_any_fault_replays_step_by_step(path: Path, fault: str) -> None:
    recorded(path, "", fault)
    assert replay(path).differences == ()


@pytest.mark.parametrize("workout", names()[::3])
def test_a_whole_workout_replays_step_by_step(path: Path, workout: str) -> None:
    recorded(path, workout)
    assert replay(path).differences == ()


def test_an_engine_that_decides_otherwise_is_found_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(path)
    count_to_five(monkeypatch)
    again = replay(path)
    assert {difference.what for difference in again.differences} >= {"say", "phase"}
    first = again.differences[0]
    assert first.line > 1
    assert first.recorded != first.replayed


def test_an_engine_that_fails_is_recorded_with_what_it_failed_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Engine.step

    def broken(engine: Engine, now: float, inputs: list[Input]) -> Step:
        if now > 20:
            raise ZeroDivisionError("a bug")
        return step(engine, now, inputs)

    monkeypatch.setattr(Engine, "step", broken)
    with pytest.raises(ZeroDivisionError):
        run_room(lambda: Room(journal=path.open("w", encoding="utf-8")))
    with_the_bug = replay(path)
    assert (with_the_bug.differences, with_the_bug.failed) == ((), "ZeroDivisionError('a bug')")
    monkeypatch.setattr(Engine, "step", step)
    without = replay(path)
    assert [difference.what for difference in without.differences][:1] == ["failed"]


def test_a_recording_cut_off_anywhere_in_its_last_line_is_replayed_up_to_there(path: Path) -> None:
    recorded(path)
    whole = path.read_bytes()
    cut = whole[:20_000].rfind(b"\n") + 1
    steps = whole[:cut].count(b"\n") - 1
    end_of_next = whole.index(b"\n", cut)
    for end in range(cut + 1, end_of_next, 7):
        path.write_bytes(whole[:end])
        again = replay(path)
        assert (again.steps, again.torn, again.differences) == (steps, True, ())


def test_a_recording_that_ends_in_what_a_power_cut_leaves_is_replayed(path: Path) -> None:
    recorded(path)
    path.write_bytes(path.read_bytes()[:20_000] + b"\0" * 300)
    assert replay(path).torn


# --- what is no journal ----------------------------------------------------------------------------------------------


def test_each_kind_of_garbage_is_said_in_one_line(path: Path) -> None:
    assert refused(path) == "FILE: cannot be read: No such file or directory"
    assert refused(path.parent).endswith("cannot be read: Is a directory")
    for content, why in {
        b"": "FILE: the file is empty",
        b"\n": "FILE:1: not a line of a journal; run it on a file that a session wrote",
        bytes(range(256)) * 10: "FILE:1: not a line of a journal; run it on a file that a session wrote",
        b"name: first-descent\n": "FILE:1: not a line of a journal; run it on a file that a session wrote",
        b"[" * 100_000: "FILE:1: not a line of a journal; run it on a file that a session wrote",
        b"null\n": "FILE:1: not a journal of format 1; run it on a file that a session wrote",
        b'{"journal": 2}\n': "FILE:1: not a journal of format 1; run it on a file that a session wrote",
        b'{"journal": 1}\n': "FILE:1: the session's header does not fit: None is not a word",
    }.items():
        path.write_bytes(content)
        assert refused(path) == why


def test_a_path_that_cannot_be_one_is_said_in_one_line() -> None:
    assert refused(Path("no\nwhere")).startswith("no?where: cannot be read")
    assert refused(Path("no\0where")).startswith("no?where: cannot be read")


def test_a_huge_file_without_lines_is_not_read_whole(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(500_000_000)
    assert refused(path) == "FILE:1: not a line of a journal; run it on a file that a session wrote"


def a_header() -> str:
    return json.dumps(header(SHORT, RUNNER, Lead.CENTRED, datetime.now(UTC), "test")) + "\n"


@pytest.mark.parametrize(
    "line",
    [
        "7",
        "[]",
        "{}",
        '{"t": 1}',
        '{"t": 1, "in": null}',
        '{"t": 1, "in": 5}',
        '{"t": 1, "in": ["Tick"]}',
        '{"t": 1, "in": {"Tick": {}}}',
        '{"in": []}',
        '{"t": "1", "in": []}',
        '{"t": true, "in": []}',
        '{"t": -1, "in": []}',
        '{"t": 1e999, "in": []}',
        '{"t": NaN, "in": []}',
        '{"t": %s, "in": []}' % ("9" * 400),
        '{"t": 1, "in": [["SetIncline", {"grade": -50}]]}',
        '{"t": 1, "in": [["Pressed", {"key": "fly"}]]}',
        '{"t": 1, "in": [%s]}' % ("[" * 400 + "]" * 400),
        "garbage",
    ],
    ids=lambda line: line[:40],
)
def test_a_line_that_is_no_step_is_named(path: Path, line: str) -> None:
    path.write_text(a_header() + line + "\n")
    assert refused(path).startswith("FILE:2: not a ")


def test_a_line_too_long_to_be_ours_is_no_torn_line(path: Path) -> None:
    path.write_text(a_header() + '{"t": 1, "in": ["' + "x" * 5_000_000)
    assert refused(path).startswith("FILE:2: not a line")


@pytest.mark.parametrize(
    "change", [{"lead": "SIDEWAYS"}, {"lead": []}, {"lead": None}, {"workout": None}, {"runner": ["Tick", {}]}, {"workout": [[]]}]
)
def test_a_header_that_does_not_fit_is_named(path: Path, change: dict[str, Any]) -> None:
    path.write_text(json.dumps(json.loads(a_header()) | change) + "\n")
    assert refused(path).startswith("FILE:1: the session's header")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 30_000), st.integers(0, 255))
def test_no_single_spoilt_byte_is_more_than_one_line_of_error(path: Path, at: int, octet: int) -> None:
    whole = path.with_name("whole.jsonl")
    if not whole.exists():
        recorded(whole)
    data = bytearray(whole.read_bytes()[:30_000])
    data[min(at, len(data) - 1)] = octet
    path.write_bytes(data)
    said = ""
    try:
        replay(path)
    except JournalError as error:
        said = str(error)
    assert "\n" not in said


# --- disks -----------------------------------------------------------------------------------------------------------


class Full(io.StringIO):
    """A disk that is full after so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.left = lines

    def write(self, text: str) -> int:
        if self.left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.left -= 1
        return super().write(text)


class Slow(io.StringIO):
    """A disk that takes its time over each line, and says when it took one."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def write(self, text: str) -> int:
        time.sleep(self.seconds)
        return super().write(text)


@pytest.mark.parametrize("lines", [0, 50, None])
def test_a_full_disk_is_told_once_and_the_run_goes_on(lines: int | None) -> None:
    disk = Path("/dev/full").open("w") if lines is None else Full(lines)  # noqa: SIM115 - the session closes it
    ending, room = run_room(lambda: Room(journal=disk))
    assert ending is Ending.FINISHED
    assert room.words.count("recording has stopped") == 1
    assert room.session.recording_trouble == "No space left on device"


def test_after_the_first_line_that_fails_no_other_is_written() -> None:
    disk = Full(1)
    journal = Journal(disk)
    journal.append(lambda: {"n": 1})
    journal.append(lambda: {"n": 2})
    time_out = threading.Event()
    journal.append(lambda: {"n": 3}, time_out.set)
    assert time_out.wait(5)
    disk.left = 9
    journal.append(lambda: {"n": 4})
    assert disk.getvalue() == '{"n":1}\n'
    journal.close()
    assert journal.trouble == "No space left on device"


def test_a_number_that_json_has_not_is_trouble_and_nothing_worse() -> None:
    journal = Journal(io.StringIO())
    told = threading.Event()
    journal.append(lambda: {"t": float("inf")}, told.set)
    assert told.is_set()
    assert "a fault in this program" in journal.trouble
    journal.close()


def timed(room: Room, now: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the session waits for its lines."""
    waits: list[float] = []
    written = room.session._written

    async def timing(*args: Any) -> None:
        begun = now()
        await written(*args)
        waits.append(now() - begun)

    monkeypatch.setattr(room.session, "_written", timing)
    return waits


def test_a_raise_waits_for_its_line_and_a_slow_disk_does_not_spoil_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that takes a second over each line, 50 ms of the session's time are waited for a raise, and no more."""
    waits: list[list[float]] = []
    monkeypatch.setattr("treadctl.journal.CLOSE_S", 0.01)

    def make() -> Room:
        room = Room(journal=Slow(1.0))
        waits.append(timed(room, room.clock.now, monkeypatch))
        return room

    ending, room = run_room(make)
    assert ending is Ending.FINISHED
    assert len(waits[0]) >= 3
    assert max(waits[0]) < 0.051
    assert room.session.recording_trouble == "the disk does not answer"


def test_a_raise_waits_50_ms_by_the_wall_on_a_clock_that_is_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treadctl.journal.CLOSE_S", 0.01)

    async def whole() -> tuple[float, float]:
        slow, quick = Room(journal=Slow(1.0), scale=1), Room(journal=io.StringIO(), scale=1)
        first: asyncio.Future[Step] = asyncio.get_running_loop().create_future()
        slow.session.listen(lambda now, inputs, step: None if first.done() else first.set_result(step))
        task = asyncio.create_task(slow.run())
        took: list[float] = []
        for room in (slow, quick):
            begun = time.monotonic()
            assert room.session._journal is not None
            await room.session._written(room.session._journal, 1.0, [], await first)
            took.append(time.monotonic() - begun)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return took[0], took[1]

    slow, quick = asyncio.run(whole())
    assert 0.045 < slow < 0.1, "twice as long is granted to a busy machine"
    assert quick < 0.045


def test_who_puts_a_line_does_not_wait_for_a_terminal_that_stalls() -> None:
    stalled = threading.Event()
    lines = Lines("test", lambda text: stalled.wait(5))
    begun = time.monotonic()
    for _ in range(100):
        lines.put("x")
    assert not lines.close(0.01)
    assert time.monotonic() - begun < 1
    stalled.set()
    assert lines.close(5)

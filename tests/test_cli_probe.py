"""`treadctl probe`: what a treadmill says, shows and is taken for; and the words round a walk of its deck."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from command_line import home, treadctl
from virtual_radio.world import World

from treadctl.cli.errors import Exit
from treadctl.cli.probe import learn, probed
from treadctl.clock import PacedClock
from treadctl.ftms.feature import Feature, Targets, Tells, encode
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT, PRESETS
from treadctl.mock.treadmill import Console, MockTreadmill
from treadctl.safety import SpeedUnit
from treadctl.treadmill.deck_walk import DeckWalk
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.known import VIRTUAL, Known, known_mock
from treadctl.treadmill.own import OwnTreadmill, load_own
from treadctl.treadmill.profile_file import shipped_one
from treadctl.units import Grade

__all__ = ["home"]

ADDRESS = "AA:BB:CC:00:00:01"
STRANGER = Known()
"""Nothing is known of any machine."""


class Scene:
    """A mock that is probed, and what the person types."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.typed: list[str] = []
        self.asked: list[str] = []
        self.radios: list[Odd] = []
        self.capsys = capsys
        monkeypatch.setattr("builtins.input", self._input)

    def _input(self, question: str) -> str:
        self.asked.append(question)
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    def probe(
        self,
        preset: str = "decline-10",
        *faults: str,
        known: Known | None = None,
        walk: bool = False,
        says: dict[int, bytes] | None = None,
        hidden: frozenset[int] = frozenset(),
        begun: Callable[[MockTreadmill], None] = lambda mock: None,
    ) -> tuple[int, str, str]:
        clock = PacedClock(1000)
        mock = MockTreadmill(PRESETS[preset], seed=1, faults=[parse_fault(fault) for fault in faults], at=-60.0)
        begun(mock)

        def radio() -> Odd:
            self.radios.append(Odd(mock, clock, says or {}, hidden))
            return self.radios[-1]

        code = probed(radio, ADDRESS, clock, known or known_mock(PRESETS[preset].offset), 10.0, walk)
        self.mock = mock
        both = self.capsys.readouterr()
        return code, both.out, both.err


class Odd(MemoryRadio):
    """A radio over which a device says other things than the mock would, hides some, and notes that it was written to."""

    def __init__(self, mock: MockTreadmill, clock: PacedClock, says: dict[int, bytes], hidden: frozenset[int]) -> None:
        super().__init__(mock, clock)
        self.says, self.hidden = says, hidden
        self.subscribed: list[int] = []

    async def characteristics(self) -> frozenset[int]:
        return (await super().characteristics() | frozenset(self.says)) - self.hidden

    async def read(self, characteristic: int) -> bytes:
        if characteristic in self.says:
            return self.says[characteristic]
        return await super().read(characteristic)

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        self.subscribed.append(characteristic)
        await super().subscribe(characteristic, receive)


@pytest.fixture
def scene(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scene:
    return Scene(monkeypatch, capsys)


def test_a_probe_tells_what_it_says_what_it_shows_and_what_it_is_taken_for(scene: Scene) -> None:
    code, out, err = scene.probe()
    assert (code, err) == (Exit.DONE, "")
    for line in (
        "model              Virtual Decline 10",
        "firmware           mock 1",
        "says it takes      speed, inclination",
        "inclination range  -10.0 % to +15.0 % in steps of 0.5 %",
        "training status    idle",
        "telemetry          9 frames in 10 s, longest silence 1.0 s",
        "fields             speed, distance m, grade, ramp angle tenths deg, elapsed s",
        "deck               -10.0 % to +15.0 % true grade, in steps of 0.5 %",
    ):
        assert f"  {line}" in out


def test_a_probe_only_listens_and_lets_go(scene: Scene) -> None:
    scene.probe()
    (radio,) = scene.radios
    assert 0x2AD9 not in radio.subscribed
    assert not scene.mock.link_up
    assert scene.asked == []


def test_a_propped_deck_is_shown_in_true_grade(scene: Scene) -> None:
    _, out, _ = scene.probe("propped")
    assert "-5.0 % to +10.0 % true grade" in out
    assert "what the machine calls 0.0 % is -5.0 % on this floor" in out


def test_a_deck_that_nobody_has_seen_go_down_is_told_as_unproven(scene: Scene) -> None:
    _, out, _ = scene.probe("decline-6", known=STRANGER)
    assert "none fits; taken at its word" in out
    assert "not proven: the first is -1.0 %" in out
    assert "declines steeper than -6.0 % are run at -6.0 %" in out
    assert "--walk-deck finds out" in out


@pytest.mark.parametrize(
    ("says", "hidden", "warning"),
    [
        ({}, {0x2AD5}, "no usable inclination range"),
        ({0x2AD5: bytes(6)}, set(), "no usable inclination range"),
        ({}, {0x2AD4}, "no usable speed range"),
        ({0x2ACC: encode(Feature(Tells(0), Targets.SPEED))}, set(), "not that it takes inclinations"),
        ({}, {0x2AD9}, "it offers no control point"),
        ({0x2AD5: bytes.fromhex("88ff96000500")}, set(), "goes to -12.0 %; treadctl never asks for less than -10.0 %"),
        ({0x2AD5: bytes.fromhex("c4ff96001e00")}, set(), "in steps of 3 %: too coarse"),
        ({0x2AD5: bytes.fromhex("000096000500")}, set(), "it has no decline"),
        ({}, {0x2ACD}, "no FTMS treadmill"),
    ],
)
def test_what_will_be_limited_is_said(scene: Scene, says: dict[int, bytes], hidden: set[int], warning: str) -> None:
    code, out, _ = scene.probe(known=STRANGER, says=says, hidden=frozenset(hidden))
    assert warning in out.split("\nMind\n")[1]
    assert code == (Exit.TREADMILL_FAILED if 0x2ACD in hidden else Exit.DONE)


@pytest.mark.parametrize(
    ("fault", "warning"),
    [("silent-telemetry", "no telemetry came"), ("truncated-frames=3", "never told its speed")],
)
def test_telemetry_that_is_no_use_is_said(scene: Scene, fault: str, warning: str) -> None:
    assert warning in scene.probe("decline-10", fault)[1]


def test_a_belt_that_moves_is_said_and_not_walked(scene: Scene) -> None:
    def running(mock: MockTreadmill) -> None:
        mock.console(Console.START, -60.0)

    scene.typed = ["nobody is on the belt"]
    code, out, err = scene.probe(walk=True, begun=running)
    assert code == Exit.TREADMILL_FAILED
    assert "its belt is moving" in out
    assert "stop it at the console" in err
    assert scene.asked == []


def test_a_belt_that_nobody_has_compared_with_its_console_is_to_be_compared(scene: Scene) -> None:
    def running(mock: MockTreadmill) -> None:
        mock.console(Console.START, -60.0)

    _, out, _ = scene.probe(begun=running, known=STRANGER)
    assert "its console should have said that, or 0.5 mph" in out
    assert "`speed told: mph` into its own file" in out
    assert "its console should" not in scene.probe(begun=running)[1]


def test_a_range_as_belts_in_miles_have_it_is_said(scene: Scene) -> None:
    says = {0x2AD4: bytes.fromhex("3200b0040a00")}
    assert "0.5 km/h to 12.0 km/h is a usual range in mph" in scene.probe(known=STRANGER, says=says)[1]


def test_a_machine_that_is_not_driven_is_shown_with_the_reason(scene: Scene) -> None:
    profile = replace(shipped_one(VIRTUAL), unsupported="its keep-alive is Start")
    code, out, _ = scene.probe(known=Known((profile,)))
    assert code == Exit.TREADMILL_FAILED
    assert "it is not driven: its keep-alive is Start" in out


def test_a_walk_begins_only_after_the_whole_sentence(scene: Scene) -> None:
    for typed in (["yes"], ["nobody"], [""], []):
        scene.typed = list(typed)
        code, out, _ = scene.probe(walk=True)
        assert code == Exit.BAD_INPUT
        assert "nothing was walked" in out
        assert scene.mock.deck_grade == 0


def test_a_walk_is_told_and_what_it_learned_is_kept_when_wanted(scene: Scene, home: Path) -> None:
    scene.typed = ["Nobody is on the  belt", " It went  down", "yes"]
    code, out, err = scene.probe(walk=True)
    assert (code, err) == (Exit.DONE, "")
    assert "a target below zero goes down" in out
    assert "0.40 % per second" in out
    assert load_own(home / "treadctl" / "treadmills", ADDRESS) == OwnTreadmill(
        ADDRESS, "Virtual Decline 10", proven=True, deck_rate=4, speed_told=SpeedUnit.KMH
    )


@pytest.mark.parametrize("typed", ["yes", "it went", "", "down it went"])
def test_only_a_person_who_saw_the_front_go_down_proves_a_deck(scene: Scene, home: Path, typed: str) -> None:
    """Telemetry may tell the target and not the deck, as FitShow does with speed (hw_notes.md §2.7)."""
    scene.typed = ["nobody is on the belt", typed, "yes"]
    code, out, _ = scene.probe(walk=True)
    assert code == Exit.DONE
    assert "stays as it was known before this walk" in out
    assert "FRONT of the deck go below level" in scene.asked[1]
    learned = OwnTreadmill(ADDRESS, "Virtual Decline 10", deck_rate=4, speed_told=SpeedUnit.KMH)
    assert load_own(home / "treadctl" / "treadmills", ADDRESS) == learned


def test_a_person_who_saw_it_go_up_is_believed_before_telemetry_and_asked_nothing_more(scene: Scene, home: Path) -> None:
    before = OwnTreadmill(ADDRESS, "mine", Grade(0), proven=True, deck_rate=3)
    known = replace(known_mock(Grade(0)), own=lambda address: before)
    scene.typed = ["nobody is on the belt", "No"]
    code, out, _ = scene.probe(walk=True, known=known)
    assert code == Exit.SAFETY
    assert "not known to go down" in out
    assert len(scene.asked) == 2
    assert load_own(home / "treadctl" / "treadmills", ADDRESS) == replace(before, proven=False)


@pytest.mark.parametrize("fault", ["unsigned-incline", "deck-overshoot"])
def test_a_deck_that_went_wrong_is_unproven_from_then_on_without_a_question(scene: Scene, home: Path, fault: str) -> None:
    before = OwnTreadmill(ADDRESS, "mine", Grade(0), proven=True, deck_rate=3)
    scene.typed = ["nobody is on the belt", "no"]
    code, out, _ = scene.probe("decline-10", fault, walk=True, known=replace(known_mock(Grade(0)), own=lambda address: before))
    assert code == Exit.SAFETY
    assert len(scene.asked) == 1
    assert "not known to go down" in out
    assert load_own(home / "treadctl" / "treadmills", ADDRESS) == replace(before, proven=False)


def test_a_deck_that_went_wrong_is_told_even_where_it_cannot_be_written_down(scene: Scene, home: Path) -> None:
    home.joinpath("treadctl").mkdir(exist_ok=True)
    (home / "treadctl" / "treadmills").write_text("a file")
    scene.typed = ["nobody is on the belt"]
    code, _, err = scene.probe("decline-10", "unsigned-incline", walk=True)
    assert code == Exit.SAFETY
    assert "write `proven: no` there yourself" in err


def test_what_was_learned_is_not_kept_without_a_yes(scene: Scene, home: Path) -> None:
    scene.typed = ["nobody is on the belt", "it went down"]
    code, out, _ = scene.probe(walk=True)
    assert code == Exit.DONE
    assert "not kept" in out
    assert not (home / "treadctl" / "treadmills").exists()


@pytest.mark.parametrize(
    ("preset", "fault", "code", "says"),
    [
        ("decline-10", "unsigned-incline", Exit.SAFETY, "moves the wrong way"),
        ("decline-10", "deck-stuck", Exit.TREADMILL_FAILED, "only once started"),
        ("decline-6", "stop-restarts", Exit.TREADMILL_FAILED, "starts no belt"),
        ("decline-10", "control-stolen", Exit.TREADMILL_FAILED, "close other apps"),
    ],
)
def test_a_walk_that_did_not_go_well_teaches_nothing(scene: Scene, preset: str, fault: str, code: Exit, says: str) -> None:
    scene.typed = ["nobody is on the belt", "yes"]
    found, out, _ = scene.probe(preset, fault, walk=True)
    assert found == code
    assert says in out
    assert len(scene.asked) == 1


def test_a_deck_that_nobody_could_see_or_move_is_not_walked(scene: Scene) -> None:
    code, _, err = scene.probe(walk=True, hidden=frozenset({0x2AD5}), known=STRANGER)
    assert (code, scene.asked) == (Exit.TREADMILL_FAILED, [])
    assert "nothing to walk" in err


def test_learning_keeps_what_was_known_before() -> None:
    class Walk:
        deck_rate = None

    before = OwnTreadmill(ADDRESS, "mine", Grade(-50), proven=True, deck_rate=3, note="blocks of 6 cm")
    walk = cast(DeckWalk, Walk())
    assert learn(before, walk, "theirs", seen_down=False) == before
    assert learn(replace(before, proven=False), walk, "theirs", seen_down=True) == before


def test_a_treadmill_out_of_reach_gives_advice_and_code_3(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(self: Odd, on_lost: Callable[[str], None]) -> str:
        raise LinkError(Trouble.NOT_FOUND, ADDRESS)

    monkeypatch.setattr(Odd, "connect", connect)
    code, _, err = scene.probe()
    assert code == Exit.TREADMILL_FAILED
    assert err.startswith("treadctl: AA:BB:CC:00:00:01: no treadmill answers at that address; switch it on")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("probe",), "probe"),
        (("probe", "AA", "--seconds", "0"), "--seconds 0 is not 1 to 600"),
        (("probe", "AA", "--walk-deck"), "--walk-deck asks a question first: run it in a terminal"),
    ],
)
def test_bad_input_is_code_2_and_one_line(
    capsys: pytest.CaptureFixture[str], home: Path, arguments: tuple[str, ...], says: str
) -> None:
    code, _, err = treadctl(capsys, *arguments)
    assert code == Exit.BAD_INPUT
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.asyncio
async def test_the_command_reads_a_treadmill_over_the_virtual_radio(world: World, home: Path) -> None:
    mock = OverTheAir(world.peripheral("decline", "F0:0D:F1:7E:55:02"), MockTreadmill(DEFAULT), PacedClock(5.0), "decline")
    await mock.start()
    try:
        arguments = (sys.executable, "-m", "treadctl", "probe", "F0:0D:F1:7E:55:02", "--seconds", "1")
        process = await asyncio.create_subprocess_exec(*arguments, stdout=-1, stderr=-1)
        out, err = await asyncio.wait_for(process.communicate(), 40)
    finally:
        await mock.stop()
    assert (process.returncode, err) == (0, b"")
    assert b"Virtual Decline 10" in out
    assert b"the virtual treadmill of this project" in out

"""`treadctl record` keeps raw frames and writes nothing to the device; `treadctl replay` shows what they say."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import home, treadctl
from virtual_radio.world import World

from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.record import recorded
from treadctl.clock import PacedClock
from treadctl.ftms import battery, heart_rate
from treadctl.ftms import running_speed_cadence as rsc
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared
from treadctl.treadmill import recording
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.recording import Frame, Recording

__all__ = ["home"]

BEGUN = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


class Mute(MemoryRadio):
    """A radio to the mock over which nothing may be written, with a serial number to be read."""

    def __init__(self, mock: MockTreadmill, clock: PacedClock) -> None:
        super().__init__(mock, clock)
        self.subscribed: list[int] = []

    async def characteristics(self) -> frozenset[int]:
        return await super().characteristics() | {0x2A25, 1 << 120}

    async def read(self, characteristic: int) -> bytes:
        return b"SN 0815" if characteristic == 0x2A25 else await super().read(characteristic)

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        self.subscribed.append(characteristic)
        await super().subscribe(characteristic, receive)

    async def write(self, cleared: Cleared) -> None:
        raise AssertionError("a recording only listens")


def keep(to: Path | None, seconds: float | None = 5.0, radio: Callable[[PacedClock], MemoryRadio] | None = None) -> int:
    async def whole() -> int:
        clock = PacedClock(1000)
        made = radio(clock) if radio else Mute(MockTreadmill(DEFAULT, seed=1), clock)
        return await recorded(made, "AA:01", clock, seconds, to, BEGUN)

    return asyncio.run(whole())


def test_frames_are_kept_with_their_times_and_can_be_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new" / "deck.jsonl"
    assert keep(path) == Exit.DONE
    found = recording.load(path)
    assert found.name == "Virtual Decline 10"
    assert {frame.characteristic for frame in found.frames} == {0x2ACD}
    assert len(found.frames) >= 4
    assert all(0 <= frame.at <= 5 for frame in found.frames)
    assert found.values[0x2AD5] == bytes.fromhex("9cff96000500")
    assert "frames: " in capsys.readouterr().out


def test_what_is_kept_names_no_single_machine(tmp_path: Path) -> None:
    path = tmp_path / "deck.jsonl"
    keep(path)
    assert "AA:01" not in path.read_text()
    assert b"SN 0815".hex(" ") not in path.read_text()


def test_the_control_point_is_left_alone(tmp_path: Path) -> None:
    radios: list[Mute] = []

    def radio(clock: PacedClock) -> Mute:
        radios.append(Mute(MockTreadmill(DEFAULT, seed=1), clock))
        return radios[-1]

    keep(tmp_path / "deck.jsonl", radio=radio)
    assert 0x2AD9 not in radios[0].subscribed
    assert 0x2ACD in radios[0].subscribed


def test_without_a_name_it_goes_among_this_users_data(home: Path) -> None:
    keep(None)
    assert (home / "treadctl" / "recordings" / "2026-11-22T20-00-00_Virtual-Decline-10.jsonl").exists()


def test_what_a_file_holds_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    path = tmp_path / "deck.jsonl"
    path.write_text("mine")
    with pytest.raises(BadInput, match="nothing is written over"):
        keep(path)
    assert treadctl(capsys, "record", "AA:01", "--to", str(path))[0] == Exit.BAD_INPUT
    assert path.read_text() == "mine"


def test_a_place_that_takes_no_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="no recording can be made there"):
        keep(tmp_path / "file" / "deck.jsonl")


def test_a_link_that_drops_keeps_what_came_and_is_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Dropping(Mute):
        async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
            await super().subscribe(characteristic, receive)
            if characteristic == 0x2ACD:
                receive(0x2ACD, bytes.fromhex("0000 6400"))
                self._lose("out of reach")

    path = tmp_path / "deck.jsonl"
    assert keep(path, None, lambda clock: Dropping(MockTreadmill(DEFAULT), clock)) == Exit.TREADMILL_FAILED
    assert "out of reach; what came until then is kept" in capsys.readouterr().err
    assert len(recording.load(path).frames) == 1


def test_a_device_that_cannot_be_reached_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Nobody(Mute):
        async def connect(self, on_lost: Callable[[str], None]) -> str:
            raise LinkError(Trouble.NOT_FOUND, "AA:01")

    path = tmp_path / "deck.jsonl"
    assert keep(path, radio=lambda clock: Nobody(MockTreadmill(DEFAULT), clock)) == Exit.TREADMILL_FAILED
    assert "no treadmill answers" in capsys.readouterr().err
    assert not path.exists()


def test_one_characteristic_that_is_refused_keeps_nobody_from_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Shy(Mute):
        async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
            if characteristic == 0x2ADA:
                raise LinkError(Trouble.REJECTED, "no")
            await super().subscribe(characteristic, receive)

    assert keep(tmp_path / "deck.jsonl", radio=lambda clock: Shy(MockTreadmill(DEFAULT), clock)) == Exit.DONE
    assert "machine status was not given: no" in capsys.readouterr().out


def test_replay_shows_the_frames_of_a_recording_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    path = tmp_path / "deck.jsonl"
    frames = (
        Frame(0.5, 0x2ACD, bytes.fromhex("0800 e803 ecff 0000")),
        Frame(1.0, 0x2ADA, bytes.fromhex("0201")),
        Frame(1.5, 0x2AD3, bytes.fromhex("030e33")),
        Frame(2.0, rsc.MEASUREMENT, rsc.encode(rsc.RscMeasurement(256, 180, running=True))),
        Frame(2.5, heart_rate.MEASUREMENT, heart_rate.encode(heart_rate.HeartRateMeasurement(140, True))),
        Frame(3.0, battery.LEVEL, b"\x50"),
        Frame(3.5, 0x2ACD, b"\x00"),
        Frame(4.0, 0x2AD9, bytes.fromhex("800301")),
        Frame(4.5, 0x2FFF, b"\xff"),
    )
    kept = Recording("Belt", "now", frozenset({0x2ACD}), {0x2A24: b"Z\x00"})
    path.write_text("".join(f"{text}\n" for text in (recording.header(kept, "1"), *map(recording.line, frames))))
    code, out, _ = treadctl(capsys, "replay", str(path))
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == Exit.DONE
    assert lines == [
        "Belt, from now",
        "read model Z",
        "0.500 treadmill data 10.0 km/h, -2.0 %, ramp 0.0 ° [08 00 e8 03 ec ff 00 00]",
        "1.000 machine status stopped or paused by user: stop [02 01]",
        "1.500 training status pre workout, '3' [03 0e 33]",
        "2.000 steps 3.6 km/h, 180 a minute, running [04 00 01 b4]",
        "2.500 heart rate 140 bpm, on the skin [06 8c]",
        "3.000 battery 80 % [50]",
        "3.500 treadmill data cannot be read: Treadmill Data takes 2 octets or more, but got 00 [00]",
        "4.000 control point set target inclination: accepted [80 03 01]",
        "4.500 0x2FFF ff [ff]",
        "9 frames in 4.5 s",
    ]


def test_replay_of_a_recording_that_is_none_names_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    path = tmp_path / "deck.jsonl"
    path.write_text(json.dumps({"recording": 1}) + "\n")
    code, _, err = treadctl(capsys, "replay", str(path))
    assert code == Exit.BAD_INPUT
    assert err.startswith(f"treadctl: {path}:1: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "100000"])
def test_seconds_that_make_no_sense_are_bad_input(capsys: pytest.CaptureFixture[str], home: Path, seconds: str) -> None:
    code, _, err = treadctl(capsys, "record", "AA:01", "--seconds", seconds)
    assert code == Exit.BAD_INPUT
    assert "--seconds" in err


@pytest.mark.asyncio
async def test_ctrl_c_ends_a_recording_over_the_virtual_radio(world: World, tmp_path: Path, home: Path) -> None:
    mock = OverTheAir(world.peripheral("decline", "F0:0D:F1:7E:55:02"), MockTreadmill(DEFAULT), PacedClock(5.0), "decline")
    await mock.start()
    path = tmp_path / "deck.jsonl"
    try:
        arguments = (sys.executable, "-m", "treadctl", "record", "F0:0D:F1:7E:55:02", "--to", str(path))
        process = await asyncio.create_subprocess_exec(*arguments, stdout=-1, stderr=-1)
        assert process.stdout is not None
        assert b"keeping what" in await asyncio.wait_for(process.stdout.readline(), 30)
        while path.read_text().count("\n") < 3:  # noqa: ASYNC110  # no event tells of what another process writes
            await asyncio.sleep(0.05)
        process.send_signal(2)
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        await mock.stop()
    assert (process.returncode, err) == (0, b"")
    assert b"of treadmill data" in out
    assert len(recording.load(path).frames) >= 2

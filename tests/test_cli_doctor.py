"""`treadctl doctor`: each check ok, or what to do; what keeps a session from a real belt comes last."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from command_line import home, treadctl
from virtual_radio.world import World

from treadctl.cli import checks
from treadctl.cli.awake import ASLEEP
from treadctl.cli.checks import Check, State
from treadctl.cli.doctor import report
from treadctl.cli.errors import Exit
from treadctl.treadmill.adapters import Adapter
from treadctl.treadmill.gatt import LinkError, Trouble

__all__ = ["home"]

FINE = Check("fine", State.OK, "it is")
SO_SO = Check("so-so", State.ADVICE, "it is not", "do this")
BAD = Check("bad", State.FAILED, "it is not", "do that")


def raises(error: Exception) -> Callable[[], None]:
    def listen() -> None:
        raise error

    return listen


def answers(text: str | None) -> checks.Ask:
    def ask(command: Sequence[str]) -> str | None:
        return text

    return ask


def test_what_keeps_a_session_comes_last_and_gives_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([BAD, FINE, SO_SO], json=False) == Exit.TREADMILL_FAILED
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [["ok", "fine"], ["--", "so-so"], ["NO", "bad"]]
    assert lines[2].endswith("it is not: do that")


def test_advice_alone_keeps_nobody_from_running(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SO_SO, FINE], json=False) == Exit.DONE
    assert "could run" in capsys.readouterr().out


def test_as_json_each_line_is_one_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([BAD, FINE], json=True) == Exit.TREADMILL_FAILED
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"check": "fine", "state": "ok", "is": "it is", "do": ""},
        {"check": "bad", "state": "not ready", "is": "it is not", "do": "do that"},
    ]


@pytest.mark.parametrize("trouble", [Trouble.NO_RADIO, Trouble.RADIO_OFF, Trouble.NOT_ALLOWED])
def test_bluetooth_that_cannot_be_used_says_what_to_do(trouble: Trouble) -> None:
    check = checks.bluetooth(raises(LinkError(trouble)))
    assert (check.state, check.todo) == (State.FAILED, trouble.value)


def test_bluetooth_that_hangs_is_told_and_not_waited_for() -> None:
    assert checks.bluetooth(raises(TimeoutError())).state is State.FAILED
    assert checks.bluetooth(lambda: None).state is State.OK


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("bluetoothctl: 5.66", State.OK),
        ("5.55", State.OK),
        ("bluetoothctl: 5.50", State.FAILED),
        ("odd", State.ADVICE),
        (None, State.ADVICE),
    ],
)
def test_an_old_bluez_is_to_be_updated(said: str | None, state: State) -> None:
    check = checks.bluez(answers(said), "linux")
    assert check is not None
    assert check.state is state
    assert checks.bluez(answers(said), "darwin") is None


def adapter(name: str, *, powered: bool = True, central: bool = True, peripheral: bool = True, links: int = 0) -> Adapter:
    return Adapter(name, "box", "02:00:00:00:00:01", powered, central, peripheral, links)


def test_the_adapter_is_named_where_a_system_names_it() -> None:
    check = checks.adapter([adapter("hci0")], "linux")
    assert check == Check("adapter", State.OK, "hci0 (box, 02:00:00:00:00:01, nothing connected)")
    assert checks.adapter([], "linux") == Check("adapter", State.ADVICE, "none that BlueZ knows", "see bluetooth")
    assert checks.adapter(None, "linux") == Check("adapter", State.ADVICE, "no message bus to ask", "see bluetooth")
    assert checks.adapter(None, "win32") is None


def test_what_an_adapter_cannot_do_is_told_and_which_of_several_is_used() -> None:
    found = [adapter("hci0", powered=False), adapter("hci1", peripheral=False, links=2), adapter("hci10", central=False)]
    check = checks.adapter(found, "linux")
    assert check is not None
    assert check.words.split("; ") == [
        "hci0 (box, 02:00:00:00:00:01, nothing connected, switched off)",
        "hci1 (box, 02:00:00:00:00:01, 2 connected, cannot be a mock), which is used",
        "hci10 (box, 02:00:00:00:00:01, nothing connected, cannot connect to a treadmill)",
    ]


@pytest.mark.parametrize(("links", "state"), [(4, State.OK), (5, State.ADVICE)])
def test_an_adapter_that_holds_many_links_is_told_before_the_treadmill_is_one_too_many(links: int, state: State) -> None:
    check = checks.adapter([adapter("hci0", links=links)], "linux")
    assert check is not None
    assert check.state is state


def test_an_old_python_is_to_be_replaced() -> None:
    assert checks.python((3, 11, 0), "Linux").state is State.OK
    assert "3.11" in checks.python((3, 10, 9), "Linux").todo


def test_a_belt_is_armed_by_somebody_who_can_press_a_key() -> None:
    assert checks.keyboard(True).state is State.OK
    assert checks.keyboard(False).state is State.FAILED


@pytest.mark.parametrize(
    ("terminal", "size", "encoding", "term", "no_color", "says"),
    [
        (True, (80, 24), "utf-8", "xterm", False, ""),
        (True, (79, 24), "utf-8", "xterm", False, "at least 80 x 24"),
        (True, (80, 23), "UTF-8", "xterm", False, "at least 80 x 24"),
        (True, (80, 24), "ascii", "xterm", False, "UTF-8"),
        (True, (80, 24), "utf-8", "dumb", False, "cursor"),
        (True, (80, 24), "utf-8", "xterm", True, "NO_COLOR"),
        (False, (80, 24), "utf-8", "xterm", False, "lines"),
    ],
)
def test_a_screen_that_is_wanting_says_in_what(
    terminal: bool, size: tuple[int, int], encoding: str, term: str, no_color: bool, says: str
) -> None:
    check = checks.screen(terminal, size, encoding, term, no_color)
    assert says in check.todo
    assert check.state is (State.ADVICE if says else State.OK)


def test_voice_sound_and_sleep_are_advice_and_never_needed() -> None:
    assert checks.voice("espeak-ng", "").state is State.OK
    assert checks.voice(None, "install espeak-ng") == Check(
        "voice", State.ADVICE, "no speech program; a bell and the screen instead", "install espeak-ng"
    )
    assert checks.sound("ALSA\nHeadphones").words == "Headphones (ALSA)"
    for nothing in (None, "", "Null\nnull", "ALSA", "ALSA\nDiscard all samples (playback)"):
        assert checks.sound(nothing).state is State.ADVICE
    assert checks.awake(()).state is State.OK
    assert checks.awake((ASLEEP,)).state is State.ADVICE


def test_a_lid_that_suspends_is_told_and_no_lid_is_not(tmp_path: Path) -> None:
    suspends, ignores = checks.lid(True, "suspend"), checks.lid(True, "ignore")
    assert suspends is not None
    assert ignores is not None
    assert (suspends.state, ignores.state) == (State.ADVICE, State.OK)
    assert checks.lid(False, "suspend") is None
    assert not checks.has_a_lid("linux", tmp_path / "none")
    (tmp_path / "LID0").touch()
    assert checks.has_a_lid("linux", tmp_path)
    assert checks.has_a_lid("darwin", ask=answers('"AppleClamshellState" = No'))
    assert not checks.has_a_lid("darwin", ask=answers(""))
    assert checks.lid_setting(answers('s "ignore"')) == "ignore"
    assert checks.lid_setting(answers(None)) == "suspend"


def test_folders_are_tried_and_left_as_they_were(tmp_path: Path) -> None:
    assert checks.folder("sessions", tmp_path / "deep" / "down").state is State.OK
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    blocked = checks.folder("sessions", tmp_path / "file" / "down")
    assert blocked.state is State.FAILED
    assert "no folder" in blocked.todo


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may write anywhere is kept from nowhere")
def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert checks.folder("sessions", tmp_path).state is State.FAILED


def test_files_that_cannot_be_used_say_what_their_own_error_says() -> None:
    def load() -> str:
        raise ValueError("a.yaml:3: mend this")

    assert checks.readable("history", load, (ValueError,), needed=False).state is State.ADVICE
    needed = checks.readable("treadmills", load, (ValueError,), needed=True)
    assert (needed.state, needed.todo) == (State.FAILED, "a.yaml:3: mend this")


def test_nobody_is_run_by_a_default_on_a_real_belt() -> None:
    assert checks.runner(True, "Ana, easy pace 9.0 km/h").state is State.OK
    assert "profile --easy" in checks.runner(False, "").todo


def test_programs_that_are_missing_or_fail_are_no_answer() -> None:
    assert checks.ask((sys.executable, "-c", "print(1)")) == "1"
    assert checks.ask((sys.executable, "-c", "raise SystemExit(1)")) is None
    assert checks.ask(("no-such-program-anywhere",)) is None


@pytest.fixture
def no_radio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")


def test_the_whole_of_it_where_nothing_is_ready(home: Path, no_radio: None, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "treadctl" / "treadmills").mkdir(parents=True)
    (home / "treadctl" / "treadmills" / "mine.yaml").write_text("colour: red\n")
    code, out, err = treadctl(capsys, "doctor", "--json")
    found = {line["check"]: line for line in map(json.loads, out.splitlines())}
    assert (code, err) == (Exit.TREADMILL_FAILED, "")
    assert {name for name, line in found.items() if line["state"] == "not ready"} == {
        "bluetooth",
        "keyboard",
        "runner",
        "treadmills",
    }
    assert "mine.yaml" in found["treadmills"]["do"]
    assert list(found)[-1] in {"bluetooth", "keyboard", "runner", "treadmills"}
    assert not (home / "treadctl" / "history.db").exists()


@pytest.mark.asyncio
async def test_the_whole_of_it_with_an_adapter(world: World, home: Path) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "treadctl", "doctor", "--json", stdout=-1, stderr=-1)
    out, err = await asyncio.wait_for(process.communicate(), 40)
    found = {line["check"]: line for line in map(json.loads, out.splitlines())}
    assert (process.returncode, err) == (3, b""), "nobody is at a keyboard here"
    assert found["bluetooth"]["state"] == "ok"
    assert found["adapter"]["is"].startswith("hci0 (virtual, 02:00:00:00:00:01, nothing connected")

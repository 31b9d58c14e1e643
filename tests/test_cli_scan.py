"""`treadctl scan`: what was heard as a table, and what to type next; it only listens."""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal as signals
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from command_line import home, treadctl
from eventually import eventually
from virtual_radio.world import World

from treadctl.cli.errors import Exit
from treadctl.cli.scan import in_order, merged, scanned, signal, wanted
from treadctl.clock import PacedClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.served import Watcher
from treadctl.mock.treadmill import MockTreadmill
from treadctl.treadmill.gatt import Heard, LinkError, Trouble
from treadctl.treadmill.known import Known
from treadctl.treadmill.own import OwnTreadmill
from treadctl.treadmill.profile import MachineProfile, Match
from treadctl.treadmill.profile_file import shipped

__all__ = ["home"]

KNOWN = Known((MachineProfile("Omega Z", Match(name=("omega*",))),), lambda a: OwnTreadmill(a) if a == "CC" else None)
NEAR = Heard("AA", "Near", -50, frozenset({0x1826}), True, True, False)
FAR = Heard("BB", "Far", -80, frozenset({0x1826}), None, None, False)
BIKE = Heard("DD", "Bike", -40, frozenset({0x1826}), False, True, False)
POD = Heard("EE", "Pod", -60, frozenset({0x1814}), None, None, False)
STRAP = Heard("FF", None, -70, frozenset({0x180D}), None, None, False)
PHONE = Heard("GG", "Phone", -30, frozenset(), None, None, False)
Listen = Callable[[Callable[[Heard], None], float, bool], Coroutine[Any, Any, None]]


def air(*heard: Heard, trouble: Trouble | None = None) -> Listen:
    async def listen(hear: Callable[[Heard], None], seconds: float, sensors: bool) -> None:
        for one in heard:
            hear(one)
        if trouble is not None:
            raise LinkError(trouble)

    return listen


def said(capsys: pytest.CaptureFixture[str], listen: Listen, **asked: bool) -> tuple[int, str, str]:
    options = {"sensors": False, "everything": False, "json": False} | asked
    code = scanned(listen, KNOWN, 1.0, **options)
    both = capsys.readouterr()
    return code, both.out, both.err


def test_the_nearest_treadmill_comes_first_and_the_last_line_is_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, air(FAR, PHONE, POD, NEAR, BIKE))
    lines = out.splitlines()
    assert code == Exit.DONE
    assert err == ""
    assert [line.split()[0] for line in lines[1:4]] == ["name", "Near", "Far"]
    assert "strong (-50 dBm)" in lines[2]
    assert lines[-1] == "to run:               treadctl run first-descent --treadmill AA"
    assert "Phone" not in out
    assert "Bike" not in out


def test_nothing_heard_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, air(PHONE))
    assert code == Exit.TREADMILL_FAILED
    assert "switch it on" in out
    assert "close other apps" in out
    assert "run " not in out.splitlines()[-1].replace("treadctl scan", "")


@pytest.mark.parametrize("json", [False, True])
def test_a_radio_that_cannot_be_used_gives_its_advice_and_code_3(capsys: pytest.CaptureFixture[str], json: bool) -> None:
    code, _, err = said(capsys, air(trouble=Trouble.RADIO_OFF), json=json)
    assert code == Exit.TREADMILL_FAILED
    assert err == "treadctl: Bluetooth is switched off; switch it on and run the command again\n"


def test_as_json_every_line_is_one_device(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, air(NEAR, FAR), json=True)
    first, second = map(json.loads, out.splitlines())
    assert first == {
        "address": "AA",
        "name": "Near",
        "signal_dbm": -50,
        "type": "treadmill",
        "available": True,
        "connected": False,
        "profile": None,
        "services": ["1826"],
    }
    assert second["available"] is None
    assert said(capsys, air(), json=True)[:2] == (3, "")


def test_sensors_are_listed_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, air(NEAR, POD, STRAP), sensors=True)
    assert code == Exit.DONE
    assert "foot pod" in out
    assert "heart-rate strap" in out
    assert "Near" not in out
    assert "moisten" in said(capsys, air(NEAR), sensors=True)[1]


def test_everything_shows_what_tells_no_services(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, air(PHONE, NEAR, BIKE), everything=True)
    assert [line.split()[0] for line in out.splitlines()[2:5]] == ["Near", "Bike", "Phone"]
    assert "probe ADDRESS" in said(capsys, air(PHONE), everything=True)[1]


def test_a_machine_that_is_in_use_is_not_offered_to_run_on(capsys: pytest.CaptureFixture[str]) -> None:
    busy = Heard("AA", "Near", -50, frozenset({0x1826}), True, False, False)
    assert "end what holds it" in said(capsys, air(busy))[1]


def test_one_that_an_earlier_program_left_connected_is_shown_so() -> None:
    held = Heard("HH", "Held", None, frozenset({0x1826}), None, None, True)
    first, *_ = in_order(wanted([NEAR, held], KNOWN, sensors=False, everything=False))
    assert first.heard is held
    assert first.cells()[2:5] == ("connected", "treadmill", "in use here")


def test_treadmills_without_the_service_in_their_advert_are_known_by_profile_or_by_owning_them() -> None:
    silent = Heard("II", "Omega 7", -60, frozenset(), None, None, False)
    owned = Heard("CC", None, -60, frozenset(), None, None, False)
    found = in_order(wanted([silent, owned, PHONE], KNOWN, sensors=False, everything=False))
    assert [(row.heard.address, row.kind, row.profile) for row in found] == [
        ("CC", "treadmill", "(yours)"),
        ("II", "maybe", "Omega Z"),
    ]


def test_by_its_name_alone_a_device_is_a_maybe_that_is_looked_at_and_not_run_on(capsys: pytest.CaptureFixture[str]) -> None:
    named = Heard("JJ", "omega lamp", -40, frozenset(), None, None, False)
    code, out, _ = said(capsys, air(named))
    assert code == Exit.DONE
    assert out.splitlines()[2].split() == ["omega", "lamp", "JJ", "strong", "(-40", "dBm)", "maybe", "Omega", "Z"]
    assert out.splitlines()[-1].endswith("treadctl probe ADDRESS")
    assert said(capsys, air(named, FAR))[1].endswith("--treadmill BB\n"), "one that says that it is a treadmill goes before"


def test_a_switch_bot_is_no_treadmill_and_an_sw_of_14_characters_may_be_one() -> None:
    heard = [Heard(a, name, -50, frozenset(), None, None, False) for a, name in (("A", "SwitchBot"), ("B", "SW012345678901"))]
    found = wanted(heard, Known(shipped()), sensors=False, everything=False)
    assert [(row.heard.address, row.kind, row.profile) for row in found] == [("B", "maybe", "SW treadmill")]


def test_adverts_that_come_in_parts_are_one_device() -> None:
    answer = Heard("AA", None, -55, frozenset({0x180A}), None, None, False)
    whole = merged(NEAR, answer)
    assert whole == Heard("AA", "Near", -55, frozenset({0x1826, 0x180A}), True, True, False)


@pytest.mark.parametrize(("dbm", "words"), [(-40, "strong"), (-60, "strong"), (-61, "good"), (-80, "weak"), (-95, "faint")])
def test_signal_is_told_in_words_and_numbers(dbm: int, words: str) -> None:
    assert signal(dbm) == f"{words} ({dbm} dBm)"


def test_ctrl_c_ends_the_listening_and_what_was_heard_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def listen(hear: Callable[[Heard], None], seconds: float, sensors: bool) -> None:
        hear(NEAR)
        raise KeyboardInterrupt

    code, out, _ = said(capsys, listen)
    assert code == Exit.DONE
    assert out.endswith("--treadmill AA\n")


def test_a_name_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    rude = Heard("AA", "\x1b[2Jgone", -50, frozenset({0x1826}), True, True, False)
    assert "\x1b" not in said(capsys, air(rude))[1]


class Terminal(io.StringIO):
    """Says that it is one; each time that the table is drawn its heading is written."""

    def isatty(self) -> bool:
        return True

    @property
    def drawn(self) -> int:
        return self.getvalue().count("Ctrl+C ends it")


def terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> Terminal:
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    return shown


def test_in_a_terminal_the_table_grows_while_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch, 120)

    async def listen(hear: Callable[[Heard], None], seconds: float, sensors: bool) -> None:
        hear(FAR)
        await eventually(lambda: "Far" in shown.getvalue())
        assert "Near" not in shown.getvalue()
        hear(NEAR)

    assert scanned(listen, KNOWN, 1.0, sensors=False, everything=False, json=False) == Exit.DONE
    assert "Near" in shown.getvalue(), "what came last is shown at the end"
    assert shown.getvalue().splitlines()[-1].endswith("--treadmill AA")


def test_two_thousand_adverts_draw_the_table_a_few_times_and_ctrl_c_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch, 120)

    async def crowd(hear: Callable[[Heard], None], seconds: float, sensors: bool) -> None:
        for number in range(2000):
            hear(NEAR if number % 100 == 0 else replace(PHONE, address=f"{number:04X}"))
            if number % 10 == 0:
                await asyncio.sleep(0)
        signals.raise_signal(signals.SIGINT)
        await asyncio.sleep(60)

    begun = monotonic()
    assert scanned(crowd, KNOWN, 60.0, sensors=False, everything=False, json=False) == Exit.DONE
    took = monotonic() - begun
    assert took < 10
    assert 1 <= shown.drawn <= 4 * took + 5, "twice at first and at the end, four times a second between"
    assert shown.getvalue().splitlines()[-1].endswith("--treadmill AA")


def test_at_80_columns_each_device_is_one_line_with_its_address_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch, 80)
    one = Heard("F0:0D:F1:7E:55:02", "Omega Z", None, frozenset({0x1826}), None, None, True)
    other = Heard("F0:0D:F1:7E:55:01", "Omega Z", -101, frozenset({0x1826}), True, None, False)
    assert scanned(air(one, other), KNOWN, 1.0, sensors=False, everything=False, json=False) == Exit.DONE
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.getvalue()).rpartition("Ctrl+C ends it")[2].splitlines()
    assert [line.split() for line in last[2:4]] == [
        ["Omega", "Z", "F0:0D:F1:7E:55:02", "connected", "treadmill", "in", "use", "here", "Omega", "Z"],
        ["Omega", "Z", "F0:0D:F1:7E:55:01", "faint", "treadmill", "not", "told", "Omega", "Z"],
    ]
    assert max(map(len, last[:4])) <= 80


def test_seconds_that_make_no_sense_are_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert treadctl(capsys, "scan", "--seconds", "0")[::2] == (2, "treadctl: --seconds 0 is not 1 to 600\n")


@pytest.mark.asyncio
async def test_the_command_finds_a_treadmill_over_the_virtual_radio(world: World, home: object) -> None:
    class Visitors(Watcher):
        def connected(self, who: str) -> None:
            raise AssertionError(f"{who} connected, but a scan only listens")

    device = world.peripheral("decline", "F0:0D:F1:7E:55:02")
    mock = OverTheAir(device, MockTreadmill(DEFAULT), PacedClock(1.0), "decline", Visitors())
    await mock.start()
    try:
        command = (sys.executable, "-m", "treadctl", "scan", "--seconds", "1", "--json")
        process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=-1)
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        await mock.stop()
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["address"] == "F0:0D:F1:7E:55:02"

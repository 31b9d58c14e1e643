"""Listening for treadmills beside a screen: in a thread of its own, bounded, and every trouble becomes words."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection

import pytest

from treadctl.cli.search import SERVICES, Search
from treadctl.ftms import heart_rate
from treadctl.ftms import running_speed_cadence as rsc
from treadctl.ftms.assigned import FITNESS_MACHINE_SERVICE
from treadctl.treadmill.gatt import Heard, LinkError, Trouble
from treadctl.treadmill.known import Known
from treadctl.treadmill.profile import MachineProfile, Match
from treadctl.tui.found import Found

BELT = Heard("C8", "F85", -67, frozenset({FITNESS_MACHINE_SERVICE}), treadmill=True, available=True, connected=False)
BIKE = Heard("B1", "Bike", -40, frozenset({FITNESS_MACHINE_SERVICE}), treadmill=False, available=True, connected=False)
POD = Heard("E1", None, -50, frozenset({rsc.SERVICE, heart_rate.SERVICE}), treadmill=None, available=None, connected=False)


async def three(hear: Callable[[Heard], None], seconds: float, services: Collection[int]) -> None:
    assert tuple(services) == SERVICES
    for one in (BIKE, POD, BELT):
        hear(one)


def listened(search: Search) -> Search:
    """A search that has ended."""
    search.start()
    assert search._thread is not None
    search._thread.join(10)
    assert not search.listening
    return search


def test_treadmills_go_first_and_each_says_what_it_can_be() -> None:
    found = listened(Search(Known(), three)).found()
    assert found == (
        Found("C8", "F85", "good (-67 dBm)", treadmill=True),
        Found("B1", "Bike", "strong (-40 dBm)"),
        Found("E1", "(no name)", "strong (-50 dBm)", foot_pod=True, heart=True),
    )


def test_what_only_its_name_speaks_for_can_be_chosen_and_says_so() -> None:
    async def lamp(hear: Callable[[Heard], None], *_: object) -> None:
        hear(Heard("A1", "Omega lamp", -67, frozenset(), treadmill=None, available=None, connected=False))

    known = Known((MachineProfile("Omega Z", Match(name=("omega*",))),))
    assert listened(Search(known, lamp)).found() == (
        Found("A1", "Omega lamp", "good (-67 dBm)", "maybe: Omega Z", treadmill=True),
    )


def test_why_nothing_can_be_heard_is_advice() -> None:
    async def off(*_: object) -> None:
        raise LinkError(Trouble.RADIO_OFF)

    assert listened(Search(Known(), off)).trouble == Trouble.RADIO_OFF.value


def test_a_radio_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("treadctl.cli.search.PATIENCE_S", 0.05)
    assert "another treadctl may be using it" in listened(Search(Known(), hang, seconds=0.05)).trouble


def test_whatever_else_goes_wrong_is_one_line() -> None:
    async def break_down(*_: object) -> None:
        raise ZeroDivisionError("by a stack")

    assert "ZeroDivisionError" in listened(Search(Known(), break_down)).trouble


def test_it_can_be_stopped_and_started_again() -> None:
    began = threading.Event()

    async def long(hear: Callable[[Heard], None], *_: object) -> None:
        hear(BELT)
        began.set()
        await asyncio.Event().wait()

    search = Search(Known(), long)
    for _ in range(2):
        search.start()
        search.start()
        assert began.wait(10)
        began.clear()
        search.stop()
        assert search._thread is not None
        search._thread.join(10)
        assert not search._thread.is_alive()
        assert not search.trouble
    assert [found.address for found in search.found()] == ["C8"]
    search.stop()

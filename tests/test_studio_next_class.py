"""A console that knows only the next class from what was kept still knows which belts of the one before nobody has seen still."""

from __future__ import annotations

import pytest
from studio_room import KEY, PROGRAM
from test_studio_never_heard import Desk, words_of

from treadctl.studio.coach import Coach
from treadctl.studio.lane_tile import Mood
from treadctl.studio.messages import Ack, Class, Offer, Stop
from treadctl.studio.room_view import room_view
from treadctl.studio.topics import topic_of

T = 1_800_000_000.0


def leads(coach: Coach, now: float) -> None:
    coach.step(now)
    coach.step(now + 20)
    assert coach.leads


def sends_tuesday(desk: Desk, console: Coach, now: float) -> Class:
    """The next class, to lanes 1 and 2, which have done with the one before; what is kept of it."""
    for lane in (1, 2):
        desk.tell(console, desk.state(lane, "over", "still"), now)
    assert not console.offer("tuesday", "Hills", PROGRAM, now)
    kept = console.class_word(now)
    assert kept is not None
    return KEY.sign(kept)


def third(kept: Class, now: float) -> Coach:
    """A console that is opened when both others are gone, and the broker has forgotten lane 3."""
    console = Coach("gym", "c3", KEY.public, now)
    console.linked(True, now)
    console.hear(topic_of(kept), KEY.seal(kept), True, now)
    return console


def after_a_takeover(desk: Desk) -> Class:
    """Console c2 took over, and never heard lane 3, which runs; then it sent the next class."""
    second = desk.newcomer(T + 60)
    leads(second, T + 61)
    return sends_tuesday(desk, second, T + 100)


def test_a_third_console_sends_staff_to_a_lane_of_the_class_before_that_was_never_heard() -> None:
    desk = Desk()
    console = third(after_a_takeover(desk), T + 120)
    view = room_view(console, T + 121, linked=True)
    assert words_of(view, 3) == (Mood.GONE, "GONE")
    assert console.class_id == "tuesday"
    view = desk.stopped(console, T + 130)
    assert (view.headline, view.line) == ("GO AND LOOK", "Not known to be still: lane 3. STOP ALL is still owed to lane 3.")
    desk.tell(console, desk.state(3, "running", "moving"), T + 500)
    assert [word.lanes for word in console.step(T + 500) if isinstance(word, Stop)] == [(3,)]


def test_it_is_no_lane_of_the_class_that_runs_now() -> None:
    desk = Desk()
    kept = after_a_takeover(desk)
    assert (kept.owed, kept.stop) == (((3, "monday"),), None)
    console = third(kept, T + 120)
    leads(console, T + 121)
    assert console.expected == {}
    again = console.class_word(T + 142)
    assert again is not None
    assert again.owed == ((3, "monday"),), "and the fourth console learns of it too"


def test_a_belt_that_was_not_heard_any_more_when_the_next_class_was_sent_is_handed_on_too() -> None:
    desk = Desk()
    desk.tell(desk.coach, desk.state(3, "running", "moving"), T + 40)
    kept = sends_tuesday(desk, desk.coach, T + 100)
    assert words_of(room_view(third(kept, T + 120), T + 121, linked=True), 3) == (Mood.GONE, "GONE")


@pytest.mark.parametrize("phase", ["over", "waiting for a class"])
def test_a_lane_that_was_at_rest_when_it_was_heard_last_is_handed_on_to_nobody(phase: str) -> None:
    desk = Desk()
    desk.tell(desk.coach, desk.state(3, phase, "still"), T + 40)
    assert sends_tuesday(desk, desk.coach, T + 100).owed == ()


def test_who_is_heard_again_is_handed_on_no_more() -> None:
    desk = Desk()
    second = desk.newcomer(T + 60)
    leads(second, T + 61)
    sends_tuesday(desk, second, T + 100)
    desk.tell(second, desk.state(3, "over", "still"), T + 110)
    kept = second.class_word(T + 111)
    assert kept is not None
    assert kept.owed == ()


# --- a Stop of the class before ---------------------------------------------------------------------------------------------


def stopped_and_sent_on(desk: Desk) -> tuple[str, Class]:
    """STOP ALL reached lanes 1 and 2, lane 3 was not heard; then the next class was sent."""
    desk.coach.stop_all(T + 50)
    (stop,) = (word for word in desk.step(T + 50) if isinstance(word, Stop))
    for lane in (1, 2):
        desk.tell(desk.coach, Ack(**desk.head(lane), id=stop.id, result="done"), T + 51)
    return stop.id, sends_tuesday(desk, desk.coach, T + 100)


def test_the_stop_of_the_class_before_is_said_by_a_third_console_to_a_lane_that_still_runs_it() -> None:
    desk = Desk()
    stop_id, kept = stopped_and_sent_on(desk)
    assert (kept.stop, kept.owed, kept.over) == (stop_id, ((3, "monday"),), False)
    console = third(kept, T + 120)
    leads(console, T + 121)
    desk.tell(console, desk.state(3, "running", "moving"), T + 200)
    said = console.step(T + 200)
    assert [(word.id, word.lanes, word.class_id) for word in said if isinstance(word, Stop)] == [(stop_id, (3,), "monday")]
    assert not [word for word in said if isinstance(word, Offer) and 3 in word.lanes], "it answers the Stop first"
    assert (console.stopped_at, console.class_id) == (None, "tuesday")
    again = console.class_word(T + 200)
    assert again is None or again.class_id == "tuesday"


@pytest.mark.parametrize("class_id", ["tuesday", None])
def test_a_stop_of_the_class_before_is_said_to_nobody_who_is_in_another(class_id: str | None) -> None:
    desk = Desk()
    _, kept = stopped_and_sent_on(desk)
    console = third(kept, T + 120)
    leads(console, T + 121)
    for lane in (1, 2, 3):
        head = desk.state(lane, "running", "moving")
        word = {field: getattr(head, field) for field in head.__dataclass_fields__} | {"class_id": class_id}
        desk.tell(console, type(head)(**word), T + 200)
    assert not [word for half in range(20) for word in console.step(T + 200 + half / 2) if isinstance(word, Stop)]


def test_a_third_console_hands_the_stop_of_the_class_before_on_as_well() -> None:
    desk = Desk()
    stop_id, kept = stopped_and_sent_on(desk)
    console = third(kept, T + 120)
    leads(console, T + 121)
    again = console.class_word(T + 142)
    assert again is not None
    assert (again.stop, again.owed, again.over) == (stop_id, ((3, "monday"),), False)


def test_a_stop_of_this_class_is_not_made_one_of_the_class_before_by_what_another_console_keeps() -> None:
    """c2 said STOP ALL to this class, and c1, which has not heard of it, keeps the class and the Stop of the one before."""
    desk = Desk()
    _, kept = stopped_and_sent_on(desk)
    console = third(kept, T + 120)
    console.stop_all(T + 130)
    console.hear(topic_of(kept), KEY.seal(KEY.sign(kept)), False, T + 131)
    for lane in (1, 2):
        desk.tell(console, desk.state(lane, "running", "moving"), T + 131)
    assert console.stopped_at == T + 130
    assert console.unanswered(T + 135) == {"stop": (1, 2, 3)}

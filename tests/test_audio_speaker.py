"""One voice: the most urgent first, nothing stacked, nothing stale."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treadctl.audio.speaker import Speaker
from treadctl.audio.words import Chattiness
from treadctl.coaching import wording
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade

SAFETY, SAFETY_2, SAFETY_3, SAFETY_4 = (Cue(CueKind.SAFETY, f"danger {word}") for word in ("a", "b", "c", "d"))
CHANGE = Cue(CueKind.CHANGE, "slowing")
LIMIT = Cue(CueKind.LIMIT, "limited")
NEWS = Cue(CueKind.NEWS, "warm-up")
FORM, FORM_2 = Cue(CueKind.FORM, "look up"), Cue(CueKind.FORM, "run tall")
PRAISE = Cue(CueKind.PRAISE, "well run")
COMING = wording.coming_up(20, Grade(-40), "2 minutes")


def offered(*cues: Cue, at: float = 0.0) -> Speaker:
    speaker = Speaker()
    for cue in cues:
        speaker.offer(cue, at)
    return speaker


def all_said(speaker: Speaker, now: float = 0.0) -> list[Cue]:
    """What is said if each takes no time."""
    said = []
    while (cue := speaker.next(now)) is not None:
        said.append(cue)
        speaker.finished()
    return said


def test_nothing_is_said_where_nothing_came_up() -> None:
    assert Speaker().next(0.0) is None


def test_the_most_urgent_is_said_first() -> None:
    assert all_said(offered(PRAISE, FORM, NEWS, LIMIT, COMING, CHANGE, SAFETY)) == [
        SAFETY,
        CHANGE,
        COMING,
        LIMIT,
        NEWS,
        FORM,
        PRAISE,
    ]


def test_what_is_more_urgent_interrupts_and_the_interrupted_is_not_taken_up_again() -> None:
    speaker = offered(FORM)
    assert speaker.next(0.0) == FORM
    speaker.offer(CHANGE, 0.1)
    assert speaker.next(0.1) == CHANGE
    speaker.finished()
    assert speaker.next(0.2) is None


def test_what_is_as_urgent_or_less_waits() -> None:
    speaker = offered(CHANGE)
    assert speaker.next(0.0) == CHANGE
    for cue in (wording.paused("you"), FORM):
        speaker.offer(cue, 0.1)
    assert speaker.next(0.1) is None
    assert speaker.speaking == CHANGE
    speaker.finished()
    assert speaker.next(0.2) == wording.paused("you")


def test_what_happens_now_cuts_off_what_is_still_ahead() -> None:
    speaker = offered(COMING)
    assert speaker.next(0.0) == COMING
    speaker.offer(wording.paused("you"), 0.5)
    assert speaker.next(0.5) == wording.paused("you")


def test_safety_is_never_interrupted() -> None:
    speaker = offered(SAFETY)
    assert speaker.next(0.0) == SAFETY
    for cue in (SAFETY_2, CHANGE, PRAISE):
        speaker.offer(cue, 0.1)
    assert speaker.next(0.1) is None


def test_of_each_urgency_only_the_newest_waits() -> None:
    speaker = offered(FORM)
    speaker.offer(FORM_2, 0.25)
    assert all_said(speaker, 0.25) == [FORM_2]


def test_of_two_as_urgent_in_one_step_the_first_is_said() -> None:
    assert all_said(offered(FORM, FORM_2)) == [FORM]


def test_up_to_three_safety_messages_wait_in_their_order_and_no_word_is_said_twice() -> None:
    assert all_said(offered(SAFETY, SAFETY, SAFETY_2, SAFETY_3)) == [SAFETY, SAFETY_2, SAFETY_3]
    assert all_said(offered(SAFETY, SAFETY_2, SAFETY_3, SAFETY_4)) == [SAFETY_2, SAFETY_3, SAFETY_4]


def test_a_cue_of_two_seconds_ago_is_still_said_and_an_older_one_is_not() -> None:
    assert offered(FORM).next(2.0) == FORM
    assert offered(FORM).next(2.01) is None
    assert offered(COMING).next(2.01) is None


def test_a_counted_number_is_worth_half_a_second() -> None:
    for count in (wording.count(2), wording.tipping_count(3), wording.tipping_count(1), wording.resumed(3)):
        assert offered(count).next(0.5) == count
        assert offered(count).next(0.51) is None
    assert wording.machine_counts(" 2 ") == Cue(CueKind.CHANGE, "2", "the treadmill counts down")


def test_a_safety_message_stays_true_for_six_seconds() -> None:
    assert offered(SAFETY).next(6.0) == SAFETY
    assert offered(SAFETY).next(6.01) is None


def test_quiet_says_safety_and_changes_alone() -> None:
    speaker = Speaker(Chattiness.QUIET)
    for cue in (PRAISE, FORM, NEWS, LIMIT, CHANGE, SAFETY):
        speaker.offer(cue, 0.0)
    assert all_said(speaker) == [SAFETY, CHANGE]


def test_hushed_it_forgets_everything() -> None:
    speaker = offered(SAFETY, FORM)
    speaker.next(0.0)
    speaker.hush()
    assert speaker.speaking is None
    assert speaker.next(0.0) is None


cues = st.sampled_from(
    [SAFETY, SAFETY_2, SAFETY_3, SAFETY_4, CHANGE, COMING, LIMIT, NEWS, FORM, FORM_2, PRAISE, wording.count(2)]
)
moments = st.lists(st.tuples(st.floats(0, 3), st.one_of(cues, st.just(None))), max_size=40)


@given(moments)
def test_whatever_comes_up_nothing_stale_is_begun_and_nothing_urgent_is_cut_off_by_less(
    story: list[tuple[float, Cue | None]],
) -> None:
    """Each moment is a wait, and then a cue that comes up, or the end of what is being said."""
    speaker, now = Speaker(), 0.0
    offered_at: dict[Cue, float] = {}
    for wait, cue in story:
        now += wait
        before = speaker.speaking
        if cue is None:
            speaker.finished()
            before = None
        else:
            speaker.offer(cue, now)
            offered_at[cue] = now
        begun = speaker.next(now)
        if begun is None:
            assert speaker.speaking == before
            continue
        assert now - offered_at[begun] <= (6.0 if begun.kind is CueKind.SAFETY else 2.0)
        assert before is None or begun.kind < before.kind or (begun.kind is before.kind is CueKind.CHANGE and before == COMING)

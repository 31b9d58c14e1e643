"""Every announcement, in one place: short, calm, in the plain words of runners.

`words` is shown large and spoken, so it alone must carry what matters; `detail` is small print with the exact numbers. The
form cues are in `catalogue`, numbers as people say them in `amounts`. Nothing here decides anything, and nothing raises.
"""

from __future__ import annotations

from treadctl.coaching.amounts import bare, many, spoken_distance, spoken_grade, spoken_time
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment
from treadctl.workout.profile import Profile

# --- what is coming, and what just changed ---------------------------------------------------------------------------


def segment_begins(segment_kind_word: str, label: str, grade: Grade, speed_text: str, length_text: str) -> Cue:
    """`decline 2 of 5, 2 minutes`; a label with a name of its own says it alone, `descent 2 of 5`, and a length already told
    is left out."""
    place = f"{segment_kind_word} {label}".strip() if label[:1].isdecimal() else label or segment_kind_word
    return Cue(CueKind.NEWS, f"{place}, {length_text}" if length_text else place, f"{grade} at {speed_text}")


def step_note(note: str) -> Cue:
    """What the workout's author has to say about a step."""
    return Cue(CueKind.NEWS, "from the workout", note)


def coming_up(in_s: float, grade: Grade, length_text: str) -> Cue:
    """`in 30 seconds minus 4, 2 minutes`."""
    return Cue(CueKind.CHANGE, f"in {spoken_time(in_s)} {spoken_grade(grade)}, {length_text}", str(grade))


def slowing(speed_text: str) -> Cue:
    """The slow-down that comes before a tipping (A6.2)."""
    return Cue(CueKind.CHANGE, "slowing", f"to {speed_text}, before the deck moves", "A6.2")


def tipping_count(n: int, up: bool = False) -> Cue:
    """`tipping in 3`, or `rising in 3`, then `2`, `1`: the count ends when the deck starts."""
    return Cue(CueKind.CHANGE, str(n) if n < 3 else f"{'rising' if up else 'tipping'} in {n}")


def tipped(grade: Grade, length_text: str) -> Cue:
    """`now minus 4, 2 minutes`, as the deck starts down."""
    return Cue(CueKind.CHANGE, f"now {spoken_grade(grade)}, {length_text}", str(grade))


def flattening(grade: Grade) -> Cue:
    """`flattening to level`."""
    return Cue(CueKind.CHANGE, f"flattening to {spoken_grade(grade)}", str(grade))


def cool_down() -> Cue:
    """The way home begins."""
    return Cue(CueKind.NEWS, "cool down", "level and easy, then a walk")


def decline_done(minutes: int) -> Cue:
    """`14 minutes of decline done`: decline minutes are what counts (A1.1)."""
    return Cue(CueKind.PRAISE, f"{many(minutes, 'minute')} of decline done", "the load that counts", "A1.1")


# --- what was asked, what is given, why ------------------------------------------------------------------------------


def limited(what: str, asked_text: str, given_text: str, why: str) -> Cue:
    """`speed limited to 7.2 km/h`; the detail has what was asked, and why not."""
    return Cue(CueKind.LIMIT, f"{what} limited to {given_text}", f"asked {asked_text}: {why}")


def machine_reach(asked: Grade, reach: Grade) -> Cue:
    """`asked -8.0, this deck goes to -6.0`."""
    return Cue(CueKind.LIMIT, f"asked {bare(asked)}, this deck goes to {bare(reach)}", f"declines run at {reach} instead")


def trying_first(grade: Grade) -> Cue:
    """The first step down on a deck that nobody has seen go down yet."""
    return Cue(CueKind.LIMIT, f"trying {spoken_grade(grade)} first on this treadmill", "steeper once it is seen to go down")


def machine_warning(text: str) -> Cue:
    """What is known of this machine and should be known before arming."""
    return Cue(CueKind.LIMIT, text, "known of this machine")


def cap_reached(seconds: float = 20 * 60) -> Cue:
    """Twenty minutes of decline are enough for one session (A3.4); for some runners less is."""
    enough = f"{spoken_time(seconds)} of decline: enough for today" if seconds else "no decline today"
    return Cue(CueKind.LIMIT, enough, "the deck goes level; the rest is run flat", "A3.4")


def guest_defaults(profile: Profile) -> Cue:
    """What a runner whose numbers nobody gave will get."""
    return Cue(
        CueKind.LIMIT,
        f"running as {profile.name}: easy {profile.easy.text(profile.unit)}, down to {spoken_grade(profile.ceiling)}",
        f"careful defaults, walk {profile.walk.text(profile.unit)}; set your own easy pace to change them",
        "A3.1",
    )


def not_moving() -> Cue:
    """The belt was told to move and does not."""
    return Cue(CueKind.LIMIT, "the belt is not moving", "waiting; look at the console")


def not_following(what: str, asked: str, shown: str) -> Cue:
    """`the deck is not following`: nothing more is asked of it."""
    return Cue(CueKind.LIMIT, f"the {what} is not following", f"asked {asked}, shows {shown}; holding as it is")


# --- what happened ---------------------------------------------------------------------------------------------------


def it_will_feel_easy() -> Cue:
    """What Boston's first miles teach (A1.4)."""
    return Cue(CueKind.NEWS, "it will feel easy; the bill comes in two days", "keep something back", "A1.4")


def focus_today(words: str, detail: str, fact: str) -> Cue:
    """`today: keep arms low`: what this session works on."""
    return Cue(CueKind.NEWS, f"today: {words}", detail, fact)


def key_heard(key: str, effect: str) -> Cue:
    """`faster: plus 0.2 km/h`; the key alone where there is no more to say."""
    return Cue(CueKind.NEWS, f"{key}: {effect}" if effect else key)


def console_changed(what: str, value_text: str) -> Cue:
    """`console: speed 7.5 km/h`: the console is in charge."""
    return Cue(CueKind.NEWS, f"console: {what} {value_text}", "kept for this step")


def paused(by: str) -> Cue:
    """`paused`, and in the detail by whom."""
    return Cue(CueKind.CHANGE, "paused", f"by {by}; stay with the belt until it is still")


def resumed(count: int) -> Cue:
    """`going on in 3`."""
    return Cue(CueKind.CHANGE, f"going on in {count}", "level and walking first, then back in")


def count(n: int) -> Cue:
    """`3`, `2`, `1`."""
    return Cue(CueKind.CHANGE, str(n))


def walking() -> Cue:
    """Everybody walks, or this runner does: level and a walk until a key says otherwise."""
    return Cue(CueKind.CHANGE, "walking", "level and walking pace; resume goes on")


def started() -> Cue:
    """The belt moves because the runner armed it."""
    return Cue(CueKind.NEWS, "started", "console and safety key come first, always")


def finished() -> Cue:
    """The last step is behind the runner."""
    return Cue(CueKind.PRAISE, "finished, well run", "how it felt counts more in two days than now")


# --- what the runner must know now -----------------------------------------------------------------------------------


def stopping() -> Cue:
    """Stop was asked; the belt still runs out."""
    return Cue(CueKind.SAFETY, "stopping", "stay with the belt until it is still")


def stopped_confirmed() -> Cue:
    """Telemetry has shown a still belt."""
    return Cue(CueKind.SAFETY, "stopped", "the belt is still")


def stopped_unconfirmed() -> Cue:
    """Stop was asked and nothing shows that the belt obeyed."""
    return Cue(
        CueKind.SAFETY, "belt not seen still: use the console or the key", "stop was asked; nothing shows that it was done"
    )


def stop_unseen() -> Cue:
    """Stop was sent, and the treadmill has gone silent."""
    return Cue(CueKind.SAFETY, "no word from the treadmill: use the console or the key", "stop was sent, and nothing came back")


def stop_hangs() -> Cue:
    """A write hangs, and Stop can't go past it."""
    return Cue(CueKind.SAFETY, "the link hangs: use the console or the key", "stop leaves the moment the link is free")


def link_lost() -> Cue:
    """Losing the link does not stop a belt."""
    return Cue(CueKind.SAFETY, "link lost, the belt may still be moving: console or key", "nothing can be sent from here")


def stop_waits() -> Cue:
    """Stop was pressed and there is no link to send it by."""
    return Cue(
        CueKind.SAFETY,
        "Stop waits for the link: use the console or the safety key",
        "sent when the link is back; Stop again, after 15 seconds, ends",
    )


def stop_left() -> Cue:
    """The session ends, and a Stop that nobody could send is left behind."""
    words = "the belt may still be moving: use the console or the key"
    return Cue(CueKind.SAFETY, words, "its guardian goes on trying to send Stop")


def stop_goes_now() -> Cue:
    """The link is back, the belt not seen still, and a Stop that waited leaves, whatever was done at the console meanwhile."""
    return Cue(CueKind.SAFETY, "link is back: the Stop that waited is sent", "a belt that was started at the console stops too")


def stop_not_needed() -> Cue:
    """The link is back, and shows the belt still: a Stop that waited for it is not sent."""
    return Cue(CueKind.SAFETY, "link is back: the belt is still", "the Stop that waited is not sent; it could start some belts")


def stop_too_old() -> Cue:
    """A Stop waited for the link while the computer slept, and is sent no more."""
    return Cue(CueKind.SAFETY, "Stop waited too long and is not sent: look at the belt", "Stop pressed again is a new one")


def link_back(what_the_belt_does: str) -> Cue:
    """The link is up again; nobody is armed."""
    return Cue(CueKind.SAFETY, f"link is back: {what_the_belt_does}", "nothing is sent until you arm again")


def control_lost(may_come: bool = False) -> Cue:
    """Someone else, or the machine itself, has control. While our own Start may come true, what starts is stopped."""
    then = "start it there in half a minute; or arm again to go on" if may_come else "arm again to go on"
    return Cue(CueKind.SAFETY, "the treadmill took back control: use the console", then)


def safety_key() -> Cue:
    """The magnet is off."""
    return Cue(CueKind.SAFETY, "safety key pulled", "put it back and arm again when you are ready")


def console_stop() -> Cue:
    """Somebody stopped the belt; it stays stopped."""
    return Cue(CueKind.SAFETY, "stopped at the console", "nothing restarts by itself; arm again to go on")


def stale(seconds: float) -> Cue:
    """`no news from the treadmill for 4 seconds`."""
    return Cue(CueKind.SAFETY, f"no news from the treadmill for {spoken_time(seconds)}", "nothing gets faster or steeper")


def past_hard_stop(shown: Grade) -> Cue:
    """The deck is seen steeper than anybody may run (A3.2)."""
    return Cue(CueKind.SAFETY, "too steep: stopping", f"the deck shows {shown}; the limit is -10.0 %", "A3.2")


def wrong_way(asked: Grade, shown: Grade) -> Cue:
    """A deck that goes up when told to go down (machines have read a negative grade as their maximum)."""
    return Cue(CueKind.SAFETY, "wrong way: going level", f"asked {asked}, shows {shown}; no declines on this machine today")


def rejected(what: str, why: str) -> Cue:
    """The treadmill said no to a target."""
    return Cue(CueKind.LIMIT, f"the treadmill rejected the {what}", f"{why}; holding as it is, resume to try again")


def start_rejected(why: str, may_come: bool) -> Cue:
    """The treadmill said no to Start: its safety key, most often. Some start all the same, and are stopped for half a minute."""
    console = "start at the console in half a minute" if may_come else "start at the console"
    return Cue(CueKind.SAFETY, "the treadmill rejected the start", f"{why}; key in? arm again, or {console}")


def starts_after_all() -> Cue:
    """The belt moves long after our Start was given up."""
    return Cue(CueKind.SAFETY, "the belt starts after all: stopping", "our own start, which was called off")


def pause_failed() -> Cue:
    """The treadmill did not pause when it was asked."""
    return Cue(CueKind.SAFETY, "the treadmill does not pause: stopping", "stay with the belt until it is still")


def level_by_hand(why: str) -> Cue:
    """The treadmill said no to levelling its deck before the start."""
    return Cue(CueKind.LIMIT, "level the deck at the console", f"the treadmill rejected it: {why}; then it goes on")


def deck_not_level(shown: str) -> Cue:
    """The deck would not go level before the start."""
    return Cue(CueKind.LIMIT, "the deck does not go level", f"it shows {shown}; nothing starts on a slope")


def stopping_anyway(shown: str) -> Cue:
    """At the end of a session belt and deck did not get to level and a walk."""
    return Cue(CueKind.LIMIT, "not level and walking, stopping anyway", f"the deck shows {shown}")


def stop_rejected() -> Cue:
    """The treadmill said no to Stop."""
    return Cue(CueKind.SAFETY, "stop was rejected: use the console or the key", "another program or the console has control")


def silent(seconds: float) -> Cue:
    """Nothing has been heard for too long: Stop is on its way."""
    return Cue(
        CueKind.SAFETY, "no news from the treadmill: stopping", f"silent for {spoken_time(seconds)}; console or key if it runs on"
    )


def belt_too_fast(asked: str, shown: str) -> Cue:
    """The belt runs faster than anybody asked (machines have read km/h as mph)."""
    return Cue(CueKind.SAFETY, "the belt is too fast: stopping", f"asked {asked}, shows {shown}; console or key if it runs on")


def unit_slip(asked: str, shown: str) -> Cue:
    """The belt is off by just the length of a mile: it takes km/h for mph, or shows mph for km/h."""
    return Cue(
        CueKind.SAFETY, "this treadmill counts miles: stopping", f"asked {asked}, shows {shown}; set its unit, then begin again"
    )


def covers_miles(shown: str) -> Cue:
    """Its distance is a mile for each kilometre of its speed."""
    return Cue(CueKind.SAFETY, "this treadmill counts miles: stopping", f"it tells {shown} and covers 1.6 times it; set its unit")


def compare_console(speed: Speed) -> Cue:
    """The belt is at its first speed, on a treadmill of which nobody has said what it counts in."""
    words = f"the console should say {speed.text('km/h')}, or {speed.text('mph')}"
    return Cue(CueKind.LIMIT, words, "if it says something else, press stop; its own file can say what it counts in")


def climbs_for_falls(shown: Grade) -> Cue:
    """The deck took its first negative grade for a climb."""
    return Cue(
        CueKind.SAFETY,
        "this deck climbs when told to fall: stopping",
        f"it shows {shown}; do not run declines on it",
    )


def no_steps(seconds: float) -> Cue:
    """The foot pod feels nobody on a belt that runs."""
    return Cue(CueKind.SAFETY, f"no steps felt for {spoken_time(seconds)}: slowing", "resume goes on; else it stops in a moment")


def nobody() -> Cue:
    """The foot pod still feels nobody."""
    return Cue(CueKind.SAFETY, "nobody on the belt: stopping", "the foot pod feels no steps")


def moves_unasked() -> Cue:
    """The belt moves and nobody here asked for it; somebody at the console did."""
    return Cue(CueKind.SAFETY, "the belt moves: the console has it", "arm again to go on from here")


def still_unasked() -> Cue:
    """The belt stands and nobody here asked for it."""
    return Cue(CueKind.SAFETY, "the belt has stopped", "nothing restarts by itself; arm again to go on")


def clock_jumped() -> Cue:
    """The computer slept, and every watchdog with it."""
    return Cue(
        CueKind.SAFETY, "this computer was asleep: look at the belt", "it may be moving: console or key; the link is made anew"
    )


def latched() -> Cue:
    """The gate held back bytes that must never leave: a fault in this program."""
    return Cue(CueKind.SAFETY, "a fault in this program: stopping", "an illegal command was held back; please report it")


def sensor_news(worn: str, what: str) -> Cue:
    """`foot pod: lost`: a sensor came, went, or says that its battery is low."""
    return Cue(CueKind.NEWS, f"{worn}: {what}")


def no_stride_cues(why: str) -> Cue:
    """`foot pod: halved; no stride cues`: what it says can't be believed, so nobody is told off by it."""
    return Cue(CueKind.NEWS, f"foot pod: {why}; no stride cues")


def quick_again(steps: int, aim: int) -> Cue:
    """Steps that were too long are as asked again."""
    return Cue(CueKind.PRAISE, "that's it, quick feet", f"{steps} steps a minute, asked for {aim}", "A2.3")


def cannot_arm(why: str) -> Cue:
    """Arming was asked for and refused."""
    return Cue(CueKind.NEWS, "cannot arm yet", why)


def machine_counts_too() -> Cue:
    """We have counted, and the machine begins a countdown of its own: one of them is enough."""
    return Cue(CueKind.CHANGE, "now the treadmill counts", "the belt moves when it has counted down")


def machine_counts(text: str) -> Cue:
    """The machine's own countdown before its belt moves."""
    return Cue(CueKind.CHANGE, text.strip(), "the treadmill counts down")


def length_of(segment: Segment) -> str:
    """`2 minutes` or `400 metres`, as it is spoken."""
    return spoken_time(segment.duration_s) if segment.distance_m is None else spoken_distance(segment.distance_m)

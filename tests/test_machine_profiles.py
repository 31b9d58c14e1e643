"""Machine profiles: data with sources, checked line by line, which tell a model and only ever narrow what it reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.engine.words import Machine
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import FLAT, SpeedUnit, Unlock
from treadctl.treadmill.known import Known, known_here, known_mock
from treadctl.treadmill.machine import machine, manner
from treadctl.treadmill.own import OwnTreadmill, parse_own, save_own
from treadctl.treadmill.profile import UNKNOWN, Answers, MachineProfile, Manner, Match, UnlockWhen, find_profile, quirks_of
from treadctl.treadmill.profile_file import MachineFileError, _Quirk, load_profiles, parse_machine, shipped
from treadctl.units import Grade, Speed

FOLDER = Path(__file__).parent.parent / "treadctl" / "treadmill" / "machines"
FEATURE, SPEEDS, INCLINES = 0x2ACC, 0x2AD4, 0x2AD5
BOTH_TARGETS = bytes.fromhex("0000000003000000")
NO_INCLINE_TARGET = bytes.fromhex("0000000001000000")


def word(number: int) -> bytes:
    return (number & 0xFFFF).to_bytes(2, "little")


def values(lowest: int = -100, highest: int = 150, step: int = 5, feature: bytes = BOTH_TARGETS) -> dict[int, bytes]:
    """What a machine lets read, with a belt of 0.8 to 20.0 km/h."""
    return {
        FEATURE: feature,
        SPEEDS: word(80) + word(2000) + word(10),
        INCLINES: word(lowest) + word(highest) + word(step),
    }


def read(text: str) -> MachineProfile:
    return parse_machine(text.encode(), Path("mine.yaml"))


def with_quirk(*lines: str) -> MachineProfile:
    return read("machine: M\nmatch:\n  name: M*\nquirks:\n" + "".join(f"  - {line}\n    source: me\n" for line in lines))


def made(
    profile: MachineProfile = UNKNOWN,
    own: OwnTreadmill | None = None,
    lowest: int = -100,
    highest: int = 150,
    step: int = 5,
) -> Machine:
    return machine("m", "aa", values(lowest, highest, step), profile, own)


# --- what comes along ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_profile_has_a_source_for_each_quirk_and_can_be_told(path: Path) -> None:
    profile = parse_machine(path.read_bytes(), path, shipped=True)
    assert profile.title
    assert profile.match != Match()
    assert profile.sources
    assert all(len(source) > 1 for _, source in profile.sources)
    assert quirks_of(profile), "it says something"


def test_what_comes_along_is_known() -> None:
    assert len(shipped()) == len(list(FOLDER.glob("*.yaml"))) >= 25
    assert len({profile.title for profile in shipped()}) == len(shipped())


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("F85", "Sole F85"),
        ("f89 1234", "Sole F89"),
        ("TRX3500-AB", "XTERRA TRX3500"),
        ("MOBVOI TMP-1", "Mobvoi TMP"),
        ("MOBVOI TM-1", "Mobvoi TM"),
        ("TP1", "Toputure TP1"),
        ("KS-MC21-D06BFD", "KingSmith WalkingPad MC21"),
        ("BFX_T9_123", "Bowflex T9"),
        ("FIT-1596", "a treadmill that calls itself FIT-"),
        ("FIT-TM-1", "a treadmill that calls itself FIT-TM-"),
        ("S77", "Sole S77"),
        ("SW012345678901", "SW treadmill"),
        ("SwitchBot", "unknown"),
        ("TP10", "unknown"),
        ("", "unknown"),
        ("My F85", "unknown"),
    ],
)
def test_a_model_is_told_by_the_name_it_goes_by(name: str, title: str) -> None:
    assert Known(shipped()).profile(name).title == title


def test_our_own_virtual_treadmill_is_told_by_its_maker_and_is_proven() -> None:
    mock = MockTreadmill(PRESETS["decline-10"])
    mock.connect(0.0)
    maker = mock.read(0x2A29).decode()
    assert Known(shipped()).profile("Virtual Decline 10", "m", "f", maker).proven
    assert not Known(shipped()).profile("Virtual Decline 10", "m", "f", "treadctl2").proven
    assert known_mock(Grade(-50)).profile("x", manufacturer="treadctl").proven
    assert known_mock(Grade(-50)).own("any") == OwnTreadmill("any", offset=Grade(-50), speed_told=SpeedUnit.KMH)


def test_machines_that_cannot_be_driven_say_why() -> None:
    for name in ("TRX3500", "CITYSPORTS-LINKER", "TT8", "SPERAX_RM-01", "XTERRA T85"):
        assert len(Known(shipped()).profile(name).unsupported) > 20


def test_no_shipped_profile_but_our_own_is_proven_to_decline() -> None:
    """Nobody has stood beside one."""
    assert [profile.title for profile in shipped() if profile.proven] == ["the virtual treadmill of this project"]


# --- which profile fits ----------------------------------------------------------------------------------------------


def one(title: str, own: bool = False, **match: object) -> MachineProfile:
    return MachineProfile(title, Match(**match), shipped=not own)  # type: ignore[arg-type]


def test_a_persons_own_goes_before_a_closer_fit_that_comes_along() -> None:
    profiles = [one("shipped", name=("F85",), model="F85", firmware="1.2"), one("own", own=True, name=("F*",))]
    for order in (profiles, profiles[::-1]):
        found = find_profile("F85", "F85", "1.2", "Sole", order)
        assert found is not None
        assert found.title == "own"


def test_the_closest_fit_wins() -> None:
    profiles = [one("any", name=("F*",)), one("longer", name=("F85*", "X*")), one("with firmware", name=("F*",), firmware="1.*")]
    for order in (profiles, profiles[::-1]):
        assert (found := find_profile("F85", "", "1.2", "", order)) is not None
        assert found.title == "with firmware"
        assert (found := find_profile("F85", "", "2.0", "", order)) is not None
        assert found.title == "longer"
        assert (found := find_profile("F63", "", "2.0", "", order)) is not None
        assert found.title == "any"
    assert find_profile("G", "", "", "", profiles) is None


def test_all_that_is_given_must_fit() -> None:
    profiles = [one("all", name=("F*",), model="M1", firmware="2", manufacturer="Sole")]
    fits = ("F85", "m1", "2", "SOLE ")
    assert find_profile(*fits, profiles) is profiles[0]
    for at in range(4):
        name, model, firmware, manufacturer = (said if i != at else "other" for i, said in enumerate(fits))
        assert find_profile(name, model, firmware, manufacturer, profiles) is None


def mine(name: str, *quirks: str) -> MachineProfile:
    lines = "".join(f"  - {quirk}\n    source: me\n" for quirk in quirks)
    return read(f'machine: mine\nmatch:\n  name: "{name}"\nquirks:\n{lines}')


@pytest.mark.parametrize("name", ["CITYSPORTS-LINKER", "TRX3500-1", "TT8", "SPERAX_RM-01"])
def test_a_wide_profile_of_ones_own_drives_nothing_that_is_not_driven(name: str) -> None:
    known = Known((mine("*t*", "slowest: 1 km/h"), mine("*r*", "slowest: 1 km/h"), *shipped()))
    assert known.profile(name).title == "mine"
    assert known.profile(name).unsupported == Known(shipped()).profile(name).unsupported != ""


def test_a_wide_profile_of_ones_own_takes_away_and_gives_nothing_back() -> None:
    wide = mine("*m*", "slowest: 1 km/h", "lowest: -9", "highest: 12", "warning: mine", "incline: commanded", "answers: never")
    found = Known((wide, *shipped())).profile("TM6500X")
    assert (found.lowest, found.highest, found.slowest) == (-30, 120, 100)
    assert found.warnings[0] == "mine"
    assert "mph" in found.warnings[1]
    assert found.manner.answers is Answers.NEVER, "the shipped one says nothing of it"
    left_alone = Known((mine("*h*", "incline: commanded"), *shipped())).profile("HORIZON_7.8AT")
    assert left_alone.commanded is False
    restricted = Known((mine("*o*", "incline: not commanded"), *shipped()))
    assert restricted.profile("HORIZON_7.0").commanded is False


def test_a_wide_profile_of_ones_own_does_not_change_how_a_machine_is_talked_to() -> None:
    plain, known = Known(shipped()), Known((mine("*c*", "answers: never", "speed unit: mph"), *shipped()))
    unlocked = plain.profile("KS-MC21-D06BFD").manner
    assert unlocked.unlock is Unlock.KINGSMITH_MC21
    assert known.profile("KS-MC21-D06BFD").manner.unlock is unlocked.unlock
    assert known.profile("KS-MC21-D06BFD").manner.unlock_when is unlocked.unlock_when
    assert known.profile("KS-MC21-D06BFD").manner.answers is unlocked.answers


def test_a_profile_of_ones_own_that_fits_as_closely_may_drive_it_but_not_further_down() -> None:
    assert Known((mine("TRX3500*", "slowest: 1 km/h"), *shipped())).profile("TRX3500-1").unsupported == ""
    assert Known((mine("HORIZON_7.8AT*", "incline: commanded"), *shipped())).profile("HORIZON_7.8AT").commanded
    assert Known((mine("TM6500*", "lowest: -9"), *shipped())).profile("TM6500X").lowest == -30


@pytest.mark.parametrize(
    ("match", "is_narrow"),
    [
        ("name: '*e*'", False),
        ("name: '*-*'", False),
        ("name: F85", False),
        ("name: F85*", False),
        ("name: '*F85-1234'", False),
        ("name: F8?5", False),
        ("name: F851*", True),
        ("name: [F851*, F*]", False),
        ("name: [F851*, TT8-*]", True),
        ("model: T900", True),
        ("manufacturer: Sole", True),
        ("{name: '*a', model: T900}", True),
        ("firmware: '1.2.3.4'", False),
    ],
)
def test_only_a_narrow_profile_may_say_that_decks_go_down(match: str, is_narrow: bool) -> None:
    text = f"machine: M\nmatch: {match}\n" if match[0] == "{" else f"machine: M\nmatch:\n  {match}\n"
    text += "quirks:\n  - decline: proven\n    source: me\n"
    if is_narrow:
        assert read(text).proven
        return
    with pytest.raises(MachineFileError, match="its match is too wide for that: begin every name"):
        read(text)


def test_what_a_walk_saw_of_one_treadmill_beats_its_profile_either_way() -> None:
    says = MachineProfile("p", proven=True)
    assert made(says).deck.proven
    assert made(says, OwnTreadmill("aa")).deck.proven
    assert not made(says, OwnTreadmill("aa", proven=False)).deck.proven
    assert made(UNKNOWN, OwnTreadmill("aa", proven=True)).deck.proven
    assert not made(UNKNOWN, OwnTreadmill("aa")).deck.proven


def test_a_deck_whose_targets_may_be_off_like_its_readings_is_left_alone() -> None:
    """An adidas T-800 shows +6 at level; if its targets count so too, its 0 is a true -6."""
    profile = Known(shipped()).profile("adidas T-800")
    assert (profile.commanded, profile.manner.readback_offset) == (False, 60)
    assert not made(profile).deck.commanded
    walked = Known((mine("*T-800*", "incline: commanded"), *shipped())).profile("adidas T-800")
    assert made(walked).deck.commanded
    assert (walked.lowest, walked.manner.readback_offset) == (-60, 60)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_name_is_too_odd_to_be_looked_up(name: str, model: str) -> None:
    Known(shipped()).profile(name, model)


# --- what a profile does to a machine --------------------------------------------------------------------------------


def test_a_machine_nothing_is_known_of_is_taken_at_its_word() -> None:
    found = made()
    assert (found.slowest, found.fastest, found.speed_step) == (80, 2000, 10)
    deck = found.deck
    assert (deck.lowest, deck.highest, deck.step, deck.offset, deck.reports, deck.proven) == (-100, 150, 5, 0, True, False)
    assert (found.warnings, found.deck_rate, manner(UNKNOWN, None)) == ((), None, Manner())


@pytest.mark.parametrize(
    ("lowest", "step", "narrowed", "becomes"),
    [(-100, 5, -60, -60), (-60, 5, -100, -60), (-100, 20, -50, -40), (-60, 10, -55, -50), (-60, 10, 0, 0), (-33, 7, -20, -19)],
)
def test_a_profile_raises_the_lowest_on_the_machines_own_grid_and_never_lowers_it(
    lowest: int, step: int, narrowed: int, becomes: int
) -> None:
    deck = made(with_quirk(f"lowest: {narrowed / 10}"), lowest=lowest, step=step).deck
    assert deck.lowest == becomes
    assert deck.step == step


GRADES = st.integers(-100, 150)


@settings(max_examples=200)
@given(st.integers(-300, 50), st.integers(-50, 400), st.integers(0, 40), GRADES, GRADES, st.integers(1, 100))
def test_with_any_profile_nothing_may_be_asked_that_the_machine_does_not_report(
    lowest: int, highest: int, step: int, low: int, high: int, coarse: int
) -> None:
    profile = MachineProfile("p", lowest=Grade(low), highest=Grade(high), grade_step=coarse)
    try:
        deck = made(profile, lowest=lowest, highest=highest, step=step).deck
    except ValueError:
        return
    if deck.lowest == deck.highest == 0:
        return
    assert max(lowest, low) <= deck.lowest < deck.highest <= min(highest, high)
    assert deck.step == max(step, coarse) > 0
    assert deck.lowest % deck.step == 0 or deck.step == step


def test_a_coarser_step_is_counted_from_level_and_a_finer_one_is_not_believed() -> None:
    coarse = made(with_quirk("incline step: 1"), lowest=-55, step=5).deck
    assert (coarse.lowest, coarse.step) == (-50, 10)
    assert made(with_quirk("incline step: 0.1"), step=5).deck.step == 5


def test_belts_are_narrowed_too() -> None:
    found = made(with_quirk("slowest: 1 km/h", "fastest: 12 km/h", "speed step: 0.5 km/h"))
    assert (found.slowest, found.fastest, found.speed_step) == (100, 1200, 50)
    wider = made(with_quirk("slowest: 0.1 km/h", "fastest: 25 km/h", "speed step: 0.01 km/h"))
    assert (wider.slowest, wider.fastest, wider.speed_step) == (80, 2000, 10)
    never = made(with_quirk("slowest: 22 km/h"))
    assert (never.slowest, never.fastest) == (2200, 2200), "nonsense that cannot make a machine that does not exist"


def test_a_deck_whose_readings_are_none_may_not_decline() -> None:
    deck = made(with_quirk("readback: absent")).deck
    assert (deck.reports, deck.floor) == (False, 0)


def test_a_model_without_declines_has_none_whatever_it_reports() -> None:
    assert made(with_quirk("decline: none")).deck.lowest == 0
    assert made(with_quirk("decline: none", "lowest: -5")).deck.lowest == 0


def test_a_deck_that_is_not_commanded_is_left_alone_and_one_that_says_too_little_may_be() -> None:
    assert made(with_quirk("incline: not commanded"), OwnTreadmill("aa", offset=Grade(-20))).deck.offset == -20
    assert not made(with_quirk("incline: not commanded")).deck.commanded
    silent = values(feature=NO_INCLINE_TARGET)
    assert machine("m", "aa", silent).deck == FLAT
    assert machine("m", "aa", silent, with_quirk("incline: commanded")).deck.commanded
    assert machine("m", "aa", {}, with_quirk("incline: commanded")).deck == FLAT, "no range, no deck"


def test_what_is_known_of_one_treadmill_goes_before_its_profile() -> None:
    profile = with_quirk("deck rate: 0.5", "speed unit: mph", "warning: stand beside it")
    assert (made(profile).deck_rate, made(profile).warnings) == (5, ("stand beside it",))
    own = OwnTreadmill("aa", offset=Grade(-30), proven=True, speed_unit=SpeedUnit.KMH, deck_rate=3)
    found = made(profile, own)
    assert (found.deck.offset, found.deck.proven, found.deck_rate) == (-30, True, 3)
    assert manner(profile, own).unit is SpeedUnit.KMH
    assert manner(profile, OwnTreadmill("aa")).unit is SpeedUnit.MPH


def test_a_belt_in_miles_is_never_asked_for_less_than_one_word() -> None:
    tiny = values() | {SPEEDS: word(1) + word(2000) + word(1)}
    assert machine("m", "aa", tiny, with_quirk("speed unit: mph")).slowest == 2
    assert machine("m", "aa", tiny).slowest == 1


def test_a_propped_deck_with_nowhere_to_be_is_an_error() -> None:
    with pytest.raises(ValueError, match="no grade this deck can reach"):
        made(with_quirk("highest: 0"), OwnTreadmill("aa", offset=Grade(-250)))


# --- files -----------------------------------------------------------------------------------------------------------

WHOLE = """\
machine: Every Quirk
match:
  name: [AAAA*, B?]
  model: M1
  firmware: "2.*"
  manufacturer: Mine
quirks:
  - answers: first only
    source: one
  - speed unit: mph
    source: two
  - readback offset: +6
    source: three
  - unlock: kingsmith mc21
    when: before each command
    source: four
  - start says stopped: yes
    source: five
  - decline: proven
    source: six
  - warning: look out
    source: seven
  - warning: and again
    source: eight
  - unsupported: no
    source: nine
notes: nothing
"""


def test_a_file_with_every_kind_of_quirk() -> None:
    profile = read(WHOLE)
    assert profile.match == Match(("AAAA*", "B?"), "M1", "2.*", "Mine")
    assert profile.manner == Manner(
        Answers.FIRST_ONLY, SpeedUnit.MPH, True, Grade(60), True, Unlock.KINGSMITH_MC21, UnlockWhen.EACH
    )
    assert (profile.proven, profile.warnings, profile.unsupported) == (True, ("look out", "and again"), "no")
    assert profile.sources[0] == ("answers", "one")
    assert not profile.shipped
    assert set(quirks_of(profile)) == {"manner", "proven", "warnings", "unsupported"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("machine: Every Quirk\n", "", 1, "`machine:` is missing"),
        ("machine:", "machin:", 1, "'machin' is not known here; did you mean 'machine'?"),
        ("first only", "sometimes", 8, "answers 'sometimes' is none of: normal, first only, never"),
        ("  - answers: first only\n    source: one", "  - answers: first only", 8, "`source:` is missing"),
        ("unit: mph", "unit: knots", 10, "speed unit 'knots' is none of: km/h, mph"),
        ("+6", "6.55", 12, "is not a grade"),
        ("kingsmith mc21", "everything", 14, "is none of: kingsmith mc21, ypoo mini pro"),
        ("    when: before each command\n", "", 14, "comes with `when: once`"),
        ("stopped: yes", "stopped: perhaps", 17, "is neither yes nor no"),
        ("source: six", "source: six\n    answers: never", 19, "a quirk is one key and its source; this one has"),
        ("decline: proven", "speed unit: mph", 1, "has speed unit twice"),
        ("model: M1", "model: '*'", 4, "is no pattern"),
        ("model: M1", "modell: M1", 4, "'modell' is not known here; did you mean 'model'?"),
        ("quirks:\n", "quirks: none\nx:\n", 7, "quirks is not a list"),
        ("unsupported: no", "lowest: -12", 25, "is not between -10.0 % and +15.0 %"),
        ("unsupported: no", "fastest: 30 km/h", 25, "is not over 0 and up to 25.0 km/h"),
        ("unsupported: no", "fastest: 30", 25, "is not a speed; write it like"),
        ("unsupported: no", "incline step: 0", 25, "is not over 0 and up to 10 %"),
        ("unsupported: no", "unsupported:", 25, "unsupported has no value"),
        ("notes: nothing", "notes: [a]", 27, "notes is a list or a group"),
        ("notes: nothing", "notes: &x a", 27, "anchors"),
        ("notes: nothing", "\tnotes: a", 27, "tab"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_by_line(old: str, new: str, line: int, says: str) -> None:
    assert WHOLE.count(old) == 1
    with pytest.raises(MachineFileError) as caught:
        read(WHOLE.replace(old, new))
    assert str(caught.value).startswith(f"mine.yaml:{line}: "), caught.value
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"- a\n", b"\xff\xfe", b"a: b", b"match: x\nmachine: y\nquirks: []\n", b"x" * 300_000]
)
def test_what_is_no_profile_is_an_error_and_never_a_crash(data: bytes) -> None:
    with pytest.raises(MachineFileError, match=r"^mine\.yaml"):
        parse_machine(data, Path("mine.yaml"))


@settings(max_examples=100)
@given(st.binary(max_size=60) | st.text("machine: trq-\n", max_size=60).map(str.encode))
def test_any_bytes_are_a_profile_or_a_machine_file_error(data: bytes) -> None:
    with pytest.raises(MachineFileError):
        parse_machine(data, Path("mine.yaml"))


def test_a_match_must_ask_for_something() -> None:
    with pytest.raises(MachineFileError, match=r"mine\.yaml:2: match needs a name, a model"):
        read("machine: M\nmatch: {}\nquirks:\n  - answers: never\n    source: me\n")


def test_folders_are_read_by_name_and_need_not_be_there(tmp_path: Path) -> None:
    assert load_profiles(tmp_path / "none") == ()
    text = "machine: {}\nmatch:\n  name: F85*\nquirks:\n  - warning: mine\n    source: me\n"
    (tmp_path / "b.yaml").write_text(text.format("B"))
    (tmp_path / "a.yaml").write_text(text.format("A"))
    (tmp_path / "a.txt").write_text("not looked at")
    assert [profile.title for profile in load_profiles(tmp_path)] == ["A", "B"]
    known = known_here(tmp_path, tmp_path / "treadmills")
    assert known.profile("F85").title == "A", "one's own goes first"
    assert known.profile("F89").title == "Sole F89"
    assert known.own("aa:bb:cc:dd:ee:ff") is None
    save_own(tmp_path / "treadmills", OwnTreadmill("AA:BB:CC:DD:EE:FF", offset=Grade(-20)))
    found = known_here(tmp_path, tmp_path / "treadmills").own("aa:bb:cc:dd:ee:ff")
    assert found is not None
    assert found.offset == Grade(-20)
    (tmp_path / "c.yaml").write_text("machine: C\nmatch:\n  name: C*\nquirks:\n  - answers: no\n    source: me\n")
    with pytest.raises(MachineFileError, match=r"c\.yaml:5: answers 'no' is none of"):
        known_here(tmp_path, tmp_path / "treadmills")


def test_a_profile_cannot_be_made_to_lie_about_speed() -> None:
    assert with_quirk("slowest: 5.6 mph").slowest == Speed(901)


# --- the page about them ---------------------------------------------------------------------------------------------


def test_the_page_knows_every_quirk_and_its_examples_load() -> None:
    page = (FOLDER.parents[2] / "docs" / "machines.md").read_text(encoding="utf-8")
    table = page.split("| quirk | value |")[1].split("\n\n")[0]
    said = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert said == {name.replace("_", " ") for name in _Quirk.model_fields if name not in ("source", "when")}
    profile, own = ("\n".join(line[4:] for line in part.splitlines()) for part in page.split("\n\n") if part.startswith("    "))
    assert read(profile).title == "Sole F85"
    assert parse_own(own.encode(), Path("own.yaml")).offset == Grade(-20)

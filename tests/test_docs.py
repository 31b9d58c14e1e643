"""The docs, held to the code: names exist, tables and diagrams are the code's own, examples load, links lead somewhere."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from treadctl.engine.failsafe import Condition
from treadctl.engine.phases import diagram
from treadctl.journal import entry, failure, header
from treadctl.mock.presets import DEFAULT
from treadctl.safety import Deck, Limits
from treadctl.simulate import Plan, Simulation
from treadctl.units import Grade, Speed
from treadctl.workout import words
from treadctl.workout.errors import WorkoutError
from treadctl.workout.file import parse
from treadctl.workout.library import load_named
from treadctl.workout.profile import CAUTIOUS
from treadctl.workout.schema import Repeat, Stretch, WarmUp, WorkoutFile, keys_of

TOP = Path(__file__).parent.parent
PAGES = sorted([TOP / "README.md", TOP / "hw_notes.md", *(TOP / "docs").glob("*.md")])
ONES = ("architecture", "safety", "contributing", "workouts")
TABLED = (
    "treadctl.safety",
    "treadctl.engine.constants",
    "treadctl.treadmill.link",
    "treadctl.treadmill.halting",
    "treadctl.treadmill.watchdog",
    "treadctl.treadmill.wires",
    "treadctl.session",
    "treadctl.clock",
)

_NAME = re.compile(r"`(treadctl(?:\.[a-z_]+)+)(?::([A-Za-z_]\w*(?:\.\w+)?))?`")
_TEST = re.compile(r"`(test_\w+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


# --- reading Markdown -------------------------------------------------------------------------------------------------


def doc(name: str) -> str:
    return (TOP / "docs" / f"{name}.md").read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", text, re.M | re.S)
    assert found, f"there is no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The body rows of all tables in a text."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [index for index, row in enumerate(cells) if set("".join(row)) <= {"-"}]
    return [row for index, row in enumerate(cells) if index not in rules and index + 1 not in rules]


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def fences(text: str, info: str) -> list[str]:
    return [body for said, body in _FENCE.findall(text) if said == info]


# --- all pages --------------------------------------------------------------------------------------------------------


def test_the_pages_are_there() -> None:
    assert {f"{name}.md" for name in ONES} <= {page.name for page in PAGES}


@every_page
def test_every_name_in_the_docs_exists(page: Path) -> None:
    for module, name in _NAME.findall(page.read_text(encoding="utf-8")):
        found: object = import_module(module)
        for part in name.split(".") if name else ():
            assert hasattr(found, part), f"{page.name}: {module}:{name} does not exist"
            found = getattr(found, part)


@cache
def defined_tests() -> frozenset[str]:
    files = (TOP / "tests").rglob("test_*.py")
    return frozenset(name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8")))


@every_page
def test_every_test_in_the_docs_exists(page: Path) -> None:
    named = {name for name in _TEST.findall(page.read_text(encoding="utf-8")) if not (TOP / "tests" / f"{name}.py").exists()}
    assert named <= defined_tests(), f"{page.name}: no such tests: {', '.join(sorted(named - defined_tests()))}"


@every_page
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    local = [target for target in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert not missing, f"{page.name}: {', '.join(missing)}"


@every_page
def test_a_page_can_be_read_in_one_sitting(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 260


# --- architecture -----------------------------------------------------------------------------------------------------


def test_the_rooms_are_the_linters_lowest_first() -> None:
    config = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    linter = [sorted(room.strip() for room in layer.split("|")) for layer in reversed(layers)]
    assert [sorted(spans(row[0])) for row in rows(section(doc("architecture"), "Rooms, lowest first"))] == linter


def test_the_state_diagram_is_the_table_of_the_code() -> None:
    (block,) = fences(doc("architecture"), "mermaid")
    assert block == diagram() + "\n"


def test_the_journals_fields_are_the_ones_that_are_written() -> None:
    said = {span for row in rows(section(doc("architecture"), "The journal")) for span in spans(row[0])}
    workout = load_named("first-descent")
    written = set(failure(0.0, [], ValueError()))
    simulation = Simulation(
        Plan(workout, CAUTIOUS, DEFAULT), on_step=lambda now, inputs, step: written.update(entry(now, inputs, step))
    )
    for _ in range(200):
        simulation.tick()
    assert said == written | set(_header_fields())


def _header_fields() -> Iterator[str]:
    from datetime import UTC, datetime

    from treadctl.engine.run import Lead

    yield from header(load_named("first-descent"), CAUTIOUS, Lead.CENTRED, datetime.now(UTC), "0")


# --- safety -----------------------------------------------------------------------------------------------------------


@cache
def constants() -> dict[str, object]:
    """All public constants of the tabled modules, as `module:NAME`."""
    found: dict[str, object] = {}
    for module in TABLED:
        tree = ast.parse((TOP / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and "Final" in ast.unparse(node.annotation):
                name = node.target.id
                if not name.startswith("_"):
                    found[f"{module}:{name}"] = getattr(import_module(module), name)
    return found


def as_the_table_says(key: str, value: object) -> str:
    match value:
        case Speed() | Grade():
            return str(value).removeprefix("+")
        case Limits():
            return f"{value.steepest} to {value.highest}, up to {value.fastest}"
        case Deck():
            return f"{value.lowest} to {value.highest}"
        case frozenset():
            return ", ".join(sorted(reason.name for reason in value))
        case _ if key.endswith("CONTROL_POINT"):
            return f"0x{value:04X}"
        case int() | float():
            return f"{value:g}" + (" s" if key.endswith("_S") else " m" if key.endswith("_M") else "")
        case _:
            raise AssertionError(f"say in this test how {key} is shown")


def test_every_constant_stands_in_the_table_with_its_present_value_and_a_reason() -> None:
    table = {spans(row[0])[0]: row[1:] for row in rows(section(doc("safety"), "Every constant"))}
    assert set(table) == set(constants())
    for key, (value, reason) in table.items():
        shown = as_the_table_says(key, constants()[key])
        assert value == shown or value.startswith(shown + " "), f"{key} is {shown}, the table says {value}"
        assert len(reason) > 10, f"{key} has no reason"


def test_there_are_seven_rules_and_each_names_what_holds_it_and_what_proves_it() -> None:
    table = rows(section(doc("safety"), "The hard stop at −10 %: seven rules"))
    assert [row[0] for row in table] == ["1", "2", "3", "4", "5", "6", "7"]
    for row in table:
        _names_function_and_test(row)


def test_every_hazard_names_what_prevents_it_and_what_proves_it() -> None:
    table = rows(section(doc("safety"), "Hazards"))
    assert len(table) >= 20
    for row in table:
        assert len(row) == 5
        assert all(row)
        _names_function_and_test(row)


def _names_function_and_test(row: list[str]) -> None:
    assert any(name for _, name in _NAME.findall(row[-2])), f"{row[0]}: names no function"
    assert _TEST.findall(row[-1]), f"{row[0]}: names no test"


def test_the_failsafe_table_is_the_ladder() -> None:
    table = rows(section(doc("safety"), "The failsafe ladder"))
    assert [(row[0].strip("`"), row[1], row[2], row[3]) for row in table] == [
        (c.name, c.level.name.lower().replace("_", " "), c.clears.value, c.words) for c in Condition
    ]


# --- workouts ---------------------------------------------------------------------------------------------------------


def test_every_workout_in_the_docs_loads() -> None:
    examples = fences(doc("workouts"), "yaml")
    assert len(examples) == 2
    for example in examples:
        assert parse(example.encode(), "example.yaml").segments


def test_the_errors_in_the_docs_are_the_errors_a_person_gets() -> None:
    (wrong,), (answer,) = fences(doc("workouts"), "yaml wrong"), fences(doc("workouts"), "text")
    with pytest.raises(WorkoutError) as caught:
        parse(wrong.encode(), "mine.yaml")
    assert str(caught.value) + "\n" == answer


def test_the_docs_know_every_key_of_a_workout_file() -> None:
    text = doc("workouts")
    assert tuple(spans(row[0])[0] for row in rows(section(text, "Keys of the file"))) == tuple(
        sorted(keys_of(WorkoutFile), key=["title", "for", "focus", "decline minutes", "notes", "steps"].index)
    )
    kinds = [stretch for stretch in Stretch.__subclasses__() if not stretch.__subclasses__()]
    said = {span for row in rows(section(text, "Steps")) for span in spans(row[0])}
    assert said == {stretch.kind.value for stretch in kinds} | set(keys_of(WarmUp)) | set(keys_of(Repeat))
    assert set(words.FOCUSES) <= set(spans(section(text, "Keys of the file")))


def value_rows(heading: str) -> list[tuple[str, str]]:
    return [(row[0].strip("`"), row[1]) for row in rows(section(doc("workouts"), heading))]


@pytest.mark.parametrize(("text", "means"), value_rows("How long"))
def test_a_length_means_what_the_docs_say(text: str, means: str) -> None:
    length = words.length(text)
    assert f"{int(length)} {'m' if isinstance(length, words.Metres) else 's'}" == means


@pytest.mark.parametrize(("text", "means"), value_rows("How steep"))
def test_a_grade_means_what_the_docs_say(text: str, means: str) -> None:
    start, end = words.grades(text)
    assert means == (str(start) if start == end else f"{start} to {end}")


@pytest.mark.parametrize(("text", "means"), value_rows("How fast"))
def test_a_speed_means_what_the_docs_say(text: str, means: str) -> None:
    start, end = words.paces(text)
    assert means == (str(start) if start == end else f"{start} to {end}")


@pytest.mark.parametrize(("text", "means"), value_rows("Step rate"))
def test_a_cadence_means_what_the_docs_say(text: str, means: str) -> None:
    cadence = words.cadence(text)
    assert means.startswith(f"{cadence.spm} steps a minute" if cadence.spm else f"{cadence.percent} % over")

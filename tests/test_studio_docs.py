"""docs/studio.md, held to the code: topics, fields, reasons, phases and schemas."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

from test_docs import doc, fences, rows, section, spans

from treadctl.studio.lane_words import TABLE, LanePhase
from treadctl.studio.messages import COMMANDS, REPORTS, Class, CoachWord, LaneWord, Reason, schemas
from treadctl.studio.topics import CHANNELS

PAGE = doc("studio")


def test_the_table_of_topics_is_the_codes() -> None:
    said = [tuple(row) for row in rows(section(PAGE, "Topics"))]
    assert said == [
        (
            f"`{channel.topic}`",
            channel.who.value,
            str(channel.qos),
            "yes" if channel.retain else "no",
            channel.why,
        )
        for channel in CHANNELS.values()
    ]


def test_the_page_names_every_field_of_every_word() -> None:
    said = {spans(row[0])[0]: spans(row[1]) for row in rows(section(PAGE, "Words"))}
    words: dict[str, type] = {**COMMANDS, **REPORTS, "class": Class}
    for kind, word in words.items():
        common = LaneWord if kind in REPORTS else CoachWord
        own = [field.name for field in fields(word) if field.name not in common.__dataclass_fields__ and field.name != "kind"]
        assert said[kind] == own, kind
    assert set(said) == set(words)
    for common in (CoachWord, LaneWord):
        assert set(common.__dataclass_fields__) <= set(spans(section(PAGE, "Words")))


def test_the_page_names_every_reason() -> None:
    assert {reason.name for reason in Reason} <= set(spans(section(PAGE, "The door")))


def test_the_diagram_of_a_lane_is_its_table() -> None:
    names = {phase: phase.name.lower() for phase in LanePhase}
    lines = ["stateDiagram-v2", f"    [*] --> {names[LanePhase.WAITING]}"]
    lines += [f"    {names[phase]}: {phase.value}" for phase in LanePhase]
    for phase, arrows in TABLE.items():
        for target in dict.fromkeys(target for target in arrows.values() if target is not phase):
            lines.append(f"    {names[phase]} --> {names[target]}: {' / '.join(t.value for t in arrows if arrows[t] is target)}")
    (block,) = fences(PAGE, "mermaid")
    assert block == "\n".join([*lines, f"    {names[LanePhase.OVER]} --> [*]"]) + "\n"


def test_the_schemas_are_the_codes() -> None:
    """To write them anew: python -c "import json; from treadctl.studio.messages import schemas; print(json.dumps(…))"."""
    text = (Path(__file__).parent.parent / "docs" / "studio.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(schemas()))

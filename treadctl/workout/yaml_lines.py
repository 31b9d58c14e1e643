"""YAML text -> a tree in which every value is still text and knows its line.

Only the parser's events are used, never its constructors: nothing is converted (`6:40` stays `6:40`), no tag is obeyed and
no alias is followed, so no file can grow in memory. Size, depth and count are bounded while reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from treadctl.workout.errors import Problem, shown

MOST_BYTES: Final = 256 * 1024
"""A long workout by hand is 10 KiB; at this size the parser still answers within a second. Ours."""
DEEPEST: Final = 14
"""Levels of lists and mappings: the cues of a step inside five repeats inside each other. Ours."""
MOST_EVENTS: Final = 10_000
"""Several hundred steps written out one by one; the parser's own cost is what this bounds. Ours."""

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})

Plain = str | list["Plain"] | dict[str, "Plain"] | None
"""The tree without its lines, as the models take it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value with the line it begins on; `key_line` is the line of the key in front of it. None is an empty value."""

    value: str | list[Node] | dict[str, Node] | None
    line: int
    key_line: int

    def plain(self) -> Plain:
        """The value alone."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, step: str | int) -> Node | None:
        """What stands under a key or at a place in a list."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None


class Unreadable(Exception):
    """The bytes are no YAML that we take; `problem` says where and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(line, message)


def read_tree(data: bytes) -> Node:
    """The tree of one YAML document, or `Unreadable`; nothing else leaves here, whatever the bytes."""
    text = _text(data)
    try:
        events = _counted(YAML(typ="safe", pure=True).parse(text))
        root = _document(events)
    except Unreadable:
        raise
    except Exception as error:
        # The parser is not ours and fails in many ways on garbage (ValueError, IndexError, …); the file is to blame in each.
        raise _syntax(error, text) from error
    return root


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Unreadable(0, f"the file is larger than {MOST_BYTES // 1024} KiB; a workout is a page of text")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise Unreadable(0, "this is not text in UTF-8; save it again as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, f"byte 0x{data[error.start]:02x} is not UTF-8; save the file again as UTF-8") from error


def _counted(events: Iterable[Event]) -> Iterator[Event]:
    for count, event in enumerate(events):
        if count > MOST_EVENTS:
            raise Unreadable(_line(event), f"more than {MOST_EVENTS} YAML items; write what recurs once, under `repeat`")
        yield event


def _document(events: Iterator[Event]) -> Node:
    next(events)  # the start of the stream
    if isinstance(next(events), StreamEndEvent):
        raise Unreadable(0, "the file is empty; it needs at least `title:` and `steps:`")
    root = _node(events, next(events), key_line=1, depth=1)
    next(events)  # the end of the document
    following = next(events)
    if isinstance(following, DocumentStartEvent):
        raise Unreadable(_line(following), "a second document begins with `---`; one file holds one workout")
    return root


def _node(events: Iterator[Event], event: Event, *, key_line: int, depth: int) -> Node:
    line = _line(event)
    if depth > DEEPEST:
        raise Unreadable(line, "this is nested too deep; repeats go five deep at most")
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
        raise Unreadable(line, "`&` and `*` (anchors, aliases) are not taken here; write it out, use `repeat`, or quote the text")
    if (tag := getattr(event, "tag", None)) is not None:
        raise Unreadable(line, f"the tag {shown(str(tag))} is not taken here; remove it, or quote the text")
    if isinstance(event, MappingStartEvent):
        return Node(_mapping(events, depth), line, key_line)
    if isinstance(event, SequenceStartEvent):
        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(_node(events, event, key_line=_line(event), depth=depth + 1))
        return Node(items, line, key_line)
    if isinstance(event, ScalarEvent):
        value = _scalar(event)
        return Node(value, key_line if value is None else line, key_line)  # nothing has no place of its own
    raise Unreadable(line, "a value is expected here")


def _mapping(events: Iterator[Event], depth: int) -> dict[str, Node]:
    found: dict[str, Node] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        if not isinstance(event, ScalarEvent):
            raise Unreadable(_line(event), "a key is one plain word, like `grade:`")
        key, line = _text_of(event), _line(event)
        if key in found:
            first = found[key].key_line
            raise Unreadable(line, f"{shown(key)} is given twice, first on line {first}; keep one, or begin a new step with `- `")
        found[key] = _node(events, next(events), key_line=line, depth=depth + 1)
    return found


def _scalar(event: ScalarEvent) -> str | None:
    value = _text_of(event)
    return None if getattr(event, "style", None) is None and value in _NULLS else value


def _text_of(event: ScalarEvent) -> str:
    return str(getattr(event, "value", ""))


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _syntax(error: Exception, text: str) -> Unreadable:
    why = str(error.problem) if isinstance(error, MarkedYAMLError) and error.problem else "it cannot be read"
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if opened is not None and "end" in why:  # of the stream: the parser points there, the person must look where it began
        return Unreadable(int(opened.line) + 1, "what begins here never ends; close the bracket or the quotation mark")
    line = int(mark.line) + 1 if mark is not None else 0
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Unreadable(line, "this line is indented with a tab; YAML takes spaces")
    return Unreadable(line, f"this is not YAML: {' '.join(why.split())}; check indentation, brackets, the space after `:`")

"""`treadctl replay`: is the engine still the one that ran this session? Or, of raw frames: what do they say?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from treadctl.cli.errors import BadInput, Exit
from treadctl.journal import JournalError
from treadctl.journal import replay as replay_journal
from treadctl.treadmill import plain_words
from treadctl.treadmill.recording import LONGEST_LINE, RecordingError, is_recording, load
from treadctl.workout.errors import printable

_SHOWN: Final = 10


def replay(file: Path, /) -> int:
    """Step a new engine through a recorded session and say whether every step is the same; or show the frames of a recording.

    Ends with 0 when every step is the same or the frames were shown, with 2 when the file is neither, and with 3 when a step
    differs.

    Parameters
    ----------
    file
        A file that `treadctl run` wrote, whose summary names it; or one that `treadctl record` wrote.
    """
    return _frames(file) if _is_recording(file) else _session(file)


def _is_recording(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return is_recording(opened.readline(LONGEST_LINE))
    except (OSError, ValueError):
        return False  # and a journal that cannot be read is told as one


def _frames(file: Path) -> int:
    """What a device said, in words and in order."""
    try:
        kept = load(file)
    except RecordingError as error:
        raise BadInput(str(error)) from error
    print(f"{printable(kept.name)}, from {printable(kept.begun)}")
    for number, octets in kept.values.items():
        print(f"  read     {plain_words.name(number):<18}{plain_words.in_words(number, octets)}")
    for frame in kept.frames:
        words = plain_words.in_words(frame.characteristic, frame.octets)
        print(f"{frame.at:9.3f} {plain_words.name(frame.characteristic):<18}{words}   [{frame.octets.hex(' ')}]")
    seconds = kept.frames[-1].at if kept.frames else 0.0
    print(f"{len(kept.frames)} frames in {seconds:.1f} s{', the last line is cut off' if kept.torn else ''}")
    return Exit.DONE


def _session(journal: Path) -> int:
    try:
        found = replay_journal(journal)
    except JournalError as error:
        raise BadInput(str(error)) from error
    if found.torn:
        print("the last line is cut off, as by a power cut; all before it was replayed")
    for difference in found.differences[:_SHOWN]:
        print(f"{journal}:{difference.line}: at {difference.now:.2f} s {difference.what} differs")
        print(f"  recorded {difference.recorded}")
        print(f"  replayed {difference.replayed}")
    if found.differences:
        lines = len({difference.line for difference in found.differences})
        print(f"{lines} of {found.steps} steps differ")
        return Exit.TREADMILL_FAILED
    if found.failed:
        print(f"{found.steps} steps, every one the same; at the last the engine failed, as it did then: {found.failed}")
        return Exit.DONE
    ending = found.last.snapshot.ending if found.last else None
    print(f"{found.steps} steps, every one the same; {ending.value if ending else 'the recording stops before the end'}")
    return Exit.DONE

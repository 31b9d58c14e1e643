"""`treadctl replay`: is the engine still the one that ran this session?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from treadctl.cli.errors import BadInput, Exit
from treadctl.journal import JournalError
from treadctl.journal import replay as replay_journal

_SHOWN: Final = 10


def replay(journal: Path, /) -> int:
    """Step a new engine through a recorded session and say whether every step is the same.

    Ends with 0 when it is, with 2 when the file is no journal, and with 3 when a step differs.

    Parameters
    ----------
    journal
        A file that `treadctl run` wrote; its summary names it.
    """
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

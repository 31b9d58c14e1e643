"""`treadctl next`: what is open, what is not, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from treadctl.cli.columns import show
from treadctl.cli.errors import Exit
from treadctl.cli.past import known_machine, right_now, the_history
from treadctl.cli.runner import choose_runner
from treadctl.training.progression import Advice, Call, advise, sessions_to_ten
from treadctl.training.tips import tip

if TYPE_CHECKING:
    from treadctl.engine.words import Machine


HANG: Final = 11
"""Where the text of an advice's lines begins."""


def next_up(*, mock: str | None = None, profile: Path | None = None) -> int:
    """Say what to run next, with which ceiling, and why; then `treadctl run next` runs it.

    Parameters
    ----------
    mock
        Count sessions on the mock too, and take its deck, to try the advice out; real advice never counts them.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    runner = choose_runner(profile)
    with the_history() as history:
        past = history.past(runner.name, simulated=mock is not None)
        machine = known_machine(history, runner.name, mock)
    advice = advise(past, runner, machine, right_now().date())
    show(advice_lines(advice, machine, len(past.declines)), HANG)
    return Exit.DONE


def advice_lines(advice: Advice, machine: Machine | None, declines_done: int) -> list[str]:
    """The advice for people."""
    lines = [_headline(advice)]
    if advice.offer is not None:
        lines.append(f"  {'next':<9}{advice.offer}, ceiling {advice.ceiling}")
        if advice.ceiling > advice.offer.grade:
            lines.append(f"  {'':<9}this deck has no {advice.offer.grade}; it is run at {advice.ceiling}")
    if advice.instead is not None:
        lines.append(f"  {'or':<9}{advice.instead}: longer instead of steeper, never both")
    lines += [f"  {'because' if index == 0 else '':<9}{reason}" for index, reason in enumerate(advice.reasons)]
    lines += [f"  {'closed' if index == 0 else '':<9}{reason}" for index, reason in enumerate(advice.closed)]
    if advice.asks:
        hours = ", ".join(f"{h} h" for h in advice.asks)
        lines.append(
            f"  {'asked':<9}how were the legs at {hours}? treadctl soreness LEVEL (a missed check only holds the next step)"
        )
    if advice.call in (Call.NO_DECLINE, Call.TOO_STEEP):
        lines.append(f"  {'instead':<9}treadctl strength list: slow lowering and jumps load the same way (A4.1, A5.2)")
    if advice.offer is None:
        return lines
    where = (
        f"{machine.name}; {advice.floor} is the steepest for you there"
        if machine
        else "no treadmill known yet; the next one may be milder"
    )
    lines.append(f"  {'deck':<9}{where}")
    lines += [f"  {'mind':<9}{warning}" for warning in (machine.warnings if machine else ())]
    if advice.floor <= -100 and advice.offer.grade > -100:
        least = f"at least {sessions_to_ten(advice.offer)} sessions to -10.0 %, and more with the minutes between"
        lines.append(f"  {'far':<9}{least}; from -2.0 % it is at least twelve (ours)")
    lines.append(f"  {'know':<9}{tip(declines_done)}")
    return lines


def _headline(advice: Advice) -> str:
    match advice.call:
        case Call.GO:
            return "a decline is open today: treadctl run next"
        case Call.DOCTOR:
            return "no decline, and nothing else"
        case Call.TOO_STEEP:
            return "this treadmill stands too steep for what is open"
        case Call.NO_DECLINE:
            return "no decline on this treadmill"
        case Call.REST:
            return f"rest: no decline before {advice.opens}"
        case Call.WAIT:
            return f"not today: a decline opens on {advice.opens}"

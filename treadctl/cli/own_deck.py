"""What a runner has found out about the treadmill since the last session on it: how it stands, and whether it goes down."""

from __future__ import annotations

from dataclasses import replace

from treadctl.cli.errors import BadInput
from treadctl.engine.words import Machine
from treadctl.safety import FLAT
from treadctl.treadmill.own import load_own, own_folder
from treadctl.treadmill.profile_file import MachineFileError


def standing_now(machine: Machine) -> Machine:
    """The machine with what its own file says today; raises BadInput where that file cannot be read."""
    try:
        own = load_own(own_folder(), machine.address)
    except MachineFileError as error:
        raise BadInput(str(error)) from error
    if own is None:
        return machine
    try:
        proven = machine.deck.proven if own.proven is None else own.proven
        deck = replace(machine.deck, offset=own.offset, proven=proven)
    except ValueError:  # standing like that it has no grade that may be asked for
        deck = FLAT
    return replace(machine, deck=deck)

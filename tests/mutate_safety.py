"""Mutation testing of the audited files: each small change to them must make a test fail, or be excused in mutants_allowed.txt.

Run it as `python tests/mutate_safety.py`. Every mutant is written into a copy of the package in a temporary directory, first on
the path of a forked process; the working tree is only read. Exit status 1: a survivor that nobody has excused, or an excuse
that no mutant needs any more.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import io
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final, NoReturn

ROOT: Final = Path(__file__).resolve().parent.parent
_SAFETY: Final = tuple(f"safety_{room}" for room in ("gate", "start", "tilt", "commands", "deck", "bytes", "rules"))
TESTS: Final = {"safety.py": _SAFETY, "units.py": ("units", *_SAFETY)}
"""What is mutated, and the test files for it, the quick and strict ones first: one failure is enough."""
ALLOWED: Final = Path(__file__).with_name("mutants_allowed.txt")
PRELOADED: Final = ("pytest", "hypothesis", "hypothesis.extra.pytestplugin", "pydantic", "ruamel.yaml")
"""Imported once, before the forks; none of them imports what is mutated."""
_SURVIVED, _KILLED = 0, 3
LONGEST_S: Final = 120
"""A test file that takes longer than this hangs, and so fails."""

_OTHER_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OTHER_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_OTHER_NAMES: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_DELETED: Final = (ast.Assign, ast.AnnAssign, ast.Expr, ast.If, ast.Raise, ast.Return)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the file, the place in it, what was there and what is there now, and the whole changed source."""

    file: str
    line: int
    place: str
    change: str
    source: str

    @property
    def name(self) -> str:
        """How a mutant is excused: without its line, which moves."""
        return f"{self.file} {self.place}: {self.change}"


def edits(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of one node, each a small lie."""
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Return(value=ast.expr() as value):
            yield ast.Return(ast.UnaryOp(ast.Not(), value))
        case ast.expr():
            yield from _expressions(node)
    if isinstance(node, _DELETED) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        yield ast.Pass()


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in _OTHER_COMPARISONS.get(type(op), ()):
                    changed = copy.deepcopy(node)
                    changed.ops[at] = other()
                    yield changed
        case ast.Constant(value=bool() as truth):
            yield ast.Constant(not truth)
        case ast.Constant(value=int() | float() as number):
            yield from (ast.Constant(number + by) for by in (1, -1))
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OTHER_OPERATORS:
            yield ast.BinOp(left, _OTHER_OPERATORS[type(op)](), right)
        case ast.Call(func=ast.Name(id=called)) if called in _OTHER_NAMES:
            yield ast.Call(ast.Name(_OTHER_NAMES[called]), node.args, node.keywords)
        case ast.Call(func=ast.Name(id="dataclass"), keywords=keywords):
            for dropped in keywords:
                yield ast.Call(node.func, node.args, [keyword for keyword in keywords if keyword is not dropped])


def nodes(tree: ast.AST, place: str = "") -> Iterator[tuple[ast.AST, str, int | None, str]]:
    """Every node as its parent, the field and index that hold it, and the class and function around it; no annotations."""
    if isinstance(tree, (ast.ClassDef, ast.FunctionDef)):
        place = f"{place}.{tree.name}".lstrip(".")
    elif isinstance(tree, ast.Assign | ast.AnnAssign):
        place = f"{place} `{ast.unparse(tree)}`"
    for field, held in ast.iter_fields(tree):
        for index, node in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if isinstance(node, ast.AST) and field not in ("annotation", "returns"):
                yield tree, field, index, place
                yield from nodes(node, place)


def mutants(file: str) -> Iterator[Mutant]:
    """All mutants of one file, outermost nodes first."""
    tree = ast.parse((ROOT / "treadctl" / file).read_text(encoding="utf-8"))
    for parent, field, index, place in list(nodes(tree)):
        held = getattr(parent, field)
        node = held if index is None else held[index]
        for edit in edits(node):
            before, after = (" ".join(ast.unparse(shown).split()) for shown in (node, edit))
            _put(parent, field, index, edit)
            source = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, index, node)
            yield Mutant(file, getattr(node, "lineno", 0), place or "module", f"{before} => {after}", source)


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def try_one(mutant: Mutant, workshop: str) -> NoReturn:
    """Run the tests on this mutant, in a process of its own, which ends here and says whether it survived."""
    directory = tempfile.mkdtemp(dir=workshop)
    shutil.copytree(ROOT / "treadctl", Path(directory, "treadctl"), ignore=shutil.ignore_patterns("__pycache__"))
    Path(directory, "treadctl", mutant.file).write_text(mutant.source, encoding="utf-8")
    sys.path.insert(0, directory)
    os.chdir(directory)
    signal.signal(signal.SIGALRM, _hangs)
    try:
        sys.exit(_SURVIVED if all(_passes(name) for name in TESTS[mutant.file]) else _KILLED)
    finally:
        loaded = sys.modules.get("treadctl")
        if loaded is not None and not str(loaded.__file__).startswith(directory):
            raise RuntimeError(f"the tests ran on {loaded.__file__} and not on the mutant")


def _passes(name: str) -> bool:
    import pytest

    options = [
        "-x",
        "-q",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "--assert=plain",
        "--hypothesis-seed=0",
        "-c",
        f"{ROOT}/pyproject.toml",
    ]
    signal.alarm(LONGEST_S)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        failed = pytest.main([*options, f"--rootdir={ROOT}", f"{ROOT}/tests/test_{name}.py"])
    signal.alarm(0)
    return not failed


def _hangs(signum: int, frame: object) -> None:
    raise TimeoutError(f"longer than {LONGEST_S} s")


def excuses() -> dict[str, str]:
    """The mutants that may survive, each with the reason why it changes nothing: `NAME  # REASON` on a line."""
    lines = [line for line in ALLOWED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    excused = dict(line.split("  # ", 1) for line in lines)
    return {name.strip(): reason for name, reason in excused.items()}


def tried(untried: list[Mutant]) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether it survives, one fork for each, on all cores. This process has one thread, so forking is safe."""
    fork = multiprocessing.get_context("fork")
    waiting, running = iter(untried), list[tuple[Mutant, ForkProcess]]()
    with tempfile.TemporaryDirectory() as workshop:
        while True:
            for mutant in islice(waiting, (os.cpu_count() or 1) - len(running)):
                child = fork.Process(target=try_one, args=(mutant, workshop))
                child.start()
                running.append((mutant, child))
            if not running:
                return
            wait([child.sentinel for _, child in running])
            for mutant, child in [pair for pair in running if not pair[1].is_alive()]:
                running.remove((mutant, child))
                if child.exitcode not in (_SURVIVED, _KILLED):
                    raise RuntimeError(f"{mutant.name} could not be tried; the process ended with {child.exitcode}")
                yield mutant, child.exitcode == _SURVIVED


def main() -> int:
    """Try every mutant, tell of each survivor, and sum up."""
    began = time.monotonic()
    sys.dont_write_bytecode = True
    for module in PRELOADED:
        importlib.import_module(module)
    original = Mutant("safety.py", 0, "module", "nothing", (ROOT / "treadctl" / "safety.py").read_text(encoding="utf-8"))
    if not all(survived for _, survived in tried([original])):
        print("the tests fail on the unchanged files; nothing was tried")
        return 2
    excused, found = excuses(), [mutant for file in TESTS for mutant in mutants(file)]
    survivors = []
    for mutant, survived in tried(found):
        if survived:
            survivors.append(mutant.name)
            print(f"treadctl/{mutant.file}:{mutant.line}: {mutant.place}: {mutant.change}", end="  # ")
            print(excused.get(mutant.name, "SURVIVED"), flush=True)
    strangers = [name for name in survivors if name not in excused]
    idle = sorted(excused.keys() - set(survivors))
    for name in idle:
        print(f"excused for nothing: {name}")
    counts = f"{len(found) - len(survivors)} killed, {len(survivors) - len(strangers)} excused, {len(strangers)} survived"
    print(f"{len(found)} mutants: {counts}, in {time.monotonic() - began:.0f} s")
    return 1 if strangers or idle else 0


if __name__ == "__main__":
    sys.exit(main())

"""The crash points of the program, gathered from its source: nobody keeps a list of them by hand.

A point is what is given to `crash(…)`: a word, or a word with a hole (`f"ledger.{point}.before_commit"`) that some
parameter fills. Then every word counts that any caller gives for that parameter, also through callers that hand it on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "connector"
PASSED_BY = ("crash", "_crash")
RECEIVERS = ("self", "database")
"""Whose methods are meant: a file has a `write` too."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program, with the names of its parameters as a caller through a dot counts them."""

    name: str
    node: ast.FunctionDef

    def place(self, parameter: str) -> int | None:
        """Where a caller gives it."""
        names = [each.arg for each in self.node.args.args if each.arg != "self"]
        return names.index(parameter) if parameter in names else None


def crash_points(program: Path = PROGRAM) -> set[str]:
    """Every point at which a process may be told to die. Raises `AssertionError` for one that cannot be read off."""
    functions = list(_functions(program))
    return {name for each in functions for call in _calls(each) for name in _names(functions, each, call)}


def _functions(program: Path) -> Iterator[Function]:
    for file in sorted(program.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield Function(node.name, node)


def _calls(function: Function) -> Iterator[ast.Call]:
    for node in ast.walk(function.node):
        if isinstance(node, ast.Call) and _called(node) in PASSED_BY:
            yield node


def _called(call: ast.Call) -> str:
    target = call.func
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _names(functions: list[Function], function: Function, call: ast.Call) -> Iterator[str]:
    match call.args[0]:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(values=parts):
            (hole,) = (part.value for part in parts if isinstance(part, ast.FormattedValue))
            assert isinstance(hole, ast.Name), ast.dump(hole)
            for word in _words(functions, function, hole.id):
                yield "".join(part.value if isinstance(part, ast.Constant) else word for part in parts)
        case other:
            raise AssertionError(f"a crash point whose name cannot be read off: {ast.unparse(other)}")


def _words(functions: list[Function], function: Function, parameter: str) -> Iterator[str]:
    """Every word that is given for a parameter of a function."""
    place = function.place(parameter)
    assert place is not None, f"{parameter} is no parameter of {function.name}"
    for caller in functions:
        for node in ast.walk(caller.node):
            if isinstance(node, ast.Call) and _is_call_of(node, function):
                given = next((each.value for each in node.keywords if each.arg == parameter), None)
                if given is None and len(node.args) <= place:
                    continue  # the name it has by itself: a copy in memory, which ends with its process
                yield from _given(functions, caller, given or node.args[place])


def _given(functions: list[Function], caller: Function, given: ast.expr) -> Iterator[str]:
    match given:
        case ast.Constant(value=str(word)):
            yield word
        case ast.Name(id=name) if caller.place(name) is not None:
            yield from _words(functions, caller, name)
        case other:
            raise AssertionError(f"{caller.name} names no crash point: {ast.unparse(other)}")


def _is_call_of(call: ast.Call, function: Function) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != function.name:
        return False
    receiver = call.func.value
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
    return name in RECEIVERS

"""Every ratio and every comparison of two costs in the code and on the pages, with the rule of each side.

Read from the source: a division, a subtraction, `costs.over` or `<`, `>` and their like, with a registered cost on
either side. A cost is named by a call of its function, by `case["name"]`, or by a variable that was set from one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import nbformat

from analysis.quantities import REGISTRY
from analysis.quantities.parts import PARTS
from analysis.tables import ROOT

# The rent of an hour stands in formulas as an assumption; as a result it is a piece of a figure.
RENT = "rental_usd_per_gpu_hour"
KNOWN = {**REGISTRY, RENT: PARTS["rent_usd_per_gpu_hour"]}
COSTS = {name for name, each in KNOWN.items() if each.basis or each.rule.text}
SCOPES = (ast.FunctionDef, ast.Lambda)


@dataclass(frozen=True, order=True)
class Comparison:
    """Two costs that are set against each other. where: the module or page, and the function that does it."""

    where: str
    above: str
    below: str

    @property
    def alike(self) -> bool:
        """Whether basis and rule of the two are one."""
        one, other = KNOWN[self.above], KNOWN[self.below]
        return one.basis == other.basis and one.rule.agrees(other.rule)

    @property
    def declared(self) -> bool:
        """Whether the result that makes it says so, and how the rules differ: of a run or of an hour is one rule."""
        made = REGISTRY.get(self.where.rpartition(":")[2])
        sides = [(KNOWN[name].basis, KNOWN[name].rule) for name in (self.above, self.below)]
        return made is not None and all(
            side in [(KNOWN[name].basis, KNOWN[name].rule) for name in made.compares] for side in sides
        )

    @property
    def rules(self) -> str:
        """Both rules in words."""
        one, other = KNOWN[self.above], KNOWN[self.below]
        return f"{one.basis}, {one.rule.text} | {other.basis}, {other.rule.text}"


def sources() -> Iterator[tuple[str, ast.Module]]:
    """All code of the package and of the pages."""
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "book").rglob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        yield str(path.relative_to(ROOT)), ast.parse("\n".join(c.source for c in cells if c.cell_type == "code"))


def found_in(name: str, tree: ast.AST) -> set[Comparison]:
    """The comparisons of one file."""
    found: set[Comparison] = set()
    _scope(name, name, tree, {}, found)
    return found


@cache
def everywhere() -> list[Comparison]:
    """All of them, in order."""
    return sorted(set().union(*(found_in(name, tree) for name, tree in sources())))


def _scope(file: str, where: str, tree: ast.AST, known: dict[str, set[str]], found: set[Comparison]) -> None:
    """What a function or a file compares; what it sets is known to what it defines."""
    known = dict(known)
    inner = []
    for node in _own(tree):
        if isinstance(node, SCOPES):
            inner.append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                _set(target, node.value, known)
        for above, below in _pairs(node):
            for one in _costs(above, known):
                for other in _costs(below, known) - {one}:
                    found.add(Comparison(where, one, other))
    for node in inner:
        _scope(file, f"{file}:{node.name}" if isinstance(node, ast.FunctionDef) else where, node, known, found)


def _own(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope in the order of the text, without what lies inside the functions that it defines."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, SCOPES):
            yield from _own(node)


def _set(target: ast.expr, value: ast.expr, known: dict[str, set[str]]) -> None:
    if isinstance(target, ast.Name):
        known[target.id] = _costs(value, known)
    elif isinstance(target, ast.Tuple):
        # One by one where the values stand there one by one; else any of them may be any.
        parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
        for place, each in enumerate(target.elts):
            _set(each, parts[place] if parts else value, known)


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Sub):
        yield node.left, node.right
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        yield from pairwise(sides)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("over") and len(node.args) == 2:
        yield node.args[0], node.args[1]


def _costs(node: ast.expr, known: dict[str, set[str]]) -> set[str]:
    """The costs that an expression is made of. A ratio is none: what was divided is no cost any more."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _costs(node.right, known):
        return set()
    if isinstance(node, ast.Name):
        return known.get(node.id, set())
    if isinstance(node, ast.Attribute) and node.attr == RENT:
        return {RENT}
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        if name in REGISTRY:
            return {name} & COSTS
        if name == "over":
            return set()
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in REGISTRY:
        return {node.slice.value} & COSTS
    return set().union(*(_costs(each, known) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)))

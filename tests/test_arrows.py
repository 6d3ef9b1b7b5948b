"""Modules import one another in one direction, without a circle, and read neither tests/ nor finished pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from analysis.tables import ROOT

# Room -> rooms that it knows nothing of; "" are the modules that stand in no room.
AGAINST = {
    "costs": ("", "quantities", "figures", "comparison", "judgements", "reconciliation", "report", "teaching"),
    "quantities": ("figures", "report", "teaching"),
    "figures": ("report", "teaching"),
    "comparison": ("report", "teaching"),
    "judgements": ("figures", "report", "teaching"),
    "reconciliation": ("figures", "placing", "report", "teaching"),
    "placing": ("figures", "report", "teaching"),
    "": ("report", "teaching"),
    "report": ("teaching",),
}
# Above all others.
TOP = ("analysis.cli", "analysis.__main__")
# What names files of tests/: the numbers of the page "Limits and checks", and what a site is made from.
READS_TESTS = {"analysis.campaigns", "analysis.report.identity", "analysis.report.place"}
# The one function that reads what a committed page says, and who calls it.
READS_PAGES = {"analysis.teaching.review"}

Arrows = dict[str, set[str]]


@cache
def sources(root: Path = ROOT) -> dict[str, ast.Module]:
    """Name of each module of the report -> its code."""
    found = {}
    for path in sorted((root / "analysis").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """All code that runs: imports for a type checker alone do not."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from running(node)


def arrows(trees: dict[str, ast.Module]) -> Arrows:
    """Module -> the report's modules that it imports, at once or late, or by a name that it holds as a text."""
    found: Arrows = {name: set() for name in trees}
    for name, tree in trees.items():
        for node in running(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted = {f"{node.module}.{each.name}" for each in node.names}
                found[name] |= {each if each in trees else node.module for each in wanted}
            elif isinstance(node, ast.Import):
                found[name] |= {each.name for each in node.names}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[name].add(node.value)
        found[name] &= trees.keys() - {name}
    return found


@cache
def drawn() -> Arrows:
    return arrows(sources())


def room(module: str) -> str:
    return module.split(".")[1] if module in PACKAGES or module.count(".") > 1 else ""


PACKAGES = {f"analysis.{path.parent.name}" for path in (ROOT / "analysis").glob("*/__init__.py")}


def against(found: Arrows) -> list[str]:
    """Arrows that run against the flow."""
    wrong = []
    for one, others in found.items():
        for other in sorted(others):
            up = other in TOP or (room(other) in AGAINST.get(room(one), ()) and other != "analysis")
            if up and one not in TOP:
                wrong.append(f"{one} imports {other}")
    return wrong


def circle(found: Arrows) -> list[str]:
    """The modules of a circle; none if there is none."""
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_imports_run_one_way() -> None:
    assert not against(drawn()), f"Against the flow: {'; '.join(against(drawn()))}."


def test_imports_make_no_circle() -> None:
    assert not circle(drawn()), f"A circle of imports: {' <- '.join(circle(drawn()))}."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("analysis.costs.runs", "analysis.tables"),
        ("analysis.figures.style", "analysis.report.files"),
        ("analysis.words", "analysis.report.files"),
        ("analysis.report.build", "analysis.teaching.slides"),
        ("analysis.teaching.slides", "analysis.cli"),
    ],
)
def test_an_arrow_against_the_flow_is_seen(one: str, other: str) -> None:
    assert against({**drawn(), one: {*drawn()[one], other}}) == [f"{one} imports {other}"]


def test_a_circle_is_seen_also_where_an_import_waits() -> None:
    for late in ("from analysis.report import build", "import_module('analysis.report.build')"):
        tree = ast.parse(f"def draw():\n    {late}")
        assert set(circle(arrows({**sources(), "analysis.report.rendering": tree}))) == {
            "analysis.report.build",
            "analysis.report.rendering",
        }
    shown = ast.parse("if TYPE_CHECKING:\n    from analysis.report import build")
    assert not circle(arrows({**sources(), "analysis.report.rendering": shown}))


def told(tree: ast.AST) -> set[str]:
    """Texts of a module that no docstring holds."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    }


def test_the_report_reads_neither_its_tests_nor_its_finished_pages() -> None:
    reading = {name for name, tree in sources().items() if any(text.split("/")[0] == "tests" for text in told(tree))}
    assert reading <= set(READS_TESTS), f"{', '.join(reading - set(READS_TESTS))}: analysis/ stands without tests/."
    calls = (
        "notebooks.results(notebooks.BOOK",
        "notebooks.outputs(notebooks.BOOK",
        "notebooks.drawings(notebooks.BOOK",
    )
    texts = {name: ast.unparse(tree) for name, tree in sources().items()}
    reading = {name for name, text in texts.items() if any(call in text for call in calls)}
    assert reading == READS_PAGES, "What a committed page says is asked of `review.committed` alone."

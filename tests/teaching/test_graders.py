"""nbgrader and otter release the exercises without a solution, and give the points that were earned."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import commands
import nbformat
import pytest

from analysis.report import notebooks
from analysis.teaching import exercises, graders, students
from analysis.teaching.checks import demand

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "_build" / ".graders" / "bin"
CHAPTERS = exercises.chapters()
BILL = next(chapter for chapter in CHAPTERS if chapter.name == "whole_bill")
NOTEBOOK = "07_whole_bill.ipynb"

# whole_bill: 2 points for the sum, 4 for the function, 1 for the scenario; the reasons and the argument wait.
RIGHT = {exercise.id: "\n".join(exercise.sources("solution")) for exercise in BILL.exercises}
ANSWERS = {**RIGHT, "whole_bill-1": "answer_hidden_usd = 1 / 0"}
EARNED, MOST = 5, 7

# Run at the start of each Python: where jsonschema finds this package, it compiles dozens of grammars of addresses.
# That takes longer than all that a grader does, and none checks an address.
QUICK = "import sys; sys.modules['rfc3987_syntax'] = None"


def run(*command: str | Path, folder: Path) -> str:
    """Run a grader's command in a folder; what it printed."""
    tool = BIN / command[0]
    if not tool.exists():
        pytest.fail(
            f"{tool.name} is missing. `make graders` installs it, and `make test` does so first.", pytrace=False
        )
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / "sitecustomize.py").write_text(QUICK)
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTHON"))}
    surroundings |= {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "PYTHONPATH": str(home)}
    done = subprocess.run([tool, *command[1:]], capture_output=True, text=True, cwd=folder, env=surroundings)
    assert not done.returncode, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def written(form: str, folder: Path) -> Path:
    """The instructor's folder for a grader, with the notebook of one chapter."""
    for name, data in graders.files(form, [BILL]):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def answered(release: Path) -> nbformat.NotebookNode:
    """A released notebook with the answers in its own cells."""
    found = nbformat.read(release, 4)
    for cell in found.cells:
        if "reason" in cell.metadata.get("tags", []):
            continue
        if "answer" in cell.metadata.get("tags", []):
            cell.source = ANSWERS[cell.metadata.answer]
    return found


def solved(text: str) -> list[str]:
    """Lines of solutions, expected answers and notes that a text holds."""
    plain = " ".join(text.split())
    lines = [
        " ".join(line.split())
        for cell in BILL.notebook.cells
        if "solution" in notebooks.tags(cell)
        for line in cell.source.splitlines()
        if len(line.strip()) > 24 and not line.startswith(("def ", "from ", '    """', "import "))
    ]
    assert len(lines) > 60
    return [line for line in lines if line in plain or json.dumps(line)[1:-1] in plain]


@pytest.fixture(scope="module")
def nbgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of nbgrader: released, handed in, graded and exported."""
    folder = written("nbgrader", tmp_path_factory.mktemp("nbgrader"))
    run("nbgrader", "generate_assignment", graders.ASSIGNMENT, folder=folder)
    release = folder / "release" / graders.ASSIGNMENT / NOTEBOOK
    place = folder / "submitted" / "bo" / graders.ASSIGNMENT
    place.mkdir(parents=True)
    nbformat.write(answered(release), place / NOTEBOOK)
    run("nbgrader", "autograde", graders.ASSIGNMENT, folder=folder)
    run("nbgrader", "export", "--to", "grades.csv", folder=folder)
    return folder


@pytest.fixture(scope="module")
def ottered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assignment of otter: released, handed in and graded. Assigning fails where a solution does not pass."""
    folder = written("otter", tmp_path_factory.mktemp("otter"))
    run("otter", "assign", NOTEBOOK, "dist", folder=folder)
    (tests,) = (folder / "dist" / "autograder").glob("*.zip")
    nbformat.write(answered(folder / "dist" / "student" / NOTEBOOK), folder / "bo.ipynb")
    run("otter", "run", "-a", tests, "-o", folder, folder / "bo.ipynb", folder=folder)
    return folder


@pytest.mark.slow
def test_nbgrader_gives_the_points_that_were_earned(nbgraded: Path) -> None:
    with (nbgraded / "grades.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["student_id"], float(row["score"]), float(row["max_score"])) == ("bo", EARNED, BILL.points)


@pytest.mark.slow
def test_otter_gives_the_points_that_were_earned(ottered: Path) -> None:
    said = json.loads((ottered / "results.json").read_text(encoding="utf-8"))
    scores = [test for test in said["tests"] if "score" in test and test["name"].startswith("whole_bill")]
    assert sum(test["score"] for test in scores) == EARNED, said
    assert sum(test["max_score"] for test in scores) == MOST


@pytest.mark.slow
def test_no_release_holds_a_solution(nbgraded: Path, ottered: Path) -> None:
    releases = [nbgraded / "release" / graders.ASSIGNMENT, ottered / "dist" / "student"]
    for release in releases:
        texts = [path for path in release.rglob("*") if path.suffix in (".ipynb", ".py", ".json", ".md", ".txt")]
        assert release / NOTEBOOK in texts
        found = [f"{path.relative_to(release)}: {line}" for path in texts for line in solved(path.read_text("utf-8"))]
        assert not found, "\n".join(found)
        cells = nbformat.read(release / NOTEBOOK, 4).cells
        text = "\n".join(cell.source for cell in cells)
        assert "demand" not in text and "SOLUTION" not in text and "Marking" not in text
        blanks = [cell for cell in cells if "answer" in cell.metadata.get("tags", [])]
        assert all(cell.metadata.get("editable", True) for cell in blanks) and len(blanks) == 6
        assert "hand_in" not in text


def test_the_search_finds_a_solution_that_is_there() -> None:
    assert solved(RIGHT["whole_bill-1"]) and solved(json.dumps(RIGHT["whole_bill-2"]))


def hidden(notebook: nbformat.NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if "demand(" in cell.source and cell.cell_type == "code":
            yield from re.findall(r"^demand\(.*\)$", cell.source, re.MULTILINE)


@pytest.mark.parametrize("form", graders.FORMATS)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_hidden_tests_pass_on_the_solutions_and_fail_on_blanks(chapter: exercises.Chapter, form: str) -> None:
    tests = list(hidden(graders.NOTEBOOK[form](chapter)))
    computed = [name for each in chapter.exercises for name in each.points if name not in each.read]
    assert len(tests) == len(computed)
    space = {**exercises.run(chapter.notebook.cells), "demand": demand}
    blank = {**exercises.run(exercises.student_notebook(chapter).cells[:-1]), "demand": demand}
    for test in tests:
        exec(test, space)
        with pytest.raises(AssertionError):
            exec(test, blank)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_both_formats_hold_all_points_of_a_chapter(chapter: exercises.Chapter) -> None:
    marked = [cell.metadata.nbgrader for cell in graders.for_nbgrader(chapter).cells]
    assert sum(each.get("points", 0) for each in marked) == chapter.points
    assert len({each.grade_id for each in marked}) == len(marked)
    raw = [cell.source for cell in graders.for_otter(chapter).cells if cell.cell_type == "raw"]
    points: list[Any] = [
        each.get("points") for text in raw if text.startswith("# BEGIN QUESTION") for each in [config(text)]
    ]
    assert sum(sum(each) if isinstance(each, list) else each for each in points) == chapter.points


def config(text: str) -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_the_folder_names_its_packages_and_commands() -> None:
    assert "jupyterlab" not in graders.requirements() and "pandas==" in graders.requirements()
    locked = (ROOT / ".ci" / "graders.in").read_text(encoding="utf-8")
    for form, package in (("nbgrader", "nbgrader"), ("otter", "otter-grader")):
        (version,) = re.findall(rf"^{package}==(\S+)$", locked, re.MULTILINE)
        assert f"Tested with {package} {version}." in students.filled(f"{form}.md", {})


def test_an_unknown_grader_is_refused(tmp_path: Path) -> None:
    said = commands.refused("classroom", "--format", "moodle", "--out", str(tmp_path / "x"))
    assert "--format 'moodle' is not known: it is nbgrader or otter, or left out." in said

"""The exercises for nbgrader and for otter, from the same cells and tags as every other edition.

Both keep a source with solutions, from which they make the students' release themselves. Each answer that a computer
marks has a hidden test of its own with its points; an argument, or a reason, waits for a person.
The folders hold the solutions: they are the instructor's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

from analysis import words
from analysis.report import notebooks
from analysis.report.execution import Progress
from analysis.teaching import exercises, students, variants
from analysis.teaching.exercises import REASON, Chapter, Exercise
from analysis.teaching.wanted import Wanted, fill

# What hands in and names by itself has no place where another tool does both.
NOT_IN_GRADERS = ({"name"}, {"start"}, {"hand-in"})
ASSIGNMENT = "exercises"


def _cells(chapter: Chapter) -> Iterator[tuple[NotebookNode, set[str], Exercise | None]]:
    """The students' cells with their tags, and the exercise that an answer or a check is of."""
    of_id = {each.id: each for each in chapter.exercises}
    current = None
    for cell in exercises.student_notebook(chapter).cells:
        tags = set(notebooks.tags(cell))
        if tags in NOT_IN_GRADERS or cell.source == exercises.HOW_TO_HAND_IN:
            continue
        if "exercise" in tags:
            current = of_id[cell.metadata["exercise"]["id"]]
        yield cell, tags, current


def _solution(exercise: Exercise) -> str:
    (source,) = exercise.sources("solution")
    return str(source)


def _tests(exercise: Exercise) -> Iterator[tuple[str, int, str]]:
    """Answer, points and test of each answer that a computer marks."""
    (check,) = exercise.sources("check")
    inside = re.fullmatch(r'check\(\s*"[^"]+",\s*(.*?),?\s*\)', str(check), re.DOTALL)
    assert inside, f"The check of {exercise.id} is of another form."
    given = dict(zip(exercise.answers, re.split(r",\s*(?![^(]*\))", inside[1]), strict=True))
    for name, points in exercise.points.items():
        if name not in exercise.read:
            yield name, points, f'demand("{exercise.id}", "{name}", {given[name]})'


IMPORT = "from analysis.teaching.checks import demand"


# nbgrader


def for_nbgrader(chapter: Chapter) -> NotebookNode:
    """A chapter as a source of nbgrader."""
    cells: list[NotebookNode] = []

    def put(cell: NotebookNode, name: str, points: int = 0, **more: bool) -> None:
        said: dict[str, Any] = {"grade": bool(points), "solution": False, "locked": True, "task": False, **more}
        said |= {"schema_version": 3, "grade_id": name, **({"points": points} if points else {})}
        cell.metadata["nbgrader"] = said
        cells.append(cell)

    for number, (cell, tags, exercise) in enumerate(_cells(chapter)):
        name = f"{chapter.name}-cell-{number:02d}"
        if tags == {"answer"} and exercise is not None:
            cell.source = f"{cell.source}\n### BEGIN SOLUTION\n{_solution(exercise)}\n### END SOLUTION"
            points = sum(exercise.points[each] for each in exercise.read if each != REASON)
            put(cell, f"{exercise.id}-answer", points, solution=True, locked=False)
        elif REASON in tags and exercise is not None:
            put(cell, f"{exercise.id}-{REASON}", exercise.points[REASON], solution=True, locked=False)
        else:
            put(cell, name)
        if tags == {"check"} and exercise is not None:
            for answer, points, test in _tests(exercise):
                lines = (
                    f"# {words.counted(points, 'point').capitalize()} for {answer}",
                    *("### BEGIN HIDDEN TESTS", IMPORT, "", test, "### END HIDDEN TESTS"),
                )
                put(nbformat.v4.new_code_cell("\n".join(lines)), f"{exercise.id}-{answer}", points)
    return notebooks.stripped(nbformat.v4.new_notebook(cells=cells))


NBGRADER_CONFIG = f"""c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "{students.NAME}"
c.ClearSolutions.code_stub = {{"python": ""}}
c.ClearSolutions.text_stub = {exercises.WRITE!r}
c.ExecutePreprocessor.timeout = 60
"""


# otter


def for_otter(chapter: Chapter) -> NotebookNode:
    """A chapter as a master notebook of `otter assign`."""
    config = {
        "name": chapter.name,
        "files": ["analysis", "data"],
        "requirements": "requirements.txt",
        "export_cell": {"pdf": False, "run_tests": False},
    }
    cells = [_raw("ASSIGNMENT CONFIG", config)]
    for cell, tags, exercise in _cells(chapter):
        if tags == {"answer"} and exercise is not None:
            tests = list(_tests(exercise))
            said: dict[str, Any] = {"name": exercise.id.replace("-", "_"), "check_cell": False}
            # A question is marked by tests or by a person.
            said |= {"points": [points for _, points, _ in tests]} if tests else {"manual": True}
            said |= {} if tests else {"points": sum(exercise.points.values())}
            # Only what stands between such lines is taken out of code; a solution's cell as such is not.
            cell.source = f"{cell.source}\n# BEGIN SOLUTION NO PROMPT\n{_solution(exercise)}\n# END SOLUTION"
            cells += _question(said, [_raw("BEGIN SOLUTION"), cell, _raw("END SOLUTION")], tests)
        elif REASON in tags and exercise is not None:
            (marking,) = exercise.sources("solution", "marking")
            said = {"name": f"{exercise.id.replace('-', '_')}_{REASON}", "manual": True}
            said["points"] = exercise.points[REASON]
            solution = [_raw("BEGIN SOLUTION"), nbformat.v4.new_markdown_cell(str(marking)), _raw("END SOLUTION")]
            # The question goes along: otter marks and locks the first cell of text.
            blank = [cells.pop(), _raw("BEGIN PROMPT"), cell, _raw("END PROMPT")]
            cells += _question(said, [*blank, *solution], [])
        else:
            cells.append(cell)
    return notebooks.stripped(nbformat.v4.new_notebook(cells=cells))


def _raw(text: str, said: Mapping[str, Any] | None = None) -> NotebookNode:
    lines = yaml.safe_dump(dict(said), sort_keys=False).strip() if said else ""
    return nbformat.v4.new_raw_cell(f"# {text}\n{lines}".strip())


def _question(
    said: Mapping[str, Any], cells: list[NotebookNode], tests: list[tuple[str, int, str]]
) -> list[NotebookNode]:
    found = [_raw("BEGIN QUESTION", said), *cells]
    if tests:
        hidden = [nbformat.v4.new_code_cell(f"# HIDDEN\n{IMPORT}\n{test}") for _, _, test in tests]
        found += [_raw("BEGIN TESTS"), *hidden, _raw("END TESTS")]
    return [*found, _raw("END QUESTION")]


def requirements() -> str:
    """The packages that the notebooks import, at the versions of the students' lock."""
    pins = {name.casefold(): version for name, version in students.pins().items()}
    return "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))


# Folders

NOTEBOOK: dict[str, Callable[[Chapter], NotebookNode]] = {"nbgrader": for_nbgrader, "otter": for_otter}
FORMATS = tuple(NOTEBOOK)


def files(form: str, chapters: list[Chapter], answers: Mapping[str, Any] | None = None) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file of the instructor's folder for a grader; answers: as `students.files` has them."""
    inside = f"source/{ASSIGNMENT}/" if form == "nbgrader" else ""
    named = students.notebook_names([each.name for each in exercises.chapters()])
    for each in chapters:
        yield f"{inside}{named[each.name]}", students.text_of(NOTEBOOK[form](each)).encode()
    for name, data in students.package(answers):
        yield f"{inside}{name}", data
    yield "README.md", students.filled(f"{form}.md", {}).encode()
    yield "requirements.txt", requirements().encode()
    if form == "nbgrader":
        yield "nbgrader_config.py", NBGRADER_CONFIG.encode()


def build(form: str, folder: Path, progress: Progress, wanted: Wanted) -> None:
    """The folder for one of FORMATS."""
    edition = variants.edition(wanted.variant)
    progress(form, 0, 1)
    fill(folder, files(form, edition.chapters, edition.answers))

"""The exercises: one notebook a chapter in book/teaching/exercises, from which every edition is made.

Cells are told apart by their tags. `exercise` opens an exercise, and its metadata says id, level, minutes, the answers
with their units, the points of each, the aim, and perhaps a question to whose answer a reader gives points (`reason`).
`hint`, `given` and `check` go into the students' edition as they are. `solution` does not: a code cell with no other
tag is replaced by a blank, those that are also `expect`, `marking` or `teaching` are left out.

In the students' edition a cell tagged `answer` says in its metadata, in `answer`, of which exercise it is; one that is
tagged `reason` too is Markdown. Whatever grades a notebook reads these cells and no other.
"""

from __future__ import annotations

import ast
import copy
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from analysis import words, written
from analysis.report import execution, notebooks
from analysis.report.execution import Progress
from analysis.teaching import checks, expected

SOURCES = notebooks.BOOK / "teaching" / "exercises"

TEXTS = written.toml_of(Path(__file__).with_suffix(".toml"))
LEVELS: dict[str, str] = TEXTS["levels"]
# What stands in a notebook before something is written there, and what asks for a hand-in.
WRITE, HOW_TO_HAND_IN = TEXTS["write"], TEXTS["how_to_hand_in"]

REASON = "reason"


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    id:      name of its chapter and its number
    answers: name -> unit, or what else is asked for, in the order of its check
    points:  name of an answer -> its points; `reason`: those of the answer to the question `reason`
    aim:     how "After this you can" goes on
    """

    id: str
    level: str
    minutes: int
    answers: dict[str, str]
    points: dict[str, int]
    aim: str
    title: str
    text: str
    reason: str = ""
    cells: list[NotebookNode] = field(default_factory=list)

    def sources(self, *tags: str) -> list[str]:
        """The sources of the cells with exactly these tags."""
        return [cell.source for cell in self.cells if set(notebooks.tags(cell)) == set(tags)]

    @property
    def about(self) -> str:
        """Level, time and points, in words."""
        points = words.counted(sum(self.points.values()), "point")
        return f"{LEVELS[self.level].capitalize()} · about {self.minutes} minutes · {points}"

    @property
    def promise(self) -> str:
        """Level, time, points and aim, as a student reads them."""
        return f"{self.about}. After this you can {self.aim}."

    @property
    def read(self) -> list[str]:
        """The answers that a reader marks: the argument, and the reason."""
        return [name for name in self.points if name == REASON or self.answers[name] == "text"]


@dataclass(frozen=True)
class Chapter:
    """The exercises of one chapter, with the cells that stand before the first."""

    name: str
    title: str
    notebook: NotebookNode
    exercises: list[Exercise]

    @property
    def minutes(self) -> int:
        return sum(exercise.minutes for exercise in self.exercises)

    @property
    def points(self) -> int:
        return sum(sum(exercise.points.values()) for exercise in self.exercises)

    def tagged(self, tag: str) -> list[str]:
        return [cell.source for cell in self.notebook.cells if tag in notebooks.tags(cell)]


class ExerciseError(notebooks.PageFailure):
    """A notebook of exercises is not what the builder of the editions needs."""


def ordered(chapters: Iterable[str]) -> list[str]:
    """Chapters in the order of the book; those of pages that have moved stand in the order of book/moved.yml."""
    pages, moved = [page.name for page in notebooks.pages()], notebooks.moved()
    homes = {name: moved[name].to if name in moved else name for name in chapters}
    gone = list(moved)
    place = {name: pages.index(home) for name, home in homes.items() if home in pages}
    return sorted(place, key=lambda name: (place[name], gone.index(name) if name in gone else -1))


def names() -> list[str]:
    """Chapters that have exercises, in the order of the book."""
    there = {path.stem for path in SOURCES.glob("*.ipynb")}
    order = ordered(there)
    if there - set(order):
        raise ExerciseError(
            f"book/teaching/exercises has {', '.join(sorted(there - set(order)))}, but _toc.yml has no such chapter, "
            "and book/moved.yml does not say where it is now."
        )
    return order


def split_title(source: str) -> tuple[str, str]:
    """A heading and what stands below it."""
    head, _, rest = source.partition("\n")
    return head.lstrip("# "), rest.strip()


def chapter(name: str) -> Chapter:
    """The exercises of a chapter."""
    return parsed(name, notebooks.read(SOURCES / f"{name}.ipynb"))


def parsed(name: str, notebook: NotebookNode) -> Chapter:
    """The exercises of a chapter's notebook. ExerciseError names all that they lack."""
    found: list[Exercise] = []
    for cell in notebook.cells:
        if "exercise" in notebooks.tags(cell):
            found.append(_exercise(cell))
        elif found and "standing" not in notebooks.tags(cell):
            found[-1].cells.append(cell)
    notes = any({"solution", "teaching"} <= set(notebooks.tags(cell)) for cell in notebook.cells)
    faults = [] if notes else ["no cell tagged solution and teaching has the teaching notes"]
    wanted = (("solution",), ("solution", "expect"), ("solution", "marking"), ("check",), ("hint",))
    for exercise in found:
        missing = [" and ".join(tags) for tags in wanted if not exercise.sources(*tags)]
        faults += [f"exercise {exercise.id} has no cell tagged {', none tagged '.join(missing)}"] if missing else []
    if faults:
        raise ExerciseError(f"book/teaching/exercises/{name}.ipynb: {'; '.join(faults)}. Add the cells.")
    return Chapter(name, split_title(notebook.cells[0].source)[0], notebook, [_in_order(each) for each in found])


def _in_order(exercise: Exercise) -> Exercise:
    """The exercise with its answers as its check takes them; a notebook keeps metadata by the alphabet."""
    (check,) = exercise.sources("check")
    named = [node.id for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Name)]
    if missing := [name for name in exercise.answers if name not in named]:
        raise ExerciseError(
            f"The check of exercise {exercise.id} does not take {', '.join(missing)}. Correct the cell."
        )
    return replace(exercise, answers={name: exercise.answers[name] for name in named if name in exercise.answers})


def _exercise(cell: NotebookNode) -> Exercise:
    title, text = split_title(cell.source)
    said = cell.metadata.get("exercise", {})
    wanted = ("id", "level", "minutes", "answers", "points", "aim")
    faults = [f"has no `{name}`" for name in wanted if name not in said]
    faults += [f"has `{name}`, which is not read" for name in said if name not in (*wanted, REASON)]
    asked = {*said.get("answers", {}), *([REASON] if said.get(REASON) else [])}
    if set(said.get("points", asked)) != asked:
        faults.append(
            f"gives points to {', '.join(said['points']) or 'nothing'}, not to each of {', '.join(sorted(asked))}"
        )
    if said.get("level", "read") not in LEVELS:
        faults.append(f"has the level '{said['level']}', which is none of {', '.join(LEVELS)}")
    if faults:
        raise ExerciseError(f"Exercise '{title}': `exercise`, in its cell's metadata, {'; '.join(faults)}. Correct it.")
    return Exercise(title=title, text=text, **said)


def chapters() -> list[Chapter]:
    """All of them, in the order of the book."""
    return [chapter(name) for name in names()]


def run(cells: Iterable[NotebookNode]) -> dict[str, Any]:
    """Run cells one after the other in this process; the names that they leave. Their last expression is dropped."""
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"<{' '.join(notebooks.tags(cell))}>", "exec"), space)
    return space


def answers(chosen: Iterable[Chapter]) -> dict[str, Any]:
    """What each exercise expects, as its solution computes it now."""
    found = {}
    for each in chosen:
        run(each.notebook.cells)
        missing = [exercise.id for exercise in each.exercises if exercise.id not in expected.DECLARED]
        if missing:
            raise ExerciseError(f"{each.name}: no cell declares what {', '.join(missing)} expects. See `expect`.")
        found.update({exercise.id: expected.DECLARED[exercise.id] for exercise in each.exercises})
    return found


def blank(exercise: Exercise) -> str:
    """What stands in a students' notebook in place of the solution."""
    (solution,), checked = exercise.sources("solution"), ast.walk(ast.parse("\n".join(exercise.sources("check"))))
    defined = {node.name: node for node in ast.parse(solution).body if isinstance(node, ast.FunctionDef)}
    # In the order of the question, which is that of its check.
    order = [node.id for node in checked if isinstance(node, ast.Name) and node.id in exercise.answers]
    names = sorted(exercise.answers, key=order.index)
    return "\n\n\n".join(_blank(name, exercise.answers[name], defined.get(name)) for name in names)


def _blank(name: str, asked: str, function: ast.FunctionDef | None) -> str:
    if asked == "function" and function is not None:
        described = ast.get_docstring(function)
        return (
            f"def {name}({ast.unparse(function.args)}):\n"
            f'    """{described}"""\n'
            "    return None  # write the function here, and return its result"
        )
    if asked == "text":
        # Raw, and in the marks that prose has least: a quotation or a path in it ends no text.
        return f"# Write your text between the two lines of quotation marks.\n{name} = r'''\n\n'''"
    if asked == "list":
        return f"{name} = []"
    return f"{name} = None  # {asked}"


def escaped(cell: NotebookNode) -> NotebookNode:
    """A Markdown cell in which a dollar is money: Jupyter would read two of them as a formula."""
    cell = copy.deepcopy(cell)
    if cell.cell_type == "markdown":
        cell.source = cell.source.replace("$", "\\$")
    return cell


def start(here: str, site: str) -> str:
    """The first code of a students' notebook. here: its name in the zip; site: the address of the site, or \"\""""
    address = f"{site}/exercises/student.zip"
    where = address if site else 'the page "For teachers and students" of the report has it'
    ways = [f"Open {here} in the folder of the zip with all notebooks: {where}."]
    ways += [f"Or install the model, and run this again: %pip install {address}"] if site else []
    return str(TEXTS["start"]).format(ways="\n".join(f"        {json.dumps(way + chr(10))}" for way in ways))


def student_notebook(each: Chapter, file: str = "", links: str = "", site: str = "", variant: int = 0) -> NotebookNode:
    """A chapter's exercises without a solution, with blanks and checks, not executed.

    file: its name in the folder of all; links: what leads to the chapter and elsewhere, as Markdown
    site: the address of the report's site, if there is one; variant: its number, 0 for the base case
    """
    title, intro = split_title(each.notebook.cells[0].source)
    file = file or f"{each.name}.ipynb"
    how = TEXTS["how"].format(case=TEXTS["variant" if variant else "base"].format(variant))
    first = f"# Exercises: {title}{f' (variant {variant})' if variant else ''}\n\n{intro}\n\n{links}\n{how}"
    begin = nbformat.v4.new_code_cell(start(file, site), metadata={"tags": ["start"]})
    cells = [nbformat.v4.new_markdown_cell(first), _open_code(TEXTS["name"], "name"), begin]
    cells += [_fixed(cell) for cell in each.notebook.cells if "setup" in notebooks.tags(cell)]
    for exercise in each.exercises:
        cells.append(_opening(each, exercise))
        cells += _body(exercise)
    cells += [_fixed(cell) for cell in each.notebook.cells if "standing" in notebooks.tags(cell)]
    cells.append(nbformat.v4.new_markdown_cell(HOW_TO_HAND_IN))
    cells.append(_open_code(TEXTS["hand_in"].format(file=file), "hand-in"))
    for cell in cells:
        cell.metadata.setdefault("editable", False)
        cell.metadata["deletable"] = False
    made = notebooks.stripped(nbformat.v4.new_notebook(cells=[escaped(cell) for cell in cells]))
    if variant:
        made.metadata["variant"] = variant
    return made


def _open_code(source: str, *tags: str, **more: Any) -> NotebookNode:
    """A cell for a student to write into."""
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags), "editable": True, **more})


def _fixed(cell: NotebookNode) -> NotebookNode:
    kept = copy.deepcopy(cell)
    if cell.cell_type == "code":
        kept.outputs, kept.execution_count = [], None
    return kept


def _opening(chapter: Chapter, exercise: Exercise) -> NotebookNode:
    """The exercise's first cell: question, aim and points."""
    (cell,) = (cell for cell in chapter.notebook.cells if cell.metadata.get("exercise", {}).get("id") == exercise.id)
    kept = _fixed(cell)
    kept.source = f"## {exercise.title}\n\n*{exercise.promise}*\n\n{exercise.text}"
    return kept


def _body(exercise: Exercise) -> list[NotebookNode]:
    """What follows an exercise's question in the students' edition."""
    cells, hints = [], exercise.sources("hint")
    for cell in exercise.cells:
        tags = set(notebooks.tags(cell))
        if tags == {"solution"}:
            cells.append(_open_code(blank(exercise), "answer", answer=exercise.id))
        elif "hint" in tags:
            kept = _fixed(cell)
            kept.source = folded(hint(hints.index(cell.source) + 1, len(hints)), cell.source)
            cells.append(kept)
        elif "solution" not in tags:
            cells.append(_fixed(cell))
    if exercise.reason:
        points = words.counted(exercise.points[REASON], "point")
        cells.append(nbformat.v4.new_markdown_cell(f"**For a reader ({points}).** {exercise.reason}"))
        more = {"tags": ["answer", REASON], "answer": exercise.id, "editable": True}
        cells.append(nbformat.v4.new_markdown_cell(WRITE, metadata=more))
    return cells


def hint(place: int, count: int) -> str:
    """What a folded hint is called."""
    return "Hint" if count == 1 else f"Hint {place} of {count}"


def folded(summary: str, text: str) -> str:
    """Text behind a summary that opens without a script."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def refresh(tell: Progress) -> list[str]:
    """Execute the sources, and write their outputs and the answers back; names of those that changed."""
    changed = []
    for done, name in enumerate(names()):
        tell(f"exercises {name}", done, len(names()))
        path = SOURCES / f"{name}.ipynb"
        with tempfile.TemporaryDirectory(prefix="report-exercises-") as scratch:
            executed = Path(scratch) / path.name
            execution.execute(path, executed, {})
            if executed.read_bytes() != path.read_bytes():
                notebooks.write(notebooks.read(executed), path)
                changed.append(name)
    checks.ANSWERS.write_text(checks.encode(answers(chapters())), encoding="utf-8")
    return changed

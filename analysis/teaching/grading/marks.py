"""Points from answers: each student's code runs elsewhere, and what it hands over is judged here by the checks."""

from __future__ import annotations

import ast
import csv
import io
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis import parameters, untrusted, words
from analysis.report import files, notebooks
from analysis.report.execution import Progress, silent
from analysis.report.place import BUILD, BuildError
from analysis.report.site import templates
from analysis.scenarios import Scenario
from analysis.teaching import checks, exercises, given, handin, variants
from analysis.teaching.exercises import REASON, Chapter, Exercise
from analysis.teaching.grading import handins, runner
from analysis.teaching.grading.handins import Handin
from analysis.teaching.grading.processes import Child, Gone, Processes

SECONDS = 20.0
LONGEST_REMARK = 300
MODULE = """
import sys, types

sys.modules[{name!r}] = types.ModuleType({name!r})
exec({source!r}, sys.modules[{name!r}].__dict__)
"""
# The first result loads the libraries of the draws, for longer than an answer takes: here for all, and not for each.
FIRST_RESULT = 'from analysis.case import Case\nCase()["v3_rental_usd"].value'
SHEET = templates.beside(__file__)


@dataclass
class Marked:
    """What one student has of one exercise.

    points: answer -> its points, None where a reader gives them
    texts:  what a reader reads, answer -> text
    """

    points: dict[str, int | None]
    texts: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def given(self) -> int:
        return sum(filter(None, self.points.values()))


@dataclass
class Student:
    """One student's marks, by exercise, and variant of each chapter; chapters that were not handed in are missing."""

    name: str
    marks: dict[str, Marked]
    notes: list[str]
    variants: dict[str, int]


@dataclass
class Graded:
    """A class.

    exercises: those of every chapter of which something was handed in
    judges:    what judged them, by variant and exercise
    """

    exercises: list[Exercise]
    judges: dict[tuple[int, str], Judge]
    students: list[Student]
    faults: list[str]


def grade(folder: Path, seconds: float = SECONDS, progress: Progress = silent, variant: int | None = None) -> Graded:
    """Grade all hand-ins below a folder, each by the variant that it says it is of.

    seconds: of the processor, an exercise; variant: that of the whole class, so that no other is graded
    """
    chapters = exercises.chapters()
    everyone, faults = handins.read(folder, {each.id for chapter in chapters for each in chapter.exercises}, variant)
    begun = [chapter for chapter in chapters if any(chapter.name in one.variants for one in everyone)]
    # What the answers are judged by is made before any student's code runs.
    there: dict[tuple[str, int], Chapter] = {}
    judges: dict[tuple[int, str], Judge] = {}
    for chapter in begun:
        for number in sorted({one.variants[chapter.name] for one in everyone if chapter.name in one.variants}):
            made, answers = variants.chapter(chapter.name, number)
            there[chapter.name, number] = made
            judges |= {(number, each.id): Judge(made, each, answers[each.id]["answers"]) for each in made.exercises}
    tasks = [
        (one, there[chapter.name, one.variants[chapter.name]], one.variants[chapter.name])
        for one in everyone
        for chapter in begun
        if chapter.name in one.variants
    ]
    marks: dict[str, dict[str, Marked]] = {one.name: {} for one in everyone}
    # An answer that was written on the page with Python may import what that page gives.
    warm = [[MODULE.format(name="given", source=given.source(Scenario()))], [FIRST_RESULT]]
    warm += [[cell.source for cell in _given(chapter)] for chapter in there.values()]
    closed = [str(path) for path in (checks.ANSWERS, exercises.SOURCES, folder, *BUILD.glob("classroom*"))]
    with Processes(warm, closed) as forked, ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        work = (
            pool.submit(
                _chapter,
                one,
                chapter,
                {each.id: judges[number, each.id] for each in chapter.exercises},
                forked,
                seconds,
            )
            for one, chapter, number in tasks
        )
        for done, ((one, *_), future) in enumerate(zip(tasks, list(work), strict=True), start=1):
            marks[one.name] |= future.result()
            progress(one.name, done, len(tasks))
    students = [Student(one.name, marks[one.name], one.notes, one.variants) for one in everyone]
    return Graded([each for chapter in begun for each in chapter.exercises], judges, students, faults)


def _given(chapter: Chapter) -> list[Any]:
    """The cells that a notebook gives: setup, and what each exercise starts from."""
    return [cell for cell in chapter.notebook.cells if set(notebooks.tags(cell)) in ({"setup"}, {"given"})]


class Judge:
    """The check of one exercise, on values that came from elsewhere."""

    def __init__(self, chapter: Chapter, exercise: Exercise, specs: list[dict[str, Any]]) -> None:
        """specs: what is expected of its answers"""
        self.exercise, self.specs = exercise, specs
        (check,) = exercise.sources("check")
        (statement,) = ast.parse(check).body
        assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        self._arguments = statement.value.args[1:]
        # What a check calls on an answer is defined in a given cell.
        calls = any(isinstance(argument, ast.Call) for argument in self._arguments)
        self._space = exercises.run(_given(chapter)) if calls else {}

    def marked(self, values: Mapping[str, Any]) -> Marked:
        """The marks for the values of the answers."""
        arguments = [self._argument(argument, values) for argument in self._arguments]
        found = checks.verdicts(self.specs, arguments)
        marked = Marked(dict.fromkeys(self.exercise.points, 0))
        for name, spec, value, verdict in zip(self.exercise.answers, self.specs, arguments, found, strict=True):
            if spec["kind"] == "text":
                if isinstance(value, str) and value.strip():
                    marked.points[name], marked.texts[name] = None, value.strip()
            elif verdict.outcome == "right":
                marked.points[name] = self.exercise.points[name]
            if verdict.outcome == "wrong":
                marked.remarks.append(verdict.text)
        return marked

    def _argument(self, node: ast.expr, values: Mapping[str, Any]) -> Any:
        """What a check takes: an answer, or what a function of the notebook makes of answers."""
        if isinstance(node, ast.Call):
            inputs = [self._argument(each, values) for each in node.args]
            return self._space[ast.unparse(node.func)](*inputs)
        return values[ast.unparse(node)]


def _chapter(
    one: Handin, chapter: Chapter, judges: Mapping[str, Judge], forked: Processes, seconds: float
) -> dict[str, Marked]:
    """One student's marks for one chapter. An answer that ends or blocks Python costs no other its points."""
    left_out: dict[str, str] = {}
    while True:
        found, fault = _run(one, chapter, judges, forked, seconds, left_out)
        if not fault:
            break
        left_out |= fault
    for each in chapter.exercises:
        marked = found.setdefault(each.id, Marked(dict.fromkeys(each.points, 0)))
        if each.id in left_out:
            marked.remarks.append(left_out[each.id])
        elif each.id not in one.code:
            marked.remarks.append("its cell is missing")
        for name in each.read:
            if name != REASON and name not in marked.texts and (text := _unread(one.code.get(each.id, ""))):
                marked.points[name], marked.texts[name] = None, text
                marked.remarks.append("its quotation marks do not end the text; a reader has the cell as it is")
        reason = one.reasons.get(each.id, "")
        if each.reason and not handin.is_blank(reason):
            marked.points[REASON], marked.texts[REASON] = None, reason.strip()[: runner.MOST_CHARACTERS]
    return found


def _unread(code: str) -> str:
    """A text whose cell is no Python, as it stands there: a quotation mark too many costs nobody an argument."""
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return code.strip()[: runner.MOST_CHARACTERS]
    return ""


def _run(
    one: Handin,
    chapter: Chapter,
    judges: Mapping[str, Judge],
    forked: Processes,
    seconds: float,
    left_out: Mapping[str, str],
) -> tuple[dict[str, Marked], dict[str, str]]:
    """Run a notebook's answers; the marks, or the exercise at which it ended and why."""
    asked = {each.id: each for each in chapter.exercises if each.id in one.code and each.id not in left_out}
    found: dict[str, Marked] = {}
    with forked.child(list(_steps(one, chapter, asked)), seconds) as child:
        for each in asked.values():
            child.begin()
            try:
                found[each.id] = _marked(child, judges[each.id])
            except Gone as gone:
                return found, {each.id: str(gone)}
            if child.gone:
                return found, {each.id: child.gone}
    return found, {}


def _steps(one: Handin, chapter: Chapter, asked: Mapping[str, Exercise]) -> Iterable[dict[str, Any]]:
    """The cells in their order: what is given, and the student's answers in place of the solutions."""
    owner = {id(cell): exercise.id for exercise in chapter.exercises for cell in exercise.cells}
    for cell in chapter.notebook.cells:
        tags, exercise = set(notebooks.tags(cell)), owner.get(id(cell), "")
        if tags in ({"setup"}, {"given"}):
            yield {"source": cell.source}
        elif tags == {"solution"} and exercise in asked:
            yield {"source": one.code[exercise], "names": list(asked[exercise].answers)}


def _marked(child: Child, judge: Judge) -> Marked:
    said = child.hear()
    try:
        values = {name: _value(child, name, said["values"][name]) for name in judge.exercise.answers}
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Gone("what it hands over is no answer") from None
    marked = judge.marked(values)
    if error := str(said.get("error", ""))[:LONGEST_REMARK]:
        marked.remarks.insert(0, error)
    child.say(None)
    return marked


def _value(child: Child, name: str, said: Any) -> Any:
    return runner.decoded(said, lambda *inputs: child.call(name, inputs))


# What is written


def require_free(out: Path) -> None:
    """ParameterError or BuildError for a table of marks that cannot be written, or would take another file's place."""
    if out.suffix.lower() != ".csv":
        raise parameters.ParameterError(f"--out {untrusted.shown(str(out))} must end in .csv, for example grades.csv.")
    if not out.parent.is_dir():
        raise BuildError(f"{untrusted.shown_path(out.parent)} is no folder. Make it, or name another file with --out.")
    for path in (out, _sheet_of(out)):
        if path.exists() or path.is_symlink():
            where = untrusted.shown_path(path)
            raise BuildError(f"{where} is there already. Move it away, or name another file with --out.")


def _sheet_of(out: Path) -> Path:
    return out.with_suffix(".html")


def write(graded: Graded, out: Path) -> Path:
    """Write the table of marks, and beside it the sheet of texts; the sheet. What is there already stays."""
    require_free(out)
    files.replace(out, as_csv(graded).encode("utf-8-sig"))
    files.replace(_sheet_of(out), as_sheet(graded).encode())
    return _sheet_of(out)


def as_csv(graded: Graded) -> str:
    """A row a student: points of each exercise, their sum, what a reader may still give, and remarks."""
    varied = any(number for student in graded.students for number in student.variants.values())
    head = ["name", *["variant"] * varied]
    for each in graded.exercises:
        head += [each.id] * bool(set(each.points) - set(each.read)) + [f"{each.id} (reader)"] * bool(each.read)
    most = sum(sum(each.points.values()) for each in graded.exercises)
    rows = [_row(student, graded.exercises, most, varied) for student in graded.students]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*head, "points", "for a reader", "of", "remarks"])
    writer.writerows([untrusted.as_cell(cell) for cell in row] for row in rows)
    return table.getvalue()


def _row(student: Student, asked: Iterable[Exercise], most: int, varied: bool) -> list[Any]:
    row: list[Any] = [student.name, *[", ".join(map(str, sorted({*student.variants.values()})))] * varied]
    given = still = 0
    remarks = []
    for each in asked:
        marked = student.marks.get(each.id)
        mine = [name for name in each.points if name not in each.read]
        points = marked.points if marked else {}
        row += [sum(points[name] or 0 for name in mine) if marked else ""] * bool(mine)
        waits = [name for name in each.read if marked and points[name] is None]
        # Empty where somebody has still to read.
        row += ["" if waits or not marked else 0] * bool(each.read)
        given += marked.given if marked else 0
        still += sum(each.points[name] for name in waits)
        remarks += (
            [f"{each.id}: {' '.join(remark.split())[:LONGEST_REMARK]}" for remark in marked.remarks] if marked else []
        )
    chapters = dict.fromkeys(each.id.rpartition("-")[0] for each in asked if each.id not in student.marks)
    remarks += [f"{chapter}: not handed in" for chapter in chapters]
    return [*row, given, still, most, " | ".join([*student.notes, *remarks])]


def as_sheet(graded: Graded) -> str:
    """All that a reader has to read, exercise by exercise, with what it is marked by and room for the marks."""
    parts = []
    order = [each.id for each in graded.exercises]
    for (variant, exercise), judge in sorted(graded.judges.items(), key=lambda each: order.index(each[0][1])):
        for name in judge.exercise.read:
            texts = [
                (one.name, one.marks[exercise].texts[name])
                for one in graded.students
                if one.variants.get(exercise.rpartition("-")[0]) == variant and name in one.marks[exercise].texts
            ]
            if texts:
                parts.append(_part(judge, variant, name, texts))
    return str(SHEET.sheet(parts)).strip() + "\n"


def _part(judge: Judge, variant: int, name: str, texts: list[tuple[str, str]]) -> dict[str, Any]:
    exercise = judge.exercise
    points = [
        point for spec in judge.specs if spec["name"] == name and spec["kind"] == "text" for point in spec["checklist"]
    ]
    (marking,) = exercise.sources("solution", "marking")
    return {
        "title": f"{exercise.id}: {exercise.title}{f' ({variants.told(variant)})' if variant else ''}",
        "asked": exercise.reason if name == REASON else exercise.text,
        "marking": marking.replace("**Marking.** ", ""),
        "checklist": points,
        "points": words.counted(exercise.points[name], "point"),
        "texts": texts,
    }

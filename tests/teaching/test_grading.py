"""A class of thirty is graded as expected, whatever its code tries; what is no hand-in is told in a line."""

from __future__ import annotations

import csv
import json
import os
import signal
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import commands
import nbformat
import pytest

from analysis.report import notebooks
from analysis.report.place import BuildError
from analysis.teaching import checks, exercises
from analysis.teaching.grading import handins, marks, runner
from analysis.teaching.grading.processes import Processes, TimeLimit

CHAPTER = exercises.chapter("cost_per_model")
BILL = exercises.chapter("whole_bill")
# Of the processor: a loop takes all of it, and the system counts whole seconds.
SECONDS = 1.5


def solutions(chapter: exercises.Chapter) -> dict[str, str]:
    return {exercise.id: "\n".join(exercise.sources("solution")) for exercise in chapter.exercises}


def notebook(
    chapter: exercises.Chapter, name: str, code: Mapping[str, str], reasons: Mapping[str, str] | None = None
) -> nbformat.NotebookNode:
    """A student's notebook with these answers; the others stay blank."""
    found = exercises.student_notebook(chapter)
    for cell in found.cells:
        tags, exercise = notebooks.tags(cell), cell.metadata.get("answer")
        if "name" in tags:
            cell.source = f"my_name = {name!r}"
        if "answer" in tags:
            given: Mapping[str, str] = (reasons or {}) if "reason" in tags else code
            cell.source = given.get(exercise, cell.source)
    return found


def hand_in(folder: Path, chapter: exercises.Chapter, name: str, code: Mapping[str, str], **more: Any) -> Path:
    path = folder / f"{name}_{chapter.name}.ipynb"
    nbformat.write(notebook(chapter, name, code, **more), path)
    return path


HOURS, SUM = "answer_gpu_hours = 6 * 50e9 * 20e12 / (0.40 * 989.4e12 * 3600)", "answer_usd = 2 * answer_gpu_hours"
RIGHT = {"cost_per_model-1": 'comparable = ["a", "c", "e"]', "cost_per_model-2": f"{HOURS}\n{SUM}"}
TEXT = 'argument = "The first is V3\'s rent; the second has no source. " * 5'


def second(code: str) -> dict[str, str]:
    """The first exercise right, and the second answered by this code."""
    return {**RIGHT, "cost_per_model-2": code}


def first(code: str) -> dict[str, str]:
    """The first exercise answered by this code, and the second right."""
    return {**RIGHT, "cost_per_model-1": code}


# Code that sets out to get points without an answer: at its end the answers are wrong.
TAMPERING = {
    "patches the checks": "from analysis.teaching import checks\nchecks.check = checks.verdicts = lambda *_: 'RIGHT'\n"
    "checks._TESTS = dict.fromkeys(checks._TESTS, lambda *_: checks.Verdict('right', ''))\nchecks.WIDTH = 1",
    "writes other expected answers": "from analysis.teaching import checks\n"
    # Nothing is appended, so that the file is whole even where this is not refused.
    "open(checks.ANSWERS, 'a').close()\nanswer_gpu_hours = answer_usd = 1",
    "reads the expected answers": "import base64, json\nfrom analysis.teaching import checks\n"
    "found = json.loads(open(checks.ANSWERS).read())['cost_per_model-2']\n"
    "answer_gpu_hours, answer_usd = [each['value'] for each in json.loads(base64.b64decode(found))['answers']]",
    "asks for the expected answers": "from analysis.teaching import checks\n"
    "answer_gpu_hours, answer_usd = [each['value'] for each in checks.expected('cost_per_model-2')['answers']]",
    "solves with the sources": "from analysis.teaching import exercises\n"
    "(solution,) = exercises.chapter('cost_per_model').exercises[1].sources('solution')\nexec(solution)",
    "prints a verdict": "print('cost_per_model-2: RIGHT')\nimport os\nos.write(1, b'RIGHT'); os.write(2, b'RIGHT')",
    "calls itself right": "answer_gpu_hours = answer_usd = type('V', (), {'passed': True, '__eq__': lambda *_: True,"
    " '__float__': lambda _: 1.0, '__sub__': lambda *_: 0.0, 'outcome': 'right'})()",
}
ENDING = {
    "leaves Python": "raise SystemExit(0)",
    "ends Python": "import os\nos._exit(0)",
    "ends itself": "import ctypes\nctypes.string_at(0)",
    "ends its parent": "import os\nos.kill(os.getppid(), 9)",
    "starts a process": "import subprocess\nsubprocess.run(['touch', 'x'])",
    "takes all memory": "x = [0] * 10**10",
    "never ends": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "fails": "1 / 0",
    "is no Python": "answer_usd = = 2",
}
# What a student hands in -> points of the first two exercises.
EXPECTED: dict[str, tuple[dict[str, str], int, int]] = {
    "right": (RIGHT, 3, 3),
    "right, and all of the solution": (solutions(CHAPTER), 3, 3),
    "blank": ({}, 0, 0),
    "wrong": ({"cost_per_model-1": 'comparable = ["a", "b"]', "cost_per_model-2": "answer_gpu_hours = 1"}, 0, 0),
    "half right": (second(f"{HOURS}\nanswer_usd = 3"), 3, 2),
    "only the sum": (second(f"{HOURS}\n{SUM}\nanswer_gpu_hours = None"), 3, 1),
    "as a tuple": (first('comparable = ("e", "c", "a")'), 3, 3),
    "as text": (second('answer_gpu_hours = "4211000"\nanswer_usd = "8.4 million"'), 3, 0),
    "fails at the end": (second(f"{HOURS}\n{SUM}\n1 / 0"), 3, 3),
    "with what a cell shows": (first('comparable = ["a", "c", "e"]\ndisplay(comparable)\ncheck("x", 1)'), 3, 3),
    "with commands of Jupyter": (first('%matplotlib inline\n!ls\ncomparable = ["a", "c", "e"]'), 3, 3),
    "with a figure": (first("import matplotlib.pyplot as p\np.plot([1])\np.show()\ncomparable = list('ace')"), 3, 3),
    "an array": (second("import numpy as np\nanswer_gpu_hours = np.array([1, 2])\nanswer_usd = np.float64(1)"), 3, 0),
    "too large an answer": (second("answer_gpu_hours = 10**100_000\nanswer_usd = 'x' * 10**7"), 3, 0),
    "patches the cost model": (second("import analysis.costs as c\nc.training_flop = 1 / 1\nanswer_usd = 1"), 3, 0),
    **{name: (second(code), 3, 0) for name, code in TAMPERING.items()},
    **{name: (second(code), 3, 0) for name, code in ENDING.items()},
}


BILL_RIGHT = solutions(BILL)


def function(code: str) -> dict[str, str]:
    """All right but for the function, which does this."""
    return {**BILL_RIGHT, "whole_bill-2": f"def programme_usd(*inputs):\n    {code}"}


# What a student hands in of the chapter with a function and a scenario -> points of its first three exercises.
FUNCTIONS: dict[str, tuple[dict[str, str], list[int]]] = {
    "right": (BILL_RIGHT, [2, 4, 1]),
    "a function that looks around": (function("import sys\n    return sys._getframe(1).f_locals"), [2, 0, 1]),
    "a constant function": (function("return 43_000_000"), [2, 0, 1]),
    "a function that loops": (function("while True: pass"), [2, 0, 1]),
    "beyond the range": ({**BILL_RIGHT, "whole_bill-3": 'changes = {"programme_years": 0.01}'}, [2, 4, 0]),
    "no scenario": ({**BILL_RIGHT, "whole_bill-3": 'changes = {"programme_yearz": [1]}'}, [2, 4, 0]),
}
(ESSAY,) = (exercises.blank(each) for each in CHAPTER.exercises if each.id == "cost_per_model-3")
QUOTES = 'The "rent" is in C:\\users\\"here"'
# What a student writes -> what a reader has of it, and whether a remark says why.
ESSAYS = {
    "ends in a quotation mark": (ESSAY.replace("\n\n", f"\n{QUOTES}\n"), QUOTES, False),
    "ends in one, in one line": ("argument = r'''He said \"rent\"'''", 'He said "rent"', False),
    "ends the text early": (ESSAY.replace("\n\n", "\nProse with ''' in it.\n"), "Prose with ''' in it.", True),
    "deletes the marks": ("argument = The rent is a price.", "The rent is a price.", True),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> marks.Graded:
    """One class for all of them: what runs the answers takes longer to begin than most answers take."""
    folder = tmp_path_factory.mktemp("class")
    for name, (code, *_) in EXPECTED.items():
        hand_in(folder, CHAPTER, name, {**code, "cost_per_model-3": TEXT}, reasons={"cost_per_model-2": "A guess."})
    for name, (code, _) in FUNCTIONS.items():
        hand_in(folder, BILL, name, code)
    for name, (essay, *_) in ESSAYS.items():
        hand_in(folder, CHAPTER, name, {"cost_per_model-3": essay})
    return marks.grade(folder, SECONDS)


@pytest.fixture(scope="module")
def students(graded: marks.Graded) -> dict[str, marks.Student]:
    """By name."""
    return {one.name: one for one in graded.students}


def points(student: marks.Student, chapter: exercises.Chapter, count: int) -> list[int]:
    """What the computer gives for the first exercises of a chapter."""
    return [student.marks[f"{chapter.name}-{number + 1}"].given for number in range(count)]


def test_thirty_students_get_the_points_that_they_have_earned(
    graded: marks.Graded, students: dict[str, marks.Student]
) -> None:
    assert len(EXPECTED) >= 30 and not graded.faults
    assert students.keys() == {*EXPECTED, *FUNCTIONS, *ESSAYS} and len(students) == len(graded.students)
    found = {name: points(students[name], CHAPTER, 2) for name in EXPECTED}
    assert found == {name: [first, second] for name, (_, first, second) in EXPECTED.items()}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("never ends", "no result after 1.5 seconds"),
        ("ends Python", "it ended Python"),
        ("fails", "ZeroDivisionError: division by zero, in line 1"),
        ("is no Python", "SyntaxError: invalid syntax"),
        ("takes all memory", "MemoryError"),
        ("ends its parent", "PermissionError: os.kill is not allowed where answers are graded"),
        ("reads the expected answers", "PermissionError: the expected answers"),
        ("asks for the expected answers", "PermissionError: the expected answers"),
        ("writes other expected answers", "PermissionError: the expected answers"),
        ("as text", "`answer_gpu_hours` is text; write the number"),
    ],
)
def test_a_remark_says_why_there_are_no_points(students: dict[str, marks.Student], name: str, told: str) -> None:
    assert told in " ".join(students[name].marks["cost_per_model-2"].remarks)


def test_what_a_student_tries_costs_nobody_else_a_point_and_changes_no_file(
    students: dict[str, marks.Student],
) -> None:
    assert students["never ends"].marks["cost_per_model-3"].texts["argument"].startswith("The first is V3's rent")
    assert checks.ANSWERS.read_text(encoding="utf-8").startswith('{\n "audit-1"')


def test_the_table_has_a_row_a_student_and_waits_for_a_reader(graded: marks.Graded) -> None:
    rows = list(csv.DictReader(marks.as_csv(graded).splitlines()))
    row = next(row for row in rows if row["name"] == "half right")
    # 3 + 2 points by the computer; 1 for the reason and 4 for the argument wait; 11 in all, beside the other chapter.
    assert [row[name] for name in ("cost_per_model-1", "cost_per_model-2", "points", "for a reader", "of")] == [
        *("3", "2", "5", "5", str(11 + BILL.points))
    ]
    assert row["cost_per_model-2 (reader)"] == row["cost_per_model-3 (reader)"] == ""
    assert "cost_per_model-2: `answer_usd` is too small." in row["remarks"]


def test_functions_and_scenarios_are_judged_here_on_inputs_that_are_sent(students: dict[str, marks.Student]) -> None:
    assert {name: points(students[name], BILL, 3) for name in FUNCTIONS} == {
        name: earned for name, (_, earned) in FUNCTIONS.items()
    }
    assert "no result after 1.5 seconds" in " ".join(students["a function that loops"].marks["whole_bill-2"].remarks)


@pytest.mark.parametrize("name", ESSAYS)
def test_an_essay_is_read_whatever_quotation_marks_it_holds(students: dict[str, marks.Student], name: str) -> None:
    _, text, told = ESSAYS[name]
    marked = students[name].marks["cost_per_model-3"]
    assert text in marked.texts["argument"] and marked.points["argument"] is None
    assert ("its quotation marks do not end the text" in " ".join(marked.remarks)) is told


def test_an_answer_that_sleeps_is_ended_by_the_clock() -> None:
    step = {"source": "import time\ntime.sleep(10**6)", "names": []}
    with (
        Processes([], []) as forked,
        forked.child([step], 0.2) as child,
        pytest.raises(TimeLimit, match=r"no result after 0\.2 seconds"),
    ):
        child.hear()


def test_a_process_that_forks_is_begun_anew_when_it_was_ended() -> None:
    step = {"source": "x = 1", "names": ["x"]}
    with Processes([], []) as forked:
        for _ in range(2):
            with forked.child([step], 5.0) as child:
                assert runner.decoded(child.hear()["values"]["x"]) == 1
            assert forked._process is not None
            os.kill(forked._process.pid, signal.SIGKILL)
            forked._process.wait()


@pytest.mark.parametrize(
    "value",
    [None, True, 3, -(10**299), 2.5, float("inf"), "a\nb", ["a", 1.5, None], (3, 59), {"pue": 1.2, 3: None}],
    ids=repr,
)
def test_a_plain_value_comes_over_as_it_is(value: Any) -> None:
    assert runner.decoded(json.loads(json.dumps(runner.encoded(value)))) == value


@pytest.mark.parametrize(
    "said", [None, 3, [], {}, {"is": "list"}, {"is": "int", "value": "x"}, {"is": "dict", "value": 1}]
)
def test_what_is_no_value_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match=r"no value|invalid literal"):
        runner.decoded(said)


# What is handed in


def zipped(path: Path, **files: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def text(name: str, code: Mapping[str, str] = RIGHT) -> str:
    return str(nbformat.writes(notebook(CHAPTER, name, code)))


KNOWN = {exercise.id for exercise in CHAPTER.exercises}


def test_zips_folders_and_notebooks_are_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "Anna_123" / "__MACOSX").mkdir(parents=True)
    zipped(tmp_path / "Anna_123" / "work.zip", **{"a/05.ipynb": text(""), "name.txt": " Anna  Ek\n"})
    (tmp_path / "Anna_123" / "__MACOSX" / "x.ipynb").write_text("not looked at")
    (tmp_path / "bo.ipynb").write_text(text("Bo"))
    again = text("Bo")
    (tmp_path / "the_same.ipynb").write_text(again)
    (tmp_path / "nameless.ipynb").write_text(text(""))
    lab = {"metadata": {"student": "Cy"}, "cells": []}
    lab["cells"] = [
        {
            "cell_type": "code",
            "metadata": {"tags": ["answer"], "answer": "cost_per_model-1"},
            "source": ["x = 1\n", "y = 2"],
        }
    ]  # type: ignore[assignment]
    (tmp_path / "lab.ipynb").write_text(json.dumps(lab))
    students, faults = handins.read(tmp_path, KNOWN)
    assert not faults
    assert [one.name for one in students] == ["Anna Ek", "Bo", "Cy", "nameless"]
    assert students[0].code["cost_per_model-1"] == RIGHT["cost_per_model-1"]
    assert students[2].code == {"cost_per_model-1": "x = 1\ny = 2"}
    assert students[3].notes == ["nameless.ipynb gives no name"]


def test_a_cell_that_was_split_is_one_answer_and_cells_of_the_student_s_own_are_told(tmp_path: Path) -> None:
    found = notebook(CHAPTER, "Anna", RIGHT)
    (place,) = (n for n, cell in enumerate(found.cells) if cell.source.startswith("answer_gpu_hours"))
    rest = nbformat.from_dict({**found.cells[place], "id": "rest", "source": SUM})
    found.cells[place].source = HOURS
    found.cells[place + 1 : place + 1] = [rest, nbformat.v4.new_code_cell("mine = 1")]
    nbformat.write(found, tmp_path / "a.ipynb")
    (one,), _ = handins.read(tmp_path, KNOWN)
    assert one.code["cost_per_model-2"] == f"{HOURS}\n{SUM}"
    assert one.notes == ["a.ipynb: 1 cell of the student's own not run"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.zip", b"PK no zip", "a.zip is no zip that can be opened"),
        ("a.zip", {"b.txt": "x"}, "a.zip holds no notebook"),
        (
            "a.zip",
            {"../../evil.ipynb": "x"},
            "a.zip has a path that leaves its folder (../../evil.ipynb), and is not read",
        ),
        ("a.zip", {"/etc/evil.ipynb": "x"}, "a.zip has a path that leaves its folder"),
        ("a.zip", {"C:\\evil.ipynb": "x"}, "a.zip has a path that leaves its folder"),
        ("a.zip", {"a.ipynb": "{}"}, "a.zip is not a notebook"),
        ("a.zip", {f"{n}.ipynb": "{}" for n in range(60)}, "a.zip holds more than 50 notebooks"),
        ("a.zip", {"a.ipynb": b" " * 21_000_000}, "a.zip holds more than 20 MB"),
        ("a.ipynb", b"", "a.ipynb is not a notebook"),
        ("a.ipynb", b"\xff\xfe", "a.ipynb is not a notebook"),
        ("a.ipynb", b"[" * 100_000, "a.ipynb is not a notebook"),
        ("a.ipynb", b'{"cells": 3}', "a.ipynb is not a notebook"),
        ("a.ipynb", b'{"cells": [{"source": [1]}]}', "a.ipynb is not a notebook"),
        ("a.ipynb", b'{"cells": [{"source": "x", "metadata": []}]}', "a.ipynb is not a notebook"),
        ("a.ipynb", b'{"cells": []}', "a.ipynb has no answer to an exercise of this edition"),
        ("essay.docx", b"x", "essay.docx is neither a zip nor a notebook"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_what_is_no_hand_in_is_told_in_a_line_and_the_others_are_read(
    name: str, content: Any, says: str, tmp_path: Path
) -> None:
    (tmp_path / "z.ipynb").write_text(text("Zoe"))
    if isinstance(content, dict):
        zipped(tmp_path / name, **content)
    else:
        (tmp_path / name).write_bytes(content)
    students, (fault,) = handins.read(tmp_path, KNOWN)
    assert [one.name for one in students] == ["Zoe"]
    assert says in fault and "\n" not in fault


def test_two_hand_ins_of_one_name_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(text("Anna Ek"))
    (tmp_path / "b.ipynb").write_text(text("anna  ek", {}))
    (one,), (fault,) = handins.read(tmp_path, KNOWN)
    assert fault.startswith("b.ipynb is a second hand-in of Anna Ek, beside a.ipynb, and is not graded.")
    assert one.code["cost_per_model-1"] == RIGHT["cost_per_model-1"]


def test_a_folder_without_a_hand_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="holds no hand-in"):
        handins.read(tmp_path, KNOWN)
    with pytest.raises(BuildError, match="is no folder"):
        handins.read(tmp_path / "nothing", KNOWN)


def test_the_command_writes_a_table_and_a_sheet_and_nothing_over_another_file(tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "grades.csv"
    folder.mkdir()
    hostile = '=HYPERLINK("x")<script>alert(1)</script>'
    argument = {"cost_per_model-3": "argument = '''<script>V3 rent source</script> &amp; ''' + 'word ' * 30"}
    hand_in(folder, CHAPTER, "anna", {**RIGHT, **argument})
    nbformat.write(notebook(CHAPTER, hostile, argument), folder / "b.ipynb")
    (folder / "c.zip").write_bytes(b"no zip")
    status, said = commands.here("grade", str(folder), "--out", str(out))
    assert status == 1 and "report: c.zip is no zip that can be opened. Ask for it again." in said
    assert "2 students: " in said
    names = [row["name"] for row in csv.DictReader(out.read_text("utf-8-sig").splitlines())]
    assert names == [f"'{hostile}", "anna"]
    sheet = out.with_suffix(".html").read_text(encoding="utf-8")
    assert (
        "<script" not in sheet and "&lt;script&gt;V3 rent source" in sheet and "Two points for the two origins" in sheet
    )
    for wrong, says in (
        (out, "is there already. Move it away"),
        (tmp_path / "grades.txt", "must end in .csv"),
        (tmp_path / "no" / "grades.csv", "is no folder"),
    ):
        assert says in commands.refused("grade", str(folder), "--out", str(wrong))

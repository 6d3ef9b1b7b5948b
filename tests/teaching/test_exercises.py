"""The exercises: solutions pass, blanks fail, mistakes get their message, and every edition comes from one source."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from analysis import words
from analysis.report import notebooks
from analysis.teaching import checks, exercises, students

CHAPTERS = exercises.chapters()
EXERCISES = [exercise for chapter in CHAPTERS for exercise in chapter.exercises]
KINDS = ("function", "text", "list", "scenario")


def verdicts(cells: list[Any]) -> dict[str, checks.Verdict]:
    """Run a notebook's cells in order, and what each check says where it stands."""
    space: dict[str, Any] = {"__name__": "__main__"}
    found = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        called = re.match(r'check\(\s*"([^"]+)"', cell.source)
        if called:
            found[called[1]] = eval(compile(cell.source, "<check>", "eval"), space)
        else:
            exec(compile(cell.source, "<cell>", "exec"), space)
    return found


def test_there_are_enough_of_every_level_in_every_chapter() -> None:
    assert len(EXERCISES) >= 24
    assert {exercise.level for exercise in EXERCISES} == set(exercises.LEVELS)
    thin = [chapter.name for chapter in CHAPTERS if len(chapter.exercises) < 3]
    assert not thin and len(CHAPTERS) >= 10, f"Chapters with fewer than three exercises: {', '.join(thin)}."
    titles = " ".join(exercise.title.lower() for exercise in EXERCISES)
    for wanted in ("add a gpu", "add a model", "add a cost layer", "rebut", "propose a scenario"):
        assert wanted in titles, f"No exercise asks to {wanted}."


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_ids_and_names_are_of_one_kind(chapter: exercises.Chapter) -> None:
    names = [name for exercise in chapter.exercises for name in exercise.answers]
    assert len(set(names)) == len(names), (
        f"{chapter.name} asks for {names}: a name that comes twice makes an earlier check fail when it is run again."
    )
    for number, exercise in enumerate(chapter.exercises, start=1):
        assert exercise.id == f"{chapter.name}-{number}"
        assert 3 <= exercise.minutes <= 45 and exercise.text and exercise.sources("hint")


WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "another": 1, "a third": 1}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_points_are_those_of_the_marking_note(exercise: exercises.Exercise) -> None:
    """What the note gives, up to what it leaves to a marking by hand, is what the metadata give."""
    (note,) = exercise.sources("solution", "marking")
    total = sum(exercise.points.values())
    assert set(exercise.points) == {*exercise.answers, *(["reason"] if exercise.reason else [])}
    assert all(points > 0 for points in exercise.points.values()) and exercise.aim and not exercise.aim.endswith(".")
    if "a line of the checklist" in note:
        (spec,) = checks.expected(exercise.id)["answers"]
        assert exercise.points == {"argument": len(spec["checklist"])}
        return
    by_computer = note.split("By hand")[0].split("Take a point off")[0].split("A new ratio")[0].casefold()
    if "one point each" in by_computer:
        assert total == len(exercise.answers) + by_computer.count("the third")
        return
    # "Three points for it, two of them for the fit and one for the way back": parts of what was said before.
    parts = r": one |, (?:one|two) (?:of them|a|each|for[^.]* and one for)"
    whole = re.sub(rf"(?:{parts})[^.]*", "", by_computer)
    given = re.findall(r"\b(one|two|three|four|five)(?= points?\b| for\b)", whole)
    assert sum(WORDS[word] for word in given) == total, f"{exercise.id} has {total} points, but: {note}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_students_read_points_and_aim_and_may_change_answers_alone(chapter: exercises.Chapter) -> None:
    notebook = exercises.student_notebook(chapter)
    text = "\n".join(cell.source for cell in notebook.cells)
    for exercise in chapter.exercises:
        assert f"{words.counted(sum(exercise.points.values()), 'point')}. After this you can {exercise.aim}.*" in text
    for cell in notebook.cells:
        tags = set(notebooks.tags(cell))
        assert cell.metadata.deletable is False and cell.metadata.editable is bool(tags & {"answer", "name", "hand-in"})
    answered = [cell.metadata.answer for cell in notebook.cells if "answer" in notebooks.tags(cell)]
    assert set(answered) == {exercise.id for exercise in chapter.exercises}


def test_blanks_stand_in_the_order_of_the_check() -> None:
    (exercise,) = (each for each in EXERCISES if each.id == "six_million-2")
    assert list(exercise.answers) == ["answer_usd_per_gpu_hour", "answer_place"]
    assert exercises.blank(exercise).index("answer_usd_per_gpu_hour") < exercises.blank(exercise).index("answer_place")


def test_a_number_names_its_unit(answers: dict[str, Any]) -> None:
    for exercise in EXERCISES:
        for spec in answers[exercise.id]["answers"]:
            if spec["kind"] == "number" and exercise.answers[spec["name"]] not in KINDS:
                unit = re.sub(r"\W+", "_per_", spec["unit"].lower().replace("-", "_").replace(" a ", "/"))
                unit = unit.replace("gpu_per_hour", "gpu_hour").replace("gpu_hours", "gpu_hours")
                assert spec["name"].endswith(unit), f"{exercise.id}: `{spec['name']}` should end in `_{unit}`."
                assert exercise.answers[spec["name"]] == spec["unit"], f"{exercise.id} says two units."


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_solution_passes_its_own_check(chapter: exercises.Chapter) -> None:
    found = verdicts(chapter.notebook.cells)
    assert set(found) == {exercise.id for exercise in chapter.exercises}
    failed = [str(verdict) for verdict in found.values() if not verdict.passed]
    assert not failed, "\n".join(failed)
    kinds = {name: "read" if spec["kind"] == "text" else "right" for name in found for spec in _specs(name)}
    assert {name: verdict.outcome for name, verdict in found.items()} == kinds


def _specs(name: str) -> list[dict[str, Any]]:
    return list(checks.expected(name)["answers"])


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_untouched_exercise_fails_visibly_and_the_notebook_runs_through(
    chapter: exercises.Chapter, answers: dict[str, Any]
) -> None:
    found = verdicts(exercises.student_notebook(chapter).cells)
    assert set(found) == {exercise.id for exercise in chapter.exercises}
    for verdict in found.values():
        assert verdict.outcome == "blank" and not verdict.passed and "BLANK" in verdict.text, str(verdict)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_usual_mistake_gets_its_message(exercise: exercises.Exercise, answers: dict[str, Any]) -> None:
    specs = answers[exercise.id]["answers"]
    right = [_given(spec, spec["value"]) for spec in specs]
    for place, spec in enumerate(specs):
        for mistake in spec["mistakes"]:
            given = [*right[:place], _given(spec, mistake["value"]), *right[place + 1 :]]
            verdict = checks.check(exercise.id, *given)
            assert verdict.outcome == "wrong" and mistake["message"] in verdict.text, (
                f"{exercise.id}: '{mistake['message']}' is told as: {verdict.text}"
            )


def _given(spec: dict[str, Any], value: Any) -> Any:
    """An answer of this value: for a function, one that returns it."""
    if spec["kind"] == "function":
        table = dict(zip(map(str, spec["on"]), value, strict=True))
        return lambda *inputs: table[str(list(inputs))]
    return [*spec["value"], value] if spec["kind"] == "chosen" and isinstance(value, str) else value


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_number_tells_unit_slips(exercise: exercises.Exercise, answers: dict[str, Any]) -> None:
    specs = answers[exercise.id]["answers"]
    right = [_given(spec, spec["value"]) for spec in specs]
    for place, spec in enumerate(specs):
        if spec["kind"] != "number" or "between" in spec:
            continue
        for factor, told in ((1e3, "1,000"), (1e-6, "1,000,000"), (100, "100:")):
            given = [*right[:place], spec["value"] * factor, *right[place + 1 :]]
            assert f"a factor of {told}" in checks.check(exercise.id, *given).text


def test_every_task_has_a_message_for_what_nobody_foresaw(answers: dict[str, Any]) -> None:
    for name, expected in answers.items():
        for spec in expected["answers"]:
            if spec["kind"] != "text":
                assert spec["step"].endswith((".", "?")), f"{name}, `{spec['name']}`: say which step to look at again."


def test_the_answers_in_the_repository_are_those_of_the_solutions(answers: dict[str, Any]) -> None:
    same = checks.ANSWERS.read_text(encoding="utf-8") == checks.encode(answers)
    assert same, "analysis/teaching/answers.json is older than the exercises. Run `report classroom --refresh`."


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_code_cell_of_the_sources_was_executed(chapter: exercises.Chapter) -> None:
    # nbval passes a cell that was never executed.
    code = [cell for cell in chapter.notebook.cells if cell.cell_type == "code"]
    missing = [index for index, cell in enumerate(code) if not cell.execution_count]
    assert not missing, f"{chapter.name}, code cells {missing}: run `report classroom --refresh`."


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_check_never_holds_the_formula(chapter: exercises.Chapter) -> None:
    for exercise in chapter.exercises:
        (source,) = exercise.sources("check")
        kinds = {type(node) for node in ast.walk(ast.parse(source))}
        assert ast.BinOp not in kinds, f"{exercise.id}: the check computes something; it should only call `check`."


FULL = {"id": "new-1", "level": "read", "minutes": 5, "answers": {}, "points": {}, "aim": "add"}


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        (
            {},
            "Exercise 'New'.* has no `id`; has no `level`; has no `minutes`; has no `answers`; has no "
            "`points`; has no `aim`. Correct it.",
        ),
        (
            {**FULL, "level": "easy", "score": 1},
            "has `score`, which is not read; has the level 'easy', which is none",
        ),
        (
            {**FULL, "answers": {"a_usd": "USD"}, "points": {"b_usd": 1}, "reason": "Why?"},
            "gives points to b_usd, not to each of a_usd, reason. Correct it.",
        ),
        (
            FULL,
            "new.ipynb: no cell tagged solution and teaching has the .*; exercise new-1 has no cell tagged solution, "
            "none tagged solution and expect, none tagged solution and marking, none tagged hint. Add the cells.",
        ),
    ],
)
def test_an_exercise_is_told_once_all_that_it_lacks(
    metadata: dict[str, Any], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        nbformat.v4.new_markdown_cell("## New", metadata={"tags": ["exercise"], "exercise": metadata}),
        nbformat.v4.new_code_cell("check()", metadata={"tags": ["check"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "new.ipynb")
    monkeypatch.setattr(exercises, "SOURCES", tmp_path)
    with pytest.raises(exercises.ExerciseError, match=says):
        exercises.chapter("new")


def test_requirements_of_the_students_are_versions_of_the_lock() -> None:
    def pins(text: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, version in re.findall(r"^([\w.-]+)==([\w.+!]+)", text, flags=re.MULTILINE):
            found.setdefault(name.lower(), set()).add(version)
        return found

    ours = pins((notebooks.ROOT / "requirements.lock").read_text(encoding="utf-8"))
    theirs = pins((students.HERE / "requirements.lock").read_text(encoding="utf-8"))
    other = [
        f"{name} {theirs[name]} for {ours[name]}" for name in theirs.keys() & ours.keys() if theirs[name] - ours[name]
    ]
    assert not other, f"analysis/teaching/requirements.lock has other versions: {other}. Run `make lock`."
    asked = "".join((students.HERE / f"requirements{kind}.in").read_text(encoding="utf-8") for kind in ("", "-kernel"))
    wanted = re.findall(r"^([\w-]+)$", asked, flags=re.MULTILINE)
    missing = [name for name in wanted if name.lower() not in theirs]
    assert not missing, f"analysis/teaching/requirements.lock lacks {missing}. Run `make lock`."

"""A variant has numbers of its own, the same everywhere, and its texts, answers and mistakes follow them."""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import refused
from nbformat import read, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.report import notebooks
from analysis.teaching import checks, exercises, expected, instructor, variants
from analysis.teaching.expected import ExpectationError
from analysis.teaching.grading import handins, marks

SOURCE = variants.source()


@pytest.fixture(scope="module")
def base() -> variants.Edition:
    """The base case as it is committed: test_exercises.py compares that with the solutions."""
    committed = json.loads(checks.ANSWERS.read_text(encoding="utf-8"))
    answers = {name: json.loads(base64.b64decode(line)) for name, line in committed.items()}
    return variants.Edition(exercises.chapters(), answers)


@pytest.fixture(scope="module")
def seventh() -> Iterator[variants.Edition]:
    """A variant; what the checks are told of it is taken back, for the tests of other files."""
    known, declared = dict(checks._expected), dict(expected.DECLARED)
    yield variants.edition(7)
    for table, before in ((checks._expected, known), (expected.DECLARED, declared)):
        table.clear()
        table.update(before)


def exercise(edition: variants.Edition, name: str) -> exercises.Exercise:
    return next(each for chapter in edition.chapters for each in chapter.exercises if each.id == name)


def value(edition: variants.Edition, name: str, place: int = 0) -> Any:
    return edition.answers[name]["answers"][place]["value"]


def test_every_number_that_is_computed_from_a_given_one_varies(
    base: variants.Edition, seventh: variants.Edition
) -> None:
    assert set(seventh.drawn) == set(SOURCE) and len(SOURCE) >= 15
    assert {each.name for each in seventh.chapters} == {each.name for each in base.chapters}
    for name in base.answers:
        same = base.answers[name] == seventh.answers[name]
        assert same is (name not in SOURCE), f"{name} is {'the same' if same else 'changed'} in variant 7."


def test_an_answer_follows_what_was_drawn(seventh: variants.Edition) -> None:
    drawn = seventh.drawn
    # By hand: a sum over V3's 2.788 million hours; growth by a root; an amount over GPUs, years and hours.
    assert value(seventh, "six_million-2") == pytest.approx(drawn["six_million-2"]["claimed"] / 2.788)
    growth = drawn["trend-1"]
    assert value(seventh, "trend-1") == pytest.approx((growth["last"] / growth["first"]) ** (1 / growth["years"]))
    bill = drawn["capex-4"]
    hourly = bill["amount"] * 1e6 / (bill["gpus"] * bill["years"] * 8766)
    assert value(seventh, "capex-4") == pytest.approx(hourly)
    run = drawn["cost_per_model-2"]
    hours = 6 * run["active"] * 1e9 * run["tokens"] * 1e12 / (run["mfu"] / 100 * 989.4e12 * 3600)
    assert value(seventh, "cost_per_model-2") == pytest.approx(hours)
    assert value(seventh, "cost_per_model-2", 1) == pytest.approx(hours * run["price"])


@pytest.mark.parametrize("name", SOURCE)
def test_the_question_tells_what_was_drawn_and_nothing_of_the_base_case(
    name: str, base: variants.Edition, seventh: variants.Edition
) -> None:
    shown = exercise(seventh, name)
    given = "\n".join([shown.title, shown.text, *shown.sources("hint"), *shown.sources("given")])
    for what, number in seventh.drawn[name].items():
        assert re.search(rf"(?<![\d.]){number:,}(?![\d])|(?<![\d.]){number}(?![\d])", given), f"{what} is not told."
    before, solved = exercise(base, name), exercise(seventh, name).sources("solution")
    for old in (*SOURCE[name]["text"], *SOURCE[name]["code"]):
        everything = "\n".join([given, *solved])
        if re.search(r"\d\d|million|per cent", old) and old not in "".join(SOURCE[name]["text"].values()):
            assert not re.search(rf"(?<![\w.-]){re.escape(old)}(?![\w.])", everything), f"'{old}' is still there."
    assert before.answers == shown.answers and before.minutes == shown.minutes


def test_a_check_knows_the_variant_of_its_zip(seventh: variants.Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_expected", {})
    checks.load(checks.encode(seventh.answers))
    for name in SOURCE:
        if name == "six_million-2":
            right = [value(seventh, name), value(seventh, name, 1)]
            assert checks.check(name, *right).outcome == "right"
        for spec in seventh.answers[name]["answers"][:1]:
            others = [each["value"] for each in seventh.answers[name]["answers"][1:]]
            for mistake in spec["mistakes"]:
                said = checks.check(name, mistake["value"], *others)
                assert said.outcome == "wrong" and mistake["message"] in said.text


def trend(folder: Path, name: str, variant: int, answered: int) -> None:
    """A student's notebook of a variant, with the answer of a variant."""
    made, _ = variants.chapter("trend", variant)
    # The base case by hand, the variant by what was drawn.
    drawn = {0: {"last": 38, "first": 1.2, "years": 3}, 7: variants.edition(7).drawn["trend-1"]}[answered]
    code = f"answer_times_per_year = ({drawn['last']} / {drawn['first']}) ** (1 / {drawn['years']})"
    notebook = exercises.student_notebook(made, "06_trend.ipynb", variant=variant)
    for cell in notebook.cells:
        cell.source = f"my_name = {name!r}" if "name" in notebooks.tags(cell) else cell.source
        cell.source = code if cell.metadata.get("answer") == "trend-1" else cell.source
        cell.source = f"Reason of {name}." if {"answer", "reason"} <= set(notebooks.tags(cell)) else cell.source
    write(notebook, folder / f"{name}.ipynb")


def test_each_student_of_a_mixed_class_is_graded_by_the_variant_of_the_notebook(
    seventh: variants.Edition, tmp_path: Path
) -> None:
    for name, variant, answered in (("ada", 7, 7), ("bob", 7, 0), ("cy", 0, 0), ("di", 0, 7)):
        trend(tmp_path, name, variant, answered)
    graded = marks.grade(tmp_path, 5.0)
    points = {one.name: one.marks["trend-1"].points["answer_times_per_year"] for one in graded.students}
    assert points == {"ada": 2, "bob": 0, "cy": 2, "di": 0} and not graded.faults
    rows = {row["name"]: row["variant"] for row in csv.DictReader(marks.as_csv(graded).splitlines())}
    assert rows == {"ada": "7", "bob": "7", "cy": "0", "di": "0"}
    # A reader has the texts of a variant below its own question.
    base, varied = (part for part in marks.as_sheet(graded).split("<h2>") if part.startswith("trend-2"))
    assert "Reason of cy." in base and "(variant 7)" in varied and "Reason of ada." in varied
    # Where the class had one, no other earns points.
    graded = marks.grade(tmp_path, 5.0, variant=7)
    assert [one.name for one in graded.students] == ["ada", "bob"]
    assert [line.partition(". ")[0] for line in graded.faults] == [
        f"{name}.ipynb is of the base case, not of variant 7, and is not graded" for name in ("cy", "di")
    ]


def test_a_notebook_of_no_variant_and_a_second_variant_of_a_chapter_are_told(
    seventh: variants.Edition, tmp_path: Path
) -> None:
    trend(tmp_path, "ada", 7, 7)
    hers = read(tmp_path / "ada.ipynb", as_version=4)
    for cell in hers.cells:
        # Only the first exercise, and below only the others: nothing is answered twice.
        cell.metadata.tags = notebooks.tags(cell) if cell.metadata.get("answer") in (None, "trend-1") else []
    write(hers, tmp_path / "ada.ipynb")
    for name, variant in (("b", 0), ("c", -1), ("d", True), ("e", "7"), ("f", 10_000)):
        made = exercises.student_notebook(exercises.chapter("trend"))
        made.metadata["variant"] = variant
        for cell in made.cells:
            cell.source = "my_name = 'Ada'" if "name" in notebooks.tags(cell) else cell.source
            cell.metadata.tags = [] if cell.metadata.get("answer") == "trend-1" else notebooks.tags(cell)
        write(made, tmp_path / f"{name}.ipynb")
    (one,), faults = handins.read(tmp_path, {"trend-1", "trend-2", "trend-3"})
    assert one.variants == {"trend": 7} and len(faults) == 5
    assert faults[0].startswith("b.ipynb is of the base case, but ada has handed in trend of variant 7 too")
    assert all("says that it is of a variant that there is not" in line for line in faults[1:])


def test_the_number_of_the_variant_stands_in_notebooks_and_key(
    base: variants.Edition, seventh: variants.Edition
) -> None:
    made = exercises.student_notebook(seventh.chapters[0], variant=7)
    assert "(variant 7)" in made.cells[0].source and "This is variant 7" in made.cells[0].source
    assert made.metadata["variant"] == 7
    assert "variant" not in exercises.student_notebook(base.chapters[0]).metadata
    key = instructor.index(seventh)
    assert "## Variant 7" in key and all(f"`{name}`" in key for name in SOURCE)
    assert "Variant" not in instructor.index(base).replace("`report classroom --variant N`", "")


def test_a_variant_is_drawn_by_its_number_alone_and_never_the_base_case() -> None:
    inputs = SOURCE["capex-4"]["inputs"]
    # Noted once: another computer, or another version of Python, must draw the same.
    assert variants.draw(inputs, "7/capex-4/0") == {"amount": 1240, "years": 3, "gpus": 78000}
    seen = {tuple(variants.draw(inputs, f"{number}/capex-4/0").values()) for number in range(1, 60)}
    assert len(seen) > 50
    for amount, years, gpus in seen:
        assert amount != 944 and years != 4 and gpus != 60000
        assert 620 <= amount <= 1240 and 3 <= years <= 6 and 42000 <= gpus <= 78000


def chapter(expect: str) -> exercises.Chapter:
    """A chapter of one exercise, whose answer is twice what is given."""
    asked = {
        **{"id": "new-1", "level": "compute", "minutes": 5, "answers": {"answer_usd": "USD"}},
        **{"points": {"answer_usd": 1}, "aim": "double a number"},
    }
    cells = [
        new_markdown_cell("# Title", metadata={"tags": ["intro"]}),
        new_markdown_cell("Notes", metadata={"tags": ["solution", "teaching"]}),
        new_markdown_cell("## New\n\nTwice five?", metadata={"tags": ["exercise"], "exercise": asked}),
        new_markdown_cell("Double it.", metadata={"tags": ["hint"]}),
        new_code_cell("answer_usd = 2 * 5", metadata={"tags": ["solution"]}),
        new_code_cell(
            "from analysis.teaching.expected import expect, number\n"
            f"expect('new-1', answer_usd=number(answer_usd, 'USD', step='?', mistakes=[({expect}, 'wrong')]))",
            metadata={"tags": ["solution", "expect"]},
        ),
        new_code_cell("check('new-1', answer_usd)", metadata={"tags": ["check"]}),
        new_markdown_cell("Marking", metadata={"tags": ["solution", "marking"]}),
    ]
    return exercises.parsed("new", new_notebook(cells=cells))


OWN: Mapping[str, Any] = {
    "new-1": {
        "inputs": {"five": {"base": 5, "from": 1, "to": 9, "step": 1}},
        "text": {"Twice five?": "Twice {five}?"},
        "code": {"5": "{five}"},
    }
}


def test_inputs_under_which_a_mistake_gives_the_answer_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "run", lambda cells: _run(cells, exercises_run))
    # "six more" is the answer where 6 was drawn: then, and only then, it is drawn anew.
    found = [variants._distinct(chapter("5 + 6"), OWN, number) for number in range(1, 40)]
    drawn = [each["new-1"]["five"] for _, _, each in found]
    first = [variants.draw(OWN["new-1"]["inputs"], f"{number}/new-1/0")["five"] for number in range(1, 40)]
    assert 6 in first and 6 not in drawn and 5 not in drawn
    assert [a for a, b in zip(first, drawn, strict=True) if a != b] == [6] * first.count(6)


exercises_run = exercises.run


def _run(cells: Any, run: Any) -> Any:
    """The checks of a made-up chapter call nothing."""
    return run([cell for cell in cells if "check" not in notebooks.tags(cell)])


def test_ranges_that_are_too_narrow_are_told_after_some_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "run", lambda cells: _run(cells, exercises_run))
    with pytest.raises(variants.VariantError, match=r"variants\.yml, new-1: 50 draws .* gives the same as the answer"):
        variants._distinct(chapter("5 + 5"), OWN, 1)
    with pytest.raises(ExpectationError, match="Exercise new-1"):
        variants._distinct(chapter("5 + 5"), {}, 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": {"Thrice five?": "x"}}, "variants.yml, new-1: 'Thrice five\\?' stands in no cell of the exercise"),
        ({"code": {"55": "x"}}, "'55' stands in no cell of the exercise. Write it as it stands there"),
    ],
)
def test_what_stands_nowhere_is_an_error(change: dict[str, Any], says: str) -> None:
    own = {"new-1": {**OWN["new-1"], **change}}
    with pytest.raises(variants.VariantError, match=says):
        variants.varied(chapter("1").notebook, own, {"new-1": {"five": 3}})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ({"new-1": {"inputs": {}, "text": {}}}, "variants.yml, new-1.*code"),
        ({"new-1": {**OWN["new-1"], "inputs": {"five": {"base": 5, "from": 1, "to": 9}}}}, "new-1, five.*step"),
        ({"capex-9": OWN["new-1"]}, "there is no exercise capex-9. Correct the name"),
    ],
)
def test_a_file_of_variants_that_cannot_be_used_is_told(
    text: dict[str, Any], says: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "variants.yml"
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    monkeypatch.setattr(variants, "SOURCE", path)
    monkeypatch.setattr(exercises, "chapters", lambda: [])
    with pytest.raises(variants.VariantError, match=says):
        variants.edition.__wrapped__(7)
    with pytest.raises(variants.VariantError, match="--variant 10000: a variant has a number from 1 to 9999"):
        variants.checked(10000)


def test_the_command_refuses_before_minutes_have_passed() -> None:
    assert "--variant 10000: a variant has a number from 1 to 9999" in refused("classroom", "--variant", "10000")
    assert "There is no story 'minimax_m2'. Did you mean 'minimax_m1'?" in refused("classroom", "--story", "minimax_m2")

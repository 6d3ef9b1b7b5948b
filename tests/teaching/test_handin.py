"""The cell that hands in: a zip with the notebook as it was saved and the name, or a line on what is missing."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from analysis.report import notebooks
from analysis.teaching import exercises, handin
from analysis.teaching.grading import handins

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = exercises.chapter("six_million")


def saved(folder: Path, name: str, **code: str) -> Path:
    """A notebook as a student has saved it. code: answers of the exercises, by their number"""
    found = exercises.student_notebook(CHAPTER, "01_six_million.ipynb")
    for cell in found.cells:
        if "name" in notebooks.tags(cell):
            cell.source = f'my_name = "{name}"  # write your name'
        if "answer" in notebooks.tags(cell):
            cell.source = code.get(f"n{cell.metadata.answer[-1]}", cell.source)
    path = folder / "01_six_million.ipynb"
    nbformat.write(found, path)
    return path


def told(capsys: pytest.CaptureFixture[str], path: Path, name: object) -> str:
    handin.hand_in(str(path), name)
    return capsys.readouterr().out


def test_a_hand_in_is_what_the_grader_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, "Zoë  O'Neill / 7", n1="answer_gpu_hours = 5\nanswer_usd = None")
    said = told(capsys, path, " Zoë O'Neill / 7 ")
    assert said.startswith("hand-in_01_six_million_Zoë_O_Neill_7.zip is your hand-in, Zoë O'Neill / 7: 1 of 4 answers")
    assert "Still blank: six_million-2, six_million-3, six_million-4." in said
    (target,) = tmp_path.glob("*.zip")
    with zipfile.ZipFile(target) as archive:
        assert archive.read("01_six_million.ipynb") == path.read_bytes()
    (tmp_path / "class").mkdir()
    target.rename(tmp_path / "class" / "work.zip")
    (one,), faults = handins.read(tmp_path / "class", {exercise.id for exercise in CHAPTER.exercises})
    assert (one.name, one.code["six_million-1"]) == ("Zoë O'Neill / 7", "answer_gpu_hours = 5\nanswer_usd = None")
    assert not faults


def test_a_later_hand_in_takes_the_place_of_an_earlier_one_and_of_no_other_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, "Anna")
    told(capsys, path, "Anna")
    saved(tmp_path, "Anna", n3="answer_mfu_fraction = 0.3")
    assert "1 of 4 answers" in told(capsys, path, "Anna")
    (target,) = tmp_path.glob("*.zip")
    target.write_bytes(b"mine")
    assert "is there already, and is no hand-in" in told(capsys, path, "Anna")
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("on_disk", "name", "says"),
    [
        ("Anna", "", "write your name into the first cell of code, my_name, and run it"),
        ("Anna", None, "write your name into the first cell of code"),
        ("", "Anna", "01_six_million.ipynb was saved before you wrote your name. Save it"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_written(
    on_disk: str, name: object, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, on_disk)
    said = told(capsys, path, name)
    assert said.startswith("Nothing is handed in yet: ") and says in said
    assert not list(tmp_path.glob("*.zip"))


def test_a_notebook_of_another_name_or_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no copy.ipynb in this folder" in told(capsys, tmp_path / "copy.ipynb", "Anna")
    (tmp_path / "x.ipynb").write_text("[]")
    assert "x.ipynb cannot be read (TypeError)" in told(capsys, tmp_path / "x.ipynb", "Anna")


@pytest.mark.parametrize("exercise", [e for c in exercises.chapters() for e in c.exercises], ids=lambda each: each.id)
def test_a_blank_is_told_from_an_answer(exercise: exercises.Exercise) -> None:
    assert handin.is_blank(exercises.blank(exercise)) and handin.is_blank(exercises.WRITE)
    assert not handin.is_blank("\n".join(exercise.sources("solution")))
    assert not handin.is_blank("x = = 1")


def test_handing_in_needs_the_standard_library_only(tmp_path: Path) -> None:
    saved(tmp_path, "Anna")
    code = "from analysis.teaching.handin import hand_in; hand_in('01_six_million.ipynb', 'Anna')"
    command = [sys.executable, "-S", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    assert "is your hand-in, Anna: 0 of 4 answers" in run.stdout, run.stderr

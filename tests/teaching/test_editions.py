"""Editions never leak a solution, and the students' folder runs by itself."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.report import notebooks, rendering
from analysis.scenarios import Scenario
from analysis.teaching import classroom, exercises, instructor, slides, students
from analysis.teaching.site import chapters

CHAPTERS = exercises.chapters()
SOLVED = ("solution", "teaching", "marking", "expect")
# A shorter line can stand in a hint, a blank or a chapter by chance.
DISTINCTIVE = 24


def plain(text: str) -> str:
    """Text without what an edition may change about it: spaces, quotation marks, Markdown, escapes."""
    for found, put in (("\\n", " "), ("\\", ""), ("&quot;", '"'), ("&#39;", "'"), ("&gt;", ">"), ("&lt;", "<")):
        text = text.replace(found, put)
    for mark in "\"'“”‘’`*_":
        text = text.replace(mark, "")
    return " ".join(text.split())


def open_text() -> str:
    """What everybody may see: students' notebooks, chapters, and the package but for its teaching part."""
    found = [cell.source for chapter in CHAPTERS for cell in exercises.student_notebook(chapter).cells]
    found += [cell.source for path in notebooks.BOOK.glob("*.ipynb") for cell in notebooks.read(path).cells]
    package = notebooks.ROOT / "analysis"
    found += [
        path.read_text(encoding="utf-8")
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] != "teaching"
    ]
    return plain("\n".join(found))


def secrets() -> dict[str, str]:
    """Every distinctive line that only the instructor may see -> the exercise or chapter that it is of."""
    found, shown = {}, open_text()
    for chapter in CHAPTERS:
        for cell in chapter.notebook.cells:
            if set(notebooks.tags(cell)) & set(SOLVED):
                for line in map(plain, cell.source.splitlines()):
                    if len(line) >= DISTINCTIVE and line not in shown and not line.startswith(("from ", "import ")):
                        found[line] = chapter.name
    return found


def leaks(name: str, content: bytes, wanted: dict[str, str]) -> list[str]:
    text = plain(content.decode("utf-8", errors="ignore"))
    return [f"{name}: '{line}' of {wanted[line]}" for line in wanted if line in text]


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    found = secrets()
    solved = {exercise.id for chapter in CHAPTERS for exercise in chapter.exercises}
    assert len(found) > 5 * len(solved), "The search would look for too little."
    return found


@pytest.fixture(scope="module")
def edition(answers: dict[str, Any]) -> dict[str, bytes]:
    return dict(students.files(CHAPTERS, answers))


def test_the_search_finds_a_solution_that_is_there(wanted: dict[str, str]) -> None:
    (solution,) = CHAPTERS[0].exercises[0].sources("solution")
    assert leaks("page", solution.encode(), wanted)
    assert leaks("page", solution.replace("\n", "\\n").replace('"', '\\"').encode(), wanted)


def test_the_students_edition_holds_no_solution(edition: dict[str, bytes], wanted: dict[str, str]) -> None:
    packed = zipfile.ZipFile(io.BytesIO(students.zipped(edition)))
    found = [leak for name in packed.namelist() for leak in leaks(name, packed.read(name), wanted)]
    assert not found, "\n".join(found)
    inside = "\n".join(edition)
    assert "book/" not in inside and "expected.py" not in inside and "analysis/report" not in inside


def test_the_public_site_holds_no_solution(site: Path, wanted: dict[str, str]) -> None:
    found = []
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".js", ".json", ".ipynb", ".md", ".txt", ".xml", ".inv"):
            found += leaks(str(path.relative_to(site)), path.read_bytes(), wanted)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    found += leaks(f"{path.name}/{name}", packed.read(name), wanted)
    assert not found, "\n".join(found)


def test_the_public_site_has_every_exercise_and_its_notebook(site: Path) -> None:
    for chapter in CHAPTERS:
        text = plain((site / f"{chapter.name}.html").read_text(encoding="utf-8"))
        for exercise in chapter.exercises:
            assert plain(exercise.title) in text, f"{chapter.name}.html lacks '{exercise.title}'."
        assert text.count("<details class=exercise-hint") >= len(chapter.exercises)
        assert (site / "exercises" / f"{chapter.name}.ipynb").exists()
    assert (site / "exercises" / students.ZIP).exists()
    assert not list(site.rglob("*instructor*")) and not (site / instructor.FOLDER).exists()


def test_a_scenario_says_that_the_checks_know_the_base_case() -> None:
    base, other = (" ".join(chapters.section(CHAPTERS[0], base=base)) for base in (True, False))
    for told in ("not those of this scenario", "it means that of the base case"):
        assert told in other and told not in base


def test_staging_leaves_the_committed_chapter_alone(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in notebooks.BOOK.glob("*.ipynb")}
    rendering.stage(Scenario(), {page.name: page.path for page in notebooks.pages() if page.runs}, tmp_path / "staged")
    assert {path: path.read_bytes() for path in before} == before
    staged = notebooks.read(tmp_path / "staged" / "capex.ipynb")
    assert staged.cells[-1].source.startswith(f"### {len(exercises.chapter('capex').exercises)}.")
    assert not list((tmp_path / "staged").rglob("exercises"))


def test_the_same_sources_give_the_same_zip(edition: dict[str, bytes]) -> None:
    again = students.zipped(dict(reversed(edition.items())))
    assert students.zipped(edition) == again
    assert {info.date_time[3:] for info in zipfile.ZipFile(io.BytesIO(again)).infolist()} == {(0, 0, 0)}


def test_the_students_notebooks_run_in_their_folder_alone(edition: dict[str, bytes], tmp_path: Path) -> None:
    # -P and the folder first: the package of the repository must not help.
    for name, data in edition.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    script = (
        "import json, sys; from pathlib import Path; sys.path.insert(0, '.')\n"
        "import analysis; assert Path(analysis.__file__).is_relative_to(Path.cwd()), analysis.__file__\n"
        "for path in sorted(Path('.').glob('*.ipynb')):\n"
        "    space = {'__name__': '__main__'}\n"
        "    for cell in json.loads(path.read_text())['cells']:\n"
        "        if cell['cell_type'] == 'code': exec(''.join(cell['source']), space)\n"
        "    print(path.name, eval('standing()', space).splitlines()[0])\n"
    )
    run = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    told = [line for line in run.stdout.splitlines() if ".ipynb 0 of " in line]
    assert len(told) == len(CHAPTERS), run.stdout
    assert run.stdout.count("Nothing is handed in yet: write your name") == len(CHAPTERS)


def test_the_readme_has_two_commands_that_the_makefile_has(edition: dict[str, bytes]) -> None:
    readme, makefile = edition["README.md"].decode(), edition["Makefile"].decode()
    for command in ("setup", "notebooks"):
        assert f"make {command}" in readme and f"\n{command}:" in makefile
    assert "{" not in readme.replace("```", "")
    assert edition["requirements.txt"].count(b"--hash=sha256:") > 100


def test_the_instructors_edition_has_all_that_students_have_not(tmp_path: Path) -> None:
    instructor.stage(tmp_path / "staged")
    for chapter in CHAPTERS:
        text = (tmp_path / "staged" / f"{chapter.name}.md").read_text(encoding="utf-8")
        for exercise in chapter.exercises:
            for kind in (("solution",), ("solution", "marking")):
                (source,) = exercise.sources(*kind)
                assert source in text, f"{exercise.id}: its {' '.join(kind)} is missing."
            assert exercise.text in text
        assert "Teaching notes" in text and "**Expected**" in text and "What the check says" in text
    config = yaml.safe_load((tmp_path / "staged" / "_config.yml").read_text(encoding="utf-8"))
    assert "do not publish" in config["sphinx"]["config"]["html_theme_options"]["announcement"]


def test_what_a_teacher_opens_first_is_what_the_parts_make() -> None:
    made = {students.ZIP, f"{instructor.FOLDER}/index.html", f"{slides.FOLDER}/{slides.DECK}"}
    assert {where for _, where in classroom.STARTS} == made

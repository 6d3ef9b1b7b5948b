"""Editions never leak a solution, and the students' folder runs by itself."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.case import Case
from analysis.report import notebooks, rendering
from analysis.report.site.metadata import citation
from analysis.scenarios import Scenario
from analysis.teaching import classroom, exercises, instructor, lesson, lms, slides, students, variants
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
        text = plain((site / f"{notebooks.home(chapter.name)}.html").read_text(encoding="utf-8"))
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
    staged = notebooks.read(tmp_path / "staged" / "fleet.ipynb")
    assert staged.cells[-1].source.startswith(f"#### {len(exercises.chapter('capex').exercises)}.")
    assert not list((tmp_path / "staged").rglob("exercises"))


def test_the_same_sources_give_the_same_zip(edition: dict[str, bytes]) -> None:
    again = students.zipped(dict(reversed(edition.items())))
    assert students.zipped(edition) == again
    assert {info.date_time[3:] for info in zipfile.ZipFile(io.BytesIO(again)).infolist()} == {(0, 0, 0)}


def unpacked(edition: dict[str, bytes], folder: Path) -> None:
    for name, data in edition.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_the_students_notebooks_run_in_their_folder_alone(edition: dict[str, bytes], tmp_path: Path) -> None:
    # -P and the folder first: the package of the repository must not help.
    unpacked(edition, tmp_path)
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
    assert run.stdout.count("about 15 seconds") == len(CHAPTERS)


def test_the_readme_has_two_commands_that_the_makefile_has(edition: dict[str, bytes]) -> None:
    readme, makefile = edition["README.md"].decode(), edition["Makefile"].decode()
    for command in ("setup", "notebooks"):
        assert f"make {command}" in readme and f"\n{command}:" in makefile
    assert "{" not in readme.replace("```", "")
    assert edition["requirements.txt"].count(b"--hash=sha256:") > 100


def test_the_instructors_edition_has_all_that_students_have_not(base: variants.Edition, tmp_path: Path) -> None:
    instructor.stage(tmp_path / "staged", base)
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
    made = {students.ZIP, f"{instructor.FOLDER}/index.html", f"{slides.FOLDER}/{slides.DECK}", "teachers.zip"}
    made |= {f"{lesson.FOLDER}/{lesson.SENTENCES}", f"{lms.FOLDER}/{lms.MOODLE}"}
    assert {where for _, where in classroom.STARTS} == made


def test_a_notebook_alone_says_in_words_what_it_lacks(edition: dict[str, bytes], tmp_path: Path) -> None:
    # -I: neither the folder nor the environment of the repository helps.
    cells = json.loads(edition["03_capex.ipynb"])["cells"]
    first = next("".join(cell["source"]) for cell in cells if "start" in cell["metadata"].get("tags", []))
    alone = f"import sys; sys.meta_path.insert(0, type('No', (), {{'find_spec': lambda *rest: None}}))\n{first}"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", alone], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 1 and "ModuleNotFoundError" not in run.stderr
    for told in (
        "the report's cost model, which is not beside it",
        "Open 03_capex.ipynb",
        "the zip with all notebooks",
    ):
        assert told in run.stderr
    # Another package of that name comes first.
    (tmp_path / "analysis.py").write_text("")
    alone = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{first}"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", alone], capture_output=True, text=True, cwd=tmp_path)
    assert f"Another package called analysis is found before the report's cost model: {tmp_path}" in run.stderr
    inside: dict[str, Any] = {}
    exec(first, inside)  # here the model is found
    assert inside["NoCostModel"]("in words")._render_traceback_() == ["in words"], "Jupyter shows no traceback."


def test_addresses_that_are_known_stand_in_the_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORT_SITE_URL", "https://example.org/report")
    monkeypatch.setenv("REPORT_EXERCISES_URL", "https://github.com/owner/course")
    found = dict(students.files(CHAPTERS[2:3]))
    text = found["01_capex.ipynb"].decode()
    for address in (
        "https://example.org/report/fleet.html",
        "%pip install https://example.org/report/exercises/student.zip",
        "https://mybinder.org/v2/gh/owner/course/HEAD?labpath=01_capex.ipynb",
        "https://colab.research.google.com/github/owner/course/blob/HEAD/01_capex.ipynb",
    ):
        assert address in text
    assert "https://example.org/report/fleet.html" in found["chapters/fleet.html"].decode()


def test_the_zip_holds_its_chapters_with_their_numbers_and_asks_for_nothing(edition: dict[str, bytes]) -> None:
    for chapter in CHAPTERS:
        file = f"chapters/{notebooks.home(chapter.name)}.html"
        assert file in edition[_named(chapter.name)].decode()
        page = BeautifulSoup(edition[file], "html.parser")
        assert page.title and page.h1 and page.title.get_text() == page.h1.get_text()
        assert not page.select("script, link, img, iframe"), "It must be readable offline, as one file."
        ids = [str(each["id"]) for each in page.select("main [id]:not(svg *)")]
        inside = [str(link["href"])[1:] for link in page.select("a[href^='#']")]
        assert set(inside) <= set(ids), f"{chapter.name}: a link leads to {set(inside) - set(ids)}, which is not there."
        assert not page.select("a[href]:not([href^='#']):not([href^='https://'])"), "No such file is in the zip."
        assert all(link.get_text().strip() for link in page.select("a")), f"{chapter.name}: a link has no words."
        text = page.get_text(" ")
        assert not re.search(r"\{[a-z:]+\}|:::|```", text), f"{chapter.name}: MyST is left in the text."
    assert Case()["semianalysis_fleet_capex_usd"].text in edition["chapters/fleet.html"].decode()
    figures = edition["chapters/owning_and_renting.html"].count(b'<svg role="img" aria-label="')
    assert figures == len(notebooks.drawings([notebooks.BOOK / "owning_and_renting.ipynb"]))


def _named(chapter: str) -> str:
    return students.notebook_names([each.name for each in CHAPTERS])[chapter]


def test_a_hub_needs_no_jupyterlab_and_can_install_the_folder(edition: dict[str, bytes]) -> None:
    package = tomllib.loads(edition["pyproject.toml"].decode())
    assert package["project"]["version"] == citation.citation().version
    kernel = edition["requirements-kernel.txt"].decode()
    names = set(re.findall(r"^([\w.-]+)==", kernel, flags=re.MULTILINE))
    assert "ipykernel" in names and not {"jupyterlab", "jupyter-server", "notebook"} & names
    assert len(package["project"]["dependencies"]) == 8
    for wanted in package["project"]["dependencies"]:
        name, version = wanted.split(">=")
        assert f"{name.lower()}=={version} " in kernel, f"{wanted} is not what requirements-kernel.txt has."
    lines = set(edition["requirements.txt"].decode().splitlines())
    other = [
        line
        for line in kernel.splitlines()
        if "==" in line
        and line.split(" ;")[0].split(" \\")[0] not in {each.split(" ;")[0].split(" \\")[0] for each in lines}
    ]
    assert not other, f"The two lists differ in {other}. Run `make lock`."


def test_the_folder_becomes_a_package_with_its_data(edition: dict[str, bytes], tmp_path: Path) -> None:
    unpacked(edition, tmp_path / "folder")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "made")]
    done = subprocess.run(command, cwd=tmp_path / "folder", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "made").iterdir()
    assert wheel.name == f"frontier_cost_exercises-{citation.citation().version}-py3-none-any.whl"
    inside = set(zipfile.ZipFile(wheel).namelist())
    # Every module and every row of data, where analysis/project.py looks for them, and no notebook.
    moved = {
        name.replace("data/", "analysis/carried/data/", 1) if name.startswith("data/") else name for name in edition
    }
    wanted = {name for name in moved if name.startswith("analysis/")}
    assert {name for name in inside if ".dist-info/" not in name} == wanted
    assert "analysis/carried/data/assumptions.csv" in inside and "analysis/teaching/answers.json" in inside


def test_a_colleague_gets_the_teachers_folder_as_one_file(tmp_path: Path) -> None:
    for name in ("index.html", "_static/a.css", "lesson_key.html"):
        (tmp_path / "teachers" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "teachers" / name).write_text(name)
    packed = classroom.zipped(tmp_path / "teachers")
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert names == ["teachers/_static/a.css", "teachers/index.html", "teachers/lesson_key.html"]
    assert classroom.zipped(tmp_path / "teachers") == packed

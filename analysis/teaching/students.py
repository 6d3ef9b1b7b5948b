"""The students' edition: notebooks with blanks and checks, the cost model that they call, and all of it as one zip."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from analysis.report import notebooks, own
from analysis.report.downloads import entry
from analysis.report.execution import Progress
from analysis.report.site.metadata import citation
from analysis.teaching import checks, exercises

NAME = "frontier-model-cost-exercises"
ZIP = "student.zip"
FOLDER = "students"

HERE = Path(__file__).parent
TEMPLATES = HERE / "student"

# Nothing that a notebook calls: what builds the site, and what builds the editions.
NOT_NEEDED = ("report", "teaching", "cli.py", "__main__.py")


def notebook_names(names: list[str]) -> dict[str, str]:
    """Chapter -> name of its notebook in the folder, numbered in reading order."""
    return {name: f"{number:02d}_{name}.ipynb" for number, name in enumerate(names, start=1)}


def text_of(notebook: nbformat.NotebookNode) -> str:
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def readme(chapters: list[exercises.Chapter]) -> str:
    """How to install and to work, with the numbers of these chapters."""
    named = list(notebook_names([each.name for each in chapters]).values())
    values = {
        "count": sum(len(each.exercises) for each in chapters),
        "notebooks": len(chapters),
        "first": named[0],
        "last": named[-1],
    }
    return filled("README.md", values)


def filled(template: str, values: Mapping[str, object]) -> str:
    """A text of this folder's templates with its {names} filled in."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", str(value))
    return text


def files(chapters: list[exercises.Chapter], answers: Mapping[str, Any] | None = None) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file of the students' edition.

    answers: what the exercises expect; that of the repository, if none is given
    """
    yield "README.md", readme(chapters).encode()
    yield "Makefile", (TEMPLATES / "Makefile").read_bytes()
    yield "requirements.txt", (HERE / "requirements.lock").read_bytes()
    named = notebook_names([each.name for each in chapters])
    for each in chapters:
        yield named[each.name], text_of(exercises.student_notebook(each, named[each.name])).encode()
    for name in ("LICENSE", "LICENSE-CONTENT.md"):
        yield name, (notebooks.ROOT / name).read_bytes()
    yield from package(answers)


def package(answers: Mapping[str, Any] | None = None) -> Iterator[tuple[str, bytes]]:
    """Path and content of what the notebooks call: the cost model, its data, the checks and what they expect."""
    committed = checks.ANSWERS.read_text(encoding="utf-8") if answers is None else checks.encode(answers)
    for name in ("__init__.py", "checks.py", "handin.py"):
        yield f"analysis/teaching/{name}", (HERE / name).read_bytes()
    yield "analysis/teaching/answers.json", committed.encode()
    for path in own.files("analysis", "data"):
        inside = path.relative_to(notebooks.ROOT)
        if not set(inside.parts) & set(NOT_NEEDED):
            yield inside.as_posix(), path.read_bytes()


def zipped(content: Mapping[str, bytes]) -> bytes:
    """The edition as a zip with one folder in it: the same bytes for the same edition."""
    released = citation.citation().released
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(content.items()):
            archive.writestr(entry(f"{NAME}/{name}", released), data)
    return buffer.getvalue()


def build(folder: Path, progress: Progress) -> None:
    """The students' folder and its zip, with the answers as the solutions compute them now."""
    chapters = exercises.chapters()
    content = dict(files(chapters, exercises.answers(chapters)))
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    for name, data in content.items():
        path = folder / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / ZIP).write_bytes(zipped(content))


def publish(site: Path) -> None:
    """The zip and the single notebooks beside the pages of a site, for its links."""
    chapters = exercises.chapters()
    content = dict(files(chapters))
    folder = site / "exercises"
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in notebook_names([each.name for each in chapters]).items():
        (folder / f"{name}.ipynb").write_bytes(content[file])
    (folder / ZIP).write_bytes(zipped(content))

"""The students' edition: notebooks with blanks and checks, their chapters, the cost model, and all of it as one zip.

The folder is also a package: `pip install student.zip` gives a hub the cost model once for all who open a notebook.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat

from analysis.report import notebooks, own, rendering
from analysis.report.downloads import packed
from analysis.report.execution import Progress
from analysis.report.site.figures import launchers
from analysis.report.site.metadata import citation
from analysis.teaching import checks, exercises, reading, variants
from analysis.teaching.wanted import Wanted, fill

NAME = "frontier-model-cost-exercises"
ZIP = "student.zip"
FOLDER = "students"

HERE = Path(__file__).parent
TEMPLATES = HERE / "student"

# The environment variable with the address of a public repository in which a teacher has put the unpacked zip.
REPOSITORY = "REPORT_EXERCISES_URL"

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


def services(file: str) -> list[tuple[str, str]]:
    """Name and address of each service that opens a students' notebook; none where nobody has said where they are."""
    return launchers(os.environ.get(REPOSITORY, ""), file)


def links(name: str, file: str, site: str) -> str:
    """What leads from a notebook to its chapter, and to services that open it, as a paragraph of Markdown."""
    page = notebooks.home(name)
    ways = [f"[in this folder]({reading.FOLDER}/{page}.html)"]
    ways += [f"[on the site]({site}/{quote(page)}.html)"] if site else []
    launched = " or ".join(f"[{service}]({address})" for service, address in services(file))
    return f"Read the chapter first: {' or '.join(ways)}.\n" + (
        f"Open this notebook on {launched}.\n" if launched else ""
    )


def files(
    chapters: list[exercises.Chapter], answers: Mapping[str, Any] | None = None, variant: int = 0
) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file of the students' edition.

    answers: what the exercises expect; that of the repository, if none is given
    variant: its number, 0 for that of the base case
    """
    site = rendering.site_address()
    yield "README.md", readme(chapters).encode()
    yield "Makefile", (TEMPLATES / "Makefile").read_bytes()
    yield "pyproject.toml", filled("package.toml", _package()).encode()
    for name in ("requirements", "requirements-kernel"):
        yield f"{name}.txt", (HERE / f"{name}.lock").read_bytes()
    named = notebook_names([each.name for each in chapters])
    for each in chapters:
        file = named[each.name]
        made = exercises.student_notebook(each, file, links(each.name, file, site), site, variant)
        yield file, text_of(made).encode()
    for page in dict.fromkeys(notebooks.home(each.name) for each in chapters):
        yield f"{reading.FOLDER}/{page}.html", reading.page(page, site).encode()
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


def pins() -> dict[str, str]:
    """The packages that the notebooks import, and the version of each with which they were tried."""
    wanted, lock = ((HERE / f"requirements-kernel.{kind}").read_text(encoding="utf-8") for kind in ("in", "lock"))
    # Of several versions for several Pythons, the first and lowest.
    locked = dict(reversed(re.findall(r"^([\w-]+)==([\w.]+)", lock, flags=re.MULTILINE)))
    return {name: locked[name.casefold()] for name in re.findall(r"^([\w-]+)$", wanted, flags=re.MULTILINE)}


def _package() -> dict[str, str]:
    """What the folder's pyproject.toml says: at least the versions with which the exercises were tried."""
    lines = [f'    "{name}>={version}",' for name, version in pins().items()]
    return {"version": citation.citation().version, "dependencies": "\n".join(lines)}


def zipped(content: Mapping[str, bytes], name: str = NAME) -> bytes:
    """The edition as a zip with one folder, `name`, in it: the same bytes for the same edition."""
    return packed((f"{name}/{path}", data) for path, data in sorted(content.items()))


def build(folder: Path, progress: Progress, wanted: Wanted) -> None:
    """The students' folder and its zip, with the answers as the solutions compute them now."""
    edition = variants.edition(wanted.variant)
    content = dict(files(edition.chapters, edition.answers, edition.variant))
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    fill(folder / FOLDER, content.items())
    name = f"{NAME}-variant-{edition.variant}" if edition.variant else NAME
    (folder / ZIP).write_bytes(zipped(content, name))


def publish(site: Path) -> None:
    """The zip and the single notebooks beside the pages of a site, for its links."""
    chapters = exercises.chapters()
    content = dict(files(chapters))
    folder = site / "exercises"
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in notebook_names([each.name for each in chapters]).items():
        (folder / f"{name}.ipynb").write_bytes(content[file])
    (folder / ZIP).write_bytes(zipped(content))

"""What can be checked without running a page: data, references, scenarios, and pages in step with all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from analysis import claims, comparison, parameters, restated, scenarios, stories, tables, untrusted, written
from analysis.case import Data
from analysis.figures import NAMES
from analysis.report import notebooks, own
from analysis.report.place import BuildError

File = TypeVar("File")

# A file in which a page is written.
PAGE = re.compile(r"book/[^/]+\.(ipynb|md)")


def problems() -> list[str]:
    """Every fault found, one line each, with what to do about it."""
    found = tables.problems()
    if found:
        return found
    parameters.known()
    found += parameter_problems()
    for path in comparison.shipped().values():
        found += told(scenario_problems, path)
    if not found:  # Across files, so only where each can be read.
        found += [*claims.name_problems(Data()), *restated.problems()]
        for path in stories.shipped():
            found += story_problems(path)
    for path in (notebooks.ROOT / "_config.yml", *own.files("book")):
        if path.suffix == ".yml":
            found += told(yaml_problems, path)
    for page in notebooks.sources():
        found += told(page_problems, page)
    if not found:
        found += contents_problems()
    return found


def require_sound_data() -> None:
    """BuildError listing every fault in data/, before anything is run."""
    found = tables.problems()
    if found:
        raise BuildError("The data cannot be used:\n" + "\n".join(f"  {line}" for line in found))


def told(look: Callable[[File], Iterable[str]], file: File) -> list[str]:
    """The faults that a look at one file finds; one that ends it is a fault like others, and hides no other file."""
    try:
        return list(look(file))
    except (written.FileError, notebooks.PageFailure, parameters.ParameterError) as error:
        return [str(error)]


def parameter_problems() -> Iterator[str]:
    """What a printed equation names and nobody wrote a letter for; what a row lacks, its reader says."""
    from analysis import equations

    for name in equations.named():
        try:
            equations.letter(name)
        except LookupError as fault:
            yield str(fault)


def scenario_problems(path: Path) -> Iterator[str]:
    """What `report compare` would stop at, and sources that nobody can look up."""
    known, given = tables.references(), scenarios.read_scenario(path).source
    for key in (text for text in given.split(";") if text not in known):
        yield (
            f"data/scenarios/{path.name}, `source`: book/references.bib has no '{key}'.{untrusted.meant(key, known)} "
            "Keys are joined with `;`. Add the entry, or correct the scenario, then run `report check`."
        )


def story_problems(path: Path) -> list[str]:
    """What `report story check` says of a story that is shipped, and what of it is still blank."""
    try:
        found = stories.audited(stories.read(path))
    except stories.StoryError as error:
        return error.lines
    left = "a story that is shipped leaves nothing blank. Fill it in, then run `report check`."
    return [*stories.unexpected(found), *(f"{blank}: {left}" for blank in found.story.blanks)]


def yaml_problems(path: Path) -> Iterator[str]:
    """What a build would stop at after minutes of work."""
    written.yaml_of(path)
    yield from ()


def page_problems(page: notebooks.Page) -> Iterator[str]:
    """Generated cells that do not say what data and prose say, and cells that were never run."""
    if not page.runs:
        written.text(page.path)
        return
    notebook, wanted = notebooks.read(page.path), notebooks.synced(notebooks.read(page.path))
    for tag in notebooks.GENERATED:
        cell, current = notebooks.tagged(notebook, tag), notebooks.tagged(wanted, tag)
        if cell is None:
            yield f"book/{page.name}.ipynb has no cell tagged `{tag}`. `report refresh` puts it in."
        elif current is not None and cell.source != current.source:
            number = notebook.cells.index(cell)
            yield f"book/{page.name}.ipynb, cell {number}: the generated cell is not up to date. Run `report refresh`."
    for number, said in notebooks.undeclared(notebook):
        yield f"book/{page.name}.ipynb, cell {number} holds a message to stderr: {said}. Run `report refresh`."
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            yield f"book/{page.name}.ipynb, cell {number} was never run. Run `report refresh`."


def contents_problems() -> Iterator[str]:
    """Pages that no site shows, and figures that no page shows."""
    listed = notebooks.sources()
    known = {page.path.relative_to(notebooks.ROOT).as_posix() for page in listed}
    for name in sorted({*own.names(), *own.left_out()} - known):
        if PAGE.fullmatch(name):
            yield f"{name} is in no part of _toc.yml, so no site shows it. Add it there, or take it out of book/."
    notebook_cells = (cell for page in listed if page.runs for cell in notebooks.read(page.path).cells)
    code = "\n".join(cell.source for cell in notebook_cells if cell.cell_type == "code")
    for figure in NAMES:
        function = figure.replace("-", "_")
        if f"figures.{function}(" not in code:
            yield (
                f"No page shows the figure {figure}, and a build would stop at it. Show it in a cell with "
                f"`figures.{function}(case)`, or delete analysis/figures/charts/{function}.py."
            )

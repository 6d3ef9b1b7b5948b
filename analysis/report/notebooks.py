"""Pages as notebooks: reading, keeping in step with the data, and stripping what differs by run.

A page has two generated cells. The one tagged `parameters` holds the literals of the base case, taken from
data/assumptions.csv. The one tagged `words` names every result that the page's prose mentions with {glue:text}.
Both are put in and brought up to date by `report refresh`; a test compares them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from analysis import parameters, tables, untrusted, written
from analysis.case import ordered
from analysis.figures import NARROW, SVG
from analysis.report.files import replace

ROOT = tables.ROOT
BOOK = ROOT / "book"
MOVED = BOOK / "moved.yml"

PARAMETERS_TAG, WORDS_TAG, INJECTED_TAG = "parameters", "words", "injected-parameters"
# A cell whose messages to stderr are expected, and shown on no page.
STDERR_TAG = "remove-stderr"
# Tag of a generated cell -> how the book shows the cell.
GENERATED = {PARAMETERS_TAG: "hide-input", WORDS_TAG: "remove-cell"}
PARAMETERS_HEAD = "# The base case, from data/assumptions.csv. To change a value: report build -p NAME=VALUE"

# The start of a line that starts an element.
ELEMENT = re.compile(r"^(?= *<)", flags=re.MULTILINE)

GLUE = re.compile(r"\{glue:text\}`([^`:]+)`")


class PageFailure(Exception):
    """A page did not run to its end; the message names page, cell and the original error."""


@dataclass(frozen=True)
class Page:
    """One page of the book: its name as in _toc.yml (without book/), and its file."""

    name: str
    path: Path
    # What sets a page of a family apart from the others of its notebook: the parameter, and its value.
    own: tuple[tuple[str, str], ...] = ()
    # The heading of a page of a family, as Markdown, in place of the notebook's.
    heading: str = ""

    @property
    def runs(self) -> bool:
        return self.path.suffix == ".ipynb"


@dataclass(frozen=True)
class Family:
    """Pages of one notebook, a page for each of some rows of a table: `model_gpt4.html` for `model_id = "gpt4"`.

    rows:   the rows that have a page
    column: names the row, and is the parameter; title: what it is called in the page's heading

    Its notebook is committed with the outputs of one member, and stands in no table of contents.
    """

    name: str
    rows: Callable[[], pd.DataFrame]
    column: str
    title: str
    heading: str

    @property
    def notebook(self) -> Page:
        """The page that is committed: its parameters cell says which member it shows."""
        return Page(self.name, BOOK / f"{self.name}.ipynb")

    @property
    def members(self) -> list[Page]:
        """A page for each row, in the order of the table."""
        rows, path = self.rows(), self.notebook.path
        return [
            Page(
                f"{self.name}_{value}", path, ((self.column, value),), self.heading.format(untrusted.as_markdown(title))
            )
            for value, title in zip(rows[self.column], rows[self.title], strict=True)
        ]


def _models() -> pd.DataFrame:
    # Not before: no page of the book uses it, and what runs pages is a part of all of them.
    from analysis import model_rows

    return model_rows.with_page()


FAMILIES = (Family("model", _models, "model_id", "model", "{0}: what it cost"),)


def pages(root: Path = ROOT) -> list[Page]:
    """All pages in reading order, from _toc.yml."""
    toc = written.yaml_of(root / "_toc.yml")

    def files(entry: object) -> Iterable[str]:
        if isinstance(entry, dict):
            for key, value in entry.items():
                if key in ("root", "file"):
                    yield str(value)
                else:
                    yield from files(value)
        elif isinstance(entry, list):
            for item in entry:
                yield from files(item)

    found: list[Page] = []
    for file in files(toc):
        candidates = [root / f"{file}{suffix}" for suffix in (".ipynb", ".md")]
        path = next((candidate for candidate in candidates if candidate.exists()), None)
        if path is None:
            raise PageFailure(f"_toc.yml names {file}, but there is no {file}.ipynb and no {file}.md.")
        if any(page.path == path for page in found):
            raise PageFailure(f"_toc.yml names {file} twice. Take one out.")
        found.append(Page(file.removeprefix("book/"), path))
    return found


@dataclass(frozen=True)
class Moved:
    """A page that has gone.

    to:        the page on which its text stands now
    anchors:   its places that are there under the same name
    elsewhere: its other places -> a page, or `page#anchor`
    """

    to: str
    anchors: tuple[str, ...] = ()
    elsewhere: dict[str, str] = field(default_factory=dict)


def moved(path: Path = MOVED) -> dict[str, Moved]:
    """Pages that have gone, by their old names."""
    found: dict[str, Moved] = {}
    for name, said in written.yaml_of(path).items():
        wrong = [key for key in said if key not in Moved.__dataclass_fields__]
        if wrong or "to" not in said:
            raise PageFailure(
                f"{path.name}, {name}: {f'no key is called {wrong[0]}' if wrong else 'no `to`'}. "
                "Write `to`, and where there are such places `anchors` and `elsewhere`."
            )
        found[name] = Moved(said["to"], tuple(said.get("anchors", ())), said.get("elsewhere", {}))
    return found


def home(name: str) -> str:
    """The page on which what belongs to a page stands: the page itself, or where it has moved to."""
    gone = moved()
    return gone[name].to if name in gone else name


def sources() -> list[Page]:
    """Every page that is written by hand: those of _toc.yml, and the notebook of each family."""
    return [*pages(), *(family.notebook for family in FAMILIES)]


def members() -> list[Page]:
    """Every page of a family."""
    return [page for family in FAMILIES for page in family.members]


def published() -> list[Page]:
    """Every page of the site: those of _toc.yml, and the members of each family."""
    return [*pages(), *members()]


def page(name: str) -> Page:
    """One page by its name; PageFailure suggests the nearest name."""
    known = {p.name: p for p in (*sources(), *published())}
    wanted = Path(name).name.removesuffix(".ipynb").removesuffix(".md")
    if wanted not in known:
        hint = untrusted.meant(wanted, known)
        listed = ", ".join(page.name for page in sources())
        kinds = " or ".join(f"{family.name}_<{family.column}>" for family in FAMILIES)
        raise PageFailure(f"There is no page {untrusted.shown(name)}.{hint} Pages: {listed}, or one of {kinds}.")
    return known[wanted]


def chosen(names: Iterable[str]) -> list[Page]:
    """Pages by their names, each once; the name of a family stands for its members."""
    families = {family.name: family.members for family in FAMILIES}
    found = (each for name in names for each in families.get(name) or [page(name)])
    return list({each.name: each for each in found}.values())


def read(path: Path) -> nbformat.NotebookNode:
    """A notebook, in the format that is written; FileError if it is none, or holds an unfinished merge."""
    notebook = written.parsed(path, _parsed)
    for number, cell in enumerate(notebook.cells):
        # Where tools for notebooks merge, the marks are in a cell.
        if line := written.conflict(cell.source):
            raise written.FileError(f"{written.name_of(path)}, cell {number}, line {line}: {written.CONFLICT_HERE}")
    return notebook


def _parsed(text: str) -> nbformat.NotebookNode:
    invalid: dict[str, Any] = {}
    # Else a notebook without what its format asks for is logged, and taken.
    notebook = nbformat.reads(text, as_version=4, capture_validation_error=invalid)
    if invalid:
        raise ValueError(f"no notebook: {invalid['ValidationError'].message}")
    return notebook


def outputs(path: Path) -> Iterator[nbformat.NotebookNode]:
    """Everything that the cells of an executed page put out, in order."""
    for cell in read(path).cells:
        yield from cell.get("outputs", [])


@dataclass(frozen=True)
class Drawing:
    """A figure as an executed page holds it: its name, the drawing, the numbers behind it and its words."""

    name: str
    title: str
    unit: str
    svg: str
    narrow: str
    csv: str
    alt: str
    credits: str


def drawings(paths: Iterable[Path]) -> dict[str, Drawing]:
    """Every figure of executed pages by its name."""
    found: dict[str, Drawing] = {}
    for path in paths:
        for output in outputs(path):
            words = output.get("metadata", {}).get(SVG, {})
            if name := words.get("name"):
                data = output.data
                drawn = data[SVG], data[NARROW], data["text/csv"]
                found.setdefault(
                    name, Drawing(name, words["title"], words["unit"], *drawn, words["alt"], words["credits"])
                )
    return found


def results(path: Path) -> dict[str, dict[str, Any]]:
    """What the page of the results says of each, in words; nothing where a page carries none."""
    carried = (output.get("metadata", {}).get("results") for output in outputs(path))
    found: dict[str, dict[str, Any]] = json.loads(next(filter(None, carried), "{}"))
    return found


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook so that equal notebooks are equal files; whole or not at all.

    nbformat has a line of the file for each line of an output. A drawing has one for each element instead, and comes
    after the other forms of its output, so that a diff shows the numbers first and the drawing in half as many lines.
    (One line for a whole drawing is fewer still, but repeats all of it: diffs get too large to be shown on the web.)
    """
    content = json.loads(nbformat.writes(notebook))
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            for form in [form for form in (SVG, NARROW) if form in output.get("data", {})]:
                output["data"][form] = ELEMENT.split("".join(output["data"].pop(form)))
    text = json.dumps(content, ensure_ascii=False, indent=1)
    replace(path, (text + "\n").encode("utf-8"))


def headed(notebook: nbformat.NotebookNode, heading: str) -> nbformat.NotebookNode:
    """The notebook with another heading, if one is given."""
    if heading:
        first = notebook.cells[0]
        first.source = "\n".join([f"# {heading}", *first.source.split("\n")[1:]])
    return notebook


def extend(path: Path, cells: Mapping[str, str]) -> None:
    """Put Markdown cells, id -> text, at the end of a notebook."""
    notebook = read(path)
    notebook.cells += [nbformat.v4.new_markdown_cell(text, id=name) for name, text in cells.items()]
    write(notebook, path)


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def tagged(notebook: nbformat.NotebookNode, tag: str) -> nbformat.NotebookNode | None:
    """The one cell with a tag, if there is one."""
    found = [cell for cell in notebook.cells if tag in tags(cell)]
    if len(found) > 1:
        raise PageFailure(f"{len(found)} cells are tagged `{tag}`; there must be one at most.")
    return found[0] if found else None


def literal(value: parameters.Value) -> str:
    """A value as ruff would write it."""
    return json.dumps(value) if isinstance(value, str) else repr(value)


def parameter_cell(names: Iterable[str], before: str = "") -> str:
    """The source of a parameters cell: literals of the base case, with their units.

    before: the source that it replaces; which member of a family it shows stays
    """
    known, columns = parameters.known(), "|".join(family.column for family in FAMILIES)
    member = re.findall(rf"^(?:{columns}) = .*$", before, flags=re.MULTILINE)
    lines = [f"{name} = {literal(known[name].value)}  # {known[name].unit}" for name in ordered(names)]
    return "\n".join([PARAMETERS_HEAD, *member, *lines])


def declared(notebook: nbformat.NotebookNode) -> list[str]:
    """Names of the parameters in a page's parameters cell."""
    cell = tagged(notebook, PARAMETERS_TAG)
    if cell is None:
        return []
    return re.findall(r"^([a-z][a-z0-9_]*) = ", cell.source, flags=re.MULTILINE)


def prose(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """The text of each cell; captions of figures stand in the metadata of code cells, and count as prose."""
    for cell in notebook.cells:
        caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
        yield cell.source if cell.cell_type == "markdown" else caption


def mentioned(notebook: nbformat.NotebookNode) -> list[str]:
    """Names that the prose binds with {glue:text}, in order of appearance, once each."""
    return list(dict.fromkeys(name for text in prose(notebook) for name in GLUE.findall(text)))


def told(notebook: nbformat.NotebookNode) -> set[str]:
    """Names that a page's own code binds with case.tell(name=...)."""
    found: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # What is no Python fails when the page runs, and is told there.
            with suppress(SyntaxError):
                found |= _told(ast.parse(cell.source))
    return found


def _told(tree: ast.AST) -> set[str]:
    return {
        keyword.arg
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "tell"
        for keyword in call.keywords
        if keyword.arg
    }


def undeclared(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, str]]:
    """Number of each cell that wrote to stderr without the tag for it, and the first line of what it wrote, quoted.

    So does a library when something is amiss here: a list of fonts that is made anew, a letter that no font has.
    """
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr" and STDERR_TAG not in tags(cell):
                yield number, untrusted.shown(output.text.partition("\n")[0])


def words_cell(names: Iterable[str]) -> str:
    """The source of a words cell."""
    lines = [f'    "{name}",' for name in names]
    if not lines:
        return "# The text mentions no result."
    return "\n".join(["# Every result that the text mentions, bound to its value.", "case.say(", *lines, ")"])


def synced(notebook: nbformat.NotebookNode, whole: bool = True) -> nbformat.NotebookNode:
    """The notebook with its generated cells brought up to date; `whole`: those that are missing are put in."""
    for tag, manner in GENERATED.items() if whole else ():
        if tagged(notebook, tag) is None:
            cell = nbformat.v4.new_code_cell(metadata={"tags": [tag, manner]})
            notebook.cells.insert(_place(notebook, tag), cell)
    cell = tagged(notebook, PARAMETERS_TAG)
    if cell is not None:
        cell.source = parameter_cell(declared(notebook), cell.source)
    cell = tagged(notebook, WORDS_TAG)
    if cell is not None:
        own = told(notebook)
        cell.source = words_cell(name for name in mentioned(notebook) if name not in own)
    return notebook


def _place(notebook: nbformat.NotebookNode, tag: str) -> int:
    """Where a missing cell belongs: the parameters before all code, the words after the cell that makes the case."""
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    if tag == PARAMETERS_TAG:
        return code[0] if code else len(notebook.cells)
    return 1 + next((index for index in code if "Case.from_page" in notebook.cells[index].source), code[0])


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what differs between two runs of the same page: times, paths, patch versions."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for index, cell in enumerate(notebook.cells):
        cell.id = INJECTED_TAG if INJECTED_TAG in tags(cell) else f"cell-{index:02d}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    return notebook

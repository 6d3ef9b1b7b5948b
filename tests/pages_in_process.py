"""What a page says in a case, without a kernel and without a site: fast enough for hundreds of cases.

The cells of a page are run in this process, with the case's values in place of those of its parameters cell. What it
tells is filled into its prose; tables and the descriptions of figures are kept as they are shown.
"""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import matplotlib.pyplot as plt

from analysis import parameters
from analysis.case import Case
from analysis.figures import drawing
from analysis.report import notebooks


@dataclass
class Shown:
    """What a reader of a page reads: its prose with captions, its tables, the alt texts of its figures."""

    prose: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        yield from self.prose
        yield from self.tables
        yield from self.alts


def undrawn() -> AbstractContextManager[object]:
    """While it lasts, a figure has its numbers, its words and what it rests on, and nothing is drawn."""
    return patch.object(drawing, "sheets", lambda sketch: (Mock(), Mock()))


def shown(name: str, changes: Mapping[str, parameters.Value]) -> Shown:
    """A page in a case. Whatever the page raises is raised."""
    page = notebooks.page(name)
    if not page.runs:
        return Shown([page.path.read_text(encoding="utf-8")])
    notebook = notebooks.read(page.path)
    found = Shown()
    told = found.told

    def tell(self: Case, **texts: str | int) -> None:
        told.update({name: str(text) for name, text in texts.items()})

    space: dict[str, object] = {"__name__": name}
    with patch.object(Case, "tell", tell), contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            result = _run(cell.source, space)
            if notebooks.PARAMETERS_TAG in notebooks.tags(cell):
                space.update({key: value for key, value in changes.items() if key in space})
            if isinstance(result, drawing.Drawing):
                found.alts.append(result.alt)
            elif hasattr(result, "_repr_markdown_"):
                found.tables.append(str(result.data))
        space["case"].say(*(key for key in notebooks.mentioned(notebook) if key not in told))  # type: ignore[attr-defined]
    plt.close("all")
    return _with_prose(found, notebook)


def executed(path: Path) -> Shown:
    """The same of a page that was executed and kept: from its outputs, without running it."""
    found = Shown()
    for output in notebooks.outputs(path):
        data, words = output.get("data", {}), output.get("metadata", {})
        if "text/markdown" in data:
            found.tables.append(data["text/markdown"])
        elif glued := words.get("scrapbook"):
            found.told[glued["name"]] = ast.literal_eval(data["application/papermill.record/text/plain"])
        elif figure := words.get("image/svg+xml"):
            found.alts.append(figure["alt"])
    return _with_prose(found, notebooks.read(path))


def _with_prose(found: Shown, notebook: Any) -> Shown:
    """What a page tells, filled into its prose."""
    for text in filter(None, notebooks.prose(notebook)):
        found.prose.append(notebooks.GLUE.sub(lambda match: found.told[match[1]], text))
    return found


def _run(source: str, space: dict[str, object]) -> object:
    """Run a cell; the value of its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), space)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), space) if isinstance(last, ast.Expr) else None

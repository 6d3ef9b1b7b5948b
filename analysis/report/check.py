"""What can be checked without running a page: data, references, and pages in step with both."""

from __future__ import annotations

from analysis import parameters, tables
from analysis.report import notebooks


def problems() -> list[str]:
    """Every fault found, one line each, with what to do about it."""
    found = tables.problems()
    if found:
        return found
    parameters.known()
    for page in notebooks.pages():
        if page.runs:
            found.extend(page_problems(page))
    return found


def page_problems(page: notebooks.Page) -> list[str]:
    """Generated cells that do not say what data and prose say, and cells that were never run."""
    found = []
    notebook = notebooks.read(page.path)
    before = [cell.source for cell in notebook.cells]
    after = [cell.source for cell in notebooks.synced(notebooks.read(page.path)).cells]
    for number, (here, wanted) in enumerate(zip(before, after, strict=True)):
        if here != wanted:
            found.append(
                f"book/{page.name}.ipynb, cell {number}: the generated cell is not up to date. Run `report refresh`."
            )
    for number, said in notebooks.undeclared(notebook):
        found.append(f"book/{page.name}.ipynb, cell {number} holds a message to stderr: {said}. Run `report refresh`.")
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            found.append(f"book/{page.name}.ipynb, cell {number} was never run. Run `report refresh`.")
    return found

"""What a page used while it ran: modules of this package, tables, and other files of the project.

Recorded inside the kernel, after each cell, since a kernel may be ended at any moment. With it the runner knows
which change makes which page stale. A use is a path below the project's folder:

analysis/costs/runs.py   a module that was imported
data/models.csv          a table, with its part of the data dictionary
data/models.csv?model_id=a|b   the rows of a table that have one of some values in a column
data/datapackage.json    the whole data dictionary
book/references.bib      any other file of the project that was opened, below tests/ too
data/scenarios/          a folder whose content was listed
input:REPORT_INPUT_...   what a command told the page to look at (analysis/asked.py)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from analysis import asked, tables

ROOT = str(tables.ROOT)
# What is listed elsewhere is Python looking for its modules; these themselves are told by their names.
LISTED = ("book", "data")
MODULE = (".py", ".pyc", ".so")
# Of the project, but no part of it: what was built, installed, and what git keeps.
NOT_OURS = ("_build", ".")


class Recorder:
    """Writes the uses of this process to a file whenever there are new ones."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # The runner's own modules were loaded to start the kernel; a page that imports one later does use it.
        self.machinery = {name for name in sys.modules if name.startswith(f"{__package__}.") or name == __package__}
        self.opened: set[str] = set()
        self.written: set[str] = set()
        # The fork server has asked for every table.
        asked.uses.clear()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, details: tuple[Any, ...]) -> None:
        if event not in ("open", "os.listdir", "os.scandir") or tables.is_loading():
            return
        target = details[0]
        if not isinstance(target, str | os.PathLike):
            return
        path = str(Path(target).resolve())
        if path.startswith(ROOT + os.sep):
            inside = path[len(ROOT) + 1 :].replace(os.sep, "/")
            if event != "open":
                self.opened |= {f"{inside}/"} if inside.split("/")[0] in LISTED else set()
            elif not inside.startswith(NOT_OURS) and not inside.endswith(MODULE):
                self.opened.add(inside)

    def uses(self) -> set[str]:
        """All uses so far."""
        modules = {
            str(getattr(module, "__file__", None) or "")
            for name, module in list(sys.modules.items())
            if name.split(".")[0] == "analysis" and name not in self.machinery
        }
        inside = {path[len(ROOT) + 1 :].replace(os.sep, "/") for path in modules if path.startswith(ROOT + os.sep)}
        return inside | self.opened | asked.uses

    def write(self) -> None:
        """Bring the file up to date."""
        found = self.uses()
        if found != self.written:
            self.path.write_text("\n".join(sorted(found)), encoding="utf-8")
            self.written = found

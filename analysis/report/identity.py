"""Whether something has to be made again: digests of what it was made from.

A page's identity has two parts. Before it runs, its key is known: its cells, the parameters that it declares as the
case has them, the locked environment, this Python, and the modules that run pages. After it ran, its uses are known
too (analysis/report/uses.py): modules, tables and files. A page whose key and whose uses have the digests of an
earlier run would come out the same, so it is not run again, in whichever scenario that was.

The site's identity is simpler: everything below the folders that it is made from, and the case.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis import asked, written
from analysis.report.surroundings import ROOT as ROOT
from analysis.report.surroundings import git

# Modules of analysis/report that decide how a page is run; the others only decide what becomes of it.
MACHINERY = ("execution", "kernels", "manager", "notebooks", "surroundings", "uses", "warm")

# What a site is made from.
SITE = (
    *("analysis", "book", "data", "_config.yml", "_toc.yml", "requirements.lock", "CITATION.cff", "CHANGELOG.md"),
    # They go along with what is taken home.
    *("LICENSE", "LICENSE-CONTENT.md"),
    # What the page "Limits and checks" counts.
    *("tests/campaigns", "tests/hostile/corpus.csv", "tests/hostile/fuzzing.csv", "tests/hostile/kills.csv"),
)


def digest(*parts: bytes | str) -> str:
    """SHA-256 of some parts, told apart by their lengths."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.hexdigest()


def of_file(path: Path) -> str:
    """Digest of a file's bytes; of nothing, if it is not there."""
    try:
        return digest(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return "missing"


def of_rows(path: Path, column: str, values: str) -> str:
    """Digest of the rows of a table that have one of some values in a column, and of its header."""
    wanted = values.split(asked.OR)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            found = [row for row in rows if row.get(column) in wanted]
            return digest(json.dumps([rows.fieldnames, found]))
    except (FileNotFoundError, NotADirectoryError):
        return "missing"


def of_folder(path: Path) -> str:
    """Digest of the names in a folder."""
    try:
        return digest(*sorted(entry.name for entry in path.iterdir() if entry.name != "__pycache__"))
    except (FileNotFoundError, NotADirectoryError):
        return "missing"


@cache
def _resources(root: Path, dictionary: str) -> dict[str, str]:
    """Path of each table -> its part of the data dictionary, as text. `dictionary` is its digest."""
    descriptor = written.json_of(root / "data" / "datapackage.json")
    return {f"data/{each['path']}": json.dumps(each, sort_keys=True) for each in descriptor["resources"]}


def of_input(name: str) -> str:
    """Digest of an input, an environment variable, and of the files that it names."""
    value = os.environ.get(name, "")
    return digest(value, *(of_file(Path(path)) for path in value.split(asked.BETWEEN) if value))


def of_use(use: str, root: Path = ROOT) -> str:
    """Digest of one use of a page; see analysis/report/uses.py for the kinds."""
    if use.startswith("input:"):
        return of_input(use.removeprefix("input:"))
    if use.endswith("/"):
        return of_folder(root / use)
    path, _, wanted = use.partition("?")
    found = of_rows(root / path, *wanted.partition("=")[::2]) if wanted else of_file(root / path)
    use = path
    if use.startswith("data/") and use.endswith(".csv"):
        dictionary = root / "data" / "datapackage.json"
        part = _resources(root, of_file(dictionary)).get(use, "") if dictionary.exists() else ""
        return digest(found, part)
    return found


def stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever a file is written, even if it is written back: only ever compared within one run."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino


def stamps(root: Path = ROOT) -> dict[str, tuple[int, ...]]:
    """The stamp of every file that a site is made from."""
    return {path.relative_to(root).as_posix(): stamp(path) for path in files(root)}


class Snapshot:
    """The digests of everything that a page can use, as they were when the snapshot was taken."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._stamps = stamps(root)
        self._known = {
            use: of_use(use, root)
            for path in files(root)
            for use in (path.relative_to(root).as_posix(), f"{path.parent.relative_to(root).as_posix()}/")
        }

    def of_use(self, use: str) -> str:
        """A use's digest then; that of today for a file that no site is made from."""
        if use not in self._known:
            self._known[use] = of_use(use, self.root)
        return self._known[use]

    def holds(self, use: str) -> bool:
        """Whether a use is as it was then, and was so all the time."""
        path = use.partition("?")[0]
        still = path not in self._stamps or stamp(self.root / path) == self._stamps[path]
        return still and of_use(use, self.root) == self.of_use(use)


def of_python() -> str:
    """The Python that runs pages."""
    return f"{platform.python_implementation()} {sys.version_info[:3]} {sys.platform} {platform.machine()}"


def cells(path: Path) -> list[Any]:
    """What the author of a page decides: kind, source, tags and other metadata of each cell, without outputs."""
    notebook = written.json_of(path)
    return [[cell["cell_type"], "".join(cell["source"]), cell["metadata"]] for cell in notebook["cells"]]


def of_page(path: Path, values: Mapping[str, Any], manner: str = "", root: Path = ROOT) -> str:
    """The key of a page: what is known before it runs.

    values: the changed parameters that reach the page
    manner: how it is run, where there are several ways
    """
    machinery = (of_file(root / "analysis" / "report" / f"{name}.py") for name in MACHINERY)
    changed = json.dumps(dict(sorted(values.items())))
    lock = of_file(root / "requirements.lock")
    return digest(json.dumps(cells(path)), changed, lock, of_python(), manner, *machinery)


def of_uses(uses: Mapping[str, str]) -> str:
    """One digest of all uses and their digests."""
    return digest(*(f"{use} {found}" for use, found in sorted(uses.items())))


def files(root: Path = ROOT) -> Iterable[Path]:
    """Every file that a site is made from."""
    for name in SITE:
        top = root / name
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            if path.is_file() and not re.search(r"(^|/)(__pycache__|\.[^/]+)(/|$)", str(path.relative_to(root))):
                yield path


def of_history(root: Path = ROOT) -> str:
    """Digest of what version control knows: pages say when they last changed."""
    questions = (["rev-parse", "HEAD"], ["status", "--porcelain", "--", "book", "CHANGELOG.md"])
    return digest(*(git(root, *words) for words in questions))


def of_site(case: str, root: Path = ROOT) -> str:
    """The identity of a site: all that it is made from, and the case as a text."""
    named = (f"{path.relative_to(root).as_posix()} {of_file(path)}" for path in files(root))
    inputs = (f"{name} {of_input(name)}" for name in sorted(os.environ) if name.startswith(asked.INPUT))
    # Not before: it is built on what this module is built for.
    from analysis.report import own

    return digest(case, of_python(), of_history(root), *own.known_to_git(root), *inputs, *named)


def of_tree(folder: Path) -> str:
    """Digest of the names and sizes below a folder, as release 1.1 kept it."""
    found = (f"{p.relative_to(folder).as_posix()} {p.stat().st_size}" for p in sorted(folder.rglob("*")) if p.is_file())
    return digest(*found)

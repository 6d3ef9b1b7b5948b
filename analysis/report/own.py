"""Which files are the report's own: these are published, and nothing else that lies in its folders.

Git's list decides, and in an unpacked archive, where there is none, the kind of a file. What a declaration names
belongs to the report in any case: tables of the data dictionary, scenarios, pages of _toc.yml. So a table that is new
and not yet added is published, and a workbook beside it is not. No link below a folder of the report is followed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from analysis import tables
from analysis.comparison.choice import shipped
from analysis.report import notebooks
from analysis.report.surroundings import git

ROOT = notebooks.ROOT

# Folder -> kinds of files in it, where there is no git.
KINDS = {
    "analysis": (".py", ".js", ".css", ".json", ".md", ".in", ".lock", ".toml", ".j2"),
    "book": (".md", ".ipynb", ".bib", ".yml", ".py"),
    "data/stories": (".yml", ".csv", ".bib"),
    "book/assets": (".css", ".js", ".svg", ".woff2", ".txt"),
}


def known_to_git(root: Path, *words: str) -> list[str]:
    """Paths that git lists; none where there is no git, or where it does not know this report."""
    return [name for name in git(root, "ls-files", "-z", *words).split("\0") if name]


def _declared(root: Path) -> set[str]:
    dictionary = tables.package(root / "data")
    found = {f"data/{tables.DICTIONARY}", *(f"data/{each['path']}" for each in dictionary["resources"])}
    found |= {path.relative_to(root).as_posix() for path in shipped(root / "data" / "scenarios").values()}
    return found | {page.path.relative_to(root).as_posix() for page in notebooks.pages(root)}


def names(root: Path = ROOT) -> set[str]:
    """The path of every file that is the report's own."""
    known = set(known_to_git(root))
    if "_config.yml" not in known:
        known = {
            path.relative_to(root).as_posix()
            for top, kinds in KINDS.items()
            for path in (root / top).rglob("*")
            if path.suffix in kinds
            and not path.name.startswith(".")
            and (top != "book" or path.parent != root / "book" / "assets")
        }
    return known | _declared(root)


def files(*tops: str, root: Path = ROOT) -> list[Path]:
    """The report's own files below some of its folders, sorted."""
    inside = (Path(name) for name in sorted(names(root)) if name.startswith(tuple(f"{top}/" for top in tops)))
    return [root / path for path in inside if _is_there(path, root)]


def copy(top: str, target: Path, but: str = "") -> None:
    """Copy the report's own files below one of its folders to `target`; but: a kind that is left out."""
    for path in files(top):
        if path.suffix != but:
            to = target / path.relative_to(ROOT / top)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)


def _is_there(path: Path, root: Path) -> bool:
    # The folder itself may be a link, to another disk. A link below it would lead to what is not the report's.
    top, *rest = path.parts
    return (root / path).is_file() and (root / path).resolve() == (root / top).resolve().joinpath(*rest)


def left_out(root: Path = ROOT) -> list[str]:
    """What lies in the report's folders, and is neither its own nor ignored by git: no part of what is published."""
    found = known_to_git(root, "--others", "--exclude-standard", "--", "analysis", "book", "data")
    return sorted(set(found) - names(root))

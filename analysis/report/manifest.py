"""What this report has put into a folder, with digests: all else in it is somebody's, and stays.

A folder that a command fills holds the list NAME, which `sha256sum --check` reads too. A thing in the folder is ours if
the list has it with the digest that it has now. Nothing else decides that: anybody's file can bear a name or a mark.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from analysis.report import files

NAME = ".report-manifest"

# What a folder can be, as a list and a message call it.
SITE, SLIDES, CLASSROOM, COMPARISON, SWEEP, STORY = (
    *("site", "deck of slides", "classroom", "comparison", "sweep", "story"),
)

HEAD = re.compile(r"# Put here by the report: ([a-z ]+)")
LINE = re.compile(r"([0-9a-f]{64})  (.+)")

# What a system writes into a folder that is looked at; nobody's work.
SYSTEM = (".DS_Store", "Thumbs.db")


def entries(folder: Path) -> Iterator[str]:
    """Path of each file below a folder, and of each folder with nothing in it. Links are named, never followed."""

    def refused(error: OSError) -> None:
        # What cannot be looked at would else pass for nothing.
        raise error

    for top, folders, names in os.walk(folder, onerror=refused):
        inside = Path(top).relative_to(folder)
        folders.sort()
        links = [name for name in folders if (Path(top) / name).is_symlink()]
        if not folders and not names and top != str(folder):
            yield inside.as_posix()
        yield from ((inside / name).as_posix() for name in sorted((*names, *links)) if name not in SYSTEM)


def digest(path: Path) -> str:
    """SHA-256 of a file; "" for what is no regular file, such as a link, or a pipe that would never end."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> tuple[str, dict[str, set[str]]]:
    """What a folder's list says: what was put there, and the digests that each file may have. "" without a list."""
    path = folder / NAME
    if path.is_symlink() or not path.is_file():
        return "", {}
    head, *lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    kind = HEAD.fullmatch(head)
    found: dict[str, set[str]] = {}
    for line in filter(None, map(LINE.fullmatch, lines)):
        found.setdefault(line[2], set()).add(line[1])
    return (kind[1], found) if kind else ("", {})


def _write(folder: Path, kind: str, listed: Iterable[tuple[str, str]]) -> None:
    lines = [f"{digest}  {name}" for name, digest in sorted(listed)]
    files.replace(folder / NAME, "\n".join((f"# Put here by the report: {kind}", *lines, "")).encode())


def seal(folder: Path, kind: str) -> None:
    """List all that a finished folder holds. A folder with nothing in it goes, since no list can hold it."""
    for top, _, _ in os.walk(folder, topdown=False):
        if not os.listdir(top):  # noqa: PTH208 - what is below it may have gone just now
            Path(top).rmdir()
    _write(folder, kind, ((name, digest(folder / name)) for name in entries(folder) if name != NAME))


def announce(folder: Path, kind: str, digests: Mapping[str, str]) -> None:
    """List files before they are there, beside what they replace: so a kill leaves nothing that is on no list."""
    _, known = read(folder)
    listed = {(name, found) for name, each in known.items() if name not in digests for found in each}
    for name, content in digests.items():
        listed |= {(name, digest(folder / name))} if (folder / name).exists() else set()
        listed.add((name, content))
    _write(folder, kind, listed)


def put(folder: Path, kind: str, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder that keeps what else it has."""
    announce(folder, kind, {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()})
    for name, content in contents.items():
        files.replace(folder / name, content)


def foreign(folder: Path, kind: str, spare: Callable[[str], bool] = lambda name: False) -> str:
    """The first thing in a folder that is not ours, in words that follow "holds"; "" if all is.

    spare: says of a path that somebody else judges it
    """
    there, listed = read(folder)
    for name in entries(folder) if folder.is_dir() else ():
        path = folder / name
        emptied = path.is_dir() and not path.is_symlink() and any(each.startswith(f"{name}/") for each in listed)
        if emptied or spare(name) or (name == NAME and there):
            continue
        if name not in listed:
            return f"{name}, which is on no list of what this report put there"
        if digest(path) not in listed[name]:
            return f"{name}, which somebody has changed since this report put it there"
    return f"a {there} of this report, and no {kind}" if there not in ("", kind) else ""


def whole(folder: Path, kind: str) -> bool:
    """Whether a folder holds all that was put there, byte for byte, and nothing else."""
    _, listed = read(folder)
    return bool(listed) and all((folder / name).exists() for name in listed) and not foreign(folder, kind)

"""Where a site may go, and who may put it there: never over somebody's files, never two builds at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis import untrusted
from analysis.report import files, notebooks, store

BUILD = files.BUILD

# Folders of the project in which no site belongs.
OWN = ("analysis", "benchmarks", "book", "data", "tests")

# Hidden files that a site may hold; others are somebody's, such as .git.
HIDDEN = (".buildinfo", ".nojekyll")

# What stands in every page of a site, with or without links to its downloads; a site is known by it.
DOWNLOADS = ("<!-- downloads -->", "<!-- /downloads -->")


class BuildError(Exception):
    """The site could not be built; what was published before is untouched."""


def site_folder(out: Path) -> Path:
    """Where a site may go: BuildError, before anything is done, for a folder that must not be replaced."""
    asked = untrusted.shown_path(out)
    try:
        str(out).encode("utf-8")
        target = out.resolve()
        there = sorted(path.name for path in target.iterdir()) if target.is_dir() else []
        index = (target / "index.html").read_text(encoding="utf-8", errors="replace") if "index.html" in there else ""
        if target.exists() and not target.is_dir():
            raise BuildError(f"{asked} is no folder. Name an empty or a new folder with --out.")
    except UnicodeEncodeError:
        raise BuildError(f"{asked} is not UTF-8. Name another folder with --out.") from None
    except (OSError, RuntimeError) as error:
        # A RuntimeError is a circle of links.
        why = getattr(error, "strerror", None) or "it is a circle of links"
        raise BuildError(f"{asked} cannot be used: {why}. Name another folder with --out.") from None
    if target == notebooks.ROOT or target in notebooks.ROOT.parents or target in (BUILD, *store.STORE.parents):
        raise BuildError(f"{asked} holds this report itself. Name another folder with --out.")
    if target.is_relative_to(notebooks.ROOT) and not target.is_relative_to(BUILD):
        top = target.relative_to(notebooks.ROOT).parts[0]
        if top.startswith(".") or (notebooks.ROOT / top).is_file() or top in OWN:
            raise BuildError(f"{asked} lies in {top}, a part of this report. Name another folder with --out.")
    if target.is_relative_to(store.STORE) or target.is_relative_to(BUILD / ".work"):
        raise BuildError(f"{asked} lies where builds keep their own files. Name another folder with --out.")
    foreign = [name for name in there if name.startswith(".") and name not in HIDDEN]
    if there and (DOWNLOADS[0] not in index or foreign):
        what = f"{foreign[0]}, which is no part of a site" if foreign and index else "files that are no site"
        raise BuildError(f"{asked} holds {what} of this report. Name an empty or a new folder with --out.")
    # Better now than after minutes of work.
    if above := _locked(target):
        raise BuildError(f"{asked} cannot be used: {above} cannot be written. Name another folder with --out.")
    if above := _locked(BUILD):
        raise BuildError(
            f"The report keeps its work in {BUILD}, and {above} cannot be written. "
            "Make it writable, or copy the report to a folder that is."
        )
    return target


def _locked(folder: Path) -> Path | None:
    """What of a path is there already, if nothing can be written in it."""
    above = next(each for each in (folder, *folder.parents) if each.exists())
    return None if os.access(above, os.W_OK) else above


@contextmanager
def told(untouched: str) -> Iterator[None]:
    """A fault of the disk as a message: what could not be written, and what is untouched."""
    try:
        yield
    except OSError as error:
        raise BuildError(f"{files.fault(error)}. Mend that and run again; {untouched}.") from None


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Change a site that no other command is changing; BuildError names the process that is."""
    try:
        with files.alone(store.lock_of(target), f"A build of {target}"):
            yield
    except files.BusyError as error:
        raise BuildError(str(error)) from None


@contextmanager
def work_of_its_own(above: Path) -> Iterator[Path]:
    """A folder for one build, so that two never meet, nor one with what a killed one has left running.

    It goes with the build; a page that failed stays in it for inspection, until the next build in `above`.
    """
    files.refuse_links_to(above)
    above.mkdir(parents=True, exist_ok=True)
    work, lock = files.own_folder(above, "build-")
    try:
        yield work
    except notebooks.PageFailure:
        raise
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        lock.free()
    shutil.rmtree(work, ignore_errors=True)

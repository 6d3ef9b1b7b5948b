"""Where a command may put a folder, and who may do so: never over somebody's files, never two builds at once."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis import project, untrusted
from analysis.report import files, manifest, notebooks, store

BUILD = files.BUILD

# Folders of the project in which nothing that is built belongs.
OWN = ("analysis", "benchmarks", "book", "data", "tests")

# Bytes of a file's name and of a path on the systems that are in use, and what the longest path in a site takes of it.
LONGEST_NAME, LONGEST_PATH, INSIDE = 255, 4096, 200


class BuildError(Exception):
    """The site could not be built; what was published before is untouched."""


def allowed(out: Path) -> Path:
    """Where a path leads, if a command may write there: BuildError, before anything is done, if not.

    What is in the folder is not looked at here; see `require_ours`.
    """
    asked = untrusted.shown_path(out)
    try:
        str(out).encode("utf-8")
        target = out.resolve()
        names = (*target.parts[:-1], files.longest_neighbour(target))
        if len(os.fsencode(target)) > LONGEST_PATH - INSIDE or any(
            len(os.fsencode(name)) > LONGEST_NAME for name in names
        ):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        above = next(each for each in (target, *target.parents) if each.exists())
        if not above.is_dir():
            named = asked if above == target else untrusted.shown_path(above)
            raise BuildError(f"{asked} cannot be used: {named} is no folder. Name another folder with --out.")
        reason = _reserved(target)
    except UnicodeEncodeError:
        raise BuildError(f"{asked} is not UTF-8. Name another folder with --out.") from None
    except (OSError, RuntimeError) as error:
        # A RuntimeError is a circle of links.
        why = getattr(error, "strerror", None) or "it is a circle of links"
        raise BuildError(f"{asked} cannot be used: {why}. Name another folder with --out.") from None
    if reason:
        raise BuildError(f"{asked} {reason}. Name another folder with --out.")
    # Better now than after minutes of work.
    if locked := _locked(target):
        raise BuildError(f"{asked} cannot be used: {locked} cannot be written. Name another folder with --out.")
    if locked := _locked(BUILD):
        raise BuildError(
            f"The report keeps its work in {BUILD.absolute()}, and {locked.absolute()} cannot be written. "
            f"Make it writable, or {'copy the report to' if project.HAS_BOOK else 'work in'} a folder that is."
        )
    return target


def _reserved(target: Path) -> str:
    """Why nothing that is built belongs there, if it lies in the report or holds it; "" otherwise."""
    root = notebooks.ROOT
    if any(_within(folder, target) for folder in (root, BUILD, store.STORE)):
        return "holds this report itself" if project.HAS_BOOK else f"holds {BUILD}, where the report keeps its work"
    if any(_within(target, folder) for folder in (store.STORE, BUILD / ".work", *BUILD.glob(".*"))):
        return "lies where builds keep their own files"
    parts = [project.PACKAGE, *(root / name for name in OWN)] + [
        e for e in root.iterdir() if e.name.startswith(".") or e.is_file()
    ]
    if target.is_relative_to(root) and target.relative_to(root).parts[0].startswith("."):
        parts.append(root / target.relative_to(root).parts[0])
    part = next((part.name for part in sorted(parts) if _within(target, part)), "")
    return f"lies in {part}, a part of this report" if part else ""


def _within(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies in it, by whatever name: through links, or in capitals that a disk ignores."""
    path, folder = path.resolve(), folder.resolve()
    if path.is_relative_to(folder):
        return True
    return folder.exists() and any(each.exists() and each.samefile(folder) for each in (path, *path.parents))


def _locked(folder: Path) -> Path | None:
    """What of a path is there already, if nothing can be written in it."""
    above = next(each for each in (folder, *folder.parents) if each.exists())
    return None if os.access(above, os.W_OK) else above


def require_ours(target: Path, kind: str, spare: Callable[[str], bool] = lambda name: False) -> None:
    """BuildError that names the first thing in a folder that this report did not put there, or not like this."""
    asked = untrusted.shown_path(target)
    try:
        found = manifest.foreign(target, kind, spare)
    except OSError as error:
        raise BuildError(f"{asked} cannot be used: {files.fault(error)}. Name another folder with --out.") from None
    there, _ = manifest.read(target)
    if not found or (kind == manifest.SITE and not there and store.is_as_release_1_1_left_it(target)):
        return
    hint = " (Before release 1.2 no list was kept: `make clean` takes away all that was built.)"
    raise BuildError(
        f"{asked} holds {untrusted.printable(found)}. Move it elsewhere, or name an empty or a new folder with --out."
        + (hint if not there and _within(target, BUILD) else "")
    )


def usable(out: Path, kind: str, spare: Callable[[str], bool] = lambda name: False) -> Path:
    """Where a path leads, if a command may write there and all that is there is ours; BuildError if not."""
    target = allowed(out)
    require_ours(target, kind, spare)
    return target


@contextmanager
def filling(out: Path, kind: str) -> Iterator[Path]:
    """Have a folder to oneself that will be replaced as a whole: `put` does that. BuildError if it must not be."""
    target = allowed(out)
    if os.path.ismount(target):
        raise BuildError(
            f"{untrusted.shown_path(out)} is where a disk is mounted, and cannot be replaced. "
            "Name a folder in it with --out."
        )
    if locked := _locked(target.parent):
        raise BuildError(
            f"{untrusted.shown_path(out)} cannot be used: {locked} cannot be written. Name another folder with --out."
        )
    with alone(target):
        files.recover(target)
        require_ours(target, kind)
        yield target


def put(new: Path, target: Path, kind: str) -> None:
    """Put a finished folder in the place of another of ours; BuildError where somebody has used that one meanwhile."""
    require_ours(target, kind)
    manifest.seal(new, kind)
    files.exchange(new, target)


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
    lock = files.Lock(store.lock_of(target))
    if not lock.take():
        raise BuildError(
            f"A build of {target} is being done already ({lock.holder()}). Wait for it to end, then run again."
        )
    try:
        yield
    finally:
        lock.free()


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

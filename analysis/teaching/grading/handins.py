"""What students handed in, read without running or unpacking anything: zips and notebooks below a folder.

A cell tagged `answer` says in its metadata, in `answer`, of which exercise it is; nothing else of a notebook is read
but the cell tagged `name`, or `student` in the metadata of the notebook, and there `variant`. So one of any origin with
these marks will do.
"""

from __future__ import annotations

import json
import os
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from analysis import words
from analysis.report.place import BuildError
from analysis.teaching import handin, variants
from analysis.teaching.exercises import REASON
from analysis.untrusted import one_line, shown_path

MOST_BYTES, MOST_FILES = 20_000_000, 50
LONGEST_NAME = 80
# What systems and Jupyter leave beside notebooks.
NOT_LOOKED_AT = ("__MACOSX", ".ipynb_checkpoints")


class Unreadable(Exception):
    """A file is no hand-in; the message says why, in words."""


@dataclass
class Handin:
    """What one student handed in. code and reasons: exercise -> source of its answer; variants: chapter -> its own"""

    name: str
    code: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    variants: dict[str, int] = field(default_factory=dict)
    # Exercise -> where its answer was found.
    found: dict[str, str] = field(default_factory=dict)


def read(folder: Path, known: set[str], variant: int | None = None) -> tuple[list[Handin], list[str]]:
    """The hand-ins below a folder by name, and a line for each file that is none.

    known: the exercises there are; variant: the one that all must be of, if there is one
    BuildError where the folder holds no hand-in at all
    """
    if not folder.is_dir():
        raise BuildError(f"{shown_path(folder)} is no folder. Name the one that holds the hand-ins.")
    students: dict[str, Handin] = {}
    faults: list[str] = []
    for where, path in _files(folder):
        try:
            for inside, name, notebook in _notebooks(path):
                place = f"{where}/{inside}" if inside else where
                _take(students, place, name, notebook, known, _variant(notebook, variant))
        except Unreadable as fault:
            faults.append(f"{shown_path(where)} {fault}")
    if not students:
        more = f" {faults[0]}." if faults else ""
        raise BuildError(f"{shown_path(folder)} holds no hand-in, a zip or a notebook.{more}")
    return sorted(students.values(), key=lambda each: _key(each.name)), faults


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Path below the folder, and file; links are not followed, and what is hidden is passed over."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in NOT_LOOKED_AT)
        for name in sorted(names):
            path = Path(top) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path


def _notebooks(path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each notebook of a file: its path in a zip, the name in the zip, and the notebook."""
    if path.suffix.lower() == ".ipynb":
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("is larger than 20 MB. Clear its outputs, and save it again")
        yield "", "", _notebook(path.read_bytes())
    elif path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                yield from _zipped(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError):
            raise Unreadable("is no zip that can be opened. Ask for it again") from None
    else:
        raise Unreadable("is neither a zip nor a notebook, and is not read")


def _zipped(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    members = [each for each in archive.infolist() if not each.is_dir()]
    for each in members:
        parts = PurePosixPath(each.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in each.filename:
            raise Unreadable(f"has a path that leaves its folder ({shown_path(each.filename[:60])}), and is not read")
        if each.flag_bits & 1:
            raise Unreadable("is locked with a password. Ask for it without one")
    wanted = [
        each
        for each in members
        if each.filename.lower().endswith(".ipynb") and not set(PurePosixPath(each.filename).parts) & set(NOT_LOOKED_AT)
    ]
    if not wanted:
        raise Unreadable("holds no notebook")
    if len(wanted) > MOST_FILES:
        raise Unreadable(f"holds more than {MOST_FILES} notebooks")
    names = [_member(archive, each) for each in members if PurePosixPath(each.filename).name == handin.NAME]
    name = names[0][:1000].decode("utf-8", errors="replace") if names else ""
    left = MOST_BYTES
    for each in wanted:
        content = _member(archive, each, left)
        left -= len(content)
        yield each.filename, name, _notebook(content)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int = MOST_BYTES) -> bytes:
    """A file of a zip; what it says of its own size is not believed."""
    try:
        with archive.open(member) as file:
            content = file.read(most + 1)
    except RuntimeError:
        raise Unreadable("cannot be opened") from None
    if len(content) > most:
        raise Unreadable("holds more than 20 MB. Clear the outputs, and save the notebooks again")
    return content


def _notebook(content: bytes) -> Mapping[str, Any]:
    try:
        notebook = json.loads(content)
        cells = notebook["cells"]
        sound = all(
            isinstance(cell.get("metadata", {}), dict) and isinstance(handin.text_of(cell), str) for cell in cells
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise Unreadable("is not a notebook. Ask for the file that Jupyter saved")
    found: Mapping[str, Any] = notebook
    return found


def _variant(notebook: Mapping[str, Any], wanted: int | None) -> int:
    """The variant that a notebook says it is of; one that says nothing is of the base case."""
    metadata = notebook.get("metadata", {})
    found = metadata.get("variant", 0) if isinstance(metadata, dict) else 0
    if type(found) is not int or not 0 <= found <= variants.MOST:
        raise Unreadable("says that it is of a variant that there is not. Ask for the file that Jupyter saved")
    if wanted not in (None, found):
        raise Unreadable(
            f"is of {variants.told(found)}, not of {variants.told(wanted or 0)}, and is not graded. "
            "Without --variant, each is graded by its own"
        )
    return found


def _take(
    students: dict[str, Handin],
    where: str,
    zipped: str,
    notebook: Mapping[str, Any],
    known: set[str],
    variant: int,
) -> None:
    """Put the answers of one notebook to those of its student."""
    cells, metadata = notebook["cells"], notebook.get("metadata", {})
    said = metadata.get("student", "") if isinstance(metadata, dict) else ""
    given = one_line(zipped) or handin.name_in(cells) or (one_line(said) if isinstance(said, str) else "")
    name = given[:LONGEST_NAME] or where.removesuffix(".ipynb")
    code, reasons = _answers(cells)
    mine = {*code, *reasons} & known
    if not mine:
        raise Unreadable("has no answer to an exercise of this edition, in a cell tagged `answer`")
    student = students.setdefault(_key(name), Handin(name))
    if not given:
        student.notes.append(f"{where} gives no name")
    for exercise in mine & student.found.keys():
        if (code.get(exercise), reasons.get(exercise)) != (student.code.get(exercise), student.reasons.get(exercise)):
            raise Unreadable(
                f"is a second hand-in of {student.name}, beside {student.found[exercise]}, and is not graded. "
                "Take one of them away, or tell the two students apart by their names"
            )
    begun = {exercise.rpartition("-")[0] for exercise in mine}
    for chapter in sorted(begun):
        if student.variants.get(chapter, variant) != variant:
            raise Unreadable(
                f"is of {variants.told(variant)}, but {student.name} has handed in {chapter} of "
                f"{variants.told(student.variants[chapter])} too, and is not graded. Take one of them away"
            )
    student.variants |= dict.fromkeys(begun, variant)
    student.found |= dict.fromkeys(mine, where)
    student.code |= {exercise: source for exercise, source in code.items() if exercise in mine}
    student.reasons |= {exercise: text for exercise, text in reasons.items() if exercise in mine}
    if own := sum(_is_own(cell) for cell in cells):
        student.notes.append(f"{where}: {words.counted(own, 'cell')} of the student's own not run")


def _answers(cells: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Exercise -> source of its answer, code and prose; a cell that was split is put together."""
    code: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for cell in cells:
        tags, exercise = handin.tags_of(cell), cell.get("metadata", {}).get("answer")
        if "answer" in tags and isinstance(exercise, str):
            kept = reasons if REASON in tags else code
            kept[exercise] = "\n".join(filter(None, (kept.get(exercise), handin.text_of(cell))))
    return code, reasons


def _is_own(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and not handin.tags_of(cell) and bool(handin.text_of(cell).strip())


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()

"""The hand-in of a student: a zip beside the notebook, with the notebook as it was saved and the student's name.

Standard library only, and no network: it runs wherever the notebook runs.
"""

from __future__ import annotations

import ast
import json
import re
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

NAME = "name.txt"
# What a zip of this module bears, so that no other file is written over.
MARK = b"hand-in"
VARIABLE = "my_name"


def hand_in(file: str, name: object) -> None:
    """Put a saved notebook and a name into a zip beside it, and say what is in it or what is missing.

    file: the notebook, as it is called in its folder; name: the student's
    """
    print(_handed_in(Path(file), name))


def _handed_in(path: Path, name: object) -> str:
    if not isinstance(name, str) or not name.split():
        return f"Nothing is handed in yet: write your name into the first cell of code, {VARIABLE}, and run it."
    name = " ".join(name.split())
    if not path.is_file():
        return (
            f"Nothing is handed in yet: there is no {path.name} in this folder. "
            "Put the name that your notebook has now into the cell above."
        )
    try:
        content = path.read_bytes()
        notebook = json.loads(content)
        saved = name_in(notebook["cells"])
        done, open_still = progress(notebook["cells"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"Nothing is handed in yet: {path.name} cannot be read ({type(error).__name__}). Save it, and try again."
    if saved != name:
        return (
            f"Nothing is handed in yet: {path.name} was saved before you wrote your name. "
            "Save it (Ctrl+S, or ⌘S), and run this cell again."
        )
    plain = re.sub(r"[^\w-]+", "_", name)
    target = path.with_name(f"hand-in_{path.stem}_{plain}.zip")
    if target.exists() and not _ours(target):
        return f"Nothing is handed in yet: {target.name} is there already, and is no hand-in. Move it away."
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = MARK
        archive.writestr(path.name, content)
        archive.writestr(NAME, name + "\n")
    moment = time.strftime("%H:%M:%S on %d %B", time.localtime(path.stat().st_mtime))
    left = f" Still blank: {', '.join(open_still)}." if open_still else ""
    count = f"{done} of {done + len(open_still)} answers"
    return f"{target.name} is your hand-in, {name}: {count}, saved at {moment}.{left}"


def _ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == MARK
    except (OSError, zipfile.BadZipFile):
        return False


def text_of(cell: Mapping[str, Any]) -> str:
    """The source of a cell; notebooks keep it as a text or as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Mapping[str, Any]) -> set[str]:
    """The tags of a cell."""
    return {tag for tag in cell.get("metadata", {}).get("tags", []) if isinstance(tag, str)}


def name_in(cells: Iterable[Mapping[str, Any]]) -> str:
    """The name that a notebook's own cell gives, as it was written; "" where there is none."""
    for cell in cells:
        if "name" not in tags_of(cell):
            continue
        try:
            tree = ast.parse(text_of(cell))
        except (SyntaxError, ValueError, RecursionError):
            return ""
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                return " ".join(str(node.value.value).split())
    return ""


def progress(cells: Iterable[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """How many answers a notebook holds, and the exercises of those that are blank."""
    done, blank = 0, []
    for cell in cells:
        if "answer" not in tags_of(cell):
            continue
        if is_blank(text_of(cell)):
            blank.append(str(cell.get("metadata", {}).get("answer", "?")))
        else:
            done += 1
    return done, blank


def is_blank(source: str) -> bool:
    """Whether an answer's cell is as it was given out: nothing is set, or the text still asks to be written."""
    if source.lstrip().startswith("*Write here:") or not source.strip():
        return True
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(_sets_nothing(node) for node in tree.body)


def _sets_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef):
        return all(isinstance(each, ast.Expr) or _sets_nothing(each) for each in node.body)
    value = getattr(node, "value", node)
    if isinstance(value, ast.Constant):
        return value.value is None or (isinstance(value.value, str) and not value.value.strip())
    return isinstance(value, ast.List) and not value.elts

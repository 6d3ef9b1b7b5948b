"""Files of the project as editors, spreadsheets and git leave them: every fault is told with its file and line.

A parser by itself knows no file, and says what it was scanning for. So each file of the project is read through
`parsed`, whatever its format.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

from analysis.project import ROOT as ROOT
from analysis.untrusted import meant, shown_path

CONFLICT_MARKS = ("<" * 7 + " ", ">" * 7 + " ")
CONFLICT = re.compile(f"^(?:{'|'.join(CONFLICT_MARKS)})", re.MULTILINE)
CONFLICT_HERE = "git has left a conflict here. Choose a version, and take out the marks."
ADVICE = "Mend it, or take it from version control, then run `report check`."

Content = TypeVar("Content")


class FileError(Exception):
    """A file of the project cannot be read; the message names file, line where there is one, and remedy."""


def name_of(path: Path) -> str:
    """A file as messages name it: from the project's folder on, if it lies there."""
    return shown_path(path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path)


def conflict(content: str) -> int:
    """The first line where git has left two versions for somebody to choose from; 0 if there is none."""
    # To look for the marks anywhere takes a tenth of the time.
    found = CONFLICT.search(content) if any(mark in content for mark in CONFLICT_MARKS) else None
    return content.count("\n", 0, found.start()) + 1 if found else 0


def endless(path: Path) -> bool:
    """Whether a path is a pipe, a device or a socket, from which reading may never end."""
    return path.exists() and not (path.is_file() or path.is_dir())


def text(path: Path, name: str = "", most: int = -1) -> str:
    """A file's text. FileError: not there, too large, no UTF-8, or an unfinished merge.

    name: how messages name it
    most: bytes that are read at most; all, if it is not given
    """
    name = name or name_of(path)
    if endless(path):
        raise FileError(f"{name} is no regular file.")
    try:
        with path.open("rb") as file:
            read = file.read(most + 1 if most >= 0 else -1)
        if 0 <= most < len(read):
            raise FileError(f"{name} is larger than {most:,} bytes, of which no more are read. Shorten it.")
        content = read.decode("utf-8-sig")
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise FileError(f"{name} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    if line := conflict(content):
        raise FileError(f"{name}, line {line}: {CONFLICT_HERE}")
    return content


def parsed(path: Path, parse: Callable[[str], Content], name: str = "") -> Content:
    """What a parser makes of a file; FileError with the line and the parser's words if it refuses."""
    name = name or name_of(path)
    content = text(path, name)
    try:
        return parse(content)
    except Exception as error:
        # A parser raises what it likes, and it was given nothing but the text.
        line, words = _told(error)
        raise FileError(f"{name}{f', line {line}' if line else ''}: {words}. {ADVICE}") from error


def _told(error: Exception) -> tuple[int, str]:
    """Line and words of a parser's complaint."""
    import yaml

    cause = error.__cause__ or error
    if isinstance(cause, json.JSONDecodeError):
        return cause.lineno, f"no JSON ({cause.msg})"
    if isinstance(error, yaml.MarkedYAMLError):
        return (error.problem_mark.line + 1 if error.problem_mark else 0), f"no YAML ({yaml_fault(error)})"
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    line = getattr(error, "lineno", 0) or 0
    # pybtex says the line itself, without the file.
    return line, f"cannot be read ({first.removeprefix(f'syntax error in line {line}: ')})"


def yaml_fault(error: Exception) -> str:
    """What YAML complains of, for the person who wrote it."""
    said = getattr(error, "problem", None) or (str(error).splitlines() or [type(error).__name__])[0]
    if said.startswith("but "):
        said = f"{getattr(error, 'context', '')}, {said}"
    if "'\\t'" in said:
        return "a tab where only spaces may stand; indent with spaces"
    if said == "mapping values are not allowed here":
        return "a second ': ' in one line; put a text that holds one in quotation marks"
    if at := re.search(r"character '([@`%])' that cannot start", said):
        return f"a text that starts with {at[1]}; put it in quotation marks"
    return str(said)


def yaml_of(path: Path) -> Any:
    """A file of the project's own in YAML."""
    return parsed(path, _yaml)


def _yaml(text: str) -> Any:
    """YAML in a tenth of the time where libyaml is there; Python's own reader has the words for what is wrong."""
    import yaml

    try:
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.safe_load(text)


def require_keys(
    given: Iterable[str], allowed: Collection[str], needed: Iterable[str], where: str, error: type[Exception]
) -> None:
    """Refuse what somebody wrote under keys of which one is not known, or with one missing that it needs."""
    for key in given:
        if key not in allowed:
            hint = meant(str(key), allowed)
            raise error(f"{where} has a key '{key}'.{hint} Allowed: {', '.join(sorted(allowed))}.")
    if missing := sorted(set(needed) - set(given)):
        raise error(f"{where} lacks {', '.join(missing)}.")


def toml_of(path: Path) -> Any:
    """A file of the project's own in TOML."""
    return parsed(path, tomllib.loads)


def json_of(path: Path, name: str = "") -> Any:
    """A file of the project's own in JSON."""
    return parsed(path, json.loads, name)

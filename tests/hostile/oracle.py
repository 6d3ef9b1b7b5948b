"""What must hold whatever is read: the judge of the corpus, of hypothesis and of the fuzzer.

An input is accepted or refused with ParameterError. A refusal is one line that a terminal can show. Nothing is
executed and nothing is written, which Python's own audit events tell. What is accepted is within its bounds, and
safe as a folder's name, in HTML, in Markdown and in a spreadsheet.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from typing import Any

from analysis import cases, parameters, scenarios, untrusted
from analysis.parameters import ParameterError
from analysis.report import rendering
from analysis.scenarios import Scenario

LONGEST_REFUSAL = 1_500

# Events of an execution, of a connection, of a change of files.
FORBIDDEN = re.compile(
    r"exec$|compile$|import$|subprocess\.|os\.(system|exec|posix_spawn|spawn|fork|remove|rename|rmdir|mkdir|link|symlink"
    r"|truncate|chmod|chown|utime)|socket\.|shutil\.|ctypes\.|pty\.|webbrowser\.|urllib\.|code\.__new__$"
)

_watching: list[str] | None = None


def _hear(event: str, details: tuple[Any, ...]) -> None:
    if _watching is None:
        return
    if event == "open":
        mode, flags = details[1], details[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & 0b11):
            _watching.append(f"open {details!r}")
    elif FORBIDDEN.match(event) and not _known_import(event, details):
        _watching.append(f"{event} {details!r:.200}")


def _known_import(event: str, details: tuple[Any, ...]) -> bool:
    return event == "import" and details[0] in ("unicodedata",)


sys.addaudithook(_hear)


@contextmanager
def watched() -> Iterator[None]:
    """AssertionError if anything is executed, written or reached meanwhile."""
    global _watching
    _watching = heard = []
    try:
        yield
    finally:
        _watching = None
    assert not heard, f"while an input was read: {heard[:5]}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def refusal(call: Callable[[], Any]) -> str:
    """The words in which something is refused; "" if it is accepted, with what comes of it."""
    with watched():
        try:
            call()
        except ParameterError as error:
            said = str(error)
        else:
            return ""
    assert said.isprintable(), f"a refusal must be one line that a terminal can show, not {said!r}"
    assert 10 < len(said) < LONGEST_REFUSAL, f"a refusal of {len(said)} characters: {said[:200]!r}"
    return said


def judge_changes(changes: dict[str, parameters.Value]) -> None:
    """AssertionError unless accepted changes are what a page may be given."""
    assert parameters.checked(changes) == changes
    if changes:
        name = scenarios.scenario_name(changes)
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,111}", name), name
        assert ".." not in name, name


def judge_scenario(found: Scenario) -> None:
    """AssertionError unless an accepted scenario is harmless wherever it is shown."""
    judge_changes(dict(found.changes))
    assert re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", found.name), found.name
    for text in (found.title, found.motive, found.source):
        assert all(letter.isprintable() or letter in untrusted.JOINERS + untrusted.ISOLATES for letter in text), repr(
            text
        )
        text.encode("utf-8")
        # What is escaped ends up as itself: no tag, no template, no role.
        markdown = untrusted.as_markdown(text)
        assert "<" not in markdown
        assert not re.search(r"(?<!\\)(\\\\)*[{`\[$]", markdown), markdown
        assert not str(untrusted.as_cell(text)).startswith(("=", "+", "-", "@"))
    parser = _Tags()
    parser.feed(rendering.announcement(found))
    assert set(parser.tags) <= {"div", "strong"}, parser.tags


def scenario(content: bytes) -> str:
    """Read the bytes of a scenario file; the refusal, or ""."""
    found: list[Scenario] = []
    said = refusal(lambda: found.append(scenarios.parsed_scenario(content, "case", "Scenario file case.yml")))
    for each in found:
        judge_scenario(each)
    return said


def assignment(text: str) -> str:
    """Read NAME=VALUE as `report build -p` does; the refusal, or ""."""
    found: list[dict[str, parameters.Value]] = []
    said = refusal(lambda: found.append(parameters.parsed([text])))
    for each in found:
        judge_changes(each)
    return said


def axis(text: str) -> str:
    """Read NAME=... as `report sweep -p` does; the refusal, or ""."""
    found: list[tuple[dict[str, parameters.Value], cases.Grid]] = []
    said = refusal(lambda: found.append(cases.grid([text])))
    for fixed, grid in found:
        judge_changes(fixed)
        assert len(grid) <= cases.MOST_CASES
        for place in {0, len(grid) // 2, len(grid) - 1}:
            columns = grid.columns(place, 1)
            judge_changes({name: column[0] for name, column in columns.items() if isinstance(column[0], str)})
    return said


# What a fuzzer's first byte chooses.
TARGETS: dict[str, Callable[[bytes], str]] = {
    "scenario": scenario,
    "assignment": lambda content: assignment(content.decode("utf-8", "surrogateescape")),
    "axis": lambda content: axis(content.decode("utf-8", "surrogateescape")),
}


def ready() -> None:
    """Import and load beforehand what reading needs once, so that it is not taken for an execution."""
    for content in (b"title: x\nparameters:\n  pue: 1.2\n", b"name: [\n", b"name: \xd0\xb0\n"):
        parameters_only(content)


def parameters_only(content: bytes) -> None:
    with suppress(ParameterError):
        rendering.announcement(scenarios.parsed_scenario(content, "case", "x"))

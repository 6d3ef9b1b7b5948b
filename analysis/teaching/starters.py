"""What an exercise starts from on the page "Run the model in your browser": question, what is given, blanks, and check.

That page has no pandas and no `Case`, so what a notebook computes in its `given` cells stands there as plain values.
They are computed when the exercises are refreshed and kept in `starters.json`, because a site is built without them.
"""

from __future__ import annotations

import ast
import json
import math
import textwrap
from collections.abc import Iterable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pandas as pd

from analysis import written
from analysis.teaching import exercises, given

GIVEN = Path(__file__).with_name("starters.json")
WIDTH = 88

HOW = "Write your answer below, then press Run. Hints: see the exercise in its chapter."
FIRST = "from analysis import costs"
# What only the page needs, and a notebook has of itself.
HEAD = """from analysis.teaching.checks import check
from given import case  # case.point.pue is an assumption"""


def starter(exercise: exercises.Exercise, values: str) -> str:
    """The code. values: what is given, as Python text"""
    question = [
        line
        for paragraph in exercise.text.splitlines()
        for line in textwrap.wrap(paragraph, WIDTH - 2, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    comment = "\n".join(f"# {line}".rstrip() for line in [exercise.title, *question, "", HOW])
    blanks = exercises.blank(exercise).replace("\n\n\n", "\n")
    return (
        "\n\n".join(part for part in (f"{comment}\n{FIRST}\n{HEAD}", values, blanks, printed(exercise)) if part) + "\n"
    )


def printed(exercise: exercises.Exercise) -> str:
    """The lines that check an answer. Printed, a verdict is one line: the page breaks it where its box ends."""
    return "\n".join(f"print({source})" for source in exercise.sources("check"))


def starters(chapter: exercises.Chapter) -> dict[str, str]:
    """Exercise -> code to start from; those that only a notebook can give are not in it.

    Where a notebook gives a function, which may need all of the report, given.toml may have one for the page.
    """
    values = {name: text for name, text in committed().items() if text is not None}
    texts = {**given.HELD["functions"], **values}
    return {each.id: starter(each, texts[each.id].strip()) for each in chapter.exercises if each.id in texts}


def committed() -> dict[str, str | None]:
    """Exercise -> what is given, as Python text, as it was when the exercises were refreshed last."""
    found: dict[str, str | None] = written.json_of(GIVEN)
    return found


def encode(values: dict[str, str | None]) -> str:
    """The text of `starters.json`."""
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def refresh() -> None:
    """Compute anew what is given, and keep it."""
    GIVEN.write_text(encode(computed(exercises.chapters())), encoding="utf-8")


def computed(chapters: Iterable[exercises.Chapter]) -> dict[str, str | None]:
    """Exercise -> what is given as Python text; None where it is a function."""
    found: dict[str, str | None] = {}
    for chapter in chapters:
        space: dict[str, Any] = {"__name__": "__main__"}
        for source in chapter.tagged("setup"):
            exec(compile(source, "<setup>", "exec"), space)
        for exercise in chapter.exercises:
            found[exercise.id] = _values(exercise.sources("given"), space)
    return found


def _values(sources: Iterable[str], space: dict[str, Any]) -> str | None:
    lines: list[str] = []
    for source in sources:
        tree = ast.parse(source)
        shown = tree.body[-1].value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        before = dict(space)
        exec(compile(source, "<given>", "exec"), space)
        new = {name: value for name, value in space.items() if name not in before or before[name] is not value}
        for name, value in new.items():
            if isinstance(value, FunctionType):
                return None
            if isinstance(value, pd.DataFrame):
                # A table is given as far as the cell shows it; one that is not shown was only a step.
                if isinstance(shown, ast.Subscript) and ast.unparse(shown.value) == name:
                    lines.append(_table(name, value[ast.literal_eval(shown.slice)]))
            elif not name.startswith("__") and not isinstance(value, ModuleType | type):
                lines.append(f"{name} = {_literal(value)}")
    return "\n".join(lines)


def _table(name: str, frame: pd.DataFrame) -> str:
    """Rows by their index where it has a name, else a list of rows."""
    rows = [{key: given.plain(value) for key, value in row.items()} for row in frame.to_dict("records")]
    if frame.index.name:
        return f"{name} = {given.dictionary(dict(zip(frame.index, rows, strict=True)))}"
    return f"{name} = [\n{''.join(f'    {row!r},{chr(10)}' for row in rows)}]"


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        known = {key: each for key, each in value.items() if not (isinstance(each, float) and math.isnan(each))}
        return given.dictionary({key: given.plain(each) for key, each in known.items()})
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    number = given.plain(value)
    # The last digits of a sum differ between processors, and the file must not.
    return repr(float(f"{number:.11e}")) if isinstance(number, float) else repr(number)

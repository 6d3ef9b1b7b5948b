"""Variants of the exercises: inputs drawn inside plausible ranges, with the answers, mistakes and texts that follow.

book/teaching/variants.yml says, by exercise:

inputs  name -> `base`, which stands in the source and is never drawn, and the values to draw: `from`, `to` and `step`
text    words of the question, a hint or a message -> what stands there instead
code    a number or expression of the code -> what stands there instead, where it is no part of a longer name or number

In what is put in, {name} is an input; a brace that stays is doubled. What is named and stands nowhere is an error, so a
question cannot keep a number that its solution no longer has. The same variant is the same on every computer.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode

from analysis import written
from analysis.report import notebooks
from analysis.teaching import checks, exercises
from analysis.teaching.expected import ExpectationError

SOURCE = notebooks.BOOK / "teaching" / "variants.yml"
MOST = 9999
# An exercise is drawn so often before its ranges are called too narrow.
ATTEMPTS = 50

KEYS, RANGE = {"inputs", "text", "code"}, {"base", "from", "to", "step"}

Drawn = Mapping[str, float]


class VariantError(notebooks.PageFailure):
    """A variant cannot be made: which exercise and input, and what to do."""


@dataclass(frozen=True)
class Edition:
    """The exercises of one class. variant: its number, 0 for the base case; drawn: exercise -> its inputs"""

    chapters: list[exercises.Chapter]
    answers: Mapping[str, Any]
    variant: int = 0
    drawn: Mapping[str, Drawn] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What an edition is called after its title; "" for that of the base case."""
        return f"variant {self.variant}" if self.variant else ""


def source() -> dict[str, Any]:
    """What varies, by exercise. VariantError names the exercise and the key that is missing or unknown."""
    found: dict[str, Any] = written.yaml_of(SOURCE)
    for name, given in found.items():
        where = f"{SOURCE.name}, {name}"
        written.require_keys(given, KEYS, KEYS, where, VariantError)
        for each, values in given["inputs"].items():
            written.require_keys(values, RANGE, RANGE, f"{where}, {each}", VariantError)
    return found


def checked(variant: int) -> int:
    """The number of a variant, if there is one of that number."""
    if not 0 <= variant <= MOST:
        raise VariantError(f"--variant {variant}: a variant has a number from 1 to {MOST}; 0 is the base case.")
    return variant


@lru_cache(maxsize=2)
def edition(variant: int = 0) -> Edition:
    """The exercises with the answers of their solutions; variant 0 is the base case."""
    if not checked(variant):
        chapters = exercises.chapters()
        return Edition(chapters, exercises.answers(chapters))
    left, chapters = source(), []
    answers: dict[str, Any] = {}
    drawn: dict[str, Drawn] = {}
    for chapter in exercises.chapters():
        own = {each.id: left.pop(each.id) for each in chapter.exercises if each.id in left}
        made, found, inputs = _distinct(chapter, own, variant)
        chapters.append(made)
        answers |= found
        drawn |= inputs
    if left:
        raise VariantError(f"{SOURCE.name}: there is no exercise {', '.join(left)}. Correct the name.")
    return Edition(chapters, answers, variant, drawn)


def chapter(name: str, variant: int) -> tuple[exercises.Chapter, Mapping[str, Any]]:
    """A chapter's exercises in a variant, and what they expect: in the base case, what is committed."""
    base = exercises.chapter(name)
    if not checked(variant):
        return base, checks.decoded(checks.ANSWERS.read_text(encoding="utf-8"))
    own = {each.id: of for each in base.exercises if (of := source().get(each.id))}
    made, answers, _ = _distinct(base, own, variant)
    return made, answers


def told(variant: int) -> str:
    """What a variant is called in a sentence."""
    return f"variant {variant}" if variant else "the base case"


def _distinct(
    chapter: exercises.Chapter, own: Mapping[str, Any], variant: int
) -> tuple[exercises.Chapter, dict[str, Any], dict[str, Drawn]]:
    """A chapter with inputs under which no usual mistake gives the answer, or the same as another."""
    attempts = dict.fromkeys(own, 0)
    while True:
        drawn = {name: draw(own[name]["inputs"], f"{variant}/{name}/{attempts[name]}") for name in own}
        made = exercises.parsed(chapter.name, varied(chapter.notebook, own, drawn))
        try:
            return made, exercises.answers([made]), drawn
        except ExpectationError as error:
            if error.exercise not in own:
                raise
            attempts[error.exercise] += 1
            if attempts[error.exercise] == ATTEMPTS:
                raise VariantError(
                    f"{SOURCE.name}, {error.exercise}: {ATTEMPTS} draws gave no numbers under which the usual mistakes "
                    f"differ. The last said: {error} Widen `from` and `to`, or take a larger `step`."
                ) from None


def draw(inputs: Mapping[str, Mapping[str, float]], seed: str) -> Drawn:
    """A value of each input, on its grid and not that of the base case."""
    chance, found = random.Random(seed), {}
    for name, of in inputs.items():
        count = round((of["to"] - of["from"]) / of["step"])
        grid = [round(of["from"] + place * of["step"], 9) for place in range(count + 1)]
        value = chance.choice([each for each in grid if each != of["base"]])
        found[name] = int(value) if value == int(value) else value
    return found


def varied(notebook: NotebookNode, own: Mapping[str, Any], drawn: Mapping[str, Drawn]) -> NotebookNode:
    """A copy of a notebook with what was drawn in place of what stands in its source."""
    made = copy.deepcopy(notebook)
    exercise, unseen = "", {(name, old) for name, of in own.items() for old in (*of["text"], *of["code"])}
    for cell in made.cells:
        if "exercise" in notebooks.tags(cell):
            exercise = cell.metadata.exercise.id
        if exercise in own and "standing" not in notebooks.tags(cell):
            of = own[exercise]
            code = of["code"] if cell.cell_type == "code" else {}
            cell.source, seen = _replaced(cell.source, of["text"], code, drawn[exercise])
            unseen -= {(exercise, old) for old in seen}
    if unseen:
        name, old = sorted(unseen)[0]
        raise VariantError(
            f"{SOURCE.name}, {name}: '{old}' stands in no cell of the exercise. Write it as it stands there, or take "
            "it out of `text` or `code`."
        )
    return made


def _replaced(text: str, words: Mapping[str, str], code: Mapping[str, str], values: Drawn) -> tuple[str, set[str]]:
    """A cell's text with everything replaced in one pass, the longest first; and what was found in it."""
    patterns = {re.escape(old): old for old in words}
    patterns |= {rf"(?<![\w.-]){re.escape(old)}(?![\w.])": old for old in code}
    longest = sorted(patterns, key=lambda each: len(patterns[each]), reverse=True)
    new, seen = {**code, **words}, set()

    def put(found: re.Match[str]) -> str:
        seen.add(found[0])
        return new[found[0]].format(**values)

    return (re.sub("|".join(longest), put, text) if longest else text), seen

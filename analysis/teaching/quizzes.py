"""Questions at the end of a chapter, with numbers and right answers that follow from a case.

They are written in book/teaching/quizzes/<chapter>.yml, a list of questions. Each has an `id`, what it asks (`ask`),
and one of three kinds of answers:

one       options of which exactly one is right
several   options of which one or more are right
number    an expression; with `unit`, `tolerance` (a fraction of the answer), `why`, and `slips`: other values that a
          reader may come to, each with what went wrong

An option has its `text`, whether it is `right` (true, false, or a comparison, so that it follows the case) and `why`;
if `right` is a comparison, `why` may give two texts, `right` and `wrong`.

In a text, {name} is what a result, an assumption, a published figure or a judgement reads as (see Case.text),
{verdict_C14_documents} the verdict on a claim and question, and {expression | unit digits} the value of an expression.
In an expression a name is a value in its base unit (dollars, not millions); name_low and name_high are the ends of its
range, verdict_C14_source a verdict's name, and widest_RESULT the assumption that moves a result most from end to end.
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import claims, parameters, sensitivity, tables, words, written
from analysis.case import Case, PageError
from analysis.quantities import REGISTRY
from analysis.quantities.audit import VERDICTS
from analysis.untrusted import meant, unknown

FOLDER = Path(__file__).resolve().parents[2] / "book" / "teaching" / "quizzes"
KINDS = ("one", "several", "number")
FIELDS = {
    "one": {"id", "ask", "one"},
    "several": {"id", "ask", "several"},
    "number": {"id", "ask", "number", "unit", "tolerance", "why", "slips"},
}
OPTION = {"text", "right", "why"}
SLIP, CASES = {"value", "why"}, {"right", "wrong"}
MOST_TOLERANCE = 0.1


class QuizError(written.FileError):
    """A file of questions cannot be used: which file and question, what is wrong, what is allowed."""


class UnfitError(QuizError):
    """A question has no sense in this case: for example no option is right, or two read the same."""


@dataclass(frozen=True)
class Option:
    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Slip:
    value: float
    why: str


@dataclass(frozen=True)
class Question:
    """A question of one case. options: of the kinds one and several; answer, unit, slips: of the kind number."""

    id: str
    kind: str
    ask: str
    options: tuple[Option, ...] = ()
    answer: float = 0.0
    unit: str = ""
    tolerance: float = 0.0
    why: str = ""
    slips: tuple[Slip, ...] = ()

    @property
    def shown(self) -> str:
        """The number that is asked for, with its unit."""
        return f"{words.digits(self.answer, 4)} {self.unit}"


def chapters() -> list[str]:
    """Pages that have questions."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class Reader:
    """Names, expressions and texts of one case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._verdicts: dict[str, str] = {}

    def verdict(self, claim: str) -> str:
        if not self._verdicts:
            found = claims.verdicts(self.case.point, self.case.data)
            self._verdicts = {"_".join(key): verdict for key, verdict in found.items()}
        if claim not in self._verdicts:
            raise QuizError(unknown("claim", claim, self._verdicts))
        return self._verdicts[claim]

    def value(self, name: str) -> Any:
        """What a name stands for in an expression."""
        if name.startswith("verdict_"):
            return self.verdict(name.removeprefix("verdict_"))
        if name.startswith("widest_"):
            result = name.removeprefix("widest_")
            if result not in sensitivity.HEADLINES:
                raise QuizError(f"'{result}' is not a main result. Allowed: {', '.join(sensitivity.HEADLINES)}.")
            return sensitivity.swings(self.case, result).iloc[0]["name"]
        known, published = parameters.known(), tables.load("published").set_index("figure_id")
        stem, _, end = name.rpartition("_")
        end = end if end in ("low", "high") else ""
        if name in REGISTRY:
            return self.case[name].value
        if stem in REGISTRY and end:
            return getattr(self.case[stem], end)
        if name in known:
            return getattr(self.case.point, name)
        if stem in known and end:
            return getattr(known[stem], end)
        if name in published.index:
            return self.case.data.published(name)
        hint = meant(name, [*REGISTRY, *known, *published.index])
        raise QuizError(f"No result, assumption or published figure is called '{name}'.{hint}")

    def evaluate(self, expression: Any) -> Any:
        """The value of an expression, or of a number or a truth value that stands for itself."""
        if isinstance(expression, bool | int | float):
            return expression
        try:
            tree = ast.parse(str(expression), mode="eval")
        except SyntaxError as error:
            raise QuizError(f"'{expression}' is no expression: {error.msg}.") from None
        try:
            found = self._node(tree.body, str(expression))
        except ZeroDivisionError:
            found = math.nan
        if isinstance(found, float) and not math.isfinite(found):
            raise UnfitError(f"'{expression}' is not a finite number in this case.")
        return found

    def _node(self, node: ast.AST, whole: str) -> Any:
        match node:
            case ast.Constant(value=int() | float() | str() as value):
                return value
            case ast.Name(id=name):
                return self.value(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self._node(left, whole), self._node(right, whole))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self._node(operand, whole))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self._node(left, whole), self._node(right, whole))
            case ast.BoolOp(op=op, values=parts):
                found = [self._node(part, whole) for part in parts]
                return all(found) if isinstance(op, ast.And) else any(found)
        raise QuizError(f"'{whole}' holds more than names, numbers, + - * / **, comparisons, and, or, not.")

    def text(self, template: str) -> str:
        """A text with its {names} and {expressions | unit} filled in."""

        def filled(match: re.Match[str]) -> str:
            inside, _, form = (part.strip() for part in match[1].partition("|"))
            if form:
                if inside in REGISTRY:
                    raise QuizError(f"'{match[0]}': a result has one print. Write {{{inside}}}.")
                unit, _, significant = form.rpartition(" ")
                if not significant.isdigit():
                    unit, significant = form, "3"
                return words.amount(float(self.evaluate(inside)), unit, significant=int(significant))
            if inside.startswith("verdict_"):
                return VERDICTS[self.verdict(inside.removeprefix("verdict_"))]
            if words.NOT_DEFINED in (text := self.case.text(inside)):
                raise UnfitError(f"'{inside}' is not defined in this case.")
            return text

        return re.sub(r"\{([^{}]+)\}", filled, template)


def _option(given: Any, reader: Reader, what: str) -> Option:
    if not isinstance(given, dict):
        raise QuizError(f"{what} must have text and why, not {str(given)[:40]!r}.")
    written.require_keys(given, OPTION, {"text", "why"}, what, QuizError)
    right = reader.evaluate(given.get("right", False))
    if not isinstance(right, bool):
        raise QuizError(f"{what}: `right` must be true, false or a comparison, not {given['right']!r}.")
    why = given["why"]
    if isinstance(why, dict):
        written.require_keys(why, CASES, CASES, f"{what}, why", QuizError)
        why = why["right" if right else "wrong"]
    return Option(reader.text(str(given["text"])), right, reader.text(str(why)))


def _name(given: Any, number: int) -> str:
    """What a question is called in a message: by its id, if it has one."""
    return f"question '{given['id']}'" if isinstance(given, dict) and "id" in given else f"question {number}"


def _question(given: Any, reader: Reader, number: int) -> Question:
    what = f"question {number}"
    if not isinstance(given, dict) or not re.fullmatch(r"[a-z][a-z0-9_]*", str(given.get("id", ""))):
        raise QuizError(f"{what} needs an `id` of small letters, digits and _.")
    what = _name(given, number)
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        raise QuizError(f"{what} needs exactly one of {', '.join(KINDS)}; it has {', '.join(kinds) or 'none'}.")
    kind = kinds[0]
    written.require_keys(given, FIELDS[kind], FIELDS[kind], what, QuizError)
    ask = reader.text(str(given["ask"]))
    if kind == "number":
        return _numeric(given, reader, ask, what)
    options = tuple(_option(each, reader, f"{what}, option {place}") for place, each in enumerate(given[kind], start=1))
    texts = [option.text for option in options]
    again = sorted({text for text in texts if texts.count(text) > 1})
    if again:
        raise UnfitError(f"{what} has two options that read the same: {again[0]!r}. Make them differ in every case.")
    rights = sum(option.right for option in options)
    if kind == "one" and rights != 1:
        raise UnfitError(f"{what} must have exactly one right option; it has {rights}.")
    if not 0 < rights < len(options):
        raise UnfitError(f"{what} must have right and wrong options; {rights} of {len(options)} are right.")
    return Question(given["id"], kind, ask, options)


def _numeric(given: Mapping[str, Any], reader: Reader, ask: str, what: str) -> Question:
    answer, tolerance = float(reader.evaluate(given["number"])), float(given["tolerance"])
    if not 0 < tolerance <= MOST_TOLERANCE:
        raise QuizError(f"{what}: tolerance {tolerance} is not above 0 and at most {MOST_TOLERANCE}.")
    slips = []
    for place, each in enumerate(given["slips"], start=1):
        written.require_keys(each, SLIP, SLIP, f"{what}, slip {place}", QuizError)
        slips.append(Slip(float(reader.evaluate(each["value"])), reader.text(str(each["why"]))))
    # Each as wide as its tolerance: no value may count as two of them.
    values = [answer, *(slip.value for slip in slips)]
    ends = sorted((value - tolerance * abs(value), value + tolerance * abs(value)) for value in values)
    for (_, above), (below, _) in itertools.pairwise(ends):
        if below <= above:
            raise UnfitError(
                f"{what}: answer and slips lie closer together than the tolerance, at {words.digits(above, 4)}. "
                "Choose a smaller tolerance, or another slip."
            )
    why = reader.text(str(given["why"]))
    return Question(given["id"], "number", ask, (), answer, str(given["unit"]), tolerance, why, tuple(slips))


def questions(chapter: str, case: Case, folder: Path = FOLDER, strict: bool = True) -> list[Question]:
    """The questions of a chapter, for a case; QuizError with file and question if they cannot be used.

    strict: a question that has no sense in this case is an error too; else it is left out
    """
    path = folder / f"{chapter}.yml"
    if not path.exists():
        raise QuizError(f"There are no questions on '{chapter}'.{meant(chapter, chapters())}")
    given = written.yaml_of(path)
    if not isinstance(given, list) or not given:
        raise QuizError(f"{path.name} must be a list of questions.")
    reader, found = Reader(case), []
    for number, each in enumerate(given, start=1):
        try:
            found.append(_question(each, reader, number))
        except (QuizError, PageError) as error:
            if strict or not isinstance(error, UnfitError):
                told = str(error)
                named = told if told.startswith("question") else f"{_name(each, number)}: {told}"
                raise (UnfitError if isinstance(error, UnfitError) else QuizError)(f"{path.name}, {named}") from None
    ids = [question.id for question in found]
    if len(set(ids)) < len(ids):
        raise QuizError(f"{path.name}: an id is given twice. Give each question its own: {', '.join(ids)}.")
    return found

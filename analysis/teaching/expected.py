"""What the sources of the exercises declare: the expected answer, the usual mistakes, and what each is told.

    expect("capex-2", answer_usd=number(answer_usd, "USD", step="...", mistakes=[(wrong_usd, "You forgot ...")]))

The values are those that the solution has just computed. Only the builder of the editions and the sources import this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from analysis.teaching import checks

Spec = dict[str, Any]
Mistakes = Iterable[tuple[Any, str]]

# Enough for every tolerance, and few enough for equal files on different processors.
DIGITS = 12

# What `expect` was told, in order; the builder of the editions reads it.
DECLARED: dict[str, Spec] = {}


class ExpectationError(ValueError):
    """An exercise expects something that no check could tell from a mistake."""

    def __init__(self, exercise: str, text: str) -> None:
        super().__init__(f"Exercise {exercise}, {text}")
        self.exercise = exercise


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{DIGITS - 1}e}")


def _spec(
    kind: str, value: Any, step: str, praise: str, mistakes: Mistakes, convert: Callable[[Any], Any], **more: Any
) -> Spec:
    """What every kind of answer has; `convert` makes what is kept of the value of a mistake."""
    wrong = [{"value": convert(value), "message": message} for value, message in mistakes]
    return {"kind": kind, "value": value, "step": step, "praise": praise, "mistakes": wrong, **more}


def number(
    value: Any, unit: str, *, within: float = 0.01, step: str, praise: str = "", mistakes: Mistakes = ()
) -> Spec:
    """A number. within: relative tolerance; step: which step to look at again."""
    return _spec("number", _rounded(value), step, praise, mistakes, _rounded, unit=unit, tolerance=within)


def between(value: Any, unit: str, low: float, high: float, *, step: str, praise: str = "") -> Spec:
    """A number for which there are many right answers. value: that of the solution, as an example."""
    return _spec("number", _rounded(value), step, praise, (), _rounded, unit=unit, between=[low, high])


def function(
    solution: Callable[..., Any],
    unit: str,
    on: Sequence[Sequence[Any]],
    *,
    within: float = 1e-6,
    step: str,
    praise: str = "",
    mistakes: Iterable[tuple[Callable[..., Any], str]] = (),
) -> Spec:
    """A function, called on these inputs; each mistake is a function too."""

    def values(each: Callable[..., Any]) -> list[float]:
        return [_rounded(each(*inputs)) for inputs in on]

    more = {"on": [list(inputs) for inputs in on], "unit": unit, "tolerance": within}
    return _spec("function", values(solution), step, praise, mistakes, values, **more)


def choice(value: str, options: Iterable[str], *, step: str, praise: str = "", mistakes: Mistakes = ()) -> Spec:
    """One of several answers in words."""
    return _spec("choice", value, step, praise, mistakes, str, options=list(options))


def chosen(
    value: Iterable[str], options: Iterable[str], *, step: str, praise: str = "", mistakes: Mistakes = ()
) -> Spec:
    """Some out of a list, in any order."""
    return _spec("chosen", sorted(value), step, praise, mistakes, str, options=list(options))


def text(value: str, *, mentions: Iterable[tuple[str, Sequence[str], str]], checklist: Sequence[str]) -> Spec:
    """An argument: key words that it can hardly do without, and a checklist for its reader.

    mentions: what it should speak of, words or beginnings of words that show it, and why it matters;
              a text that misses more than half is sent back, and after a single miss the check only asks
    """
    spoken = [{"what": what, "words": [w.casefold() for w in words], "why": why} for what, words, why in mentions]
    return {
        "kind": "text",
        "value": value.strip(),
        "mentions": spoken,
        "checklist": list(checklist),
        "mistakes": [],
    }


def expect(exercise: str, **answers: Spec) -> None:
    """Declare the answers to an exercise, in the order in which its check takes them."""
    specs = [{"name": name, **spec} for name, spec in answers.items()]
    for spec in specs:
        _require_distinct(exercise, spec)
    found = {"answers": specs}
    DECLARED[exercise] = found
    checks.declare(exercise, found)


def _require_distinct(exercise: str, spec: Mapping[str, Any]) -> None:
    """ExpectationError where a declared mistake would be told as right, or under another mistake's name."""
    if spec["kind"] not in ("number", "function"):
        return
    seen = [("the answer", spec["value"])]
    for mistake in spec["mistakes"]:
        for name, value in seen:
            pairs = list(zip(_list(value), _list(mistake["value"]), strict=True))
            if all(abs(a - b) <= 2 * spec["tolerance"] * abs(a) for a, b in pairs):
                raise ExpectationError(
                    exercise,
                    f"`{spec['name']}`: the mistake '{mistake['message']}' gives the same as "
                    f"{name}. Change the numbers that are given, or narrow the tolerance.",
                )
        seen.append((f"the mistake '{mistake['message']}'", mistake["value"]))


def _list(value: Any) -> list[float]:
    return value if isinstance(value, list) else [value]

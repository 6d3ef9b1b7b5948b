"""What the page "Check a cost claim" knows: the procedure of `analysis.placing` as data, with each formula traced.

It is written as one script, `claim-model.js`, which book/assets/claim.js goes through as `analysis.placing` does:
numbers with their ways, verdicts with their conditions, texts. Beside them stand what data/ knows of each model and
chip, and the price book. The page computes by the assumptions of the case that its site shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sympy

from analysis import formulas, words, written
from analysis.case import Case
from analysis.placing import book, given, numbers, told, verdict
from analysis.placing.numbers import NUMBERS, Span, Way
from analysis.quantities.rents import half_year
from analysis.untrusted import one_line

FORM = written.toml_of(Path(__file__).with_suffix(".toml"))
# What each number that the form takes is, by the name that the address of the page has for it.
FIELDS: dict[str, dict[str, Any]] = FORM["fields"]
# Settings to try, as an address has them, and what their buttons say.
EXAMPLES: dict[str, str] = FORM["examples"]


def half_years(case: Case) -> list[str]:
    """Every half-year from the first model or price to the last."""
    days = [*case.data.table("models").release_date, *case.data.table("prices").date]
    first, last = half_year(min(days)), half_year(max(days))
    every = [f"{year}H{half}" for year in range(int(first[:4]), int(last[:4]) + 1) for half in (1, 2)]
    return [each for each in every if first <= each <= last]


def models(case: Case) -> dict[str, dict[str, Any]]:
    """What data/models.csv knows of each model of which it knows anything, for the form."""
    found = {}
    for model_id in case.data.records("models"):
        known, age_years = given.row(case, model_id)
        if known.inputs or known.gpu_id:
            found[model_id] = {
                "name": known.name,
                "boundary": known.boundary,
                "gpu": known.gpu_id,
                "when": known.when,
                "age": _or_null(age_years),
                "readAs": known.read_as,
                "inputs": {name: span.value for name, span in known.inputs.items()},
            }
    return found


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _ends(spans: Mapping[str, Span]) -> dict[str, list[float]]:
    return {name: [span.low, span.value, span.high] for name, span in spans.items()}


def _chip(case: Case, gpu_id: str, halves: list[str]) -> dict[str, Any]:
    """What a chip is, how old it is in each half-year, and what it costs then; "" is a half-year that is not known."""
    priced = {when: given.book_prices(case, gpu_id, when) for when in ["", *halves]}
    always = priced.pop("")
    return {
        "inputs": _ends(given.chip(case, gpu_id)),
        "ages": {when: _or_null(book.age_years(case, gpu_id, when)) for when in halves},
        "always": _prices(always),
        "prices": {when: _prices(found) for when, found in priced.items() if found and found != always},
    }


def _prices(found: Mapping[str, book.Price]) -> dict[str, list[Any]]:
    return {name: [price.span.low, price.span.value, price.span.high, price.said] for name, price in found.items()}


def _allowed(key: str) -> str:
    """What a field accepts, in words."""
    low, high = (words.amount(end, "") if end < 1e17 else f"{end:g}" for end in given.LIMITS[key][1:])
    return f"{low} to {high}"


def traced(way: Way, name: str) -> str:
    """The formula of a way as JavaScript, in the names of what it needs."""
    with sympy.evaluate(False):
        return formulas.javascript(way.formula(*(sympy.Symbol(each, real=True) for each in way.needs)), name)


def script(case: Case) -> str:
    """The procedure and all that it goes by, as a classic script. The same bytes for the same case."""
    halves = half_years(case)
    document = {
        "numbers": [
            {
                **{key: getattr(number, key) for key in ("name", "title", "unit", "basis", "only")},
                "ways": [{"needs": way.needs, "falls": way.falls, "said": way.said} for way in number.ways],
            }
            for number in NUMBERS
        ],
        "costs": numbers.COSTS,
        "boundaries": numbers.BOUNDARIES,
        "models": models(case),
        "chips": {gpu_id: _chip(case, gpu_id, halves) for gpu_id in case.data.records("gpus")},
        "halves": halves,
        "assumptions": _ends(given.assumptions(case)),
        "fields": {
            name: {
                "key": field["key"],
                "title": field["title"],
                "input": given.INPUT.get(field["key"], field["key"]),
                **dict(zip(("unit", "low", "high"), given.LIMITS[field["key"]], strict=True)),
                "whole": field.get("whole", True),
                "allowed": _allowed(field["key"]),
            }
            for name, field in FIELDS.items()
        },
        "sum": given.LIMITS["amount"][1:],
        "sumAllowed": _allowed("amount"),
        "replaced": given.REPLACED,
        "readings": given.READINGS,
        "names": {"marks": given.NAME_MARKS, "none": given.NAMELESS},
        "given": given.GIVEN,
        "verdicts": {name: asdict(each) for name, each in verdict.VERDICTS.items()},
        "slips": verdict.slips(float(case.point.cny_per_usd)),
        "missing": {
            "inputs": verdict.INPUTS,
            "ofChip": verdict.OF_CHIP,
            "noChip": verdict.NO_CHIP,
            "noTime": verdict.NO_TIME,
        },
        "texts": {
            **{"titles": verdict.TITLES, "short": verdict.SHORT, "slip": verdict.SLIP, "lacking": verdict.LACKING},
            **{"roughly": verdict.ROUGHLY, "roughDigits": verdict.ROUGH_DIGITS, "guessed": verdict.GUESSED},
            **{"unknown": verdict.UNKNOWN, "only": told.ONLY, "lacks": told.LACKS, "none": told.NONE},
            **{"stands": told.STANDS, "prices": told.PRICES},
        },
        "byEye": told.BY_EYE,
        "shownWith": told.SHOWN_WITH,
        "plausible": _ends(told.PLAUSIBLE),
        "known": told.KNOWN,
        "words": words.RULES,
    }
    ways = {each.name: ", ".join(f"x => {traced(way, each.name)}" for way in each.ways) for each in NUMBERS}
    source = "analysis/placing and data/ when the site is built (analysis/report/claim_form.py)"
    return formulas.script(source, "reportClaim", document, {name: f"[{found}]" for name, found in ways.items()})


def labels(case: Case) -> dict[str, str]:
    """What the form calls each model that it offers: name and developer."""
    known = case.data.records("models")
    return {name: one_line(f"{known[name]['model']}, {known[name]['developer']}") for name in models(case)}

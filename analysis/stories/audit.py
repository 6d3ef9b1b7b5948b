"""A story audited: each claim placed on the cost bases, its evidence weighed by the rules of `analysis.claims`.

The story's own assumptions, value and range, hold in its own case alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis import claims, costs, parameters, placing
from analysis.case import Case
from analysis.claims import Examined, Names
from analysis.parameters import Parameter, ParameterError
from analysis.placing import Given, Placed, Span, given
from analysis.placing.verdict import VERDICTS
from analysis.quantities import REGISTRY
from analysis.quantities.audit import VERDICTS as WEIGHED
from analysis.stories import columns
from analysis.stories.columns import CHECK, PLACED
from analysis.stories.reading import NUMBERS, Story, StoryError
from analysis.tables import DataError
from analysis.untrusted import meant

# What a story calls the results of its own run.
RUN = "run."
OVER_V3 = "over_v3_hours"
OWN = "an assumption of this story"


@dataclass(frozen=True)
class Weighed:
    """One claim: what its sum can be, and the verdict on each question on which the story has evidence.

    hours: GPU-hours that the claim tells, where it tells hours and no sum
    """

    claim: Mapping[str, str]
    placed: Placed
    hours: Span | None
    examined: Mapping[str, Examined]

    def verdict(self, question: str) -> str:
        """The verdict on a question of a key: PLACED, or one of `claims.QUESTIONS`; "" where there is none."""
        if question == PLACED:
            return self.placed.verdict
        return self.examined[question].verdict if question in self.examined else ""


@dataclass(frozen=True)
class Audit:
    """A story with what comes out of it."""

    story: Story
    case: Case
    run: Given
    claims: Sequence[Weighed]


def audited(story: Story) -> Audit:
    """The audit of a story. StoryError with every cell that cannot be used."""
    problems: list[str] = []
    own, spans = _assumptions(story, problems)
    case = Case({**parameters.base(), **{name: row.value for name, row in own.items()}}, own=own)
    run = _run(story, case, spans, problems)
    if run is None:
        raise StoryError(problems)
    found = [_weighed(story, claim, case, run, problems) for claim in story.claims]
    problems += _key_problems(story)
    if problems:
        raise StoryError(problems)
    return Audit(story, case, run, [each for each in found if each])


def unexpected(audit: Audit) -> list[str]:
    """Answers of the key that do not come out, a line each."""
    by_claim = {each.claim["claim_id"]: each for each in audit.claims}
    return [
        columns.fault(
            row["where"], "expected", row["expected"], f"what comes out is {here or 'nothing'}. Look into both"
        )
        for row in audit.story.key
        if (here := by_claim[row["claim_id"]].verdict(row["question"])) != row["expected"]
    ]


def _assumptions(story: Story, problems: list[str]) -> tuple[dict[str, Parameter], dict[str, Span]]:
    """A story's own assumptions: the report's parameters with another value and range, and numbers of the run."""
    own: dict[str, Parameter] = {}
    spans: dict[str, Span] = {}
    known = {name: row for name, row in parameters.known().items() if row.type == "float"}
    names = [*known, *(f"{RUN}{name}" for name in NUMBERS)]
    for row in story.assumptions:
        name, numbers = row["name"], {column: float(row[column]) for column in ("low", "value", "high")}
        if name not in names or name in {*own, *(f"{RUN}{each}" for each in spans)}:
            told = "the story has it twice. Keep one" if name in names else f"no such name.{meant(name, names)} "
            told += "" if name in names else "`report params` lists those of the report. Correct it"
            problems.append(columns.fault(row["where"], "name", name, told))
            continue
        for column, number in numbers.items():
            if told := _beyond(name, number):
                problems.append(columns.fault(row["where"], column, row[column], told))
        if not numbers["low"] <= numbers["value"] <= numbers["high"]:
            told = "low, value and high must rise. Correct one"
            problems.append(columns.fault(row["where"], "value", row["value"], told))
        if name in known:
            own[name] = replace(known[name], value=numbers["value"], low=numbers["low"], high=numbers["high"])
        else:
            spans[name.removeprefix(RUN)] = Span(**numbers)
    return own, spans


def _beyond(name: str, number: float) -> str:
    """What is allowed, where a number is not; "" where it is."""
    try:
        if name.startswith(RUN):
            given.checked(name.removeprefix(RUN), number)
        else:
            parameters.known()[name].checked(number)
    except ParameterError:
        if name.startswith(RUN):
            unit, low, high = given.LIMITS[name.removeprefix(RUN)]
            return f"it must be a number from {low:g} to {high:g} ({unit}). Correct it"
        return f"it must be {parameters.known()[name].allowed}. Correct it"
    return ""


def _run(story: Story, case: Case, spans: Mapping[str, Span], problems: list[str]) -> Given | None:
    """What is known of a story's run: of a model of the report, of the story's own words, or of both."""
    where = f"{story.main}, `run`"
    for name in NUMBERS:
        if (cell := story.run.get(name)) and (told := _beyond(f"{RUN}{name}", float(cell))):
            problems.append(columns.fault(where, name, cell, told))
    if problems:
        return None
    numbers = {name: float(story.run[name]) for name in NUMBERS if story.run.get(name)}
    numbers |= {name: span.value for name, span in spans.items()}
    gpu, when, name = (story.run.get(key, "") for key in ("gpu", "when", "name"))
    try:
        run = placing.asked(case, story.about["model"], numbers, gpu, when, name)
    except ParameterError as error:
        problems.append(f"{where}: {error} Correct it, then run `{CHECK}`.")
        return None
    inputs = {given.INPUT.get(name, name): span for name, span in spans.items()}
    prices = {price: OWN for price in given.PRICED if price in inputs}
    return replace(run, inputs={**run.inputs, **inputs}, prices={**run.prices, **prices})


def _weighed(story: Story, claim: Mapping[str, str], case: Case, run: Given, problems: list[str]) -> Weighed | None:
    here, before = run, len(problems)
    hours = None
    if claim["amount"]:
        try:
            here = here.about(placing.amount_of(claim["amount"]), claim["boundary"])
        except ParameterError as error:
            problems.append(columns.fault(claim["where"], "amount", claim["amount"], f"{error} Correct it"))
    elif claim["boundary"]:
        here = replace(here, boundary=claim["boundary"])
    if claim["hours"]:
        try:
            told = claims.printed(claim["hours"])
            hours = Span(told.value - told.below, told.value, told.value + told.above)
        except ValueError:
            like = "it must be a number as somebody writes it, such as 2.1 million. Correct it"
            problems.append(columns.fault(claim["where"], "hours", claim["hours"], like))
    if len(problems) > before:
        return None
    placed = placing.place(here, float(case.point.cny_per_usd))
    names = Names(case.point, case.data, own_results(placed, case))
    records = [row for row in story.evidence if row["claim_id"] == claim["claim_id"]]
    examined = _examined(claim["claim_id"], records, case, names, problems)
    return Weighed(claim, placed, hours, examined)


def own_results(placed: Placed, case: Case) -> dict[str, tuple[float, str, str]]:
    """What a record may name of a story's run: value, unit and cost basis by name; NaN where it is not known."""
    found = {
        f"{RUN}{name}": (answer.span.value if answer.span else math.nan, answer.number.unit, answer.number.basis)
        for name, answer in placed.answers.items()
    }
    for name in given.PRICED:
        span = placed.given.inputs.get(name)
        found[f"{RUN}{name}"] = (span.value if span else math.nan, given.LIMITS[name][0], "")
    v3_hours = REGISTRY["v3_gpu_hours"].compute(case.point, case.data)
    found[RUN + OVER_V3] = (float(costs.over(found[f"{RUN}chip_hours"][0], v3_hours)), "times", "")
    return found


def _examined(
    claim_id: str, records: Sequence[Mapping[str, str]], case: Case, names: Names, problems: list[str]
) -> dict[str, Examined]:
    """The verdict on each question on which there are records; faults go into `problems`."""
    before = len(problems)
    for record in records:
        problems += _refused([record], case, names)
    if len(problems) == before:
        problems += _refused(records, case, names)
    if len(problems) > before:
        return {}
    tested = claims.findings(case.point, case.data, _frame(records), names)
    by_question = {
        question: [each for each in tested if each.record["question"] == question] for question in claims.QUESTIONS
    }
    return {question: claims.judged(claim_id, question, its) for question, its in by_question.items() if its}


def _refused(records: Sequence[Mapping[str, str]], case: Case, names: Names) -> Iterator[str]:
    try:
        claims.findings(case.point, case.data, _frame(records), names)
    except DataError as error:
        yield str(error)


def _frame(records: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    return pd.DataFrame([{**record, "table": record["where"], "check": CHECK} for record in records])


def _key_problems(story: Story) -> Iterator[str]:
    for row in story.key:
        allowed = tuple(VERDICTS) if row["question"] == PLACED else tuple(WEIGHED)
        if row["expected"] not in allowed:
            told = f"it must be one of {', '.join(allowed)}.{meant(row['expected'], allowed)} Correct it"
            yield columns.fault(row["where"], "expected", row["expected"], told)

"""Slides, questions and the debate at the corners of what may be assumed: whole, true, and fair to their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from pages_in_process import Shown, shown
from sentences import WHOSE, faults
from test_site import told

from analysis import parameters, scenarios, tables
from analysis.case import Case, Values
from analysis.judgements import JUDGEMENTS
from analysis.quantities import REGISTRY
from analysis.report import notebooks
from analysis.teaching import quizzes, slides

SLIDES = slides.source()
CORNERS: dict[str, dict[str, parameters.Value]] = {
    "base": {},
    "README": {"rental_usd_per_gpu_hour": 3.0},
    "cheap rent": {"rental_usd_per_gpu_hour": 1.0},
    "dear rent": {"rental_usd_per_gpu_hour": 50.0},
    "little use": {"rental_usd_per_gpu_hour": 1.3, "utilisation": 0.6},
    "dear electricity": {"electricity_usd_per_kwh": 2.0},
    "dear H100": {"server_price_h100_usd_per_gpu": 100_000.0},
    "costs nothing": {"electricity_usd_per_kwh": 0.0, "price_decline_oom_per_year": 0.0},
    "loses all": {"server_price_h800_usd_per_gpu": 1_000_000.0, "price_decline_oom_per_year": 1.0},
    "no research": {"fleet": "documented", "final_run_share_of_rd_compute": 1.0, "staff_count": 1},
    "cheap servers": {f"server_price_{gpu}_usd_per_gpu": 100.0 for gpu in ("h20", "h800", "h100")},
    "dear A100": {"server_price_a100_usd_per_gpu": 1_000_000.0, "server_price_h800_usd_per_gpu": 100.0},
}


@cache
def case(corner: str) -> Case:
    scenario = scenarios.Scenario(name="corner", title="A corner", changes=CORNERS[corner])
    return Case(scenario.values(), scenario)


@cache
def deck(corner: str) -> str:
    """What the slides and their notes say."""
    lines = [case(corner).fill(text) for _, text in slides.words_of(SLIDES)]
    return "\n".join([*lines, *(case(corner)[name].text for slide in SLIDES for name, _ in slide.numbers)])


@cache
def asked(corner: str) -> dict[str, quizzes.Question]:
    """The questions that have sense in a corner, by chapter and name."""
    return {
        f"{chapter} {each.id}": each
        for chapter in quizzes.chapters()
        for each in quizzes.questions(chapter, case(corner), strict=False)
    }


@cache
def debate(corner: str) -> str:
    return "\n".join(shown("debate", CORNERS[corner]).texts())


def quizzed(corner: str) -> str:
    found: list[str] = []
    for each in asked(corner).values():
        found += [each.ask, each.why, *(slip.why for slip in each.slips)]
        found += [text for option in each.options for text in (option.text, option.why)]
    return "\n".join(found)


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("part", [deck, quizzed], ids=lambda part: part.__name__)
def test_every_text_is_whole_and_fair_to_its_sources(part: Any, corner: str) -> None:
    """As the pages are, the debate among them: tests/test_judgements.py."""
    found, base = (Shown(part(name).split("\n")) for name in (corner, "base"))
    assert not faults(part.__name__, found, CORNERS[corner], base)


@pytest.mark.parametrize(
    ("part", "corner", "says"),
    [
        (deck, "base", "× $2.00 an hour<br>= **$5.576 million**"),
        (deck, "base", "the price was assumed (DeepSeek-V3 report, Table 1).\n"),
        (deck, "README", "× $2.00 an hour<br>= **$5.576 million**"),
        (deck, "README", "(DeepSeek-V3 report, Table 1); this scenario takes $3.00, which makes $8.4 million."),
        (deck, "base", "The sum depends on the count, far more than on the prices\n"),
        (deck, "cheap rent", "The rent is 0.70 times the owner's cost; the one market quotation for an H800 is above"),
        (deck, "dear rent", "The rent is 35 times the owner's cost; the one market quotation for an H800 is $3.42."),
        (deck, "dear electricity", "Electricity alone costs more than the assumed rent"),
        (deck, "dear electricity", "at this tariff the sum cannot even cover the electricity"),
        (deck, "dear H100", "give 135 % of the analyst's sum"),
        (deck, "dear A100", "The sum depends on the count no more than on the prices\n"),
        (deck, "costs nothing", "Since 2023 costs grew 7.3 times a year."),
        (deck, "loses all", "GPT-4 comes to 0.42 times V3 by that formula, or "),
        (deck, "no research", "Buying the fleet that documents show would cost 39 times what renting the run would."),
        (deck, "no research", "this scenario takes 1."),
        (debate, "README", "an assumed $2.00, which gives $5.576 million"),
        (debate, "README", "; this scenario takes $3.00, which makes $8.4 million."),
        (
            debate,
            "cheap rent",
            "**The price was not flattering.**\nBy our own sum an owner's hour costs $1.43,",
        ),
        (debate, "little use", "an owner's hour costs $2.06, range $1.57 to 2.74; DeepSeek assumed $2.00."),
        (debate, "dear electricity", "**In the base case the price was not flattering.**"),
        (debate, "dear electricity", " (in the base case $1.43); DeepSeek assumed $2.00."),
        (debate, "cheap servers", "**In the base case it takes far more to begin without a landlord.**"),
        (debate, "cheap servers", " (in the base case $84 million)."),
        (debate, "no research", "**It would leave out most of the research elsewhere.**"),
        (debate, "no research", "At this scenario's share, 100 %, the research compute behind V3 is $5.6 million"),
        (debate, "README", "at this report's rental price: $8.36 million | contradicted |"),
        (debate, "base", "at this report's rental price: $5.58 million | borne out |"),
        (quizzed, "dear electricity", "At this tariff the sum cannot even hold the electricity."),
        (quizzed, "dear electricity", "more than the rent, and the building, staff and repairs are not even in it."),
        (quizzed, "no research", "It is $5.6 million, 100 % of the research compute."),
    ],
)
def test_a_sentence_follows_the_case(part: Any, corner: str, says: str) -> None:
    assert says in part(corner)


@pytest.mark.parametrize(
    ("part", "corner", "false"),
    [
        (deck, "dear electricity", "above both"),
        (deck, "dear H100", "the prices are not"),
        (deck, "no research", "the critics are right"),
        (deck, "costs nothing", "So “cheap” is a matter of design"),
        (debate, "dear electricity", "**The price was not flattering.**"),
        (debate, "no research", "By that analogy"),
        (quizzed, "dear electricity", "small part"),
    ],
)
def test_a_sentence_that_is_false_in_a_case_is_not_said(part: Any, corner: str, false: str) -> None:
    assert false not in part(corner)


@pytest.mark.parametrize(
    ("question", "corner"),
    [
        ("capex weak_link", "dear H100"),
        ("reconciliation energy", "costs nothing"),
        ("trend line", "loses all"),
        ("whole_bill share", "no research"),
    ],
)
def test_a_question_without_an_answer_is_left_out(question: str, corner: str) -> None:
    assert question in asked("base") and question not in asked(corner)


def test_no_rent_in_the_table_of_prices_makes_a_billion() -> None:
    prices = tables.load("prices")
    dearest = prices[prices.unit == "USD per GPU-hour"].price_usd.max()
    assert dearest * case("base")["v3_gpu_hours"].value < 1e9


# What a source said is bound to what it said


def follows(name: str) -> bool:
    """Whether a name in a text changes with an assumption. A judgement says itself whose its words are."""
    stem, _, form = name.rpartition("_")
    result = name if name in REGISTRY else stem if form in ("range", "exact", "full", "low", "high") else ""
    if result in REGISTRY and name not in JUDGEMENTS:
        used: set[str] = set()
        REGISTRY[result].compute(Values(case("base").values, used), case("base").data)
        return bool(used)
    return name in parameters.known()


CITED = r"\{cite\}|Table \d|\bp\. \d|Source:"
SPEAKS = re.compile(rf"{CITED}|DeepSeek|SemiAnalysis|Epoch AI|[Aa]n analyst|laborator|[Tt]he report ")


def put_into_a_mouth(text: str) -> list[str]:
    """Names in a text that change with the case, in the same breath as a source.

    A clause is a breath; a sum that is written line by line is one with the place in a source below it.
    """
    text = re.sub(r"\{glue:text\}`(\w+)`", r"{\1}", text)
    whole = "<br>" in text and re.search(CITED, text)
    clauses = [text] if whole else re.split(r"(?<=[.?!:;])\s+|\n", text)
    return [
        name
        for clause in clauses
        if SPEAKS.search(clause) and not WHOSE.search(clause)
        for name in re.findall(r"\{(\w+)", clause)
        if follows(name)
    ]


def texts() -> Iterator[tuple[str, str]]:
    """Every text of slides, questions, debate and review kit, with where it stands."""
    yield from ((f"slides.yml, {slide}", text) for slide, text in slides.words_of(SLIDES))
    for path in sorted(quizzes.FOLDER.glob("*.yml")):
        yield from ((path.name, text) for text in strings(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for page in ("debate", "reading_cost_claims", "review_kit"):
        prose = notebooks.prose(notebooks.read(notebooks.BOOK / f"{page}.ipynb"))
        yield from ((f"{page}.ipynb", card) for text in prose for card in text.split("\n\n"))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def test_no_text_puts_an_assumption_into_a_source_s_mouth() -> None:
    found = [f"{where}: {names} in {text[:80]!r}" for where, text in texts() if (names := put_into_a_mouth(text))]
    assert not found, told(
        found,
        "Name the published figure, or {name_base} with {name_here} after it; our own sum goes into another clause.",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "{v3_gpu_hours} H800-hours<br>× {rental_usd_per_gpu_hour} an hour<br>= **{v3_rental_usd_exact}**\n\n"
            "The hours were disclosed. Source: DeepSeek-V3 report, Table 1.",
            ["rental_usd_per_gpu_hour", "v3_rental_usd_exact"],
        ),
        (
            "The report multiplies hours by {glue:text}`rental_usd_per_gpu_hour`, and says so {cite}`deepseek`.",
            ["rental_usd_per_gpu_hour"],
        ),
        ("By an analyst's count of {staff_count} {cite}`semianalysis_deepseek_2025`.", ["staff_count"]),
        ("DeepSeek assumed {rental_usd_per_gpu_hour}.", ["rental_usd_per_gpu_hour"]),
        ("An owner's hour costs {owner_usd_per_gpu_hour}; DeepSeek assumed {deepseek_v3_rental_usd_per_gpu_hour}.", []),
        ("An analyst counts {staff_count_base} people{staff_count_here}.", []),
        ("V3's run took {v3_gpu_hours} H800-hours {cite}`deepseek_v3_2024`.", []),
    ],
)
def test_an_assumption_in_a_source_s_mouth_is_found(text: str, names: list[str]) -> None:
    assert put_into_a_mouth(text) == names

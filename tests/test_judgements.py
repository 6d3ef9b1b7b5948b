"""Judgements: every reading can hold, each turns where it should, and no sentence of a page goes without one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from corners import FEW, around, drawn
from pages_in_process import Shown, shown
from sentences import chapters, everything_moved, faults, reached, reviewed, unjudged, with_everything_moved

from analysis import parameters, words
from analysis.case import Case, Data
from analysis.judgements import JUDGEMENTS, judgement, reading
from analysis.judgements.registry import said
from analysis.quantities import REGISTRY
from analysis.report import notebooks

# What follows from tables alone is the same in every case.
DATA = Data()


def case(**changes: parameters.Value) -> Case:
    found = Case({**parameters.base(), **FEW, **changes})
    found.data = DATA
    return found


# --- the rules of a judgement ----------------------------------------------------------------------------------------


@pytest.fixture
def scratch() -> Iterator[None]:
    before = dict(JUDGEMENTS)
    yield
    JUDGEMENTS.clear()
    JUDGEMENTS.update(before)


@pytest.mark.usefixtures("scratch")
def test_the_first_reading_that_holds_is_said_with_its_numbers() -> None:
    @judgement
    def size_of_the_rent(case: Case):
        yield case.point.rental_usd_per_gpu_hour < 1, "little"
        yield True, "much: {rental_usd_per_gpu_hour}"

    assert case(rental_usd_per_gpu_hour=0.99).text("size_of_the_rent") == "little"
    assert case(rental_usd_per_gpu_hour=1.0).text("size_of_the_rent") == "much: $1.00"
    with pytest.raises(ValueError, match="judgement 'size_of_the_rent' is defined twice"):
        judgement(size_of_the_rent)


@pytest.mark.usefixtures("scratch")
def test_a_judgement_that_may_say_nothing_at_all_is_refused() -> None:
    @judgement
    def gap_in_it(case: Case):
        yield case.point.rental_usd_per_gpu_hour > 50, "dear"

    with pytest.raises(ValueError, match="judgement 'gap_in_it' says nothing in this case: let its last"):
        said("gap_in_it", case())


# --- every reading of every judgement --------------------------------------------------------------------------------

# Cases tried for the readings of one judgement: most are reached within a dozen.
TRIES = 3000


def _used(name: str) -> list[str]:
    """The assumptions that a judgement rests on, whichever of its readings holds."""
    used: set[str] = set()
    for text in [text for _, text in JUDGEMENTS[name](Case({**parameters.base(), **FEW}, used=used))]:
        Case({**parameters.base(), **FEW}, used=used).fill(text)
    return [parameter for parameter in parameters.known() if parameter in used and parameter not in ("draws", "seed")]


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_every_reading_is_reached_in_some_case_that_is_allowed(name: str) -> None:
    wanted = set(range(sum(1 for _ in JUDGEMENTS[name](case()))))
    for changes in itertools.islice(around(_used(name), seed=20261128), TRIES):
        place, _ = reading(name, case(**changes))
        wanted.discard(place)
        if not wanted:
            return
    pytest.fail(f"judgement '{name}': no case was found for reading {sorted(wanted)}. Drop it, or mend its condition.")


# The values of one assumption just on either side of where a judgement turns, and the words there. Where it turns was
# worked out by hand from the formulas. Of electricity: at the base case's hours of use the analyst's fleet costs
# $35.3638 million a year at $0.095, so four years over $944 million are 1.57734 times the tariff, which is a half at
# $0.3170, nine tenths at $0.5706 and all of it at $0.6340. Of the owner's hour: 34,819 / 0.85 / (4 x 8,766) = 1.16825
# owned, over 0.89, and 1.275 x 0.76 x 1.25 x 0.095 = 0.11507 of power; a lowest rent of 1.65 less that is 1.53493. Of
# staff: 160 heads over $58.702 million of computing are Zhipu's 0.20878 at $76,597 a head and MiniMax's 0.32084 at
# $117,710. Of the twenty times: GPT-4's $940.09 million with OpenAI's share over 20 leave $15.68 million for V3's
# staff, 178.1 heads.
TURNS = pd.read_csv(Path(__file__).parent / "judgement_turns.csv", dtype=str)


@pytest.mark.parametrize("turn", list(TURNS.itertuples()), ids=lambda turn: f"{turn.judgement}-{turn.there}")
def test_a_judgement_turns_where_its_numbers_do(turn: Any) -> None:
    cases = [case(**parameters.parsed([f"{turn.assumption}={value}"])) for value in (turn.here, turn.there)]
    first, second = (each.text(turn.judgement) for each in cases)
    assert turn.words_here in first and turn.words_there in second and first != second, (
        f"{turn.judgement} with {turn.assumption} at {turn.here}: '{first}'; at {turn.there}: '{second}'"
    )


# --- the sentences of the pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", chapters(), ids=lambda page: page.name)
def test_what_a_changed_assumption_could_make_false_is_a_judgement_or_was_reviewed(page: notebooks.Page) -> None:
    known = reviewed()
    new = [f"{found.kind}: {found.sentence}" for found in unjudged(page) if (page.name, found.sentence) not in known]
    assert not new, (
        f"book/{page.name}.ipynb says of a number that an assumption moves what may be false of another: {new}. "
        "Make it a judgement (analysis/judgements), bind it to what was published, or say in "
        "tests/reviewed_sentences.csv why it holds in every case."
    )


def test_no_reviewed_sentence_is_left_that_no_page_has() -> None:
    pages = {page.name: page for page in chapters()}
    stale = [
        f"{page}: {sentence}"
        for page, sentence in reviewed()
        if page not in pages or sentence not in (found.sentence for found in unjudged(pages[page]))
    ]
    assert not stale, f"tests/reviewed_sentences.csv holds sentences that are gone: {stale}"


# --- corners ---------------------------------------------------------------------------------------------------------

# Two corners that broke pages, each with what the other has not; tests/campaigns/corners.py tries two hundred.
CORNERS: dict[str, dict[str, parameters.Value]] = {
    "nothing is lost": {"electricity_usd_per_kwh": 0.0, "price_decline_oom_per_year": 0.0},
    "dear power": {"electricity_usd_per_kwh": 2.0, "rental_usd_per_gpu_hour": 0.01, "fleet": "documented"},
}


@pytest.mark.parametrize("page", chapters(), ids=lambda page: page.name)
def test_no_page_puts_the_value_of_a_scenario_into_a_mouth(page: notebooks.Page) -> None:
    assert not faults(page.name, with_everything_moved(page.name), everything_moved())


def raw_range_misses(found: Case) -> list[str]:
    """The results whose value lies outside the fifth to the ninety-fifth percentile of their draws."""
    uncertain = [found[name] for name, definition in REGISTRY.items() if definition.uncertain]
    beyond = [each.title for each in uncertain if each.value < each.low or each.value > each.high]
    assert not beyond, f"A printed range must hold its value: {', '.join(beyond)}."
    return [each.title for each in uncertain if each.value < each.drawn.low or each.value > each.drawn.high]


def test_the_methods_name_what_was_shifted_and_values_stay_in_their_raw_ranges() -> None:
    """Each of three lies beyond its row's end, and takes its whole range along."""
    changes = {"rental_usd_per_gpu_hour": 11.06, "utilisation": 0.99, "staff_count": 400}
    known = parameters.known()
    for name, value in changes.items():
        assert value > float(known[name].high)
    assert not raw_range_misses(case(**changes))
    told = shown("methods", {**changes, **FEW}).told
    assert told["shifted_titles"].split("; ") == [known[name].title for name in changes]
    assert told["outside_titles"] == "no result"


def test_the_methods_name_the_results_whose_value_lies_outside_their_raw_range() -> None:
    """A rent of $100 is the most that is allowed, so nothing is drawn above it: the central value is the upper end."""
    changes = {"rental_usd_per_gpu_hour": 100.0}
    missed = raw_range_misses(case(**changes))
    assert case()["v3_rental_usd"].title in missed
    assert shown("methods", {**changes, **FEW}).told["outside_titles"].split("; ") == missed
    assert shown("methods", FEW).told["outside_titles"] == "no result"


@pytest.mark.parametrize("name", CORNERS)
@pytest.mark.slow
def test_no_page_says_in_a_corner_what_is_broken(name: str) -> None:
    changes = CORNERS[name]
    wrong = [
        fault for page in reached(changes) for fault in faults(page.name, shown(page.name, {**FEW, **changes}), changes)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rules_find_what_is_broken() -> None:
    changes = {"rental_usd_per_gpu_hour": 3.0, **FEW}
    texts = Shown(
        [
            "DeepSeek's assumed rent of $3.00 is much.\n\nDeepSeek assumed $2.00; this scenario takes $3.00.",
            "V3 costs not defined.",
            "It leaves −$2 million.",
        ],
        ["| nan |"],
    )
    found = faults("six_million", texts, changes)
    assert [fault.split(": ")[1] for fault in found] == [
        "'nan' in",
        "rental_usd_per_gpu_hour = $3.00 beside a source",
        "'not defined' in",
        "'leaves −' in",
    ]


def test_two_values_that_are_allowed_make_a_cost_of_nothing_and_no_traceback() -> None:
    free = case(electricity_usd_per_kwh=0, price_decline_oom_per_year=0)
    assert free.text("v3_amortised_usd") == "$0"
    # By Epoch AI's rule V3 has Epoch AI's tariff and decline, so that nothing of the case makes it free.
    for name in ("v3_by_epoch_usd", "gpt4_over_v3_amortised", "line_over_v3", "line_over_v3_range", "others_over_v3"):
        assert free.text(name) == case().text(name)
    # The rent is what the electricity of an hour costs, $0.0956, or less: no use is enough for owning to break even.
    paid = case()["owner_energy_usd_per_gpu_hour"].value
    for rent in (paid, 0.05):
        even = case(rental_usd_per_gpu_hour=rent)["break_even_utilisation"]
        assert even.value == float("inf") and even.text == words.NOT_DEFINED
        # No draw of it is a share below nothing either, and a range that is not defined misses no value.
        assert not even.drawn.low <= 0 and even.title not in raw_range_misses(case(rental_usd_per_gpu_hour=rent))


def test_corners_are_drawn_alike_each_time_and_none_twice() -> None:
    first, second = ([tuple(found.items()) for found in drawn(50, seed=1)] for _ in range(2))
    assert first == second and len(set(first)) == 50
    assert {len(found) for found in first} == {2, 3}

"""What V3's run cost those who own the cards: the figure's title, its five rows, and the sentence above it."""

from __future__ import annotations

import pytest

from analysis import parameters
from analysis.case import Case
from analysis.figures import FIGURES
from analysis.figures.charts.cost_to_owner import answers, title


def case(**changes: parameters.Value) -> Case:
    return Case({**parameters.base(), "draws": 1024, **changes})


def test_the_answers_are_the_named_results_and_none_where_the_cards_would_have_stood_idle() -> None:
    here = case()
    rows = FIGURES["cost-to-owner"](here).table
    names = ("v3_marginal_usd", "v3_amortised_usd", "v3_owner_usd", "v3_rental_usd")
    assert list(rows.value_usd) == [*(here[name].value for name in names), 0.0]
    assert "stood idle" in rows.made_of.iloc[-1]


@pytest.mark.parametrize(
    ("changes", "least", "most"),
    [
        ({"rental_usd_per_gpu_hour": 2.0, "electricity_usd_per_kwh": 0.08}, "v3_marginal_usd", "v3_rental_usd"),
        # At half a dollar an hour and dear power the rent is the least, and an owner's average the most.
        ({"rental_usd_per_gpu_hour": 0.5, "electricity_usd_per_kwh": 2.0}, "v3_rental_usd", "v3_owner_usd"),
    ],
)
def test_title_and_sentence_name_the_least_and_the_most(
    changes: dict[str, parameters.Value], least: str, most: str
) -> None:
    here = case(**changes)
    ends = here[least].text, here[most].text
    # Only power has a bound: how much of it was added turns on what the servers would have done without the run.
    assert here.text("cost_to_owner_between") == (
        f"From at most {ends[0]} to {ends[1]}, depending on the question."
        if least == "v3_marginal_usd"
        else f"Between {ends[0]} and {ends[1]}, depending on the question."
    )
    bound = "at most " if least == "v3_marginal_usd" else ""
    found = {each.result.value for each in answers(here)}
    assert (min(found), max(found)) == (here[least].value, here[most].value)
    assert title(answers(here)) == f"One run, four questions: from {bound}{ends[0]} to {ends[1]}"


def test_where_power_is_free_no_rent_is_a_multiple_of_it() -> None:
    assert "at least 21 times" in case(rental_usd_per_gpu_hour=2.0, electricity_usd_per_kwh=0.08).text(
        "forgone_beside_marginal"
    )
    assert case(electricity_usd_per_kwh=0.0).text("forgone_beside_marginal").endswith("and the marginal cost nothing")


def test_what_hosting_leaves_is_told_as_interest_and_dear_power_leaves_nothing() -> None:
    """Of $944M 313.40M is hosting; at $0.08 power for 89 % of the time is 119.12M, and 511.48M are left.

    ln 1.157 / (1 - 1.157^-4) = 0.145830 / 0.441961 = 0.32996, times 4 less the price 0.3198; 511.48 / 1,600 = 0.3197.
    The sum is used up at 0.08 x 630.6 / 119.12 = $0.4235.
    """
    said = {
        usd: case(electricity_usd_per_kwh=usd).text("hosting_in_the_operating_cost") for usd in (0.08, 0.423, 0.425)
    }
    assert "interest of 16 % a year" in said[0.08] and "$511 million" in said[0.08]
    assert "inference" in said[0.423] and "nothing is left for interest" in said[0.425]

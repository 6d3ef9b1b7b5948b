"""One rule on both sides: whatever compares two costs compares like with like, or says how they differ."""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from analysis.quantities import REGISTRY
from analysis.quantities.registry import (
    EPOCH,
    EPOCH_DISCLOSED,
    EPOCH_LISTED,
    EPOCH_V3,
    OURS,
    OWNER,
    Rule,
    refuse_unlike,
)
from analysis.report import notebooks
from analysis.tables import ROOT
from tests.comparisons import Comparison, everywhere, found_in

# Where a result does not carry the words: file, sides, the page that tells the comparison, and its words on it.
WORDED = ROOT / "tests" / "unlike_comparisons.csv"


def worded() -> dict[tuple[str, str, str], tuple[str, str]]:
    with WORDED.open(encoding="utf-8", newline="") as file:
        return {(row["where"], row["above"], row["below"]): (row["page"], row["words"]) for row in csv.DictReader(file)}


@cache
def prose(path: Path) -> str:
    """What a page says, without its code."""
    return "\n".join(notebooks.prose(notebooks.read(path)))


def test_no_comparison_of_unlike_costs_goes_without_words() -> None:
    silent = [
        f"{each.where}: {each.above} / {each.below} ({each.rules})"
        for each in everywhere()
        if not each.alike and not each.declared and (each.where, each.above, each.below) not in worded()
    ]
    assert not silent, (
        "These compare costs of different rules: " + "; ".join(silent) + ". Compare like with like; or declare "
        "`compares` and `difference` where the result is registered; or say it in words beside the number and "
        "enter file, sides, page and words in tests/unlike_comparisons.csv."
    )


def test_every_reviewed_comparison_is_still_made_and_its_words_still_stand() -> None:
    made = {(each.where, each.above, each.below) for each in everywhere() if not each.alike}
    for key, (page, words) in worded().items():
        assert key in made, f"tests/unlike_comparisons.csv: nothing compares {key} any more. Take the row out."
        assert words in prose(ROOT / "book" / page), f"{page} no longer says '{words}'."


def test_every_result_that_divides_two_costs_declares_them() -> None:
    for each in everywhere():
        made = REGISTRY.get(each.where.rpartition(":")[2])
        if made is not None and made.unit == "times":
            assert each.declared, f"{made.name}: declare compares=(above, below)."


@pytest.mark.parametrize("name", [name for name, each in REGISTRY.items() if each.difference])
def test_where_an_unlike_ratio_is_told_its_difference_is_told(name: str) -> None:
    for path in sorted((ROOT / "book").rglob("*.ipynb")):
        told = prose(path)
        if re.search(rf"`{name}(_range|_exact|_median)?`", told):
            # One sentence is enough where several ratios differ in the same way.
            said = [REGISTRY[each].difference for each in re.findall(r"`(\w+)_difference`", told)]
            assert REGISTRY[name].difference in said, (
                f"{path.name} tells {name}, but not {{glue:text}}`{name}_difference`."
            )


# --- the finder and the refusal, broken on purpose ------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        'a = case["v3_acquisition_usd"].value / case["v3_rental_usd"].value',
        "def f(x, data):\n    return costs.over(v3_acquisition_usd(x, data), runs.v3_rental_usd(x, data))",
        'bought, rented = case["v3_acquisition_usd"], case["v3_rental_usd"]\nsay(bought.value > rented.value)',
        'bought = case["v3_acquisition_usd"].value\ndef f():\n    return bought - case["v3_rental_usd"].value',
    ],
)
def test_a_comparison_is_found_however_it_is_written(code: str) -> None:
    (found,) = found_in("page", ast.parse(code))
    assert (found.above, found.below) == ("v3_acquisition_usd", "v3_rental_usd")
    assert not found.alike


def test_what_is_like_is_found_and_is_alike() -> None:
    code = 'case["gpt4_amortised_usd"].value / case["v3_by_epoch_at_listing_usd"].value'
    (found,) = found_in("page", ast.parse(code))
    assert found.alike


def test_a_ratio_of_ratios_compares_no_costs() -> None:
    code = 'a = case["gpt4_amortised_usd"].value / case["v3_by_epoch_usd"].value\nb = a / case["v3_rental_usd"].value'
    assert len(found_in("page", ast.parse(code))) == 1


def test_a_ratio_that_mixes_rules_cannot_be_registered() -> None:
    """The mixture that was printed as 0.97: V3 at this report's inputs over Llama on Epoch AI's."""
    with pytest.raises(ValueError, match=r"different rules: v3_amortised_usd: prices: this report's.*Compare like"):
        refuse_unlike("mixed", ("v3_amortised_usd", "llama31_by_epoch_usd"), "")
    refuse_unlike("mixed", ("v3_amortised_usd", "llama31_by_epoch_usd"), "V3's network is smaller.")
    with pytest.raises(ValueError, match=r"their rules are the same. Leave `difference` out"):
        refuse_unlike("alike", ("v3_by_epoch_at_listing_usd", "llama31_by_epoch_usd"), "Nothing differs.")
    with pytest.raises(ValueError, match="compares nowhere_usd, nothing_usd, not registered above it"):
        refuse_unlike("early", ("nowhere_usd", "v3_rental_usd", "nothing_usd"), "")


def test_whose_prices_a_cost_is_made_of() -> None:
    """The analyst's cells, DeepSeek's sum and Epoch AI's cluster are no prices of this report."""
    prices = {
        "cells_all_usd": "the analyst's",
        "cells_first_three_usd": "the analyst's",
        "cells_hopper_usd": "the analyst's",
        "deepseek_v3_usd": "the rent that DeepSeek assumes",
        "gpt4_acquisition_usd": "Epoch AI's",
        "v3_acquisition_by_epoch_usd": "Epoch AI's constants, this report's price of an H800",
    }
    assert {name: REGISTRY[name].rule.prices for name in prices} == prices


def test_rules_agree_field_by_field() -> None:
    """V3's hours are the disclosed ones and those that Epoch AI takes; Llama's differ. V3's price is this report's."""
    assert EPOCH_LISTED.agrees(EPOCH) and EPOCH_LISTED.agrees(EPOCH_DISCLOSED)
    assert not EPOCH_V3.agrees(EPOCH) and replace(EPOCH_V3, prices=EPOCH.prices) == EPOCH_LISTED
    assert not EPOCH.agrees(EPOCH_DISCLOSED)
    assert not OURS["amortised"].agrees(OWNER)
    assert Rule(money="2023").agrees(Rule()) and not Rule(money="2023").agrees(Rule(money="2025"))
    assert replace(EPOCH, money="").text.startswith("prices: Epoch AI's; hours: as Epoch AI takes them; value:")


def test_a_result_declares_its_sides_by_their_rules() -> None:
    """Of an hour as of a run: the hours cancel. A side of another rule is not declared by it."""
    where = "analysis/quantities/runs.py:rent_over_owner"
    assert Comparison(where, "rental_usd_per_gpu_hour", "owner_usd_per_gpu_hour").declared
    assert not Comparison(where, "rental_usd_per_gpu_hour", "v3_amortised_usd").declared
    assert not Comparison("book/index.ipynb", "rental_usd_per_gpu_hour", "owner_usd_per_gpu_hour").declared


def test_a_comparison_says_its_two_rules() -> None:
    told = Comparison("page", "v3_rental_usd", "v3_acquisition_usd").rules
    assert told.startswith("rental, prices: the case's rent; hours: disclosed") and " | acquisition, prices:" in told

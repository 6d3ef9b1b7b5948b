"""The page of a model: what each kind of row says, V3's numbers, and what a row may hold."""

from __future__ import annotations

import re
from functools import cache

import pytest

from analysis import model_list, model_page, tables
from analysis.case import Case
from analysis.placing.numbers import COSTS


@cache
def page(model_id: str) -> model_page.ModelPage:
    return model_page.of(Case(), model_id)


def test_v3_has_the_numbers_that_it_has_everywhere() -> None:
    found, case = page("dsv3").found.answers, Case()
    for name in ("rental_usd", "amortised_usd", "acquisition_usd"):
        span = found[name].span
        assert span and span.value == case[f"v3_{name}"].value, name
    assert "DeepSeek-V3" not in page("dsv3").costs(), "no column beside itself"


def test_beside_another_model_v3_follows_the_same_rule() -> None:
    costs = page("gpt4").costs()
    assert list(costs["DeepSeek-V3"]) == list(page("dsv3").costs()["Central (lowest to highest)"])


def test_arithmetic_that_was_made_from_hours_does_not_test_them() -> None:
    """gpt-oss tells no tokens; GPT-4's are leaked, and 6 x 280e9 x 13e12 is 2.184e25 FLOP."""
    answers = page("gpt_oss_120b").found.answers
    assert answers["mfu"].span is None and answers["hours_per_1e24_flop"].span is None
    assert model_page.CIRCULAR in set(page("gpt_oss_120b").tests()["Compared with"])
    flop = page("gpt4").found.answers["flop"].span
    assert flop and flop.value == pytest.approx(2.184e25)


def test_of_a_stage_no_research_follows() -> None:
    rows = tables.load("models")
    for model_id in rows.model_id[rows["scope"] == "stage"]:
        assert page(model_id).found.answers["rd_compute_usd"].span is None, model_id
    assert "without the base on which it builds" in page("minimax_m1_rl").scope()


def test_what_is_missing_is_named() -> None:
    gpt5, oss = page("gpt5"), page("gpt_oss_120b")
    assert gpt5.answer().startswith("What GPT-5 cost cannot be computed: neither GPU-hours")
    assert all(gpt5.found.answers[name].span is None for name in COSTS)
    assert "the age of the chips: loss of value" in oss.missing().data
    assert "a count of GPUs: buying its GPUs" in oss.missing().data
    assert page("ds67b").answer().endswith(": the exact form of the chip (NVIDIA H800) is not known.")


def test_hours_that_follow_from_arithmetic_are_told_from_published_ones() -> None:
    """OLMo 2 13B has FLOP and a chip: hours at an MFU of 20 to 50 %, and nothing that tests them."""
    olmo = page("olmo2_13")
    shown = olmo.tests().set_index("Number")["Compared with"]
    assert shown["GPU-hours for each 10²⁴ FLOP"] == "cannot be computed: needs published GPU-hours"
    assert shown["Days on these GPUs"] == "cannot be computed: needs the days that it took"
    assert "worked out at an MFU of 20 % to 50 %; published ones would" in olmo.missing().data
    assert "worked out" not in page("dsv3").missing().data


def test_energy_is_in_megawatt_hours() -> None:
    """V3: 2.788e6 h x 0.7 kW x 1.82 x load 0.75 x PUE 1.25 is about 3,300 MWh, whatever the server's ratio exactly."""
    row = page("dsv3").tests().set_index("Number").loc["Electricity at the meter, MWh"]
    span = page("dsv3").found.answers["energy_kwh"].span
    assert span and float(row.Value.replace(",", "")) == pytest.approx(span.value / 1000, rel=0.005)


def test_a_name_from_data_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    subset = tables.subset
    hostile = "<b>|x|</b> {glue:text}`v3_days` [a](javascript:b)"

    def replaced(name: str, *rest: object) -> object:
        found = subset(name, *rest)
        if name == "models":
            found.loc[found.model_id == "gpt4", ["model", "developer", "hardware"]] = hostile
        return found

    monkeypatch.setattr(tables, "subset", replaced)
    shown = model_page.of(Case(), "gpt4")
    texts = [shown.check().data, shown.missing().data, *shown.known().Value]
    assert not [text for text in texts if re.search(r"(?<!\\)<b>|(?<!\\)\{glue|(?<!\\)\[a\]", text)]


def test_the_list_has_every_model_and_says_no_more_than_a_page() -> None:
    case = Case()
    shown = model_list.models(case)
    rows = tables.load("models")
    assert len(shown) == len(rows)
    v3 = shown[shown.Model.str.contains("model_dsv3 ")].iloc[0]
    assert (v3.Rented, v3.Amortised, v3["GPU-hours"]) == ("$5.6 million", "$3.2 million", "2.79 million (reported)")
    assert v3["Published, by basis"] == "rental $5.58 million", "the figure with a known error is left out"
    counts = model_list.counts(case, shown)
    assert counts["listed"] == len(rows) > counts["paged"] > counts["costed"] > 0

"""What slides, questions and the debate say of their numbers, beside what the chapters say.

A card of the debate that a changed assumption turns is said to hold in the base case, with its number there.
"""

from __future__ import annotations

from functools import lru_cache

from analysis import parameters
from analysis.case import Case
from analysis.judgements.registry import Said, judgement, reading
from analysis.judgements.rent import ABOUT, SAME_ORDER

BASES = ("v3_rental_usd", "v3_amortised_usd", "v3_acquisition_usd", "v3_programme_usd")


@lru_cache
def in_base(name: str) -> str:
    """What a result reads as in the base case."""
    from analysis.case import Case

    return Case()[name].text


# Slides


@judgement
def widest_of_four(case: Case) -> Said:
    """After what the programme rests on, the last of four cost bases."""
    wide = {name: case[name].high / case[name].low for name in BASES if case[name].low > 0}
    yield wide["v3_programme_usd"] == max(wide.values()), ", and so has the widest range"
    yield True, ""


@judgement
def count_beside_prices(case: Case) -> Said:
    """After "the sum depends on the count"."""
    place, _ = reading("account_beside_price", case)
    yield place == 0, ", far more than on the prices"
    yield place == 1, ", more than on the prices"
    yield True, " no more than on the prices"


@judgement
def quotation_above(case: Case) -> Said:
    """After the rent over the owner's cost: where the one market quotation for an H800 lies."""
    quoted = parameters.known()["rental_usd_per_gpu_hour"].high
    both = case.point.rental_usd_per_gpu_hour, case["owner_usd_per_gpu_hour"].value
    yield quoted > max(both), "the one market quotation for an H800 is above both"
    yield True, "the one market quotation for an H800 is {rental_usd_per_gpu_hour_high}"


@judgement
def critics_are_right(case: Case) -> Said:
    """Whether V3's programme cost much more than its final run: twice or more, as the audit reads it."""
    found = "having made V3 cost perhaps {programme_over_final_run} as much as its last run"
    found += ", range {programme_over_final_run_range}."
    yield case["programme_over_final_run"].value >= 2, f"Here the critics are right: {found}"
    yield True, f"The critics would be right, but not in this scenario: in it {found}"


@judgement
def design_or_chips(case: Case) -> Said:
    """Whether V3 is cheap by design or by cheap arithmetic."""
    each = case["v3_over_llama31_per_flop"].value
    yield (
        1 / 2 <= each <= 2,
        "V3's price per operation is ordinary: a mixture of experts needs fewer operations for each token. "
        'So "cheap" is a matter of design more than of cheap chips.',
    )
    fewer = "A mixture of experts needs fewer operations for each token; in this scenario each of them is"
    yield each < 1 / 2, f"{fewer} cheap as well."
    yield True, f"{fewer} dear."


# Questions


@judgement
def rest_beside_electricity(case: Case) -> Said:
    """After the share of electricity in the published cost to operate."""
    yield case["analyst_energy_share"].value < 1, "What the rest contains is not disclosed."
    yield True, "At this tariff the sum cannot even hold the electricity."


# The debate


@judgement
def not_flattering(case: Case) -> Said:
    """The card on DeepSeek's price."""
    ratio = case.data.published("deepseek_v3_rental_usd_per_gpu_hour") / case["owner_usd_per_gpu_hour"].value
    yield ratio > 1 + ABOUT, "The price was not flattering."
    yield ratio >= 1 - ABOUT, "The price was about an owner's cost."
    yield True, "In the base case the price was not flattering."


@judgement
def owner_where_not_flattering(case: Case) -> Said:
    """After the owner's hour of the case: the one with which the card on the price holds."""
    yield reading("not_flattering", case)[0] < 2, ""
    yield True, f" (in the base case {in_base('owner_usd_per_gpu_hour')})"


@judgement
def leaves_out_research(case: Case) -> Said:
    """The card on the research."""
    share = case.point.final_run_share_of_rd_compute
    yield share < 1 / 2, "It leaves out most of the research."
    yield share < 1, "It leaves out a part of the research."
    yield True, "It would leave out most of the research elsewhere."


@judgement
def by_that_analogy(case: Case) -> Said:
    """After the shares of other developers, before V3's research compute."""
    row = parameters.known()["final_run_share_of_rd_compute"]
    yield row.low <= case.point.final_run_share_of_rd_compute <= row.high, "By that analogy"
    yield True, "At this scenario's share, {final_run_share_of_rd_compute},"


@judgement
def more_to_begin(case: Case) -> Said:
    """The card on the purchase of the run's hardware."""
    times = case["v3_acquisition_usd"].value / case["deepseek_v3_usd"].value
    yield times > SAME_ORDER, "Without a landlord it takes far more to begin."
    yield times > 1 + ABOUT, "Without a landlord it takes more to begin."
    yield True, "In the base case it takes far more to begin without a landlord."


@judgement
def purchase_where_more(case: Case) -> Said:
    """After the purchase of the run's hardware in the case: the one with which the card on it holds."""
    yield reading("more_to_begin", case)[0] < 2, ""
    yield True, f" (in the base case {in_base('v3_acquisition_usd')})"

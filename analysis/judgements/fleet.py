"""The price of the fleet beside the published sums, its counts beside its prices, and its electricity."""

from __future__ import annotations

from analysis import costs, words
from analysis.case import Case
from analysis.judgements.registry import Said, judgement
from analysis.quantities.fleet import A100, ALL_TYPES, H20, by_type
from analysis.reconciliation import FAR


def over_cells(case: Case) -> dict[str, float]:
    """Our capex of each type over the analyst's unverified cell."""
    return {
        gpu: case[f"{gpu}_capex_usd"].value / case.data.published(f"semianalysis_cell_{gpu}_server_capex_musd")
        for gpu in ALL_TYPES
    }


def _factors(case: Case) -> tuple[float, float]:
    """How far apart the counts of the fleet are, and how far apart prices can set the sum of one: factors over 1."""
    whole, documented = case["semianalysis_fleet_capex_usd"], case["documented_capex_usd"]
    counts, published = whole.value / documented.value, case["capex_over_published"].value
    return max(counts, 1 / counts), max(whole.high / whole.low, published, 1 / published)


@judgement
def capex_beside_the_article(case: Case) -> Said:
    """After our sums for two counts, the second that of the analyst; the sum of the article follows."""
    ours = case["capex_over_published"]
    yield abs(ours.value - 1) <= FAR, "the second agrees with"
    yield ours.low <= 1 <= ours.high, "the range of the second includes"
    yield True, "the second is {capex_over_published} of"


@judgement
def weak_link(case: Case) -> Said:
    """Whether the counts or the prices decide the fleet's sum."""
    counts, prices = _factors(case)
    agree = abs(case["capex_over_published"].value - 1) <= FAR
    yield agree and counts > prices, "The weak link is how many GPUs there are, not what they cost."
    yield counts > prices, "How many GPUs there are matters more than what they cost, although the prices differ too."
    yield True, "In this scenario the prices move the cost of the fleet more than the counts do."


@judgement
def account_beside_price(case: Case) -> Said:
    """After "the choice of a count matters"."""
    counts, prices = _factors(case)
    yield counts > 2 * prices, "far more than any price"
    yield counts > prices, "more than any price"
    yield True, "no more than the prices do"


@judgement
def cells_beside_sum(case: Case) -> Said:
    """Whether our prices and the analyst's differ more for some type than in sum."""
    largest = max(abs(ratio - 1) for ratio in over_cells(case).values())
    in_sum = abs(case["capex_over_published"].value - 1)
    yield largest > 1.5 * in_sum, "Type by type the two sets of prices differ more than in sum."
    yield True, "The two sets of prices differ in sum nearly as much as type by type."


@judgement
def cells_go(case: Case) -> Said:
    """After the four ratios of our capex to the analyst's cells."""
    ratios = over_cells(case).values()
    yield (
        min(ratios) < 1 < max(ratios),
        "the differences go both ways, so that the agreement in sum owes much to cancelling",
    )
    yield True, "the differences all go one way"


@judgement
def a100_cell(case: Case) -> Said:
    """After our figure for the A100s over the analyst's cell."""
    gaps = {gpu: abs(ratio - 1) for gpu, ratio in over_cells(case).items()}
    yield gaps["a100"] == max(gaps.values()), ", the largest difference of the four"
    yield True, ""


@judgement
def network_counted_twice(case: Case) -> Said:
    """After the A100's price, which holds a network: how much the fleet's network is too large by."""
    pieces = by_type(case.point, case.data, "capex")
    servers, network = case["fleet_capex_usd"].value, case["fleet_network_usd"].value
    twice = network * pieces.get(A100, 0.0) / servers / (servers + network)
    yield A100 not in pieces, "; this fleet has none"
    yield twice <= 0.05, "; on this fleet that is a small error"
    yield True, ""


@judgement
def electricity_of_the_fleet(case: Case) -> Said:
    """What of the published cost to operate electricity explains."""
    yield case["analyst_energy_share"].value < 1, "That explains {analyst_energy_share} of it."
    yield True, "That is {analyst_energy_share} of it: at this tariff the sum cannot even cover the electricity."


@judgement
def rest_of_the_operating_cost(case: Case) -> Said:
    """What electricity leaves of the published cost to operate, and what would fit in."""
    share = case["analyst_energy_share"].value
    leaves = (
        "That leaves {cost_to_operate_rest_usd}, or {cost_to_operate_rest_usd_per_kw_month} "
        "for each kilowatt of servers and month. "
    )
    rest = "colocation, network, staff, repair and interest"
    yield share < 0.5, f"{leaves}{rest.capitalize()} would all fit in; which of them are in it is not disclosed."
    yield share < 1, f"{leaves}What of it is {rest.replace(' and ', ' or ')} is not disclosed."
    yield True, "At this tariff that leaves nothing for anything else."


@judgement
def hosting_in_the_operating_cost(case: Case) -> Said:
    """What hosting and power explain of the published cost to operate, and what the rest may be."""
    rest = case["beyond_hosting_usd"].value
    servers = case.data.published("semianalysis_server_capex_all_musd")
    rate = costs.interest_rate(rest / servers, case.data.published("luk_ownership_years"))
    hosting = (
        "At that price, {semianalysis_colocation_usd_per_kw_month} per kilowatt and month, hosting comes to "
        "{hosting_usd} over the time; with the electricity that is {hosting_and_power_share} of the published sum"
    )
    yield (
        rest > 0,
        f"{hosting}, range {{hosting_and_power_share_range}}. The remaining {{beyond_hosting_usd}} is what interest of "
        f"{words.amount(rate, 'fraction', significant=2)} a year on the published "
        "{semianalysis_server_capex_all_musd}, repaid evenly, would come to over {luk_ownership_years} years, so "
        "interest is the first suspect. That is an inference: type by type the analyst's cells do not follow the price "
        "of the servers, and staff, repair and network have no sourced price.",
    )
    yield True, f"{hosting}: nothing is left for interest, staff or repair."


@judgement
def cost_to_owner_between(case: Case) -> Said:
    """The least and the most of four answers to what V3's run cost those who own the cards."""
    four = ("v3_marginal_usd", "v3_amortised_usd", "v3_owner_usd", "v3_rental_usd")
    least, most = (pick(four, key=lambda name: case[name].value) for pick in (min, max))
    # What power the run added turns on what the servers would have done without it.
    yield least == "v3_marginal_usd", f"From at most {{{least}}} to {{{most}}}, depending on the question."
    yield True, f"Between {{{least}}} and {{{most}}}, depending on the question."


@judgement
def forgone_beside_marginal(case: Case) -> Said:
    """After "if the cards could have been let": the rent forgone, beside the marginal cost where there is one."""
    powered = case["v3_marginal_usd"].value > 0
    yield powered, "the rent forgone is {v3_rental_usd}, at least {v3_forgone_over_marginal} the marginal cost"
    yield True, "the rent forgone is {v3_rental_usd}, and the marginal cost nothing"


@judgement
def operating_cost_cannot_be(case: Case) -> Said:
    """Why the published cost to operate is not electricity alone."""
    yield case["analyst_energy_share"].value < 1 - FAR, "it is too large, and it does not follow power"
    yield True, "it does not follow power"


@judgement
def h20_counted(case: Case) -> Said:
    """After "the H20s", between commas."""
    yield H20 in by_type(case.point, case.data, "count"), "by their unverified count"
    yield True, "which this count does not have"


@judgement
def cards_alone(case: Case) -> Said:
    """Whether the number of cards tells what they can do."""
    count, compute = case["h20_share_of_count"].value, case["h20_share_of_compute"].value
    yield count > compute, "The number of cards alone misleads."
    yield True, "The number of cards misleads where there are H20s; this count has none."

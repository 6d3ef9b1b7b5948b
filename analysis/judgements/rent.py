"""The assumed rent beside what owning costs, and what an owner's hour and a run are made of."""

from __future__ import annotations

import pandas as pd

from analysis import costs, parameters, words
from analysis.case import Case
from analysis.judgements.registry import Said, judgement
from analysis.judgements.settings import changed
from analysis.owning import contracts, even_use, hours_at_full_use, price, result_at
from analysis.quantities import rents
from analysis.quantities.runs import V3, owner_usd_per_gpu_hour_owned, v3_amortised_usd

# Two costs within this factor of one another are of the same order.
SAME_ORDER = 3
# A part up to here is a small one.
SMALL = 0.2
# Two prices within this share of one another are about the same, and within this one nearly.
ABOUT = 0.05
NEARLY = 0.1


def amortised_as_listed(case: Case) -> float:
    """V3's amortised cost at the dearer listing, which is a price of the run's own time: no age to fall in, in USD."""
    known = parameters.known()
    pair = {
        "server_price_h800_usd_per_gpu": known["server_price_h800_usd_per_gpu"].high,
        "h800_years_in_service": known["h800_years_in_service"].low,
    }
    return float(result_at(case, **pair)(v3_amortised_usd))


def lost_in_first_year(oom_per_year: float, significant: int = 2) -> str:
    """The share of its value that hardware loses in its first year, at a fall of price-performance."""
    kept = costs.amortised_chip_value_usd(1.0, 1.0, oom_per_year)
    return words.amount(1 - kept, "fraction", significant=significant)


@judgement
def loss_here(case: Case) -> Said:
    """After the loss of the first year at Epoch AI's rate: the loss at the rate of the case."""
    yield not changed(case, "price_decline_oom_per_year"), ""
    lost = lost_in_first_year(case.point.price_decline_oom_per_year)
    yield True, f"; at the rate of this scenario it is {lost}"


@judgement
def rent_between(case: Case) -> Said:
    """Whether the assumed rent lies between the owner's cost and the quotation, and what follows."""
    owner, rent = case["owner_usd_per_gpu_hour"].value, case.point.rental_usd_per_gpu_hour
    quoted = parameters.known()["rental_usd_per_gpu_hour"].high
    yield rent > max(owner, quoted), "So the assumed rent is above both, and makes V3 look expensive rather than cheap."
    yield rent < min(owner, quoted), "So the assumed rent is below both, and makes V3 look cheap rather than expensive."
    yield True, "That does not settle whether the assumption makes V3 look cheap or expensive."


@judgement
def electricity_in_the_hour(case: Case) -> Said:
    """How much of the owner's hour is electricity."""
    share = case["owner_energy_usd_per_gpu_hour"].value / case["owner_usd_per_gpu_hour"].value
    yield share <= SMALL, "Electricity is a small part."
    yield share <= 0.5, "Electricity is no small part, though not the half of it."
    yield True, "Electricity is more than half."


@judgement
def break_even_point(case: Case) -> Said:
    """At which use owning costs as much as renting by the hour."""
    even = case["break_even_utilisation"].value
    reached = even <= 1
    hour = "Rented by the hour, a card"
    yield reached, f"{hour} costs as much as an owned one that is in use {{break_even_utilisation}} of the time."
    yield True, f"{hour} is cheaper than an owned one, however much that is used."


@judgement
def lease_point(case: Case) -> Said:
    """Whether a leased card costs more than an owned one, and at which use."""
    owned = float(owner_usd_per_gpu_hour_owned(case.point, case.data))
    energy, rent = case["owner_energy_usd_per_gpu_hour"].value, case.point.rental_usd_per_gpu_hour
    lease = "Leased by the month or year, and paid for when idle too, a card costs"
    yield owned + energy < rent, f"{lease} more than an owned one, however much it is used."
    yield owned >= rent, f"{lease} less than an owned one, however much it is used."
    turn = words.amount((rent - owned) / energy, "fraction", significant=2)
    yield True, f"{lease} less than an owned one that is in use more than {turn} of the time."


@judgement
def renting_is_cheaper(case: Case) -> Said:
    """Below which use renting by the hour is cheaper, with the range of that point where all of it can be reached."""
    even = case["break_even_utilisation"]
    yield (
        even.high <= 1,
        "For a card in use less than {break_even_utilisation} of the time, range {break_even_utilisation_range}, "
        "renting by the hour at the assumed rent would have been cheaper.",
    )
    yield (
        even.value <= 1,
        "For a card in use less than {break_even_utilisation} of the time, renting by the hour at the assumed rent "
        "would have been cheaper; within the ranges of the assumptions it may be cheaper at any use.",
    )
    yield (
        case.point.rental_usd_per_gpu_hour >= case["owner_energy_usd_per_gpu_hour"].value,
        "Renting by the hour at the assumed rent would have been cheaper even at full use.",
    )
    yield (
        True,
        "Electricity alone costs more than the assumed rent, so renting by the hour would be cheaper at any use.",
    )


@judgement
def lease_turns(case: Case) -> Said:
    """Up to which rate of interest owning costs less than a lease at the case's use."""
    found = contracts(case)["lease"]
    yield (
        found.value > 0,
        f"At the use assumed here, owning costs less than a lease up to an interest rate of {found.text} a year, "
        f"range {found.range}; building, staff and repairs would have to be paid out of the same difference.",
    )
    yield True, "At the use assumed here, owning costs more than a lease even without interest."


@judgement
def owning_at_lowest_rent(case: Case) -> Said:
    """Whether owning costs less than the lowest plausible rent at the case's use, without interest and with much."""
    low, most = parameters.known()["rental_usd_per_gpu_hour"].low, case.data.published("zhipu_redemption_interest")
    free, dear = (even_use(case, low, rate) for rate in (0.0, most))
    use, lowest = case.point.utilisation, "At the lowest plausible rent, {rental_usd_per_gpu_hour_low},"
    yield (
        dear <= use,
        f"{lowest} owning is cheaper at the use assumed here, even at {{zhipu_redemption_interest}} interest.",
    )
    yield (
        free <= use,
        f"{lowest} owning is cheaper at the use assumed here without interest, and costs more at "
        "{zhipu_redemption_interest}.",
    )
    yield True, f"{lowest} renting by the hour is cheaper at the use assumed here, even if the owner pays no interest."


@judgement
def rules_agree(case: Case) -> Said:
    """At which age the two rules of depreciation charge the same, and which charges more before."""
    age = costs.years_until_rules_agree(case.point.price_decline_oom_per_year, case.point.service_life_years)
    yield (
        age > 0,
        f"The two charge the same at an age of {words.amount(age, 'year', significant=2)} years: "
        "before it the fall of price-performance charges more than the straight line, after it less.",
    )
    yield True, "The straight line charges more than the fall of price-performance at every age of the service life."


@judgement
def user_cost_beside_owner(case: Case) -> Said:
    """V3's cards by both rules, per hour at full use; "at the age of V3's cards" stands before."""
    line, fall = (float(hour) for hour in hours_at_full_use(case, case.point.h800_years_in_service))
    near = costs.over(max(line, fall), min(line, fall)) - 1
    told = f"{price(line)} by the straight line and {price(fall)} by the fall of price-performance"
    yield near <= NEARLY, f"they nearly agree: {told}"
    yield True, f"they differ: {told}"


@judgement
def amortised_beside_rental(case: Case) -> Said:
    """V3 amortised, as in the case and at the dearer listing without age; "the rental figure" follows."""
    rental = case["v3_rental_usd"].value
    ratios = [amortised / rental for amortised in (case["v3_amortised_usd"].value, amortised_as_listed(case))]
    yield min(ratios) >= 1 / SAME_ORDER and max(ratios) <= SAME_ORDER, "Either way the result is of the same order as"
    yield max(ratios) < 1 / SAME_ORDER, "Either way the result is less than a third of"
    yield min(ratios) > SAME_ORDER, "Either way the result is more than three times"
    yield True, "It depends on the price and the age whether the result is of the same order as"


def _assumed(case: Case) -> float:
    return case.data.published("deepseek_v3_rental_usd_per_gpu_hour")


def among_contracts(case: Case) -> tuple[float, str, pd.Series]:
    """DeepSeek's price, whether it is below, in or above the band of contracts of V3's release, and that band."""
    assumed, band = _assumed(case), rents.contracts_of_month(case.data, case.data.model(V3).release_date)
    return assumed, "below" if assumed < band.low_usd else "above" if assumed > band.high_usd else "in", band


@judgement
def two_dollars_beside_contracts(case: Case) -> Said:
    """Where DeepSeek's price stands among the one-year contracts for an H100 of the period of V3's release."""
    assumed, place, band = among_contracts(case)
    where = {"in": "in line with", "below": "below", "above": "above"}[place]
    yield (
        True,
        f"DeepSeek's {price(assumed)} is {where} one-year contracts for an H100, the middle half of which cost "
        f"{price(band.low_usd)} to {price(band.high_usd)} in the period that ended in {band.date:%B %Y}.",
    )


@judgement
def two_dollars_beside_china(case: Case) -> Said:
    """Where it stands among the rents of servers in China in the year of V3's release."""
    year, assumed = case.data.model(V3).release_date.year, _assumed(case)
    found = rents.china(case.data)
    found = found[found.date.dt.year == year].price_usd
    begin = f"Of {len(found)} rents found for a server with eight Hopper GPUs in China in {year}"
    lower, higher = _those(found[found < assumed], "lower"), _those(found[found >= assumed], "higher")
    yield True, f"{begin}, {lower} per card and hour, and {higher}."


def _those(found: pd.Series, word: str) -> str:
    return f"{len(found)} are {word}, {price(found.min())} to {price(found.max())}" if len(found) else f"none is {word}"


@judgement
def rents_fell_and_rose(case: Case) -> Said:
    """How the index of contracts went, by the middle of its band."""
    first, low, last = rents.turns(case.data)
    begin, turn, end = (f"{price(row.price_usd)} in {row.date:%B %Y}" for row in (first, low, last))
    yield (
        True,
        f"Contract rents went from {begin} down to {turn} and were at {end}, by the middle of the index.",
    )


@judgement
def months_of_list_prices(case: Case) -> Said:
    """In which months the list prices on demand of the last two years were seen."""
    rows = rents.observations(case.data, rents.HOPPER_MODULES, ["list_on_demand"]).sort_values("date")
    months = rows.groupby(rows.date.dt.year).date.agg(lambda days: " and ".join(dict.fromkeys(days.dt.strftime("%B"))))
    told = " and for ".join(f"{named} {year}" for year, named in months.tail(2).items())
    yield True, f"In the last two years with any, list prices on demand were found only for {told}."

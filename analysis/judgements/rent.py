"""The assumed rent beside what owning costs, and what an owner's hour and a run are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis import costs, parameters, words
from analysis.judgements.registry import judgement
from analysis.judgements.settings import changed

if TYPE_CHECKING:
    from analysis.case import Case

Said = Iterator[tuple[Any, str]]

# Two costs within this factor of one another are of the same order.
SAME_ORDER = 3
# A part up to here is a small one.
SMALL = 0.2
# Two prices within this share of one another are about the same.
ABOUT = 0.05


def amortised_at_high(case: Case, name: str) -> float:
    """V3's amortised cost with one assumption at its high end and the others as in the case, in USD."""
    from analysis.case import Values
    from analysis.quantities.runs import v3_amortised_usd

    values = {**case.values, name: parameters.known()[name].high}
    return float(v3_amortised_usd(Values(values, case.used), case.data))


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
def quotation_beside_rent(case: Case) -> Said:
    """After the only market quotation; "the assumed rent" follows."""
    quoted, rent = parameters.known()["rental_usd_per_gpu_hour"].high, case.point.rental_usd_per_gpu_hour
    yield quoted > rent, "more than"
    yield quoted < rent, "less than"
    yield True, "as much as"


@judgement
def rent_between(case: Case) -> Said:
    """Whether the assumed rent lies between the owner's cost and the quotation, and what follows."""
    owner, rent = case["owner_usd_per_gpu_hour"].value, case.point.rental_usd_per_gpu_hour
    quoted = parameters.known()["rental_usd_per_gpu_hour"].high
    yield rent > max(owner, quoted), "So the assumed rent is above both, and makes V3 look dear rather than cheap."
    yield rent < min(owner, quoted), "So the assumed rent is below both, and makes V3 look cheap rather than dear."
    yield True, "So this page cannot say whether the assumption makes V3 look dear or cheap."


@judgement
def electricity_in_the_hour(case: Case) -> Said:
    """How much of the owner's hour is electricity."""
    share = case["owner_energy_usd_per_gpu_hour"].value / case["owner_usd_per_gpu_hour"].value
    yield share <= SMALL, "Electricity is a small part."
    yield share <= 0.5, "Electricity is no small part, though not the half of it."
    yield True, "Electricity is more than half."


@judgement
def break_even_point(case: Case) -> Said:
    """At which use owning costs as much as renting."""
    even = case["break_even_utilisation"].value
    reached = 0 < even <= 1
    yield reached, "Owning breaks even with the assumed rent at a use of {break_even_utilisation} of the time."
    yield True, "Owning does not break even with the assumed rent, however much the card is used."


@judgement
def renting_is_cheaper(case: Case) -> Said:
    """Below which use renting is cheaper, with the range of that point where all of it can be reached."""
    even = case["break_even_utilisation"]
    yield (
        even.low > 0 and even.high <= 1 and even.value <= 1,
        "Below {break_even_utilisation} of use, range {break_even_utilisation_range}, "
        "renting at the assumed rent would have been cheaper.",
    )
    yield (
        0 < even.value <= 1,
        "Below {break_even_utilisation} of use renting at the assumed rent would have been cheaper; "
        "within the ranges of the assumptions it may be cheaper at any use.",
    )
    yield even.value > 1, "Renting at the assumed rent would have been cheaper even at full use."
    yield (
        True,
        "Electricity alone costs more than the assumed rent, so renting would have been cheaper at any use.",
    )


@judgement
def amortised_beside_rental(case: Case) -> Said:
    """V3 amortised, as in the case, with old cards and at a late price; "the rental figure" follows."""
    rental = case["v3_rental_usd"].value
    ratios = [
        amortised / rental
        for amortised in (
            case["v3_amortised_usd"].value,
            amortised_at_high(case, "h800_years_in_service"),
            amortised_at_high(case, "server_price_h800_usd_per_gpu"),
        )
    ]
    yield min(ratios) >= 1 / SAME_ORDER and max(ratios) <= SAME_ORDER, "Either way the result is of the same order as"
    yield max(ratios) < 1 / SAME_ORDER, "Either way the result is less than a third of"
    yield min(ratios) > SAME_ORDER, "Either way the result is more than three times"
    yield True, "It depends on the price and the age whether the result is of the same order as"

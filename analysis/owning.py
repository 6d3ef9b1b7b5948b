"""Owning beside renting in tables: user cost, interest, use and contract, and whose figures hold interest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import costs, parameters, words
from analysis.listing import cite, doubt
from analysis.quantities import rents, runs
from analysis.quantities.registry import Definition

if TYPE_CHECKING:
    from analysis.case import Case, Quantity

# What is listed, and what was agreed.
LISTED_AND_AGREED = ("list_on_demand", rents.CONTRACT)
# The other accelerators of the price book, by age.
OTHERS = ("A100-SXM-80", "H20", "H200", "B200", "B300", "GB200", "GB300", "MI300X", "MI325X", "MI355X", "Ascend910B")
# What a reader may try: no interest, a large firm's, a young firm's, an investor's; and uses up to the whole time.
RATES = (0.0, 0.06, 0.12, 0.15)
USES = (0.80, 0.95, 1.0)


def price(usd: float) -> str:
    """Of an hour, to the cent."""
    return words.amount(usd, "USD/GPU-hour")


def share(fraction: float) -> str:
    return words.amount(fraction, "fraction", significant=3)


def times(ratio: float) -> str:
    return words.number(ratio, 2)


def ages(case: Case) -> list[float]:
    """New, and as old as V3's cards when the run began."""
    return list(dict.fromkeys([0.0, float(case.point.h800_years_in_service)]))


def uses(case: Case, tried: Iterable[float] = USES) -> list[float]:
    """The use of the case, and those that are tried."""
    return sorted({float(case.point.utilisation), *tried})


def user_cost(case: Case) -> pd.DataFrame:
    """User cost of an H800-hour in use, electricity included: age and use down, rate of interest across."""
    rows = []
    for age in ages(case):
        for use in uses(case, [parameters.known()["utilisation"].high]):
            hours = [float(runs.user_cost_hour(case.point, case.data, age, rate, use)) for rate in RATES]
            told = {f"Interest {share(rate)}": price(hour) for rate, hour in zip(RATES, hours, strict=True)}
            rows.append({"Age, years": words.digits(age, 3), "In use": share(use), **told})
    return pd.DataFrame(rows)


def even_use(case: Case, rent: float, rate: float) -> float:
    """The use at which owning at a rate of interest costs as much as a rent by the hour in use."""
    at = case.at(cost_of_capital=rate, rental_usd_per_gpu_hour=rent)
    return float(at(runs.break_even_utilisation))


def interest(case: Case) -> pd.DataFrame:
    """The owner's hour with interest as an annuity that is paid evenly through the year, and rent and lease over it."""
    rows = []
    rents = (float(case.point.rental_usd_per_gpu_hour), parameters.known()["rental_usd_per_gpu_hour"].low)
    for rate in sorted({*RATES, float(case.point.cost_of_capital)}):
        at = case.at(cost_of_capital=rate)
        even = {rent: even_use(case, rent, rate) for rent in rents}
        rows.append(
            {
                "Interest a year": share(rate),
                "Owner's hour in use": price(at(runs.owner_usd_per_gpu_hour)),
                "Rent by the hour over owner": times(at(runs.rent_over_owner)),
                "Lease over owner": times(at(runs.lease_over_owner)),
                **{
                    f"Use at which owning costs {price(rent)}": share(used) if used <= 1 else "no use"
                    for rent, used in even.items()
                },
            }
        )
    return pd.DataFrame(rows)


def use(case: Case) -> pd.DataFrame:
    """The owner's hour at several uses, beside the same rent paid for hours in use and for all hours."""
    rows = []
    for used in uses(case, [parameters.known()["utilisation"].low, *USES]):
        at = case.at(utilisation=used)
        rows.append(
            {
                "In use": share(used),
                "Owner": price(at(runs.owner_usd_per_gpu_hour)),
                "Rented by the hour in use": price(float(case.point.rental_usd_per_gpu_hour)),
                "Rent over owner": times(at(runs.rent_over_owner)),
                "Leased, paid for when idle too": price(at(runs.lease_usd_per_gpu_hour)),
                "Lease over owner": times(at(runs.lease_over_owner)),
            }
        )
    return pd.DataFrame(rows)


def contracts(case: Case) -> dict[str, Quantity]:
    """The interest a year up to which owning costs less, by contract: 'hour' in use, or 'lease' of all hours."""
    turning: dict[str, Callable[[Any, Any], Any]] = {
        "hour": lambda x, data: runs.interest_in_rent(x, data, x.utilisation),
        "lease": lambda x, data: runs.interest_in_rent(x, data, 1.0),
    }
    title = "Interest at which owning and renting cost the same"
    return {
        name: case.measured(Definition(name, title, "fraction", "", True, compute)) for name, compute in turning.items()
    }


def card_value_usd(case: Case, years: Any) -> tuple[Any, Any]:
    """What an H800 with its share of the server is worth at some age, by the straight line and by the fall, in USD."""
    x = case.point
    line = x.server_price_h800_usd_per_gpu * (1 - years / x.service_life_years)
    fall = costs.amortised_chip_value_usd(x.server_price_h800_usd_per_gpu, years, x.price_decline_oom_per_year)
    return line, fall


def hours_at_full_use(case: Case, years: Any) -> tuple[Any, Any]:
    """An H800-hour at full use and some age by the same two rules, with network and electricity, in USD.

    Without interest: what the two differ in is the loss of value alone.
    """
    line = case.at(utilisation=1.0, cost_of_capital=0.0)(runs.owner_usd_per_gpu_hour)
    return line + 0.0 * years, runs.user_cost_hour(case.point, case.data, years, 0.0, 1.0)


def whose_interest(case: Case) -> pd.DataFrame:
    """Every figure that is set beside the owner's hour, and whether interest is in it."""
    rows = case.data.table("interest")
    return pd.DataFrame(
        {
            "Figure": rows.figure,
            "Value": [case.text(row.quantity) if row.quantity else "" for row in rows.itertuples()],
            "Interest": rows.interest,
            "Known from": [f"{row.locator} {cite(row.source)}" for row in rows.itertuples()],
            "Note": [doubt(row.note, row.confidence) for row in rows.itertuples()],
        }
    )


# What an idle server may draw of its nameplate; nobody has published it for such a fleet.
IDLE_TRIED = 0.3


def idle_power(case: Case) -> tuple[float, float]:
    """What idle hours would add at the share that is tried: to the owner's hour in USD, to the fleet's as a share."""
    x = case.point
    idle_over_use = IDLE_TRIED * (1 - x.utilisation) / (x.load_fraction * x.utilisation)
    return float(idle_over_use * case["owner_energy_usd_per_gpu_hour"].value), float(idle_over_use)


def price_book(data: Any, gpus: Sequence[str], since: int = 2020) -> pd.DataFrame:
    """The price book of some accelerators from a year on, as a table shows it."""
    found = rents.book(data)
    found = found[found.gpu_id.isin(gpus) & (found.half.str[:4].astype(int) >= since)]
    found = found.assign(gpu_id=pd.Categorical(found.gpu_id, gpus, ordered=True)).sort_values("gpu_id", kind="stable")
    return pd.DataFrame(
        {
            "Accelerator": found.gpu_id.astype(str),
            "Half-year": found.half,
            "Kind of price": found.kind.map(rents.KINDS),
            "Prices": found.prices,
            **{name: found[name.lower()].map(price) for name in ("Low", "Median", "High")},
        }
    )


def list_over_contract(data: Any) -> str:
    """How far the median list price of an H100 is above the median contract of the same year, in words."""
    rows = rents.observations(data, [rents.H100], LISTED_AND_AGREED)
    medians = rents.summary(rows.assign(year=rows.date.dt.year), "kind", "year").set_index(["kind", "year"])["median"]
    listed, agreed = (medians[kind] for kind in LISTED_AND_AGREED)
    ratios = (listed / agreed).dropna()
    low, high = (words.digits(ratio, 2) for ratio in (ratios.min(), ratios.max()))
    return f"the median list price was {low} to {high} times that of one-year contracts, by year"


def saved_if_idle(case: Case) -> str:
    """What V3's run added to the bills if without it the servers had idled at the share that is tried, in words."""
    added = max(0.0, 1 - IDLE_TRIED / case.point.load_fraction)
    return words.amount(float(case["v3_marginal_usd"].value * added), "USD", significant=2)


def owner_hour(case: Case, **changes: float) -> str:
    """The owner's hour with some assumptions at other values, in words."""
    return price(case.at(**changes)(runs.owner_usd_per_gpu_hour))


def use_of_the_day(case: Case) -> float:
    """The nodes that one day of inference kept in use on average, over those at its peak."""
    average, peak = (case.data.published(f"deepseek_inference_nodes_{kind}") for kind in ("average", "peak"))
    return average / peak

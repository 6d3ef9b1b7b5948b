"""What buying a fleet costs, and what the fleet consists of.

The published sums ($1.3B, $1.4B, $1.6B) are sums over GPU types of count times price of a server per GPU.
They are server capex: the network between servers, the building and the running costs are not in them.
"""

from __future__ import annotations

from analysis.costs.ownership import interest_repaid
from analysis.costs.units import Number, interconnect_markup, where_positive


def capex_usd(gpus: Number, server_price_usd_per_gpu: Number) -> Number:
    """Server capex of so many GPUs of one type, in USD. Arrays give one value a type."""
    return gpus * server_price_usd_per_gpu


def network_usd(server_capex_usd: Number, interconnect_fraction: Number) -> Number:
    """The network that comes on top of the servers, in USD."""
    return server_capex_usd * interconnect_markup(interconnect_fraction)


def capex_components_usd(
    server_capex_usd: Number, server_overhead_ratio: Number, interconnect_fraction: Number
) -> dict[str, Number]:
    """Capex by component, in USD: `chips`, `rest_of_server`, `network`. The first two add up to the servers.

    server_overhead_ratio: price of a server over the price of its chips, >= 1
    """
    chips = server_capex_usd / server_overhead_ratio
    return {
        "chips": chips,
        "rest_of_server": server_capex_usd - chips,
        "network": network_usd(server_capex_usd, interconnect_fraction),
    }


def total_cost_of_ownership_usd_per_year(capex: Number, cost_to_operate: Number, years: Number) -> Number:
    """Capex and running cost over the years of ownership, per year, in the unit of the inputs.

    SemiAnalysis: (1,629 + 944) / 4 = 643 million USD a year.
    """
    return (capex + cost_to_operate) / years


def interest_rate(interest_over_price: float, years: float) -> float:
    """The rate of a whole year at which even payments for a price hold so much interest; 0 where they hold none.

    interest_over_price: all that is paid over the years beyond the price, over the price
    At 12 % over four years it is 0.243724: 4 x 0.310931 - 1.
    """
    return float(interest_repaid((1 + interest_over_price) / years, years))


def shares(amounts: dict[str, Number]) -> dict[str, Number]:
    """Each entry over the sum of all, as a fraction; zeros where the sum is zero."""
    total = sum(amounts.values())
    return {
        name: where_positive(total, lambda positive, amount=amount: amount / positive, 0.0)
        for name, amount in amounts.items()
    }

"""What owning a GPU costs per hour of use.

Capital is spread over the service life and over the hours in use: an idle hour is paid for by the busy ones.
With a cost of capital above zero the price becomes an annuity; at zero the spread is a straight line.
The user cost of capital takes the loss of value instead of a life, and interest on the value that is left.
A rate of interest is that of a whole year, and interest is paid evenly through the year, as a rent is: at ln(1 + r).
Energy is billed at the meter, so PUE multiplies the server's draw, not the chip's, and for the hours in use alone:
no source gives the draw of an idle server of the fleet.
The building, its staff and repairs are left out: no sourced figure for China was found.
"""

from __future__ import annotations

import math

from analysis.costs.units import (
    HOURS_PER_YEAR,
    LN_10,
    WATTS_PER_KILOWATT,
    Number,
    interconnect_markup,
    natural_log,
    where_positive,
)

# Halvings of an interval of rates: after so many its width is the last digit of a float.
HALVINGS = 52
# Where the search for a rate ends: a hundredfold of the price a year is more than anything bears.
MOST_INTEREST = 100.0
# Below this the annuity and the straight line agree to eight digits, and the formula of the annuity loses more.
NEGLIGIBLE_RATE = 1e-8


def capital_recovery_factor(cost_of_capital: Number, service_life_years: Number) -> Number:
    """Payment a year per dollar of price, in 1/year, paid evenly through every year.

    cost_of_capital:    rate of a whole year, >= 0; 0 gives the straight line 1 / life
    service_life_years: > 0
    Source: the formula of a continuous annuity, as in any textbook of finance.
    """
    return where_positive(
        cost_of_capital,
        lambda rate: natural_log(1 + rate) / (1 - (1 + rate) ** (-service_life_years)),
        1 / service_life_years,
        negligible=NEGLIGIBLE_RATE,
    )


def interest_repaid(yearly_per_price: Number, service_life_years: Number) -> Number:
    """The interest that a payment still bears: the inverse of `capital_recovery_factor`, in 1/year.

    yearly_per_price:   payment a year over the price, > 0; at or below 1 / life it bears none, and 0 is given
    service_life_years: > 0
    Found by halving between nothing and MOST_INTEREST, which is given for a payment that bears more.
    """
    low, high = 0.0 * yearly_per_price, 0.0 * yearly_per_price + MOST_INTEREST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        bears = capital_recovery_factor(middle, service_life_years) <= yearly_per_price
        low, high = bears * middle + (1 - bears) * low, bears * high + (1 - bears) * middle
    return low


def user_cost_usd_per_gpu_hour(
    amortised_chip_value_usd: Number,
    price_decline_oom_per_year: Number,
    cost_of_capital: Number,
    interconnect_fraction: Number,
    utilisation: Number,
) -> Number:
    """User cost of a GPU with its share of server and network, per hour in use, in USD: value x (loss + interest).

    amortised_chip_value_usd:   value of the GPU with its server at its age, USD, > 0; the network keeps its share
    price_decline_oom_per_year: fall of hardware price-performance, orders of magnitude a year; times ln 10 it is the
                                yearly rate at which value is lost
    cost_of_capital:            rate of a whole year, >= 0, on the value that is left; ln(1 + rate) is paid at any time
    utilisation:                hours in use over hours owned, above 0 to 1
    Source: Hall and Jorgenson 1967, without taxes; their replacement rate is the steady loss of value here.
    """
    with_network = amortised_chip_value_usd / (1 - interconnect_fraction)
    yearly = price_decline_oom_per_year * LN_10 + natural_log(1 + cost_of_capital)
    return with_network * yearly / (HOURS_PER_YEAR * utilisation)


def years_until_rules_agree(price_decline_oom_per_year: float, service_life_years: float) -> float:
    """Age at which a loss at a steady rate has fallen to that of the straight line, in years; 0 if it starts below.

    Both are without interest: rate x e^(-rate x age) = 1 / life. At 0.14 and 5 years, ln(1.6118) / 0.32236 = 1.48.
    """
    rate = price_decline_oom_per_year * LN_10
    return math.log(rate * service_life_years) / rate if rate * service_life_years > 1 else 0.0


def capital_usd_per_gpu_hour(
    server_price_usd_per_gpu: Number,
    service_life_years: Number,
    utilisation: Number,
    cost_of_capital: Number = 0,
) -> Number:
    """Price of a GPU and its share of the server, per hour in use, in USD.

    server_price_usd_per_gpu: USD, > 0
    service_life_years:       > 0
    utilisation:              hours in use over hours owned, above 0 to 1
    cost_of_capital:          yearly rate, >= 0
    """
    yearly = server_price_usd_per_gpu * capital_recovery_factor(cost_of_capital, service_life_years)
    return yearly / (HOURS_PER_YEAR * utilisation)


def interconnect_usd_per_gpu_hour(
    server_price_usd_per_gpu: Number,
    service_life_years: Number,
    utilisation: Number,
    interconnect_fraction: Number,
    cost_of_capital: Number = 0,
) -> Number:
    """The network's share of capital, per hour in use, in USD; it lives and dies with the servers."""
    servers = capital_usd_per_gpu_hour(server_price_usd_per_gpu, service_life_years, utilisation, cost_of_capital)
    return servers * interconnect_markup(interconnect_fraction)


def server_kw_per_gpu(chip_tdp_w: Number, server_to_chip_power_ratio: Number) -> Number:
    """Nameplate draw of a server per GPU, in kW: 700 W x 1.82143 = 1.275 kW for an H100 or H800."""
    return chip_tdp_w * server_to_chip_power_ratio / WATTS_PER_KILOWATT


def energy_usd_per_gpu_hour(
    server_kw_per_gpu: Number, load_fraction: Number, pue: Number, electricity_usd_per_kwh: Number
) -> Number:
    """Electricity of one GPU for one hour, in USD.

    server_kw_per_gpu: nameplate draw of the server per GPU, kW, > 0
    load_fraction:     average draw over nameplate draw, 0 to 1
    pue:               facility power over IT power, >= 1
    Source: Cottier et al. 2024, as their code has it.
    """
    return server_kw_per_gpu * load_fraction * pue * electricity_usd_per_kwh


def energy_usd_per_year(
    server_kw: Number, utilisation: Number, load_fraction: Number, pue: Number, electricity_usd_per_kwh: Number
) -> Number:
    """Electricity of so many servers for a year, in USD: for the hours in use, as in an owner's hour.

    server_kw:   nameplate draw of all, kW
    utilisation: hours in use over hours owned, 0 to 1; what is drawn in the others is left out
    """
    hours = HOURS_PER_YEAR * utilisation
    return hours * energy_usd_per_gpu_hour(server_kw, load_fraction, pue, electricity_usd_per_kwh)


def owner_usd_per_gpu_hour(
    server_price_usd_per_gpu: Number,
    service_life_years: Number,
    utilisation: Number,
    interconnect_fraction: Number,
    server_kw_per_gpu: Number,
    load_fraction: Number,
    pue: Number,
    electricity_usd_per_kwh: Number,
    cost_of_capital: Number = 0,
) -> Number:
    """Owner's cost of one GPU-hour in use: capital, network and energy, in USD."""
    return (
        capital_usd_per_gpu_hour(server_price_usd_per_gpu, service_life_years, utilisation, cost_of_capital)
        + interconnect_usd_per_gpu_hour(
            server_price_usd_per_gpu, service_life_years, utilisation, interconnect_fraction, cost_of_capital
        )
        + energy_usd_per_gpu_hour(server_kw_per_gpu, load_fraction, pue, electricity_usd_per_kwh)
    )

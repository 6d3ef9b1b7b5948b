"""What owning a GPU costs per hour of use.

Capital is spread over the service life and over the hours in use: an idle hour is paid for by the busy ones.
With a cost of capital above zero the price becomes an annuity; at zero the spread is a straight line.
Energy is billed at the meter, so PUE multiplies the server's draw, not the chip's.
The building, its staff and repairs are left out: no sourced figure for China was found.
"""

from __future__ import annotations

from analysis.costs.units import (
    HOURS_PER_YEAR,
    WATTS_PER_KILOWATT,
    Number,
    interconnect_markup,
    where_positive,
)

# Below this the annuity and the straight line agree to eight digits, and the formula of the annuity loses more.
NEGLIGIBLE_RATE = 1e-8


def capital_recovery_factor(cost_of_capital: Number, service_life_years: Number) -> Number:
    """Yearly payment per dollar of price, in 1/year.

    cost_of_capital:    yearly rate, >= 0; 0 gives the straight line 1 / life
    service_life_years: > 0
    Source: the annuity formula of any textbook of finance.
    """
    return where_positive(
        cost_of_capital,
        lambda rate: rate / (1 - (1 + rate) ** (-service_life_years)),
        1 / service_life_years,
        negligible=NEGLIGIBLE_RATE,
    )


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

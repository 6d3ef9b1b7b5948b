"""What one training run costs, on the rental, amortised and acquisition bases.

The amortised method is Epoch AI's, as its published code has it (Cottier et al. 2024).
Hardware loses value as newer hardware gets cheaper per operation: 0.14 orders of magnitude a year,
which is 0.14 x ln 10 = 32.2 % a year. A run pays for the value that its chips lose while it holds them.
"""

from __future__ import annotations

from analysis.costs.ownership import energy_usd_per_gpu_hour, server_kw_per_gpu
from analysis.costs.units import (
    FLOP_PER_TFLOP,
    HOURS_PER_DAY,
    HOURS_PER_YEAR,
    LN_10,
    SECONDS_PER_HOUR,
    Number,
    interconnect_markup,
)


def rental_run_cost_usd(chip_hours: Number, rental_usd_per_gpu_hour: Number) -> Number:
    """GPU-hours times a rental price, in USD. DeepSeek-V3: 2,788,000 h x $2 = $5,576,000."""
    return chip_hours * rental_usd_per_gpu_hour


def rental_usd_per_day(nodes: Number, gpus_per_node: Number, rental_usd_per_gpu_hour: Number) -> Number:
    """Renting so many nodes around the clock for a day, in USD."""
    return nodes * gpus_per_node * HOURS_PER_DAY * rental_usd_per_gpu_hour


def return_on_cost(revenue_usd: Number, cost_usd: Number) -> Number:
    """Profit over cost, as a ratio: 5.45 means that revenue is 6.45 times the cost."""
    return (revenue_usd - cost_usd) / cost_usd


def gpu_hours_share(chip_hours: Number, gpus: Number, years: Number = 1) -> Number:
    """A run's GPU-hours over all the hours that so many GPUs have in so many years, as a fraction."""
    return chip_hours / (gpus * years * HOURS_PER_YEAR)


def amortised_chip_value_usd(
    acquisition_usd_per_chip: Number,
    years_acquisition_to_training: Number,
    price_decline_oom_per_year: Number,
) -> Number:
    """Value of a chip with its server when training starts, in USD."""
    return acquisition_usd_per_chip * 10 ** (-price_decline_oom_per_year * years_acquisition_to_training)


def amortised_hardware_usd(
    chip_hours: Number,
    acquisition_usd_per_chip: Number,
    years_acquisition_to_training: Number,
    price_decline_oom_per_year: Number,
) -> Number:
    """Loss of value of chips and servers during the run, in USD."""
    value = amortised_chip_value_usd(
        acquisition_usd_per_chip, years_acquisition_to_training, price_decline_oom_per_year
    )
    return chip_hours * value * price_decline_oom_per_year * LN_10 / HOURS_PER_YEAR


def amortised_interconnect_usd(hardware_usd: Number, interconnect_fraction: Number) -> Number:
    """Loss of value of the network during the run, in USD: a mark-up on that of the servers."""
    return hardware_usd * interconnect_markup(interconnect_fraction)


def amortised_energy_usd(
    chip_hours: Number,
    chip_tdp_w: Number,
    server_to_chip_power_ratio: Number,
    load_fraction: Number,
    pue: Number,
    electricity_usd_per_kwh: Number,
) -> Number:
    """Electricity of the run, in USD."""
    kw = server_kw_per_gpu(chip_tdp_w, server_to_chip_power_ratio)
    return chip_hours * energy_usd_per_gpu_hour(kw, load_fraction, pue, electricity_usd_per_kwh)


def amortised_run_cost_usd(
    chip_hours: Number,
    acquisition_usd_per_chip: Number,
    years_acquisition_to_training: Number,
    interconnect_fraction: Number,
    chip_tdp_w: Number,
    server_to_chip_power_ratio: Number,
    load_fraction: Number,
    pue: Number,
    electricity_usd_per_kwh: Number,
    price_decline_oom_per_year: Number,
) -> Number:
    """Epoch AI's amortised cost of one training run, in nominal USD.

    chip_hours:                    GPU- or TPU-hours of the run, > 0
    acquisition_usd_per_chip:      price of one chip with its share of the server, USD, > 0
    years_acquisition_to_training: age of the hardware when training starts, years, >= 0
    interconnect_fraction:         network's share of the cluster's hardware, 0 to below 1
    chip_tdp_w:                    thermal design power of the chip, W
    server_to_chip_power_ratio:    nameplate power of the server over that of its chips, >= 1
    load_fraction:                 average draw over nameplate draw, 0 to 1
    pue:                           facility power over IT power, >= 1
    electricity_usd_per_kwh:       tariff in the year of training, USD/kWh
    price_decline_oom_per_year:    fall of hardware price-performance, orders of magnitude a year
    Works for any model. GPT-4: 29.7 hardware + 7.0 network + 3.5 energy = 40.2 million USD.
    Source: Cottier et al. 2024 and its code.
    """
    hardware = amortised_hardware_usd(
        chip_hours, acquisition_usd_per_chip, years_acquisition_to_training, price_decline_oom_per_year
    )
    energy = amortised_energy_usd(
        chip_hours, chip_tdp_w, server_to_chip_power_ratio, load_fraction, pue, electricity_usd_per_kwh
    )
    return hardware + amortised_interconnect_usd(hardware, interconnect_fraction) + energy


def acquisition_run_cost_usd(gpus: Number, server_price_usd_per_gpu: Number, interconnect_fraction: Number) -> Number:
    """Buying the GPUs that the run occupies, with servers and network, in USD."""
    servers = gpus * server_price_usd_per_gpu
    return servers * (1 + interconnect_markup(interconnect_fraction))


def training_flop(active_parameters: Number, tokens: Number) -> Number:
    """Arithmetic of a training run by the rule of six operations per active parameter and token, in FLOP.

    Two operations in the forward pass and four in the backward pass; attention is left out.
    """
    return 6 * active_parameters * tokens


def gpu_hours(gpus: Number, days: Number) -> Number:
    """GPU-hours of so many GPUs that work for so many days. V3: 2,048 GPUs x 56.72 days = 2.788 million."""
    return gpus * days * HOURS_PER_DAY


def gpu_hours_of_flop(flop: Number, peak_tflops: Number, mfu: Number) -> Number:
    """GPU-hours that arithmetic takes at an MFU: the inverse of `model_flop_utilisation`.

    flop: > 0; peak_tflops: dense peak of the chip in the format used, TFLOP/s, > 0; mfu: above 0 to 1
    """
    return flop / (SECONDS_PER_HOUR * peak_tflops * FLOP_PER_TFLOP * mfu)


def flop_of_gpu_hours(chip_hours: Number, peak_tflops: Number, mfu: Number) -> Number:
    """Arithmetic that GPU-hours hold at an MFU, in FLOP."""
    return chip_hours * SECONDS_PER_HOUR * peak_tflops * FLOP_PER_TFLOP * mfu


def tokens_of_flop(flop: Number, active_parameters: Number) -> Number:
    """Tokens that arithmetic reaches for, by the rule of six: the inverse of `training_flop`."""
    return flop / (6 * active_parameters)


def model_flop_utilisation(flop: Number, chip_hours: Number, peak_tflops: Number) -> Number:
    """MFU: arithmetic done over what the chips could have done at their peak, as a fraction."""
    return flop / (chip_hours * SECONDS_PER_HOUR * peak_tflops * FLOP_PER_TFLOP)

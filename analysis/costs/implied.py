"""What a sum of money would mean: the price, the hours, the GPUs and the power behind it.

Each turns one amount and one other number into what a reader can judge by eye: an hour of a GPU for $7 is no rent,
and a run of 20 years on the GPUs named is none that was done.
"""

from __future__ import annotations

from analysis.costs.ownership import energy_usd_per_gpu_hour
from analysis.costs.units import HOURS_PER_DAY, WATTS_PER_KILOWATT, Number, interconnect_markup


def implied_usd_per_gpu_hour(amount_usd: Number, chip_hours: Number) -> Number:
    """Price of a GPU-hour if the amount paid for these hours, in USD. $294,000 over 147,000 h: $2."""
    return amount_usd / chip_hours


def implied_gpu_hours(amount_usd: Number, rental_usd_per_gpu_hour: Number) -> Number:
    """GPU-hours that the amount rents."""
    return amount_usd / rental_usd_per_gpu_hour


def days_or_gpus(chip_hours: Number, gpus_or_days: Number) -> Number:
    """Days that so many GPUs take for these hours, or GPUs that so many days need."""
    return chip_hours / (gpus_or_days * HOURS_PER_DAY)


def implied_gpus(amount_usd: Number, server_price_usd_per_gpu: Number, interconnect_fraction: Number) -> Number:
    """GPUs that the amount buys, with servers and network."""
    return amount_usd / (server_price_usd_per_gpu * (1 + interconnect_markup(interconnect_fraction)))


def implied_w_per_gpu(energy_kwh: Number, chip_hours: Number) -> Number:
    """Average draw of a GPU with its share of the site, in W, if this energy ran it for these hours."""
    return energy_kwh / chip_hours * WATTS_PER_KILOWATT


def chips_alone_usd(gpus: Number, server_price_usd_per_gpu: Number, server_overhead_ratio: Number) -> Number:
    """Buying the bare chips, in USD: the servers' price without what is around the chips.

    server_overhead_ratio: price of a server over the price of its chips, >= 1
    """
    return gpus * server_price_usd_per_gpu / server_overhead_ratio


def energy_kwh(chip_hours: Number, server_kw_per_gpu: Number, load_fraction: Number, pue: Number) -> Number:
    """Electricity of a run at the meter, in kWh: what it costs where a kilowatt-hour costs one dollar."""
    return chip_hours * energy_usd_per_gpu_hour(server_kw_per_gpu, load_fraction, pue, 1.0)


def per_1e24_flop(amount: Number, flop: Number) -> Number:
    """Hours or dollars for each 10^24 FLOP."""
    return amount / flop * 1e24

"""The cost model: plain arithmetic on plain numbers.

Every function takes floats, NumPy arrays (they broadcast) or SymPy symbols, and returns the same kind.
So one definition serves a page, a hundred thousand draws, and the equation that a page prints.
Nothing here reads a file, knows a parameter's name, or draws.

Four cost bases are kept apart and never added or compared with one another:

rental       disclosed GPU-hours times a rental price
amortised    what the hardware loses in value during the run, its network, and its energy
acquisition  buying the hardware that the run occupies
programme    the research compute and the staff behind the run
"""

from analysis.costs.development import Moments, development_usd, lognormal, person_year_usd
from analysis.costs.fleet import (
    capex_components_usd,
    capex_usd,
    interest_rate,
    network_usd,
    shares,
    total_cost_of_ownership_usd_per_year,
)
from analysis.costs.implied import (
    chips_alone_usd,
    days_or_gpus,
    energy_kwh,
    implied_gpu_hours,
    implied_gpus,
    implied_usd_per_gpu_hour,
    implied_w_per_gpu,
    per_1e24_flop,
)
from analysis.costs.ownership import (
    capital_recovery_factor,
    capital_usd_per_gpu_hour,
    energy_usd_per_gpu_hour,
    energy_usd_per_year,
    interconnect_usd_per_gpu_hour,
    interest_repaid,
    owner_usd_per_gpu_hour,
    server_kw_per_gpu,
    user_cost_usd_per_gpu_hour,
    years_until_rules_agree,
)
from analysis.costs.prices import deflated_usd
from analysis.costs.programme import programme_usd, rd_compute_usd, staff_usd
from analysis.costs.runs import (
    acquisition_run_cost_usd,
    amortised_chip_value_usd,
    amortised_energy_usd,
    amortised_hardware_usd,
    amortised_interconnect_usd,
    amortised_run_cost_usd,
    flop_of_gpu_hours,
    gpu_hours,
    gpu_hours_of_flop,
    gpu_hours_share,
    model_flop_utilisation,
    rental_run_cost_usd,
    rental_usd_per_day,
    return_on_cost,
    tokens_of_flop,
    training_flop,
)
from analysis.costs.units import GPUS_PER_SERVER, HOURS_PER_DAY, HOURS_PER_YEAR, interconnect_markup, over

__all__ = [
    "GPUS_PER_SERVER",
    "HOURS_PER_DAY",
    "HOURS_PER_YEAR",
    "Moments",
    "acquisition_run_cost_usd",
    "amortised_chip_value_usd",
    "amortised_energy_usd",
    "amortised_hardware_usd",
    "amortised_interconnect_usd",
    "amortised_run_cost_usd",
    "capex_components_usd",
    "capex_usd",
    "capital_recovery_factor",
    "capital_usd_per_gpu_hour",
    "chips_alone_usd",
    "days_or_gpus",
    "deflated_usd",
    "development_usd",
    "energy_kwh",
    "energy_usd_per_gpu_hour",
    "energy_usd_per_year",
    "flop_of_gpu_hours",
    "gpu_hours",
    "gpu_hours_of_flop",
    "gpu_hours_share",
    "implied_gpu_hours",
    "implied_gpus",
    "implied_usd_per_gpu_hour",
    "implied_w_per_gpu",
    "interconnect_markup",
    "interconnect_usd_per_gpu_hour",
    "interest_rate",
    "interest_repaid",
    "lognormal",
    "model_flop_utilisation",
    "network_usd",
    "over",
    "owner_usd_per_gpu_hour",
    "per_1e24_flop",
    "person_year_usd",
    "programme_usd",
    "rd_compute_usd",
    "rental_run_cost_usd",
    "rental_usd_per_day",
    "return_on_cost",
    "server_kw_per_gpu",
    "shares",
    "staff_usd",
    "tokens_of_flop",
    "total_cost_of_ownership_usd_per_year",
    "training_flop",
    "user_cost_usd_per_gpu_hour",
    "years_until_rules_agree",
]

"""DeepSeek's runs: V3 and R1 on each basis, and an H800-hour rented or owned."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from analysis import costs
from analysis.costs.units import where_positive
from analysis.quantities.registry import OURS, OWNER, RENT_HOLDS_MORE, SERVERS, USER, result

V3, R1, H800 = "dsv3", "dsr1_increment", "H800-SXM"
V3_STAGES = ("pretraining", "context_extension", "post_training")
R1_STAGES = ("r1_zero", "sft_data", "r1")


@result("GPU-hours of V3's official run", "GPU-hour", uncertain=False)
def v3_gpu_hours(x: Any, data: Any) -> Any:
    return float(data.model(V3).chip_hours)


@result("GPUs that V3 was trained on", "GPU", uncertain=False)
def v3_gpus(x: Any, data: Any) -> Any:
    return float(data.model(V3).hardware_quantity)


@result("Days that V3's run takes on its GPUs", "day", uncertain=False)
def v3_days(x: Any, data: Any) -> Any:
    return costs.days_or_gpus(v3_gpu_hours(x, data), v3_gpus(x, data))


@result("DeepSeek-V3, official run, rented", "USD", "rental")
def v3_rental_usd(x: Any, data: Any) -> Any:
    return costs.rental_run_cost_usd(v3_gpu_hours(x, data), x.rental_usd_per_gpu_hour)


@result(
    "DeepSeek's own sum for V3's official run",
    "USD",
    "rental",
    uncertain=False,
    rule=replace(OURS["rental"], prices="the rent that DeepSeek assumes"),
    digits=4,
)
def deepseek_v3_usd(x: Any, data: Any) -> Any:
    return float(data.row("estimates", "dsv3_deepseek")["value_usd"])


def stage_rental_usd(x: Any, data: Any, model_id: str, stage: str) -> Any:
    """One published stage of a run at the rental price, in USD."""
    return costs.rental_run_cost_usd(data.stage_hours(model_id, stage), x.rental_usd_per_gpu_hour)


@result("V3's pre-training, rented", "USD", "rental")
def v3_pretraining_usd(x: Any, data: Any) -> Any:
    return stage_rental_usd(x, data, V3, "pretraining")


@result("V3's context extension, rented", "USD", "rental", digits=3)
def v3_context_extension_usd(x: Any, data: Any) -> Any:
    return stage_rental_usd(x, data, V3, "context_extension")


@result("V3's post-training, rented", "USD", "rental")
def v3_post_training_usd(x: Any, data: Any) -> Any:
    return stage_rental_usd(x, data, V3, "post_training")


@result("Pre-training's share of V3's GPU-hours", "fraction", uncertain=False)
def v3_pretraining_share(x: Any, data: Any) -> Any:
    return data.stage_hours(V3, "pretraining") / v3_gpu_hours(x, data)


@result("GPU-hours that R1 added to V3", "GPU-hour", uncertain=False)
def r1_gpu_hours(x: Any, data: Any) -> Any:
    return float(data.model(R1).chip_hours)


@result("DeepSeek-R1 on top of V3, rented", "USD", "rental", digits=3)
def r1_rental_usd(x: Any, data: Any) -> Any:
    return costs.rental_run_cost_usd(r1_gpu_hours(x, data), x.rental_usd_per_gpu_hour)


@result("V3 and R1 together, rented", "USD", "rental", digits=3)
def v3_r1_rental_usd(x: Any, data: Any) -> Any:
    return v3_rental_usd(x, data) + r1_rental_usd(x, data)


@result("R1's GPU-hours over V3's", "fraction", uncertain=False)
def r1_share_of_v3(x: Any, data: Any) -> Any:
    return r1_gpu_hours(x, data) / v3_gpu_hours(x, data)


@result("V3's active parameters", "number of", uncertain=False)
def v3_params_active(x: Any, data: Any) -> Any:
    return data.model(V3).params_active_b * 1e9


@result("Tokens of V3's pre-training", "number of", uncertain=False)
def v3_tokens(x: Any, data: Any) -> Any:
    return data.model(V3).tokens_t * 1e12


@result("Arithmetic of V3's pre-training", "FLOP", uncertain=False)
def v3_training_flop(x: Any, data: Any) -> Any:
    return costs.training_flop(v3_params_active(x, data), v3_tokens(x, data))


@result("MFU that V3's pre-training hours imply", "fraction", uncertain=False)
def v3_implied_mfu(x: Any, data: Any) -> Any:
    return costs.model_flop_utilisation(
        v3_training_flop(x, data),
        data.stage_hours(V3, "pretraining"),
        data.gpu(H800).peak_bf16_dense_tflops,
    )


@result("MFU that V3's pre-training hours imply, against the H800's FP8 peak", "fraction", uncertain=False)
def v3_implied_mfu_fp8(x: Any, data: Any) -> Any:
    return costs.model_flop_utilisation(
        v3_training_flop(x, data), data.stage_hours(V3, "pretraining"), data.gpu(H800).peak_fp8_dense_tflops
    )


@result("DeepSeek-V3, official run, amortised", "USD", "amortised")
def v3_amortised_usd(x: Any, data: Any) -> Any:
    gpu = data.gpu(H800)
    return costs.amortised_run_cost_usd(
        v3_gpu_hours(x, data),
        x.server_price_h800_usd_per_gpu,
        x.h800_years_in_service,
        x.interconnect_fraction,
        gpu.tdp_w,
        gpu.server_to_chip_power_ratio,
        x.load_fraction,
        x.pue,
        x.electricity_usd_per_kwh,
        x.price_decline_oom_per_year,
    )


@result("V3's energy, amortised basis", "USD", "amortised")
def v3_amortised_energy_usd(x: Any, data: Any) -> Any:
    gpu = data.gpu(H800)
    return costs.amortised_energy_usd(
        v3_gpu_hours(x, data),
        gpu.tdp_w,
        gpu.server_to_chip_power_ratio,
        x.load_fraction,
        x.pue,
        x.electricity_usd_per_kwh,
    )


@result("The GPUs of V3's run, bought with servers and network", "USD", "acquisition")
def v3_acquisition_usd(x: Any, data: Any) -> Any:
    return costs.acquisition_run_cost_usd(v3_gpus(x, data), x.server_price_h800_usd_per_gpu, x.interconnect_fraction)


@result("The servers of V3's run, bought", "USD", "acquisition", rule=SERVERS)
def v3_servers_usd(x: Any, data: Any) -> Any:
    return costs.capex_usd(v3_gpus(x, data), x.server_price_h800_usd_per_gpu)


def h800_server_kw(x: Any, data: Any) -> Any:
    """Nameplate draw of an H800 with its share of the server, in kW."""
    gpu = data.gpu(H800)
    return costs.server_kw_per_gpu(gpu.tdp_w, gpu.server_to_chip_power_ratio)


@result("Owner's cost of an H800-hour in use", "USD/GPU-hour", "amortised", rule=OWNER)
def owner_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    return costs.owner_usd_per_gpu_hour(
        x.server_price_h800_usd_per_gpu,
        x.service_life_years,
        x.utilisation,
        x.interconnect_fraction,
        h800_server_kw(x, data),
        x.load_fraction,
        x.pue,
        x.electricity_usd_per_kwh,
        x.cost_of_capital,
    )


@result("Capital in an owner's H800-hour", "USD/GPU-hour", "amortised", rule=OWNER)
def owner_capital_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    return costs.capital_usd_per_gpu_hour(
        x.server_price_h800_usd_per_gpu, x.service_life_years, x.utilisation, x.cost_of_capital
    )


@result("Network in an owner's H800-hour", "USD/GPU-hour", "amortised", rule=OWNER)
def owner_network_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    return costs.interconnect_usd_per_gpu_hour(
        x.server_price_h800_usd_per_gpu,
        x.service_life_years,
        x.utilisation,
        x.interconnect_fraction,
        x.cost_of_capital,
    )


@result("Energy in an owner's H800-hour", "USD/GPU-hour", "amortised", rule=OWNER)
def owner_energy_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    return costs.energy_usd_per_gpu_hour(h800_server_kw(x, data), x.load_fraction, x.pue, x.electricity_usd_per_kwh)


@result("V3's run at the owner's cost of an H800-hour", "USD", "amortised", rule=OWNER)
def v3_owner_usd(x: Any, data: Any) -> Any:
    return v3_gpu_hours(x, data) * owner_usd_per_gpu_hour(x, data)


# The hours of the run stand on both sides and cancel.
RENT_AND_OWNER = ("v3_rental_usd", "v3_owner_usd")


@result("Rent over owner's cost of an H800-hour", "times", compares=RENT_AND_OWNER, difference=RENT_HOLDS_MORE)
def rent_over_owner(x: Any, data: Any) -> Any:
    return x.rental_usd_per_gpu_hour / owner_usd_per_gpu_hour(x, data)


def owner_usd_per_gpu_hour_owned(x: Any, data: Any) -> Any:
    """Hardware and network of an owner's H800 for an hour, whether in use or not, in USD."""
    price, life, rate = x.server_price_h800_usd_per_gpu, x.service_life_years, x.cost_of_capital
    capital = costs.capital_usd_per_gpu_hour(price, life, 1.0, rate)
    return capital + costs.interconnect_usd_per_gpu_hour(price, life, 1.0, x.interconnect_fraction, rate)


@result(
    "Use at which owning costs as much as renting by the hour in use",
    "fraction",
    compares=RENT_AND_OWNER,
    difference=RENT_HOLDS_MORE,
)
def break_even_utilisation(x: Any, data: Any) -> Any:
    # Capital and network fall as 1 / utilisation, so those of full use over what is left of the rent is the share;
    # energy is paid per hour in use.
    # A rent at or below the electricity of an hour leaves nothing: no use is enough.
    left = x.rental_usd_per_gpu_hour - owner_energy_usd_per_gpu_hour(x, data)
    owned = owner_usd_per_gpu_hour_owned(x, data)
    return where_positive(left, lambda positive: owned / positive, math.inf)


@result("An H800 leased by the month or year, per hour in use", "USD/GPU-hour", "rental")
def lease_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    # The same rent, paid for idle hours too.
    return x.rental_usd_per_gpu_hour / x.utilisation


@result(
    "Lease over owner's cost of an H800-hour in use",
    "times",
    compares=("lease_usd_per_gpu_hour", "owner_usd_per_gpu_hour"),
    difference=RENT_HOLDS_MORE,
)
def lease_over_owner(x: Any, data: Any) -> Any:
    return lease_usd_per_gpu_hour(x, data) / owner_usd_per_gpu_hour(x, data)


def interest_in_rent(x: Any, data: Any, hours_paid: Any) -> Any:
    """The interest on the price at which an owner's cost comes to the rent, a year; 0 where it does so without any.

    hours_paid: hours that the tenant pays for over hours owned: the use, or 1 for a lease
    """
    price = v3_acquisition_usd(x, data) / v3_gpus(x, data)
    energy = owner_energy_usd_per_gpu_hour(x, data) * x.utilisation
    left = costs.HOURS_PER_YEAR * (x.rental_usd_per_gpu_hour * hours_paid - energy)
    return costs.interest_repaid(left / price, x.service_life_years)


def user_cost_hour(x: Any, data: Any, age: Any, interest: Any, use: Any) -> Any:
    """User cost of an H800-hour in use with its electricity, in USD, at some age, rate of interest and use."""
    value = costs.amortised_chip_value_usd(x.server_price_h800_usd_per_gpu, age, x.price_decline_oom_per_year)
    hardware = costs.user_cost_usd_per_gpu_hour(
        value, x.price_decline_oom_per_year, interest, x.interconnect_fraction, use
    )
    return hardware + owner_energy_usd_per_gpu_hour(x, data)


@result("User cost of an H800-hour in use, at the age of V3's cards", "USD/GPU-hour", "amortised", rule=USER)
def user_cost_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    return user_cost_hour(x, data, x.h800_years_in_service, x.cost_of_capital, x.utilisation)


@result("Renting DeepSeek's inference nodes for a day", "USD", "rental", digits=5)
def inference_day_usd(x: Any, data: Any) -> Any:
    return costs.rental_usd_per_day(
        data.published("deepseek_inference_nodes_average"),
        costs.GPUS_PER_SERVER,
        x.rental_usd_per_gpu_hour,
    )


@result("Theoretical profit over cost of the inference day", "fraction", digits=3)
def inference_return_on_cost(x: Any, data: Any) -> Any:
    return costs.return_on_cost(
        data.published("deepseek_inference_theoretical_revenue_usd_per_day"), inference_day_usd(x, data)
    )

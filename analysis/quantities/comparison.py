"""V3 beside other models, like with like: hours with hours, one basis with the same basis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis import costs
from analysis.quantities.hours import STAGE
from analysis.quantities.registry import (
    EPOCH,
    EPOCH_ACQUISITION,
    EPOCH_ACQUISITION_V3,
    EPOCH_DEVELOPMENT,
    EPOCH_DISCLOSED,
    EPOCH_LISTED,
    EPOCH_RENTAL,
    EPOCH_V3,
    PRICE_OF_H800,
    result,
)
from analysis.quantities.runs import V3, v3_gpu_hours, v3_gpus, v3_training_flop
from analysis.reconciliation import epoch

Compute = Callable[[Any, Any], Any]

GPT4, LLAMA31, MAVERICK, SCOUT = "gpt4", "llama31_405", "llama4_mav", "llama4_scout"


def estimate_usd(data: Any, estimate_id: str) -> float:
    """One published estimate, in USD."""
    return float(data.row("estimates", estimate_id)["value_usd"])


@result("GPU-hours of Llama 3.1 405B", "GPU-hour", uncertain=False)
def llama31_gpu_hours(x: Any, data: Any) -> Any:
    return float(data.model(LLAMA31).chip_hours)


@result("Llama 3.1 405B at V3's rental price", "USD", "rental")
def llama31_rental_usd(x: Any, data: Any) -> Any:
    return costs.rental_run_cost_usd(llama31_gpu_hours(x, data), x.rental_usd_per_gpu_hour)


@result("Llama 3.1 405B's GPU-hours over V3's", "times", uncertain=False)
def llama31_over_v3_hours(x: Any, data: Any) -> Any:
    return llama31_gpu_hours(x, data) / v3_gpu_hours(x, data)


@result("GPU-hours of Llama 4 Maverick", "GPU-hour", uncertain=False)
def maverick_gpu_hours(x: Any, data: Any) -> Any:
    return float(data.model(MAVERICK).chip_hours)


@result("Llama 4 Maverick's GPU-hours over V3's", "times", uncertain=False)
def maverick_over_v3_hours(x: Any, data: Any) -> Any:
    return maverick_gpu_hours(x, data) / v3_gpu_hours(x, data)


@result("Llama 4 Maverick's GPU-hours over those of V3's pre-training", "times", uncertain=False)
def maverick_over_v3_pretraining_hours(x: Any, data: Any) -> Any:
    # Meta's count is of pre-training alone.
    return maverick_gpu_hours(x, data) / data.stage_hours(V3, "pretraining")


def _flop_per_hour(data: Any, model_id: str) -> float:
    return float(data.model(model_id).train_flop / data.model(model_id).chip_hours)


@result("Arithmetic of V3's pre-training in an H800-hour", "FLOP", uncertain=False)
def v3_flop_per_gpu_hour(x: Any, data: Any) -> Any:
    return v3_training_flop(x, data) / data.stage_hours(V3, "pretraining")


@result("Arithmetic of Llama 3.1 405B in an H100-hour", "FLOP", uncertain=False)
def llama31_flop_per_gpu_hour(x: Any, data: Any) -> Any:
    return _flop_per_hour(data, LLAMA31)


@result("Arithmetic of Llama 4 Maverick in an H100-hour", "FLOP", uncertain=False)
def maverick_flop_per_gpu_hour(x: Any, data: Any) -> Any:
    return _flop_per_hour(data, MAVERICK)


@result("Arithmetic of Llama 4 Scout in an H100-hour", "FLOP", uncertain=False)
def scout_flop_per_gpu_hour(x: Any, data: Any) -> Any:
    return _flop_per_hour(data, SCOUT)


@result("V3's arithmetic in an hour over that of Llama 4 Maverick", "times", uncertain=False)
def v3_over_maverick_flop_per_gpu_hour(x: Any, data: Any) -> Any:
    return v3_flop_per_gpu_hour(x, data) / maverick_flop_per_gpu_hour(x, data)


@result("Age of V3's H800s by Epoch AI's rules", "year", uncertain=False)
def h800_age_by_rule_years(x: Any, data: Any) -> Any:
    return epoch.age_by_rule_years(data, V3)


@result("DeepSeek-V3, amortised, on Epoch AI's constants", "USD", "amortised", rule=EPOCH_V3)
def v3_by_epoch_usd(x: Any, data: Any) -> Any:
    # Epoch AI takes the disclosed hours for V3 too. Its constants are the same on both sides of a comparison, so they
    # are not drawn; price and age are V3's own.
    return epoch.by_rule_usd(data, V3, x.server_price_h800_usd_per_gpu, x.h800_years_in_service)


@result("DeepSeek-V3, amortised, at Epoch AI's listing of an H800", "USD", "amortised", False, EPOCH_LISTED)
def v3_by_epoch_at_listing_usd(x: Any, data: Any) -> Any:
    # Listed after the run, so that by the rule the run begins on that day, with cards of no age.
    server = epoch.listed_server(data, data.model(V3).gpu_id)
    return epoch.by_rule_usd(data, V3, float(server.price_usd), epoch.age_by_rule_years(data, V3, server.date))


@result("Llama 3.1 405B, amortised, by Epoch AI", "USD", "amortised", uncertain=False, rule=EPOCH)
def llama31_amortised_usd(x: Any, data: Any) -> Any:
    return estimate_usd(data, "llama31_405_epoch_amortised_2026")


@result(
    "Llama 3.1 405B, amortised, on Epoch AI's constants and disclosed hours",
    "USD",
    "amortised",
    uncertain=False,
    rule=EPOCH_DISCLOSED,
)
def llama31_by_epoch_usd(x: Any, data: Any) -> Any:
    return epoch.on_hours_usd(data, LLAMA31, llama31_gpu_hours(x, data))


def over_v3(name: str, called: str, above: Compute, listed: bool = False) -> Compute:
    """Register a cost by Epoch AI's formula over V3's, amortised.

    above:  a result; called is what a title calls it
    listed: V3 at Epoch AI's listing of an H800, and not at this report's price of its cards
    """
    v3, where = (v3_by_epoch_at_listing_usd, " at Epoch AI's listing of an H800") if listed else (v3_by_epoch_usd, "")

    def ratio(x: Any, data: Any) -> Any:
        return costs.over(above(x, data), v3(x, data))

    ratio.__name__ = name
    return result(
        f"{called} over V3{where}, amortised",
        "times",
        uncertain=not listed,
        compares=(above.__name__, v3.__name__),
        difference="" if listed else PRICE_OF_H800,
    )(ratio)


llama31_over_v3_amortised = over_v3("llama31_over_v3_amortised", "Llama 3.1 405B", llama31_by_epoch_usd)
llama31_over_v3_at_listing = over_v3("llama31_over_v3_at_listing", "Llama 3.1 405B", llama31_by_epoch_usd, listed=True)


@result("GPT-4, amortised, by Epoch AI", "USD", "amortised", uncertain=False, rule=EPOCH)
def gpt4_amortised_usd(x: Any, data: Any) -> Any:
    return estimate_usd(data, "gpt4_epoch_amortised_2026")


@result("GPT-4, at cloud prices, by Epoch AI", "USD", "rental", uncertain=False, rule=EPOCH_RENTAL)
def gpt4_rental_usd(x: Any, data: Any) -> Any:
    return estimate_usd(data, "gpt4_epoch_cloud_2026")


@result("GPT-4, amortised, by Epoch AI with OpenAI's date of the run", "USD", "amortised", False, EPOCH)
def gpt4_as_dated_usd(x: Any, data: Any) -> Any:
    # The edition of 2025 has that date.
    return epoch.on_hours_usd(data, GPT4, float(data.model(GPT4).chip_hours))


@result("GPT-4's cluster, bought, by Epoch AI", "USD", "acquisition", uncertain=False, rule=EPOCH_ACQUISITION)
def gpt4_acquisition_usd(x: Any, data: Any) -> Any:
    return estimate_usd(data, "gpt4_epoch_acquisition_2026")


@result("The GPUs of V3's run, bought, on Epoch AI's constants", "USD", "acquisition", rule=EPOCH_ACQUISITION_V3)
def v3_acquisition_by_epoch_usd(x: Any, data: Any) -> Any:
    return epoch.bought_usd(data, v3_gpus(x, data), x.server_price_h800_usd_per_gpu, data.model(V3).release_date)


def _gpt4_programme_ends(x: Any, data: Any) -> tuple[float, float, float]:
    row = data.row("estimates", "gpt4_epoch_development")
    return float(row["low_usd"]), float(row["value_usd"]), float(row["high_usd"])


@result(
    "GPT-4, with experiments and staff, by Epoch AI",
    "USD",
    "programme",
    uncertain=False,
    rule=EPOCH_DEVELOPMENT,
    ends=_gpt4_programme_ends,
)
def gpt4_programme_usd(x: Any, data: Any) -> Any:
    return estimate_usd(data, "gpt4_epoch_development")


AS_DATED = "GPT-4 with OpenAI's date of the run"
over_v3("gpt4_over_v3_amortised", "GPT-4", gpt4_amortised_usd)
over_v3("gpt4_as_dated_over_v3", AS_DATED, gpt4_as_dated_usd)
over_v3("gpt4_over_v3_at_listing", "GPT-4", gpt4_amortised_usd, listed=True)
over_v3("gpt4_as_dated_over_v3_at_listing", AS_DATED, gpt4_as_dated_usd, listed=True)


def _models(data: Any) -> Any:
    """The rows that are models, and no later stage of one."""
    models = data.table("models")
    return models[models.scope != STAGE]


@result("Models in the table", "model", uncertain=False)
def models_count(x: Any, data: Any) -> Any:
    return float(len(data.chosen("models", _models(data))))


@result("Models whose GPU-hours were published with them", "model", uncertain=False)
def models_with_reported_hours(x: Any, data: Any) -> Any:
    models = _models(data)
    reported = models[models.chip_hours.notna() & (models.chip_hours_confidence == "reported")]
    return float(len(data.chosen("models", reported)))

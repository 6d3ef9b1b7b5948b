"""What V3's run cost those who own the cards, and the run beside the service that it made possible.

One run, four answers, since four questions are asked: what it added to the bills, what a share of the cards is worth to
the books, what the cards would have fetched from somebody else, and what that is if nobody else wanted them.
"""

from __future__ import annotations

from typing import Any

from analysis import costs
from analysis.quantities.registry import Rule, result
from analysis.quantities.runs import inference_day_usd, v3_amortised_energy_usd, v3_gpu_hours, v3_rental_usd

# Only what the run adds to the bills of somebody who has the cards already, if without it they were switched off.
MARGINAL = Rule("this report's", "disclosed", "not counted: the cards are there", "not counted", "none", "as spent")

MILLIONS_IN_A_BILLION = 1000
DAYS_PER_YEAR = costs.HOURS_PER_YEAR / costs.HOURS_PER_DAY


@result("V3's run at marginal cost, at most: power alone", "USD", "amortised", rule=MARGINAL)
def v3_marginal_usd(x: Any, data: Any) -> Any:
    return v3_amortised_energy_usd(x, data)


@result(
    "Rent forgone over marginal cost of V3's run",
    "times",
    compares=("v3_rental_usd", "v3_marginal_usd"),
    difference="the one is what others would have paid for the cards, the other what the run added to the bills",
)
def v3_forgone_over_marginal(x: Any, data: Any) -> Any:
    return costs.over(v3_rental_usd(x, data), v3_marginal_usd(x, data))


@result("V3's run in days of the published service, at one rent for both", "day", uncertain=False)
def v3_service_days(x: Any, data: Any) -> Any:
    # The rent of an hour stands on both sides, so the hours alone decide.
    day = data.published("deepseek_inference_nodes_average") * costs.GPUS_PER_SERVER * costs.HOURS_PER_DAY
    return v3_gpu_hours(x, data) / day


def _million_tokens_per_day(data: Any) -> float:
    read, written = (data.published(f"deepseek_inference_{way}_tokens_b") for way in ("input", "output"))
    return float(read + written) * MILLIONS_IN_A_BILLION


@result("The service, rented, per million tokens read or written", "USD", "rental")
def service_usd_per_m_tokens(x: Any, data: Any) -> Any:
    return inference_day_usd(x, data) / _million_tokens_per_day(data)


@result("V3's run, rented, per million tokens of a year of such days", "USD", "rental")
def v3_usd_per_m_tokens(x: Any, data: Any) -> Any:
    return v3_rental_usd(x, data) / (_million_tokens_per_day(data) * DAYS_PER_YEAR)

"""V3's programme beside laboratories whose accounts or hours are open, and beside what DeepSeek's own report bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis import costs
from analysis.costs.units import HOURS_PER_YEAR
from analysis.quantities.programme import final_runs_gpu_hours, v3_part_of_final_runs
from analysis.quantities.registry import result
from analysis.quantities.runs import v3_gpu_hours, v3_gpus, v3_rental_usd, v3_training_flop

# --- the final run's share ------------------------------------------------------------------------------------------


@result("Final runs in all compute of Olmo 3, by Ai2", "fraction", uncertain=False)
def olmo3_final_run_share(x: Any, data: Any) -> Any:
    return 1 - data.published("olmo3_development_share")


@result("Main run in all pre-training of SmolLM3, by Hugging Face", "fraction", uncertain=False)
def smollm3_final_run_share(x: Any, data: Any) -> Any:
    return data.published("smollm3_main_run_gpu_hours") / data.published("smollm3_pretraining_gpu_hours")


def shares_of_all_research(x: Any, data: Any) -> list[Any]:
    """The share at each developer whose figure has all stages and all experiments in it: not SmolLM3's."""
    return [olmo3_final_run_share(x, data), data.published("epoch_openai_final_run_share")]


# --- staff over research compute ------------------------------------------------------------------------------------


@result("Research compute behind all final runs of the laboratory's year", "USD", "programme")
def laboratory_rd_compute_usd(x: Any, data: Any) -> Any:
    return costs.rd_compute_usd(
        v3_rental_usd(x, data) / v3_part_of_final_runs(x, data), x.final_run_share_of_rd_compute
    )


@result("All of the laboratory's staff for a year", "USD", "programme")
def laboratory_staff_usd(x: Any, data: Any) -> Any:
    return costs.staff_usd(x.staff_count, x.staff_cost_usd_per_head_year, 1)


@result(
    "Staff over research compute, DeepSeek's year by this report",
    "fraction",
    compares=("laboratory_staff_usd", "laboratory_rd_compute_usd"),
)
def laboratory_staff_over_rd_compute(x: Any, data: Any) -> Any:
    return laboratory_staff_usd(x, data) / laboratory_rd_compute_usd(x, data)


def _minimax(year: int) -> Callable[[Any, Any], Any]:
    def ratio(x: Any, data: Any) -> Any:
        staff = sum(data.published(f"minimax_rd_{part}_{year}_usd") for part in ("staff", "shares"))
        return staff / data.published(f"minimax_training_cloud_{year}_usd")

    ratio.__name__ = f"minimax_{year}_staff_over_rd_compute"
    return ratio


result("Staff over compute in research, MiniMax in 2024", "fraction", uncertain=False)(_minimax(2024))
result("Staff over compute in research, MiniMax in nine months of 2025", "fraction", uncertain=False)(_minimax(2025))


@result("Staff over compute in research, Zhipu in 2024", "fraction", uncertain=False)
def zhipu_2024_staff_over_rd_compute(x: Any, data: Any) -> Any:
    return data.published("zhipu_rd_payroll_2024_cny") / data.published("zhipu_rd_computing_2024_cny")


# --- staff cost of one head -----------------------------------------------------------------------------------------


@result("Staff cost of one head in MiniMax's research for a year", "USD/person-year", uncertain=False)
def minimax_staff_usd_per_head_year(x: Any, data: Any) -> Any:
    staff = sum(data.published(f"minimax_rd_{part}_2025_usd") for part in ("staff", "shares"))
    # Nine months of it.
    return staff * 12 / 9 / data.published("minimax_rd_employees")


def _zhipu(x: Any, data: Any, figure: str, months: int) -> Any:
    # The heads are those of June 2025.
    return data.published(figure) * 12 / months / data.published("zhipu_employees") / x.cny_per_usd


@result("Staff cost of one head of Zhipu for a year, 2024", "USD/person-year", uncertain=False)
def zhipu_2024_staff_usd_per_head_year(x: Any, data: Any) -> Any:
    return _zhipu(x, data, "zhipu_staff_2024_cny", 12)


@result("Staff cost of one head of Zhipu for a year, by half of 2025", "USD/person-year", uncertain=False)
def zhipu_2025_staff_usd_per_head_year(x: Any, data: Any) -> Any:
    return _zhipu(x, data, "zhipu_staff_h1_2025_cny", 6)


# --- bounds from DeepSeek's own report ------------------------------------------------------------------------------


@result("GPU-hours that the cluster of V3's run has in a year", "GPU-hour", uncertain=False)
def cluster_year_gpu_hours(x: Any, data: Any) -> Any:
    return v3_gpus(x, data) * HOURS_PER_YEAR


@result("V3's hours over a year of the cluster of its run", "fraction", uncertain=False)
def v3_share_of_cluster_year(x: Any, data: Any) -> Any:
    return v3_gpu_hours(x, data) / cluster_year_gpu_hours(x, data)


@result("Hours of the year's final runs over a year of the cluster of V3's run", "fraction", uncertain=False)
def final_runs_share_of_cluster_year(x: Any, data: Any) -> Any:
    return final_runs_gpu_hours(x, data) / cluster_year_gpu_hours(x, data)


@result("Research compute of the laboratory's year, in years of the cluster of V3's run", "times")
def rd_compute_cluster_years(x: Any, data: Any) -> Any:
    return final_runs_share_of_cluster_year(x, data) / x.final_run_share_of_rd_compute


@result("Arithmetic of the ablations that V3's report discloses, at least", "FLOP", uncertain=False)
def v3_ablations_flop(x: Any, data: Any) -> Any:
    small, large = (data.published(f"deepseek_v3_ablation_{size}_active") for size in ("small", "large"))
    tokens = {
        name: data.published(f"deepseek_v3_ablation_{name}_tokens") * 1e12
        for name in ("small", "mtp", "balance", "fp8")
    }
    # Three ablations at each size. One baseline may have served all three, the shorter as its own earlier state.
    of_small = costs.training_flop(small, 4 * tokens["small"])
    return of_small + costs.training_flop(large, tokens["mtp"] + tokens["balance"] + 2 * tokens["fp8"])


@result("Disclosed ablations over V3's final run, by arithmetic", "fraction", uncertain=False)
def v3_ablations_over_run(x: Any, data: Any) -> Any:
    return v3_ablations_flop(x, data) / v3_training_flop(x, data)


@result("The final run's share, at most, by the disclosed ablations", "fraction", uncertain=False)
def v3_share_ceiling(x: Any, data: Any) -> Any:
    return 1 / (1 + v3_ablations_over_run(x, data))

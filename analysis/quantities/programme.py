"""From the final run to the whole bill."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analysis import costs, uncertainty
from analysis.costs.development import Moments
from analysis.costs.units import Z_95
from analysis.quantities.comparison import gpt4_programme_usd, gpt4_rental_usd
from analysis.quantities.registry import (
    EPOCH_DEVELOPMENT,
    EPOCH_DEVELOPMENT_V3,
    OURS_ON_CLOUD_PRICES,
    PRICE_OF_H800,
    result,
)
from analysis.quantities.runs import V3, r1_gpu_hours, v3_gpu_hours, v3_rental_usd
from analysis.reconciliation import epoch

V2, LLM_67B, GPT4 = "dsv2", "ds67b", "gpt4"


def _published(data: Any, figure_id: str) -> Moments:
    """The log-normal of a published range of nine in ten."""
    row = data.row("published", figure_id)
    return costs.lognormal(float(row["low"]), float(row["high"]))


@result("V3's research compute, by analogy", "USD", "programme")
def rd_compute_usd(x: Any, data: Any) -> Any:
    return costs.rd_compute_usd(v3_rental_usd(x, data), x.final_run_share_of_rd_compute)


@result("GPU-hours of DeepSeek-V2", "GPU-hour", uncertain=False)
def v2_gpu_hours(x: Any, data: Any) -> Any:
    return float(data.model(V2).chip_hours)


@result("GPU-hours of DeepSeek-Coder-V2, at V2's rate", "GPU-hour", uncertain=False)
def coder_v2_gpu_hours(x: Any, data: Any) -> Any:
    # It is V2 trained on: as many parameters, active and in all, so as many hours a token.
    return data.published("deepseek_v2_gpu_hours_per_t_tokens") * data.published("deepseek_coder_v2_tokens_t")


@result("GPU-hours of DeepSeek's final runs of V3's year", "GPU-hour", uncertain=False)
def final_runs_gpu_hours(x: Any, data: Any) -> Any:
    # Those of 2024 whose hours follow from what is published. R1's hours began after V3's run.
    return v3_gpu_hours(x, data) + v2_gpu_hours(x, data) + coder_v2_gpu_hours(x, data)


@result("V3's part of the GPU-hours of DeepSeek's final runs of its year", "fraction", uncertain=False)
def v3_part_of_final_runs(x: Any, data: Any) -> Any:
    return v3_gpu_hours(x, data) / final_runs_gpu_hours(x, data)


@result("V3's part with the 67B model of the year before among the final runs", "fraction", uncertain=False)
def v3_part_with_67b(x: Any, data: Any) -> Any:
    return v3_gpu_hours(x, data) / (final_runs_gpu_hours(x, data) + float(data.model(LLM_67B).chip_hours))


@result("All of the laboratory's staff, for the time of the programme", "USD", "programme")
def staff_usd(x: Any, data: Any) -> Any:
    return costs.staff_usd(x.staff_count, x.staff_cost_usd_per_head_year, x.programme_years)


@result("V3's part of the staff", "USD", "programme")
def v3_staff_usd(x: Any, data: Any) -> Any:
    return v3_part_of_final_runs(x, data) * staff_usd(x, data)


@result("V3's programme: its part of research compute and staff", "USD", "programme")
def v3_programme_usd(x: Any, data: Any) -> Any:
    return costs.programme_usd(
        v3_rental_usd(x, data),
        x.final_run_share_of_rd_compute,
        x.staff_count,
        x.staff_cost_usd_per_head_year,
        x.programme_years,
        v3_part_of_final_runs(x, data),
    )


@result("The laboratory's year: the compute behind its final runs, and all staff", "USD", "programme")
def laboratory_year_usd(x: Any, data: Any) -> Any:
    return costs.programme_usd(
        v3_rental_usd(x, data) / v3_part_of_final_runs(x, data),
        x.final_run_share_of_rd_compute,
        x.staff_count,
        x.staff_cost_usd_per_head_year,
        # A year, however long the work on V3 took: the final runs are those of a year too.
        1,
        1,
    )


@result(
    "Average staff cost of one head for a year at American laboratories, by Epoch AI",
    "USD/person-year",
    uncertain=False,
)
def american_staff_usd_per_head_year(x: Any, data: Any) -> Any:
    # A sum over people needs the average, not the median.
    salary, overhead, equity = (
        _published(data, f"epoch_development_{name}").mean for name in ("salary_usd", "overhead", "equity_usd")
    )
    return salary * overhead + equity


@result(
    "Programme over final run",
    "times",
    compares=("v3_programme_usd", "v3_rental_usd"),
    difference="the programme holds the run, at the same rent, and adds other compute and people",
)
def programme_over_final_run(x: Any, data: Any) -> Any:
    return v3_programme_usd(x, data) / v3_rental_usd(x, data)


@result("Compute other than the final run", "USD", "programme")
def hidden_compute_usd(x: Any, data: Any) -> Any:
    return rd_compute_usd(x, data) - v3_rental_usd(x, data)


# --- by Epoch AI's method -------------------------------------------------------------------------------------------


def _development(x: Any, data: Any, run: Any, contributors: Any, years: Moments, day: Any) -> Moments:
    """A model's development by Epoch AI's notebook, in dollars of the month that its label names.

    run: Epoch AI's inputs of the final run. day: that of the dollars in which it and the pay are.
    """
    servers, network, energy = epoch.parts_usd(run, data)
    chips = servers / x.server_overhead_ratio
    found = costs.development_usd(
        (chips, servers - chips, network),
        energy,
        _published(data, "epoch_development_experiments"),
        _published(data, "epoch_development_energy_price"),
        contributors,
        costs.person_year_usd(
            *(
                _published(data, f"epoch_development_{name}")
                for name in ("salary_usd", "overhead", "equity_usd", "part_of_job")
            )
        ),
        years,
    )
    return found.times(epoch.in_dollars_of(data, 1.0, day, epoch.LABEL))


def _v3_development(x: Any, data: Any, contributors: Any) -> Moments:
    run = epoch.run_by_rule(data, V3, x.server_price_h800_usd_per_gpu, x.h800_years_in_service)
    # Its years are drawn with the other assumptions.
    years = Moments(x.programme_years, x.programme_years**2)
    return _development(x, data, run, contributors, years, data.model(V3).release_date)


def _gpt4_development(x: Any, data: Any) -> Moments:
    run, people = data.row("epoch_runs", GPT4), data.published("epoch_gpt4_contributors")
    return _development(x, data, run, people, _published(data, "epoch_gpt4_project_years"), run.publication_date)


def _ends(found: Moments) -> tuple[float, float, float]:
    whole = found.mixed()
    return float(whole.at(-Z_95)), float(whole.median), float(whole.at(Z_95))


def _ratio_ends(middle: float, above: float, below: float) -> tuple[float, float, float]:
    """Of a ratio of two log-normals whose doubts have nothing in common: above and below are their log deviations."""
    reach = math.exp(Z_95 * math.hypot(above, below))
    return middle / reach, middle, middle * reach


@result(
    "GPT-4's development by Epoch AI's method, computed again",
    "USD",
    "programme",
    uncertain=False,
    rule=EPOCH_DEVELOPMENT,
    ends=lambda x, data: _ends(_gpt4_development(x, data)),
)
def gpt4_development_usd(x: Any, data: Any) -> Any:
    return _gpt4_development(x, data).median


@result(
    "V3's development by Epoch AI's method, for the staff",
    "USD",
    "programme",
    uncertain=False,
    rule=EPOCH_DEVELOPMENT_V3,
    ends=lambda x, data: _ends(_v3_development(x, data, x.staff_count)),
)
def v3_development_usd(x: Any, data: Any) -> Any:
    return _v3_development(x, data, x.staff_count).median


@result(
    "V3's development by Epoch AI's method, for all listed authors",
    "USD",
    "programme",
    uncertain=False,
    rule=EPOCH_DEVELOPMENT_V3,
    ends=lambda x, data: _ends(_v3_development(x, data, data.published("deepseek_v3_authors"))),
)
def v3_authors_development_usd(x: Any, data: Any) -> Any:
    return _v3_development(x, data, data.published("deepseek_v3_authors")).median


def _gpt4_over(x: Any, data: Any, contributors: Any) -> tuple[float, float, float]:
    v3, gpt4 = _v3_development(x, data, contributors).mixed(), _gpt4_development(x, data).mixed()
    middle = gpt4_programme_usd(x, data) / float(v3.median)
    return _ratio_ends(middle, float(v3.log_deviation), float(gpt4.log_deviation))


@result(
    "GPT-4's programme over V3's, by Epoch AI's method, for the staff",
    "times",
    uncertain=False,
    compares=("gpt4_programme_usd", "v3_development_usd"),
    difference=PRICE_OF_H800,
    ends=lambda x, data: _gpt4_over(x, data, x.staff_count),
)
def gpt4_over_v3_development(x: Any, data: Any) -> Any:
    return gpt4_programme_usd(x, data) / v3_development_usd(x, data)


@result(
    "GPT-4's programme over V3's, by Epoch AI's method, for all listed authors",
    "times",
    uncertain=False,
    compares=("gpt4_programme_usd", "v3_authors_development_usd"),
    difference=PRICE_OF_H800,
    ends=lambda x, data: _gpt4_over(x, data, data.published("deepseek_v3_authors")),
)
def gpt4_over_v3_authors_development(x: Any, data: Any) -> Any:
    return gpt4_programme_usd(x, data) / v3_authors_development_usd(x, data)


# --- GPT-4 by this report's method ----------------------------------------------------------------------------------


def _gpt4_ours_usd(x: Any, data: Any, final_run_share: Any) -> Any:
    return costs.programme_usd(
        gpt4_rental_usd(x, data),
        final_run_share,
        data.published("epoch_gpt4_contributors"),
        american_staff_usd_per_head_year(x, data),
        # Its doubt, a fifth up and down, moves an end of the sum by a hundredth: the share decides.
        data.published("epoch_gpt4_project_years"),
        1,
    )


@result("GPT-4's programme by this report's method", "USD", "programme", rule=OURS_ON_CLOUD_PRICES)
def gpt4_ours_programme_usd(x: Any, data: Any) -> Any:
    return _gpt4_ours_usd(x, data, x.final_run_share_of_rd_compute)


@result(
    "GPT-4's programme by this report's method, with OpenAI's own share of 2024",
    "USD",
    "programme",
    uncertain=False,
    rule=OURS_ON_CLOUD_PRICES,
)
def gpt4_own_share_programme_usd(x: Any, data: Any) -> Any:
    return _gpt4_ours_usd(x, data, data.published("epoch_openai_final_run_share"))


def _ours_ends(x: Any, data: Any) -> tuple[float, float, float]:
    # What share of a laboratory's compute a final run is, is another fact at another laboratory.
    elsewhere = np.random.default_rng(0).permutation(np.atleast_1d(x.final_run_share_of_rd_compute))
    drawn = _gpt4_ours_usd(x, data, elsewhere) / v3_programme_usd(x, data)
    low, high = uncertainty.interval(drawn)
    return low, float(np.median(drawn)), high


OURS_DIFFERENCE = (
    "GPT-4's run is priced at Epoch AI's cloud price, in dollars of June 2025 and for hours that leaked, and everybody "
    "credited with GPT-4 counts for all of the time, at what an American laboratory pays; V3's at the assumed rent for "
    "disclosed hours, with its part of the staff, at what a Chinese one pays"
)


@result(
    "GPT-4's programme over V3's, by this report's method",
    "times",
    uncertain=False,
    compares=("gpt4_ours_programme_usd", "v3_programme_usd"),
    difference=OURS_DIFFERENCE,
    ends=_ours_ends,
)
def gpt4_over_v3_ours(x: Any, data: Any) -> Any:
    return gpt4_ours_programme_usd(x, data) / v3_programme_usd(x, data)


@result(
    "GPT-4's programme over V3's, by this report's method with OpenAI's own share of 2024",
    "times",
    compares=("gpt4_own_share_programme_usd", "v3_programme_usd"),
    difference=OURS_DIFFERENCE + "; OpenAI's share is its own, though of another year, and DeepSeek's is an analogy",
)
def gpt4_over_v3_own_share(x: Any, data: Any) -> Any:
    return gpt4_own_share_programme_usd(x, data) / v3_programme_usd(x, data)


@result("R1's part of the two runs", "fraction", uncertain=False)
def r1_share_of_both(x: Any, data: Any) -> Any:
    # At one price an hour, the price drops out.
    return r1_gpu_hours(x, data) / (v3_gpu_hours(x, data) + r1_gpu_hours(x, data))

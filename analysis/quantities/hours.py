"""GPU-hours of a run for a unit of arithmetic: a comparison of runs that needs no price; and what developers state.

A run is compared if its developer gave its hours, or what they follow from, and its FLOP without them. Where the listed
FLOP were made from the hours, six operations per active parameter and token take their place; where those are not
known, the run is left out.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from analysis import costs, tables, words
from analysis.quantities.registry import result
from analysis.quantities.runs import V3

# One generation: the arithmetic of an H100, with other memory or links. An H20 has a seventh of it.
HOPPERS = ("H100", "H200", "H800", "H20", "GH200")
BLACKWELLS = ("B200", "B300", "GB200", "GB300")
H100 = "H100-SXM"

# Hours that a developer gave, or that follow from what it gave. All others are guesses, or are worked back from FLOP.
PUBLIC = ("reported", "derived")
STAGE, SUM = "stage", "sum"


def gpu_name(hardware: str) -> str:
    """'NVIDIA H800 SXM5' -> 'H800'."""
    found = re.search(r"TPU v\d+|[A-Z]+\d+", hardware)
    return found.group() if found else hardware


def counted_flop(models: pd.DataFrame) -> pd.Series:
    """Arithmetic of runs that no hours have entered, in FLOP; NaN where there is none."""
    rule = costs.training_flop(models.params_active_b * 1e9, models.tokens_t * 1e12)
    return models.train_flop.where(models.flop_from_hours != "yes", rule)


def hours_per_flop(data: Any) -> pd.DataFrame:
    """Runs on Hopper and Blackwell GPUs whose hours and FLOP are known apart, those with the fewest hours first.

    hours: million hours for 1e24 FLOP; of Blackwell GPUs, as H100-hours by the peaks in BF16
    utilisation: of the BF16 peak, whatever the run computed in; NaN where the form of the chip is not known
    """
    rows = _runs(data.table("models"))
    rows = data.chosen("models", rows[rows.flop.notna()])
    gpus = data.table("gpus").set_index("gpu_id", drop=False)
    peak = rows.gpu_id.map(data.chosen("gpus", gpus[gpus.index.isin([*rows.gpu_id, H100])]).peak_bf16_dense_tflops)
    blackwell = rows.gpu.isin(BLACKWELLS)
    in_h100s = (peak / gpus.peak_bf16_dense_tflops[H100]).where(blackwell, 1.0)
    rows = rows.assign(
        blackwell=blackwell,
        hours=costs.per_1e24_flop(rows.chip_hours * in_h100s, rows.flop) / 1e6,
        utilisation=costs.model_flop_utilisation(rows.flop, rows.chip_hours, peak),
    )
    return rows.sort_values(["blackwell", "hours", "model_id"], ignore_index=True)


def _runs(models: pd.DataFrame) -> pd.DataFrame:
    """Runs on Hopper and Blackwell GPUs whose hours are public, with the FLOP that no hours have entered."""
    rows = models.assign(gpu=models.hardware.map(gpu_name), flop=counted_flop(models))
    public = rows.chip_hours_confidence.isin(PUBLIC) & rows.gpu.isin(HOPPERS + BLACKWELLS)
    return rows[public & ~rows.scope.isin((STAGE, SUM))]


def left_out(data: Any) -> pd.DataFrame:
    """Those whose FLOP are known from their hours alone, so that nothing can be compared."""
    rows = _runs(data.table("models"))
    return data.chosen("models", rows[rows.flop.isna()])


def hopper_runs(data: Any) -> pd.DataFrame:
    """Those of `hours_per_flop` on Hopper GPUs."""
    rows = data.once(("hours per flop",), lambda: hours_per_flop(data))
    return rows[~rows.blackwell].reset_index(drop=True)


def stated_costs(data: Any) -> pd.DataFrame:
    """What developers state that a run or a stage cost, in the dollars of the statement; the dearest unit first.

    usd_per_1e24_flop: of whole runs and of pre-training; NaN where the arithmetic is known from the hours alone
    """
    rows = data.table("estimates")
    good = rows.current & ~rows.known_error & (rows.confidence == "reported") & rows.value_usd.notna()
    columns = ["model_id", "model", "developer", "release_date", "train_flop", "flop_from_hours"]
    columns += ["params_active_b", "tokens_t"]
    found = data.chosen("estimates", rows[good]).merge(data.table("models")[columns], on="model_id")
    data.chosen("models", found)
    unit = costs.per_1e24_flop(found.value_usd, counted_flop(found)).where(found.covers != STAGE)
    found = found.assign(usd_per_1e24_flop=unit)
    return found.sort_values(["usd_per_1e24_flop", "value_usd"], ascending=False, ignore_index=True)


def unpublished(data: Any) -> pd.DataFrame:
    """Models since 2025 of which the developer published neither hours nor a cost, and what others say of them."""
    models, rows = data.table("models"), data.table("estimates")
    known = set(stated_costs(data).model_id) | set(models.model_id[models.chip_hours_confidence.isin(PUBLIC)])
    late = models[(models.release_date >= "2025-01-01") & ~models.model_id.isin(known) & (models.scope != STAGE)]
    late = late.sort_values(["release_date", "model_id"])
    others = rows[rows.current & ~rows.known_error & rows.value_usd.notna() & rows.model_id.isin(late.model_id)]
    others = data.chosen("estimates", others.drop_duplicates("model_id")).set_index("model_id")
    said = others.method + ": " + others.value_usd.map(_dollars)
    theirs = late.model_id.map(others.source).fillna("")
    flop = late.train_flop.map(lambda value: f"{value:.1e}".replace("+", "")) + ", " + late.flop_confidence
    return data.chosen("models", late).assign(
        hours=late.chip_hours_confidence.map({"estimated": "an estimate by others"}).fillna("not found"),
        flop=flop.where(late.train_flop.notna(), "no estimate"),
        cost=late.model_id.map(said).fillna("not found"),
        source=[tables.joined(*pair) for pair in zip(late.source, theirs, strict=True)],
    )


def _dollars(usd: float) -> str:
    return words.amount(usd, "USD", significant=3)


def closed_since_2024(data: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Models since 2024 whose weights cannot be had, and those of them whose developer published hours."""
    models = data.table("models")
    closed = models[(models.open_weights == "no") & (models.release_date >= "2024-01-01") & (models.scope != STAGE)]
    data.chosen("models", closed)
    return closed, closed[closed.chip_hours_confidence == "reported"]


@result("V3's GPU-hours for 1e24 FLOP", "GPU-hour", uncertain=False)
def v3_hours_per_1e24_flop(x: Any, data: Any) -> Any:
    return _v3(data) * 1e6


@result("Runs on Hopper GPUs whose hours and FLOP are known apart", "model", uncertain=False)
def hopper_runs_count(x: Any, data: Any) -> Any:
    return float(len(hopper_runs(data)))


@result("Runs on Hopper GPUs with fewer hours than V3 for a unit of arithmetic", "model", uncertain=False)
def hopper_runs_below_v3(x: Any, data: Any) -> Any:
    return float((hopper_runs(data).hours < _v3(data)).sum())


def _v3(data: Any) -> float:
    return float(hopper_runs(data).set_index("model_id").hours[V3])

"""DeepSeek's own statements, the AI Index, Chinese server prices, and slips in published databases, computed again."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import costs, words
from analysis.quantities.runs import H800, R1, R1_STAGES, V3, V3_STAGES
from analysis.reconciliation import epoch


def deepseek(data: Any) -> pd.DataFrame:
    """Each sum that DeepSeek published, from its own hours and its own price, beside the published sum."""
    price = data.published("deepseek_v3_rental_usd_per_gpu_hour")
    stated = {
        V3: ("deepseek_v3_pretraining_usd", "deepseek_v3_context_extension_usd", "deepseek_v3_post_training_usd"),
        R1: ("deepseek_r1_zero_usd", "deepseek_r1_sft_data_usd", "deepseek_r1_final_usd"),
    }
    totals = {V3: "dsv3_deepseek", R1: "dsr1_increment_deepseek"}
    rows = []
    for model_id, stages in ((V3, V3_STAGES), (R1, R1_STAGES)):
        names = data.table("stages").set_index(["model_id", "stage"])["stage_name"]
        for stage, published in zip(stages, stated[model_id], strict=True):
            hours = data.stage_hours(model_id, stage)
            rows.append(
                (
                    f"{_short(model_id)}, {_lower(names[model_id, stage])}",
                    f"{words.number(hours)} h × ${words.digits(price)}",
                    costs.rental_run_cost_usd(hours, price),
                    data.published(published),
                    "USD",
                )
            )
        hours = sum(data.stage_hours(model_id, stage) for stage in stages)
        rows.append(
            (
                f"**{_short(model_id)}, total**",
                f"{words.number(hours)} h × ${words.digits(price)}",
                costs.rental_run_cost_usd(hours, price),
                float(data.row("estimates", totals[model_id])["value_usd"]),
                "USD",
            )
        )
    v3 = data.model(V3)
    per_token = data.published("deepseek_v3_gpu_hours_per_t_tokens")
    rows.append(
        (
            "V3, hours of pre-training",
            f"{words.number(per_token)} h × {words.digits(v3.tokens_t)} trillion tokens",
            per_token * v3.tokens_t,
            data.stage_hours(V3, "pretraining"),
            "hours",
        )
    )
    nodes = data.published("deepseek_inference_nodes_average")
    day = costs.rental_usd_per_day(nodes, costs.GPUS_PER_SERVER, price)
    revenue = data.published("deepseek_inference_theoretical_revenue_usd_per_day")
    rows.append(
        (
            "Inference, one day",
            f"{words.digits(nodes, 5)} nodes × {costs.GPUS_PER_SERVER} × {costs.HOURS_PER_DAY} h "
            f"× ${words.digits(price)}",
            day,
            data.published("deepseek_inference_cost_usd_per_day"),
            "USD",
        )
    )
    rows.append(
        (
            "Inference, profit over cost",
            f"(${words.number(revenue)} − ${words.number(day)}) ÷ ${words.number(day)}",
            costs.return_on_cost(revenue, day),
            data.published("deepseek_inference_margin_pct"),
            "fraction",
        )
    )
    return pd.DataFrame(rows, columns=["what", "arithmetic", "ours", "published", "unit"])


def _short(model_id: str) -> str:
    return {V3: "V3", R1: "R1"}[model_id]


def _lower(name: str) -> str:
    """A stage's name inside a line: R1-Zero keeps its capital."""
    return name if name.startswith("R1") else name[0].lower() + name[1:]


def r1_wall_clock(data: Any) -> pd.DataFrame:
    """The length of R1's two runs on their GPUs, and the GPU-hours that the paper states."""
    gpus = float(data.model(R1).hardware_quantity)
    # "about 4 days, or roughly 80 hours": the sentence of the paper contradicts itself.
    days = data.published("deepseek_r1_days_stated")
    rows = [
        ("R1-Zero, as stated", data.published("deepseek_r1_zero_wall_hours"), data.stage_hours(R1, "r1_zero")),
        ("R1, at the hours stated", data.published("deepseek_r1_final_wall_hours"), data.stage_hours(R1, "r1")),
        ("R1, at the days stated", days * costs.HOURS_PER_DAY, data.stage_hours(R1, "r1")),
    ]
    frame = pd.DataFrame(rows, columns=["what", "wall_hours", "published_gpu_hours"])
    frame["gpu_hours"] = gpus * frame.wall_hours
    frame["ratio"] = frame.gpu_hours / frame.published_gpu_hours
    return frame


def ai_index(data: Any) -> pd.DataFrame:
    """Figures of the AI Index beside the cloud estimates of Epoch AI that they are made from.

    The edition of 2024 is in dollars of December 2023, the one of 2025 in dollars of December 2024.
    """
    runs, prices = data.table("epoch_runs").set_index("model_id"), data.records("published")
    table = data.table("estimates")
    rows = []
    for row in table[table.method == "AI Index, cloud-price method"].to_dict("records"):
        model_id, edition = row["model_id"], row["vintage"][:4]
        month = epoch.LABEL if edition == "2024" else epoch.EDITION_2025
        later = float(epoch.estimate(data, f"{model_id}_epoch_cloud_2025") or float("nan"))
        price_id = f"epoch_cloud_usd_per_chip_hour_2024_{model_id}"
        if price_id in prices:
            price = data.published(price_id)
            hours = runs.chip_hours[model_id]
            nominal = costs.rental_run_cost_usd(hours, price)
            ours = epoch.in_dollars_of(data, nominal, runs.publication_date[model_id], month)
            how = f"{hours / 1e6:.1f} million h × ${price}, of March 2024"
        else:
            ours, how = later, "Epoch AI, June 2025"
        rows.append(
            {
                "model_id": model_id,
                "model": data.model(model_id).model,
                "edition": edition,
                "how": how,
                "ours_usd": ours,
                "published_usd": row["value_usd"],
                "epoch_2025_usd": later,
                "ratio": ours / row["value_usd"],
                "later_ratio": later / row["value_usd"],
            }
        )
    return pd.DataFrame(rows)


GPU_IDS = {"a100": "A100-PCIe-40", "h20": "H20", "h800": H800, "h100": "H100-SXM"}


def draw_and_operating_cost(data: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Nameplate draw of a GPU with its share of the server, in W, and the analyst's cell of its cost to operate."""
    rows = data.fleet("semianalysis").set_index("gpu_id")
    draw = rows.tdp_w * rows.server_to_chip_power_ratio
    return (
        {gpu: float(draw[gpu_id]) for gpu, gpu_id in GPU_IDS.items()},
        {gpu: data.published(f"semianalysis_cell_{gpu}_operating_cost_musd") for gpu in GPU_IDS},
    )


def chinese_servers(data: Any, cny_per_usd_2021: float | None = None) -> pd.DataFrame:
    """The analyst's counts at Chinese prices, in USD: low and high, beside the analyst's own cell.

    cny_per_usd_2021: another rate for the A100 cluster, which was paid for in 2021
    """
    rate = data.published("reuters_cny_per_usd")
    counts = data.fleet("semianalysis").set_index("gpu_id")["count"]
    servers = {gpu: float(counts[gpu_id]) / costs.GPUS_PER_SERVER for gpu, gpu_id in GPU_IDS.items()}
    cluster = data.published("highflyer_cluster2_cost_cny") / (cny_per_usd_2021 or rate)
    prices = {
        "h20": ("china_server8_h20_jul2024_cny", "china_server8_h20_feb2024_cny"),
        "h800": ("china_server8_h800_cny", "china_server8_h800_cny"),
        "h100": ("china_server8_h100_cny", "china_server8_h100_cny"),
    }
    rows = []
    for gpu, gpu_id in GPU_IDS.items():
        low, high = cluster, cluster
        if gpu in prices:
            low, high = (servers[gpu] * data.published(key) / rate for key in prices[gpu])
        cell = data.published(f"semianalysis_cell_{gpu}_server_capex_musd")
        rows.append((gpu, gpu_id, servers[gpu], low, high, cell, (low + high) / 2 / cell))
    return pd.DataFrame(rows, columns=["gpu", "gpu_id", "servers", "low_usd", "high_usd", "cell_usd", "ratio"])


def known_errors(data: Any) -> pd.DataFrame:
    """Entries of published databases that are wrong, each with the arithmetic that shows it."""
    millions = lambda usd: f"${words.digits(usd / 1e6, 4)}M"  # noqa: E731
    v3, v3_2023 = epoch.estimate(data, "dsv3_deepseek") or 0.0, epoch.estimate(data, "dsv3_epoch_2026") or 0.0
    guess = data.published("erdil_r1_usd")
    r1_entry, r1_sum = epoch.estimate(data, "dsr1_cumulative_epoch_2026"), epoch.estimate(data, "dsr1_cumulative_sum")
    released = data.model(V3).release_date
    by_index = epoch.in_dollars_of(data, v3, released, epoch.LABEL)
    falcon = data.table("epoch_runs").set_index("model_id").loc["falcon180"]
    reported, peak = data.model("falcon180"), data.gpu("A100-SXM-40").peak_bf16_dense_tflops
    mfu = [costs.model_flop_utilisation(reported.train_flop, h, peak) for h in (falcon.chip_hours, reported.chip_hours)]
    falcon_usd = epoch.estimate(data, "falcon180_epoch_amortised_2026") or 0.0
    v2, per_token = data.model("dsv2"), data.published("deepseek_v2_gpu_hours_per_t_tokens")
    ax_k1 = data.model("ax_k1")
    ax_usd = epoch.estimate(data, "ax_k1_epoch_amortised_2026") or 0.0
    rows = [
        (
            "DeepSeek-V2, chip-hours",
            f"{words.number(per_token)} h",
            f"{words.number(v2.chip_hours)} h",
            f"The rate per trillion tokens was entered as the total: {words.number(per_token)} × "
            f"{words.digits(v2.tokens_t)} trillion tokens = {words.number(per_token * v2.tokens_t)}.",
            "deepseek_v2_2024",
        ),
        (
            "Falcon-180B, chip-hours",
            f"{words.digits(falcon.chip_hours / 1e6, 4)}M h, {millions(falcon_usd)}",
            f"{words.digits(reported.chip_hours / 1e6, 2)}M h, "
            f"{millions(falcon_usd * reported.chip_hours / falcon.chip_hours)}",
            f"{words.number(reported.hardware_quantity)} chips for six months is the calendar, not the run: a "
            f"utilisation of {words.amount(mfu[0], 'fraction', significant=2)}. The reported hours give "
            f"{words.amount(mfu[1], 'fraction', significant=2)}.",
            "published_runs_2026;epoch_models_2026",
        ),
        (
            "DeepSeek-V3, amortised",
            millions(v3_2023),
            "no amortised figure",
            f"It is DeepSeek's {millions(v3)} at an assumed rent, less "
            f"{words.amount(1 - v3_2023 / v3, 'fraction', significant=2)}. The index that Epoch AI names would have "
            f"made {millions(by_index)} of it.",
            "epoch_models_2026;deepseek_v3_2024",
        ),
        (
            "DeepSeek-R1 with V3, amortised",
            millions(r1_entry or 0.0),
            f"{millions(r1_sum or 0.0)}, at a rent",
            f"{millions(v3)} + a guess of {millions(guess)} = {millions(v3 + guess)}, then raised by "
            f"{words.amount((r1_entry or 0.0) / (v3 + guess) - 1, 'fraction', significant=2)} where older dollars "
            f"need less. With the R1 that was disclosed later: {millions(v3)} + "
            f"{millions((r1_sum or 0.0) - v3)} = {millions(r1_sum or 0.0)}.",
            "epoch_models_2026;deepseek_r1_2025",
        ),
        (
            "A.X K1, amortised",
            millions(ax_usd),
            "no amortised figure",
            f"Equal to its cloud-price figure to the dollar: ${words.number(ax_usd / ax_k1.chip_hours, 2)} for each of "
            f"{words.amount(ax_k1.chip_hours, 'GPU-hour', significant=3)} GPU-hours.",
            "epoch_models_2026",
        ),
    ]
    return pd.DataFrame(rows, columns=["entry", "published", "should_be", "arithmetic", "source"])

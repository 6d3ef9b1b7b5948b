"""Epoch AI's published costs, computed again from Epoch AI's inputs, and the two editions explained.

Epoch AI's own constants are used throughout, never the parameters of the case.
The two things that its code does to a result are done here too: the dollars of the month of publication become those
of another month, and the age of the chips follows from the date of publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis import costs, words

# Months of the dollars. Epoch AI labels every edition "2023 USD". Its notebook cost_analysis.ipynb of June 2025 has
# 2024-12-01, its cost_analysis_standalone.py of 2026 has 2025-06-01 and 2023-12-01 is what the label says.
LABEL, EDITION_2025, EDITION_2026 = "2023-12-01", "2024-12-01", "2025-06-01"

INPUTS = (
    "chip_hours",
    "acquisition_usd_per_chip_with_server",
    "years_acquisition_to_training",
    "chip_tdp_w",
    "server_to_chip_power_ratio",
    "load_fraction",
    "pue",
    "electricity_usd_per_kwh",
)


def _runs(data: Any) -> pd.DataFrame:
    """All runs of Epoch AI's cost code: who goes on with some of them rests on each."""
    return data.chosen("epoch_runs", data.table("epoch_runs"))


def amortised_usd(run: Any, data: Any, **changes: float) -> Any:
    """Epoch AI's amortised cost of any run with Epoch AI's constants, in nominal USD.

    run:     the INPUTS by name: a row of data/epoch_runs.csv, all its rows, or a dictionary for any other model
    changes: inputs to put in place of the row's
    """
    hours, price, years, tdp, server, load, pue, tariff = (changes.get(name, run[name]) for name in INPUTS)
    network = data.published("epoch_interconnect_fraction")
    decline = data.published("epoch_price_decline_oom_per_year")
    return costs.amortised_run_cost_usd(hours, price, years, network, tdp, server, load, pue, tariff, decline)


def parts_usd(run: Any, data: Any) -> tuple[Any, Any, Any]:
    """Servers, network and energy of the same, in nominal USD: together they are `amortised_usd`."""
    hours, price, years, *power = (run[name] for name in INPUTS)
    decline = data.published("epoch_price_decline_oom_per_year")
    hardware = costs.amortised_hardware_usd(hours, price, years, decline)
    network = costs.amortised_interconnect_usd(hardware, data.published("epoch_interconnect_fraction"))
    return hardware, network, costs.amortised_energy_usd(hours, *power)


def price_index(data: Any, day: Any) -> float:
    """The price index of the month in which a day lies, as the series stands in data/price_index.csv."""
    return float(data.row("price_index", f"{pd.Timestamp(day):%Y-%m}-01")["index"])


def in_dollars_of(data: Any, value_usd: Any, day: Any, month: str) -> Any:
    """An amount of a day in the dollars of a month; a number or an array of them."""
    return costs.deflated_usd(value_usd, price_index(data, day), price_index(data, month))


def index_change(data: Any, start: str, end: str) -> float:
    """How much prices rose between two months, as a fraction."""
    return price_index(data, end) / price_index(data, start) - 1


def index_revision(data: Any, model_id: str) -> float:
    """How far the index of a run's month was revised since Epoch AI took it, as a fraction."""
    run = data.row("epoch_runs", model_id)
    return float(price_index(data, run.publication_date) / run.price_index_of_publication - 1)


def index_growth(data: Any, first: int, last: int) -> float:
    """How much higher the mean of the index is in one year than in another, as a fraction."""
    index = data.table("price_index").set_index("date")["index"]
    yearly = index.groupby(index.index.year).mean()
    return float(yearly[last] / yearly[first] - 1)


def edition_factor(data: Any) -> float:
    """The factor between the two editions that most of the amortised estimates that changed have in common."""
    changes = editions(data).change.round(3)
    return float(changes[changes != 1].mode().iloc[0])


def steps(data: Any, model_id: str) -> pd.DataFrame:
    """The amortised cost of a run worked step by step, in the dollars of its date.

    Columns: step, inputs (in words), usd, and function, the name of the one in analysis/costs. The last row is the sum.
    """
    run = data.row("epoch_runs", model_id)
    price, years = run.acquisition_usd_per_chip_with_server, run.years_acquisition_to_training
    hardware, network, energy = parts_usd(run, data)
    n, d = words.number, words.digits
    rows = [
        (
            "Value of a chip at the start",
            f"${n(price)}, {d(years, 3)} years old",
            costs.amortised_chip_value_usd(price, years, data.published("epoch_price_decline_oom_per_year")),
            "amortised_chip_value_usd",
        ),
        (
            "Hardware",
            f"{words.amount(run.chip_hours, 'number of')} chip-hours",
            hardware,
            "amortised_hardware_usd",
        ),
        (
            "Network",
            f"{words.amount(data.published('epoch_interconnect_fraction'), 'fraction')} of the cluster",
            network,
            "amortised_interconnect_usd",
        ),
        (
            "Energy",
            f"{n(run.chip_tdp_w)} W a chip × {d(run.server_to_chip_power_ratio, 3)} for the server "
            f"× {d(run.load_fraction)} load × {d(run.pue)} PUE × ${d(run.electricity_usd_per_kwh, 3)} per kWh",
            energy,
            "amortised_energy_usd",
        ),
        ("Sum", "", amortised_usd(run, data), "amortised_run_cost_usd"),
    ]
    return pd.DataFrame(rows, columns=["step", "inputs", "usd", "function"])


def published_2025(data: Any) -> pd.DataFrame:
    """All runs of Epoch AI's cost code: our result on its inputs beside the figure it published in June 2025.

    ratio_label:         ours over theirs in the dollars that the label names, December 2023
    ratio_today:         in the dollars that its code names, December 2024, with the index as it stands now
    ratio_first_edition: the same with the index as it stood when the code was run
    """
    runs = _runs(data)
    now = np.array([price_index(data, day) for day in runs.publication_date])
    nominal = amortised_usd(runs, data)
    published = runs.published_amortised_usd2023
    label = costs.deflated_usd(nominal, now, price_index(data, LABEL))
    today = costs.deflated_usd(nominal, now, price_index(data, EDITION_2025))
    first = costs.deflated_usd(nominal, runs.price_index_of_publication, price_index(data, EDITION_2025))
    return pd.DataFrame(
        {
            "model_id": runs.model_id,
            "model": runs.model,
            "publication_date": runs.publication_date,
            "nominal_usd": nominal,
            "usd_of_december_2023": label,
            "usd_of_december_2024": today,
            "published_usd": published,
            "ratio_label": label / published,
            "ratio_today": today / published,
            "ratio_first_edition": first / published,
        }
    )


def estimate(data: Any, estimate_id: str) -> float | None:
    """A published estimate in USD, or None if there is none of that name."""
    if estimate_id not in data.records("estimates"):
        return None
    return float(data.row("estimates", estimate_id)["value_usd"])


def changes_of_2026(data: Any) -> dict[str, tuple[str, dict[str, float]]]:
    """Inputs of the edition of 2026 that differ from those of 2025, by model, with the cause in words.

    Found by looking for the one input that closes the gap (`changed_input`), and kept where it does so to a few parts
    in 100,000; the edition itself does not list its inputs.
    GLaM is not here: no input that was found closes its gap.
    """
    runs = _runs(data).set_index("model_id")
    reasons = data.records("estimates")
    found: dict[str, tuple[str, dict[str, float]]] = {}
    for model_id, run in runs[runs.changed_input != ""].iterrows():
        told, inputs = _changed(data, run, data.model(model_id))
        words = reasons[f"{model_id}_epoch_amortised_2026"]["change_reason"]
        found[str(model_id)] = words.format_map({**run, **told}), inputs
    return found


def _changed(data: Any, run: Any, model: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Numbers for the words about a run, and the inputs that the edition of 2026 has in place of the row's."""
    if run.changed_input == "chip_tdp_w":
        tdp = float(data.gpu(model.gpu_id).tdp_w)
        return {"tdp_w": tdp}, {"chip_tdp_w": tdp}
    if run.changed_input == "acquisition_usd_per_chip_with_server":
        price = data.published("epoch_v100_usd_per_gpu_2026")
        return {"usd_per_chip": price}, {"acquisition_usd_per_chip_with_server": price}
    years = run.years_acquisition_to_training
    if run.changed_input == "years_acquisition_to_training":
        # get_training_start_date of the code: a run ends so many days before publication, unless it knows better.
        lag_days = int(data.published("epoch_publication_lag_days"))
        later = (run.publication_date - run.run_ended).days - lag_days
        return {"days_later": later}, {"years_acquisition_to_training": years + later / 365.25}
    if run.changed_input == "chip_hours":
        earlier_hours = run.chip_hours / data.published("epoch_grok3_chips_2025")
        shorter_days = (earlier_hours - model.wall_hours) / costs.HOURS_PER_DAY
        told = {"million_hours": model.chip_hours / 1e6, "million_hours_before": run.chip_hours / 1e6}
        return told, {
            "chip_hours": float(model.chip_hours),
            "years_acquisition_to_training": years + shorter_days / 365.25,
        }
    return {}, {}


CARRIED_OVER = "carried over from 2025 unchanged, to the dollar"


def editions(data: Any) -> pd.DataFrame:
    """Amortised estimates that stand in both editions: how far they moved, and what of it can be explained.

    change:    published 2026 over published 2025
    explained: our own results in place of both
    """
    runs = _runs(data).set_index("model_id")
    moved = changes_of_2026(data)
    general = price_index(data, EDITION_2026) / price_index(data, EDITION_2025)
    rows = []
    reasons = data.records("estimates")
    for model_id in data.table("models").model_id:
        old = estimate(data, f"{model_id}_epoch_amortised_2025")
        new = estimate(data, f"{model_id}_epoch_amortised_2026")
        if old is None or new is None:
            continue
        reason, explained = "new dollars only", general
        if new == old:
            reason, explained = CARRIED_OVER, 1.0
        elif model_id in moved:
            reason, inputs = moved[model_id]
            run = runs.loc[model_id]
            # The database of 2026 has its own dates; they matter where the month changed.
            dated_anew = run.changed_input == "publication_date"
            day = data.model(model_id).release_date if dated_anew else run.publication_date
            after = in_dollars_of(data, amortised_usd(run, data, **inputs), day, EDITION_2026)
            before = costs.deflated_usd(
                amortised_usd(run, data), run.price_index_of_publication, price_index(data, EDITION_2025)
            )
            reason, explained = f"new dollars; {reason}", after / before
        change = new / old
        rest = change / explained - 1
        if abs(rest) > 0.001:
            known = reasons[f"{model_id}_epoch_amortised_2026"]["change_reason"]
            reason = f"new dollars; the rest: {known or 'not found'}"
        rows.append(
            {
                "model_id": model_id,
                "model": data.model(model_id).model,
                "published_2025_usd": old,
                "published_2026_usd": new,
                "change": change,
                "explained": explained,
                "rest": rest,
                "reason": reason,
            }
        )
    return pd.DataFrame(rows)


def borrowed_run(data: Any, model_id: str) -> dict[str, float]:
    """Inputs for a run on the A100 that Epoch AI's table of runs lacks, by the rules of its code.

    Price, power and the day from which the card could be had come from the runs on the same card; the tariff from
    the runs published in the same year; the PUE is that of a firm that is no hyperscaler.
    """
    runs = _runs(data).set_index("model_id")
    model = data.model(model_id)
    # Only runs that the general rule dates.
    same = runs[(runs.hardware == model.hardware) & runs.chip_hours_disclosed & runs.run_ended.isna()].iloc[0]
    hours = same.chip_hours / float(data.model(same.name).hardware_quantity)
    years = (
        same.years_acquisition_to_training
        + (model.release_date - same.publication_date).days / 365.25
        + (hours - model.wall_hours) / costs.HOURS_PER_YEAR
    )
    same_year = runs[runs.publication_date.dt.year == model.release_date.year]
    return {
        **{name: float(same[name]) for name in INPUTS},
        "chip_hours": float(model.chip_hours),
        "years_acquisition_to_training": float(years),
        "pue": float(runs.pue.max()),
        "electricity_usd_per_kwh": float(same_year.electricity_usd_per_kwh.iloc[0]),
    }


def listed_server(data: Any, gpu_id: str) -> Any:
    """The price of an accelerator by Epoch AI's rule: the first row of its price file that has DGX in its notes."""
    return data.once(("listed server", gpu_id), lambda: _listed_server(data, gpu_id))


def _listed_server(data: Any, gpu_id: str) -> Any:
    prices = data.table("prices")
    theirs = (prices.gpu_id == gpu_id) & (prices.source == "epoch_prices_2025") & prices.note.str.contains("DGX")
    return data.chosen("prices", prices[theirs].sort_values("date").head(1)).iloc[0]


def age_by_rule_years(data: Any, model_id: str, priced: Any = None) -> float:
    """Age of a GPU model's hardware when its run begins, by the rules of Epoch AI's code.

    priced: the day of the price; None if it is no later than the purchase
    The purchase is as many days after the release of the accelerator as the code allows for until somebody has it, or
    on the day of a later price, and no run begins before it; the run ends so many days before publication. Whole hours
    of run and whole days of age, as there.
    """
    return age_years(data, data.model(model_id).gpu_id, start_by_rule(data, model_id), priced)


def age_years(data: Any, gpu_id: str, start: pd.Timestamp, priced: Any = None) -> float:
    """Age of an accelerator on the day on which a run begins, by the same rule of purchase."""
    bought = data.gpu(gpu_id).release_date + pd.Timedelta(days=data.published("epoch_purchase_lag_days"))
    if priced is not None:
        bought = max(bought, priced)
    return float(max((start - bought).days, 0) / 365.25)


def start_by_rule(data: Any, model_id: str) -> pd.Timestamp:
    """When a model's run began by the rules of Epoch AI's code: its length and so many days before publication."""
    model = data.model(model_id)
    run = pd.Timedelta(hours=int(model.chip_hours / model.hardware_quantity))
    return model.release_date - run - pd.Timedelta(days=data.published("epoch_publication_lag_days"))


def run_by_rule(data: Any, model_id: str, usd_per_chip: Any, years: Any) -> dict[str, Any]:
    """The INPUTS of a model that Epoch AI's table of runs lacks.

    usd_per_chip, years: price of a chip with its share of the server, and its age at the start; arrays will do
    Hours are the model's own, power is its accelerator's, the tariff that of the runs published in the same year,
    load and PUE those of a firm that is no hyperscaler.
    """
    priced = {"acquisition_usd_per_chip_with_server": usd_per_chip, "years_acquisition_to_training": years}
    return priced | data.once(("run by rule", model_id), lambda: _unpriced_run(data, model_id))


def _unpriced_run(data: Any, model_id: str) -> dict[str, Any]:
    runs, model = _runs(data), data.model(model_id)
    gpu = data.gpu(model.gpu_id)
    same_year = runs[runs.publication_date.dt.year == model.release_date.year].iloc[0]
    return {
        "chip_hours": float(model.chip_hours),
        "chip_tdp_w": gpu.tdp_w,
        "server_to_chip_power_ratio": gpu.server_to_chip_power_ratio,
        "load_fraction": same_year.load_fraction,
        "pue": float(runs.pue.max()),
        "electricity_usd_per_kwh": same_year.electricity_usd_per_kwh,
    }


def by_rule_usd(data: Any, model_id: str, usd_per_chip: Any, years: Any) -> Any:
    """Epoch AI's amortised cost of such a run (see `run_by_rule`), in the dollars of its edition of 2026."""
    run = run_by_rule(data, model_id, usd_per_chip, years)
    return in_dollars_of(data, amortised_usd(run, data), data.model(model_id).release_date, EDITION_2026)


def bought_usd(data: Any, chips: float, usd_per_chip: Any, day: Any) -> Any:
    """Price of a cluster with its network by Epoch AI's rule, in the dollars of its edition of 2026.

    day: of publication, in whose dollars the price is taken to be
    """
    share = data.published("epoch_interconnect_fraction")
    return in_dollars_of(data, costs.acquisition_run_cost_usd(chips, usd_per_chip, share), day, EDITION_2026)


def on_hours_usd(data: Any, model_id: str, chip_hours: float) -> Any:
    """Epoch AI's amortised cost of one of its runs on another count of hours, in the dollars of its edition of 2026.

    The other inputs are those of its code of 2025, or borrowed where that lacks the run.
    """
    run, day = inputs_of(data, model_id)
    return in_dollars_of(data, amortised_usd(run, data, chip_hours=chip_hours), day, EDITION_2026)


def inputs_of(data: Any, model_id: str) -> tuple[Mapping[str, Any], Any]:
    """The inputs of a run in Epoch AI's code, borrowed where its table lacks it, and the day of publication."""
    if model_id in data.records("epoch_runs"):
        run = dict(data.row("epoch_runs", model_id))
        return run, run["publication_date"]
    return borrowed_run(data, model_id), data.model(model_id).release_date


def current(data: Any) -> pd.DataFrame:
    """Models with chip-hours, known hardware and a current amortised estimate: ours on this report's chip-hours.

    Other inputs are those of Epoch AI's code of 2025. Both sides are in the dollars that the published figure is in:
    June 2025, or December 2024 where it was carried over. V3 and other entries that are no amortised cost are left out.
    """
    runs = _runs(data).set_index("model_id")
    moved, cards = editions(data).set_index("model_id"), set(runs.hardware)
    rows = []
    for model in data.table("models").to_dict("records"):
        model_id = model["model_id"]
        theirs = estimate(data, f"{model_id}_epoch_amortised_2026")
        borrowed = model_id not in runs.index
        if theirs is None or not model["chip_hours"] > 0 or (borrowed and model["hardware"] not in cards):
            continue
        data.model(model_id)
        run, day = inputs_of(data, model_id)
        old = borrowed or moved.reason[model_id] == CARRIED_OVER
        month = EDITION_2025 if old else EDITION_2026
        usd = amortised_usd(run, data, chip_hours=model["chip_hours"])
        on_their_hours = amortised_usd(run, data)
        rows.append(
            {
                "model_id": model_id,
                "model": model["model"],
                "chip_hours": model["chip_hours"],
                "chip_hours_confidence": model["chip_hours_confidence"],
                "epoch_chip_hours": run["chip_hours"],
                "dollars_of": month,
                "ours_on_epoch_hours_usd": in_dollars_of(data, on_their_hours, day, month),
                "ours_usd": in_dollars_of(data, usd, day, month),
                "published_usd": theirs,
                "ratio": in_dollars_of(data, usd, day, month) / theirs,
                "reason": "inputs borrowed from a run on the same card" if borrowed else _why(run, model, moved),
            }
        )
    return pd.DataFrame(rows)


def _why(run: Mapping[str, Any], model: Mapping[str, Any], moved: pd.DataFrame) -> str:
    """Why our figure may differ from the published one: other hours, or an input that the edition changed."""
    model_id, parts = model["model_id"], [run["hours_reason"]] if model["chip_hours"] != run["chip_hours"] else []
    if model_id in moved.index and abs(moved.change[model_id] / moved.explained[model_id] - 1) <= 0.001:
        reason = moved.reason[model_id].removeprefix("new dollars; ")
        # Where the hours are what changed, they are said already.
        if reason not in ("new dollars only", CARRIED_OVER) and run["changed_input"] != "chip_hours":
            parts.append(reason)
    elif model_id in moved.index:
        parts.append(moved.reason[model_id].removeprefix("new dollars; the rest: "))
    return "; ".join(parts)


def cloud(data: Any) -> pd.DataFrame:
    """Published cloud-price estimates: the price of a chip-hour that each implies, and our hours at that price."""
    runs = _runs(data).set_index("model_id")
    table = data.table("estimates")
    rows = []
    for row in table[table.method == "Epoch AI cloud-price method"].to_dict("records"):
        model = data.model(row["model_id"])
        edition = row["vintage"][:4]
        if not row["current"] or row["model_id"] not in runs.index:
            continue
        run = runs.loc[row["model_id"]]
        hours = float(model.chip_hours if edition == "2026" and run.changed_input == "chip_hours" else run.chip_hours)
        price = row["value_usd"] / hours
        rows.append(
            {
                "model_id": row["model_id"],
                "model": model.model,
                "edition": edition,
                "hardware": model.hardware,
                "epoch_chip_hours": hours,
                "published_usd": row["value_usd"],
                "implied_usd_per_chip_hour": price,
                "chip_hours": float(model.chip_hours),
                "ours_usd": costs.rental_run_cost_usd(float(model.chip_hours), price),
                "ratio": float(model.chip_hours) / hours,
            }
        )
    return pd.DataFrame(rows)

"""What the model card shows: the weakest numbers as they stand in a case, and headlines under another assumption."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Case, Values
from analysis.listing import cite, doubt
from analysis.quantities import REGISTRY
from analysis.trace import keys


def what_if(case: Case, name: str, **changes: Any) -> str:
    """The central value of a result if some assumptions were others, in words."""
    definition = REGISTRY[name]
    value = float(definition.compute(Values({**case.values, **changes}, case.used), case.data))
    return words.amount(value, definition.unit, significant=3)


def ends(case: Case, name: str, parameter: str) -> str:
    """A result with one assumption at either end of its row: '$1.30 gives $3.62 million, $3.42 gives $9.53 million'."""
    row = case.data.row("assumptions", parameter)
    found = {end: what_if(case, name, **{parameter: float(row[end])}) for end in ("low", "high")}
    return ", ".join(f"{case.text(f'{parameter}_{end}')} gives {text}" for end, text in found.items())


def weak_numbers(case: Case) -> pd.DataFrame:
    """data/weak_numbers.csv with the title, the present value and the range of each number.

    Numbers for which there is no source are marked as unverified. A count that the case's fleet does not have moves
    nothing in this case.
    """
    weak = case.data.table("weak_numbers")
    counted = set(keys("fleet", case.data.fleet(case.point.fleet)))
    weak = weak.assign(moves=weak.moves.where((weak.table != "fleet") | weak.row.isin(counted), ""))
    shown = [_present(case, row.table, row.row) for row in weak.itertuples()]
    return weak.assign(
        **{column: [line[column] for line in shown] for column in ("title", "value", "range", "confidence")}
    )


def _present(case: Case, table: str, key: str) -> dict[str, str]:
    if table == "assumptions":
        row = case.data.row(table, key)
        here, base = case.text(key), case.text(f"{key}_base")
        value = here if here == base else f"{here} (base case: {base})"
        found = {"title": row.title, "value": value, "range": case.text(f"{key}_range")}
    elif table == "fleet":
        account, gpu_id = key.split(":")
        fleet = case.data.table(table)
        row = fleet[(fleet.account == account) & (fleet.gpu_id == gpu_id)].iloc[0]
        name = case.data.gpu(gpu_id)["name"]
        span = f"{words.number(row.low)}{words.THIN_RANGE}{words.number(row.high)}"
        found = {"title": f"{name} in the analyst's fleet", "value": words.number(row["count"]), "range": span}
    else:
        row = case.data.row(table, key)
        none = pd.isna(row.low) or pd.isna(row.high)
        span = "none published" if none else f"{case.text(f'{key}_low')}{words.THIN_RANGE}{case.text(f'{key}_high')}"
        found = {"title": f"{row.quantity} ({row.subject})", "value": case.text(key), "range": span}
    found["value"] = doubt(found["value"], row.confidence)
    return {**found, "confidence": row.confidence}


def questions(case: Case, weak: pd.DataFrame) -> pd.DataFrame:
    """Four questions for each headline, as a table shows them. `weak` is what `weak_numbers` gives."""
    rows = []
    for name, (compared, who, (parameter, changed)) in _headlines(case).items():
        otherwise = what_if(case, name, fleet="documented") if parameter == "fleet" else ends(case, name, parameter)
        unseen = name == "fleet_capex_usd" and (case.data.fleet(case.point.fleet).confidence == "unverified").any()
        rows.append(
            {
                "Headline": f"{REGISTRY[name].title} ({REGISTRY[name].basis})",
                "Value": doubt(case[name].text, "unverified" if unseen else ""),
                "Compared with what?": case.fill(compared),
                "How sure?": _sure(case, name, weak),
                "Says who?": who,
                "What if not?": f"{changed}: {otherwise}",
            }
        )
    return pd.DataFrame(rows)


def _headlines(case: Case) -> dict[str, tuple[str, str, tuple[str, str]]]:
    """Headline -> what it is compared with, who says so, and the assumption to change with its name in the table."""
    large, new = (
        words.amount(case.data.published(f"semianalysis_h100_{kind}_owner_usd_per_hour"), "USD/GPU-hour")
        for kind in ("hyperscaler", "neocloud")
    )
    counts = case.data.fleet(case.point.fleet).source
    counted = cite(";".join(dict.fromkeys(key for keys in counts for key in keys.split(";"))))
    deepseek, server_price = cite("deepseek_v3_2024"), f"{case.text('h800_price_says_who')} {cite('reuters_h20_2024')}"
    return {
        "v3_rental_usd": (
            "Llama 3.1 405B at the same price an hour: {llama31_rental_usd_exact}",
            f"Hours: DeepSeek {deepseek}. Price: {case.text('rent_says_who')}.",
            ("rental_usd_per_gpu_hour", "Rent"),
        ),
        "v3_amortised_usd": (
            "Llama 3.1 405B {llama31_amortised_usd}, GPT-4 {gpt4_amortised_usd}, by the same method",
            f"Hours: DeepSeek {deepseek}. Method: Epoch AI {cite('cottier_2024')}. Server price: {server_price}.",
            ("h800_years_in_service", "Age of the cards, years"),
        ),
        "v3_acquisition_usd": (
            "GPT-4's cluster, bought: {gpt4_acquisition_usd}",
            f"GPUs: DeepSeek {deepseek}. Server price: {server_price}.",
            ("server_price_h800_usd_per_gpu", "Price of one GPU with its server"),
        ),
        "v3_programme_usd": (
            "By Epoch AI's method V3 is {v3_development_usd} and GPT-4 {gpt4_programme_usd}. V3 is its part of the "
            "laboratory's year, {laboratory_year_usd}",
            "This report, by analogy with other developers {cite}`you_openai_compute_2025,epoch_final_runs_2026`.",
            ("programme_years", "Years of work behind V3"),
        ),
        "fleet_capex_usd": (
            "The analyst's own sum: {semianalysis_server_capex_all_musd}",
            f"Counts: {case.text('fleet_says_who')} {counted}. Prices: {case.text('server_prices_say_who')}.",
            ("fleet", "Only the GPUs that documents show"),
        ),
        "owner_usd_per_gpu_hour": (
            f"An analyst's cost of an H100-hour: {large} for a large cloud, {new} for a new one",
            "This report; the analyst's figures are in its code {cite}`semianalysis_inferencex_2026`.",
            ("utilisation", "Share of time in use"),
        ),
    }


def _sure(case: Case, name: str, weak: pd.DataFrame) -> str:
    """The range, how wide it is, and which of the weak numbers are behind it."""
    result = case[name]
    behind = [str(place) for place, moves in enumerate(weak.moves, start=1) if name in moves.split(";")]
    width = words.amount(result.high / result.low, "times", significant=2) if result.low > 0 else words.NOT_DEFINED
    text = f"{result.range}, 5–95 %; top over bottom {width}"
    plural = "s" if len(behind) > 1 else ""
    return f"{text}; weak number{plural} {words.label('', behind)}" if behind else text

"""From the final run to the whole bill: what each wider reading of "cost" takes in, and what it rests on.

The four cost bases stand in bands of their own: they answer different questions, so no two bands add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis import parameters, words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, room, strips
from analysis.figures.sheet import Sheet
from analysis.quantities.fleet import by_type
from analysis.quantities.programme import V2
from analysis.quantities.runs import R1, V3
from analysis.tables import joined

# Whose count is multiplied by a price: how full its dot is, and what the key calls it. The prices are assumptions or
# street prices in every row.
WHOSE = {
    "disclosed": ("full", "disclosed count"),
    "an analyst's": ("left", "an analyst's count"),
    "a newspaper's": ("right", "a newspaper's"),
    "by analogy": ("none", "by analogy"),
}


@dataclass(frozen=True)
class Layer:
    """One row: what it takes in, what it rests on, and its value with its 5-95 % range."""

    name: str
    evidence: str
    count: str
    result: Quantity
    source: str
    chosen: bool = False


@observed
def whole_bill(case: Case) -> Sketch:
    """V3's bill layer by layer, from the disclosed run to the analyst's fleet, in bands by cost basis."""
    bands = {
        "rental": _rental(case),
        "amortised": _amortised(case),
        "programme": _programme(case),
        "acquisition": _acquisition(case),
    }
    results = [layer.result for band in bands.values() for layer in band]
    ends = (end for q in results for end in (q.low, q.value, q.high))
    unit = "US dollars of the day, log scale; dot: base case, bar: 5–95 % range. Never add one band to another"
    if any(not q.low <= q.value <= q.high for q in results):
        unit += ". Dot outside its bar: an assumption at the edge"
    first, last = case["v3_rental_usd"].text, case["semianalysis_fleet_capex_usd"].text
    title = f"From {first} to {last}: each sum answers another question"
    return Sketch(
        "whole-bill",
        title,
        unit,
        partial(_draw, bands, style.log_limits(ends, 1.4)),
        _table(bands),
        _alt(case),
    )


def _draw(bands: dict[str, list[Layer]], limits: tuple[float, float], sheet: Sheet) -> None:
    sheet.key([("o", *told) for told in WHOSE.values()])
    rows = {basis: [_row(layer, style.BASIS_COLOURS[basis]) for layer in band] for basis, band in bands.items()}
    columns = room([row for band in rows.values() for row in band])
    for basis, band in rows.items():
        top = sheet.at + 8
        sheet.heading(style.BASIS_NAMES[basis], style.BASIS_COLOURS[basis], above=12, below=0)
        sheet.lines(style.BASES[basis]["left_out"], 9, color=style.MUTED)
        last = basis == list(rows)[-1]
        strips(sheet, band, limits, words.money_tick, axis=last, columns=columns)
        sheet.band(top, sheet.at - (16 if last else 0), style.BASIS_COLOURS[basis])


def _row(layer: Layer, colour: str) -> Row:
    result = layer.result
    return Row(
        layer.name,
        result.value,
        style.short(result.text),
        result.low,
        result.high,
        "" if result.certain else style.short(result.range),
        layer.evidence + (" (base case)" if layer.chosen else ""),
        colour,
        fill=WHOSE[layer.count][0],
        strong=layer.chosen,
    )


def _rental(case: Case) -> list[Layer]:
    price = case.point.rental_usd_per_gpu_hour
    sources = (case.data.model(V3).chip_hours_source, parameters.known()["rental_usd_per_gpu_hour"].source)
    both = (case.data.model(V3).chip_hours_source, case.data.model(R1).chip_hours_source, sources[1])
    run, with_r1 = case["v3_rental_usd"], case["v3_r1_rental_usd"]
    return [
        Layer("V3's final run", f"disclosed hours × assumed ${price:.2f}", "disclosed", run, joined(*sources)),
        Layer("+ R1 on top of it", "R1's hours are disclosed too", "disclosed", with_r1, joined(*both)),
    ]


def _amortised(case: Case) -> list[Layer]:
    sources = case.data.model(V3).chip_hours_source, parameters.known()["server_price_h800_usd_per_gpu"].source
    run = case["v3_amortised_usd"]
    return [Layer("V3's final run", "hardware, network and energy used up", "disclosed", run, joined(*sources))]


def _programme(case: Case) -> list[Layer]:
    known = parameters.known()
    share, staff, pay = (
        known[name] for name in ("final_run_share_of_rd_compute", "staff_count", "staff_cost_usd_per_head_year")
    )
    here = words.amount(case.point.final_run_share_of_rd_compute, "fraction")
    elsewhere = f"{words.amount(share.low, share.unit)} to {words.amount(share.high, share.unit, significant=2)}"
    hours, heads, part = (
        case.data.model(V3).chip_hours_source,
        words.number(case.point.staff_count),
        case["v3_part_of_final_runs"],
    )
    runs = (
        hours,
        case.data.model(V2).chip_hours_source,
        case.data.row("published", "deepseek_coder_v2_tokens_t").source,
    )
    return [
        Layer(
            "V3's research compute",
            f"analogy: run = {here} of it; others {elsewhere}",
            "by analogy",
            case["rd_compute_usd"],
            joined(hours, share.source),
        ),
        Layer(
            "+ its part of the staff",
            f"{case.text('headcount_is_whose')} ({heads}) × {case.text('pay_is_whose')} × {part.text}",
            "by analogy",
            case["v3_programme_usd"],
            joined(*runs, share.source, staff.source, pay.source),
        ),
        Layer(
            "The laboratory's whole year",
            f"all final runs' compute, and all {heads} people",
            "by analogy",
            case["laboratory_year_usd"],
            joined(*runs, share.source, staff.source, pay.source),
        ),
    ]


def _acquisition(case: Case) -> list[Layer]:
    model = case.data.model(V3)
    layers = [
        Layer(
            "Servers under V3's run",
            f"{case['v3_gpus'].text} disclosed GPUs; {style.short(case['v3_acquisition_usd'].text)} with network",
            "disclosed",
            case["v3_servers_usd"],
            joined(model.source, parameters.known()["server_price_h800_usd_per_gpu"].source),
        )
    ]
    for account, row in reversed(case.data.records("accounts").items()):
        rows = case.data.fleet(account)
        gpus = sum(by_type(case.point, case.data, "count", account).values())
        prices = [parameters.known()[price].source for price in rows.price_parameter]
        layers.append(
            Layer(
                row["title"],
                f"{words.number(gpus)} GPUs, {row['rests_on']}",
                row["count_is"],
                case[row["capex_result"]],
                joined(*rows.source, *prices),
                chosen=case.point.fleet == account,
            )
        )
    return layers


def _table(bands: dict[str, list[Layer]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "basis": basis,
                # A spreadsheet takes what begins with a plus for a formula.
                "layer": layer.name.removeprefix("+ "),
                "value_usd": layer.result.value,
                "low_usd": layer.result.low,
                "high_usd": layer.result.high,
                "range": "5-95 %",
                "count": layer.count,
                "evidence": layer.evidence,
                "fleet_of_this_case": layer.chosen,
                "source": layer.source,
            }
            for basis, band in bands.items()
            for layer in band
        ]
    )


def _alt(case: Case) -> str:
    return (
        "Dot plot with ranges in four bands, one a cost basis. "
        f"V3's final run is {case['v3_rental_usd'].text} rented and {case['v3_amortised_usd'].text} amortised. As a "
        f"programme, V3 is {case['v3_programme_usd'].text} by analogy, and the laboratory's whole year "
        f"{case['laboratory_year_usd'].text}. Bought, the servers under the run are {case['v3_servers_usd'].text}, the "
        f"documented fleet {case['documented_capex_usd'].text}, the analyst's whole fleet "
        f"{case['semianalysis_fleet_capex_usd'].text}."
    )

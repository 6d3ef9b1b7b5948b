"""What models cost, one panel a cost basis: no figure is compared with a figure of another kind.

Rows are a choice of well-known models. The values are data, or the case's own: V3 on all four bases, amortised and
bought on Epoch AI's constants like the others there, and disclosed Hopper hours times its rental price.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis import costs, parameters, uncertainty, words
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, limits_of, room, strips
from analysis.figures.sheet import Sheet
from analysis.quantities.comparison import GPT4
from analysis.quantities.hours import HOPPERS, PUBLIC, gpu_name
from analysis.quantities.runs import V3
from analysis.reconciliation.epoch import EDITION_2026
from analysis.tables import joined

CLOUD = "Rental: cloud prices of the day"
HOURS, MODEL, PUBLISHED = "hours x price", "this report's model", "published"


@dataclass(frozen=True)
class Mark:
    """One figure for one model on one basis, with its range where there is one."""

    basis: str
    model_id: str
    kind: str
    value: float
    low: float
    high: float
    text: str
    hours_public: bool
    currency_year: str
    source: str
    estimate_id: str = ""
    note: str = ""

    @property
    def ranged(self) -> bool:
        return self.low < self.high


@observed
def cost_per_model(case: Case) -> Sketch:
    """Four dot plots on one dollar axis: amortised, rental, acquisition and programme."""
    marks = _marks(case)
    gpt4 = sorted(mark.value for mark in marks if mark.model_id == GPT4)
    least, most = (words.amount(end, "USD", significant=3) for end in (gpt4[0], gpt4[-1]))
    title = f"GPT-4 cost {least} to {most}, by what is counted"
    unit = "US dollars, log scale, a panel for each cost basis; bar: 5–95 % range, where there is one"
    if any(not mark.low <= mark.value <= mark.high for mark in marks):
        unit += ". Dot outside its bar: an assumption at the edge"
    return Sketch("cost-per-model", title, unit, partial(_draw, case, marks), _table(case, marks), _alt(case))


def _marks(case: Case) -> list[Mark]:
    """One figure for a model and basis, the cheapest first; the case's own goes before a published one."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in [*_hours_times_price(case), *_modelled(case), *_published(case)]:
        found.setdefault((mark.basis, mark.model_id), mark)
    order = list(style.BASIS_NAMES)
    return sorted(found.values(), key=lambda mark: (order.index(mark.basis), mark.value, mark.model_id))


def _hours_times_price(case: Case) -> list[Mark]:
    """Well-known runs with reported Hopper hours, at the case's rental price: it is the price of an H800-hour."""
    price = parameters.known()["rental_usd_per_gpu_hour"]
    year = _year(case, price.name)
    known = {V3, *_shown(case).model_id}
    marks = []
    for row in case.data.table("models").to_dict("records"):
        reported = row["chip_hours_confidence"] == "reported" and gpu_name(row["hardware"]) in HOPPERS
        if row["model_id"] not in known or not reported:
            continue
        hours = case.data.model(row["model_id"]).chip_hours
        value = costs.rental_run_cost_usd(hours, case.point.rental_usd_per_gpu_hour)
        low, high = uncertainty.interval(costs.rental_run_cost_usd(hours, case.draws.rental_usd_per_gpu_hour))
        text = style.short(words.amount(value, "USD", low, high, 3))
        source = joined(row["chip_hours_source"], price.source)
        marks.append(Mark("rental", row["model_id"], HOURS, value, low, high, text, True, year, source))
    return marks


def _modelled(case: Case) -> list[Mark]:
    """V3 on the bases that no source gives for it."""
    deflated = f"{pd.Timestamp(EDITION_2026).year}"
    staff = ";".join(sorted({_year(case, "rental_usd_per_gpu_hour"), _year(case, "staff_cost_usd_per_head_year")}))
    results = {"v3_by_epoch_usd": deflated, "v3_acquisition_by_epoch_usd": deflated, "v3_programme_usd": staff}
    marks = []
    for name, year in results.items():
        result = case[name]
        text, source = style.short(result.text), f"{case.data.model(V3).chip_hours_source};this_report"
        marks.append(Mark(result.basis, V3, MODEL, result.value, result.low, result.high, text, True, year, source))
    return marks


def _shown(case: Case) -> pd.DataFrame:
    """Published figures of well-known models that are current and not known to be wrong."""
    rows = case.data.table("estimates")
    good = rows["shown"] & rows.current & ~rows.known_error & rows.value_usd.notna()
    return case.data.chosen("estimates", rows[good])


def _published(case: Case) -> list[Mark]:
    marks = []
    for row in _shown(case).to_dict("records"):
        basis, model_id, value = row["basis"], row["model_id"], row["value_usd"]
        low, high = (value if math.isnan(row[end]) else row[end] for end in ("low_usd", "high_usd"))
        text = style.short(words.amount(value, "USD", low, high, 3))
        public = case.data.model(model_id).chip_hours_confidence in PUBLIC
        year = "" if math.isnan(row["currency_year"]) else f"{row['currency_year']:.0f}"
        where = row["source"], row["estimate_id"], row["note"]
        marks.append(Mark(basis, model_id, PUBLISHED, value, low, high, text, public, year, *where))
    return marks


def _year(case: Case, parameter: str) -> str:
    """The year of the dollars of a price in data/assumptions.csv."""
    return f"{case.data.row('assumptions', parameter).currency_year:.0f}"


def _panels(case: Case, marks: list[Mark]) -> list[tuple[str, str, list[Row]]]:
    """Name, remark and rows of each: a rent that is one for all stands apart from rents of the day."""
    price = f"hours that developers published, at ${case.point.rental_usd_per_gpu_hour:.2f} for all"
    found = []
    for basis, name in style.BASIS_NAMES.items():
        parts: list[tuple[str, str, tuple[str, ...]]] = [
            (name, style.BASES[basis]["remark"], (HOURS, MODEL, PUBLISHED))
        ]
        if basis == "rental":
            parts = [(name, price, (HOURS,)), (CLOUD, "Epoch AI's estimates", (PUBLISHED,))]
        for heading, remark, kinds in parts:
            rows = [_row(case, mark) for mark in marks if mark.basis == basis and mark.kind in kinds]
            found.append((heading, remark, rows))
    return [panel for panel in found if panel[2]]


def _draw(case: Case, marks: list[Mark], sheet: Sheet) -> None:
    sheet.key([("o", "full", "chip-hours public"), ("o", "none", "chip-hours estimated")])
    panels = _panels(case, marks)
    every = [row for _, _, rows in panels for row in rows]
    limits, columns = limits_of(every, 1.6), room(every)
    for number, (heading, remark, rows) in enumerate(panels, start=1):
        sheet.heading(heading, size=10.5, above=6, below=0)
        sheet.lines(remark, 9, color=style.MUTED)
        sheet.skip(3)
        strips(sheet, rows, limits, words.money_tick, axis=number == len(panels), columns=columns, beside=True)


def _row(case: Case, mark: Mark) -> Row:
    chosen = mark.model_id == V3
    return Row(
        case.data.model(mark.model_id).model,
        mark.value,
        mark.text,
        mark.low,
        mark.high,
        colour=style.BLUE if chosen else style.MUTED,
        fill="full" if mark.hours_public else "none",
        strong=chosen,
    )


def _table(case: Case, marks: list[Mark]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "basis": mark.basis,
                "model_id": mark.model_id,
                "model": case.data.model(mark.model_id).model,
                "release_date": case.data.model(mark.model_id).release_date,
                "kind": mark.kind,
                "value_usd": mark.value,
                "low_usd": mark.low if mark.ranged else math.nan,
                "high_usd": mark.high if mark.ranged else math.nan,
                "range": "5-95 %" if mark.ranged else "",
                "currency_year": mark.currency_year,
                "chip_hours_public": mark.hours_public,
                "source": mark.source,
                "estimate_id": mark.estimate_id,
                "note": mark.note,
            }
            for mark in marks
        ]
    )


def _alt(case: Case) -> str:
    gpt4, llama = case["gpt4_programme_usd"].text, case["llama31_rental_usd"].text
    return (
        "Dot plots by cost basis on a log dollar axis. "
        f"DeepSeek-V3 is {case['v3_rental_usd'].text} rented, {case['v3_by_epoch_usd'].text} amortised, "
        f"{case['v3_acquisition_by_epoch_usd'].text} to buy its cluster and {case['v3_programme_usd'].text} "
        "as a programme. "
        f"On these bases Llama 3.1 405B is {llama} rented and {case['llama31_amortised_usd'].text} amortised, "
        f"and GPT-4 {case['gpt4_amortised_usd'].text} amortised, {case['gpt4_acquisition_usd'].text} to buy and {gpt4} "
        "as a programme."
    )

"""V3 beside well-known models on one basis: what a final run used up of its hardware, with its energy.

Epoch AI's formula for all of them, V3 too, which its edition does not have: at this case's price and age of the cards.
"""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, strips
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, MUTED, short
from analysis.quantities.comparison import GPT4
from analysis.quantities.hours import PUBLIC
from analysis.quantities.runs import V3

NAME = "models-one-basis"
BASIS = "amortised"


@observed
def models_one_basis(case: Case) -> Sketch:
    """Amortised cost of V3 and of the well-known models since GPT-4, the costliest first."""
    models = _models(case)
    own, gpt4 = case["v3_by_epoch_usd"], case["gpt4_amortised_usd"]
    costlier = int((models.value_usd > own.value).sum())
    others = len(models) - 1
    ends = models.value_usd[models.model_id != V3]
    title = f"V3’s run used up {own.text} of hardware and energy, GPT-4’s {gpt4.text}"
    unit = "Amortised cost of the final run by Epoch AI’s formula, US dollars; under V3: its 5–95 % range"
    alt = (
        f"Bar chart of the amortised cost of {others + 1} final runs by Epoch AI's formula. V3's used up {own.text} of "
        f"hardware and energy, GPT-4's {gpt4.text}. The other models lie between "
        f"{words.amount(ends.min(), 'USD', significant=3)} and {words.amount(ends.max(), 'USD', significant=3)}; "
        f"{costlier} of {others} cost more than V3."
    )
    return Sketch(NAME, title, unit, partial(_draw, models), models, alt)


def _models(case: Case) -> pd.DataFrame:
    """The rows, the costliest first: the current estimates that are shown, of models since GPT-4, and V3."""
    estimates, models = case.data.table("estimates"), case.data.table("models").set_index("model_id")
    good = estimates.current & ~estimates.known_error & estimates["shown"] & (estimates.basis == BASIS)
    since = models.release_date[GPT4]
    good &= estimates.model_id.map(models.release_date) >= since
    chosen = case.data.chosen("estimates", estimates[good])
    columns = ["model_id", "value_usd", "low_usd", "high_usd", "currency_year", "source", "estimate_id"]
    own = case["v3_by_epoch_usd"]
    v3 = (V3, own.value, own.low, own.high, math.nan, f"{case.data.model(V3).chip_hours_source};this_report", "")
    rows = pd.concat([chosen[columns], pd.DataFrame([v3], columns=columns)])
    rows = rows.sort_values(["value_usd", "model_id"], ascending=[False, True], ignore_index=True)
    of = pd.DataFrame([case.data.model(model_id) for model_id in rows.model_id])
    rows.insert(1, "model", list(of.model))
    rows.insert(2, "release_date", list(of.release_date))
    return rows.assign(chip_hours_public=list(of.chip_hours_confidence.isin(PUBLIC)))


def _draw(models: pd.DataFrame, sheet: Sheet) -> None:
    sheet.key([("s", "full", "chip-hours public"), ("s", "none", "chip-hours estimated")])
    rows = [_row(row) for row in models.itertuples()]
    strips(sheet, rows, (0, max(models.value_usd.max(), models.high_usd.max()) * 1.02), words.money_tick, log=False)


def _row(row: pd.Series) -> Row:
    chosen = row.model_id == V3
    ends = {"low": row.low_usd, "high": row.high_usd} if row.low_usd < row.high_usd else {}
    return Row(
        f"{row.model}, {row.release_date.year}",
        row.value_usd,
        short(words.amount(row.value_usd, "USD", significant=3, **ends)),
        span=short(words.span(row.value_usd, "USD", **ends)) if ends else "",
        note="at the assumed price of an H800" if chosen else "",
        colour=BLUE if chosen else MUTED,
        fill="full" if row.chip_hours_public else "none",
        strong=chosen,
        start=0,
    )

"""What models cost, one panel a cost basis: no figure is compared with a figure of another kind.

Rows are a choice of well-known models. The values are data, or the case's own: disclosed Hopper hours times its
rental price, and V3 on the three other bases, amortised and bought on Epoch AI's constants like the others there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from analysis import costs, parameters, uncertainty, words
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed
from analysis.quantities.hours import HOPPERS, gpu_name
from analysis.quantities.runs import V3
from analysis.reconciliation.epoch import EDITION_2026

REMARKS = {
    "rental": "circles: one price for all; diamonds: mostly cloud prices of the day",
    "amortised": "by Epoch AI's formula; V3's at this case's price of an H800",
    "acquisition": "the whole cluster, on Epoch AI's constants",
    "programme": "V3's compute at the rental price, the others' amortised",
}

# Shape: whose arithmetic. Fill: whether the chip-hours behind a published figure are public.
HOURS, MODEL, PUBLISHED = "hours x price", "this report's model", "published"
SHAPES = {HOURS: "o", MODEL: "s", PUBLISHED: "D"}
SIZES = {HOURS: 5.5, MODEL: 5.8, PUBLISHED: 6.2}

# Inches: words left and right of the dots, height of a row, of a heading, of an axis with its figures.
LEFT, RIGHT, ROW, HEADING, AXIS = 2.4, 1.0, 0.162, 0.3, 0.25


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
def cost_per_model(case: Case) -> Drawing:
    """Four dot plots on one dollar axis: rental, amortised, acquisition and programme."""
    marks = [*_hours_times_price(case), *_modelled(case), *_published(case)]
    panels = {basis: _rows([mark for mark in marks if mark.basis == basis]) for basis in style.BASIS_NAMES}
    limits = style.log_limits((end for mark in marks for end in (mark.low, mark.value, mark.high)), 1.6)
    over, under = 0.5, 0.7
    height_inches = over + under + sum(ROW * len(rows) + HEADING + AXIS for rows in panels.values()) - AXIS

    with style.paper("cost-per-model", height_inches) as figure:
        style.key(figure, _key(case), 0.08, columns=3)
        top = over
        for basis, rows in panels.items():
            ax = style.panel(figure, top + HEADING, ROW * len(rows), LEFT, RIGHT)
            _axis(ax, len(rows), limits)
            colour = style.BASIS_COLOURS[basis]
            style.heading(ax, style.BASIS_NAMES[basis], LEFT - 0.08, color=colour)
            style.remark(ax, REMARKS[basis], RIGHT - 0.1)
            for y, row in enumerate(rows):
                _draw(ax, y, row, case.data.model(row[0].model_id), colour)
            top += HEADING + ROW * len(rows) + AXIS
        ax.set_xlabel("USD (log scale, the same in all panels)", fontsize=9.5, loc="left")
        figure.text(
            0.08 / style.WIDTH_INCHES, 0.07 / height_inches, _note(case, marks), fontsize=8.8, color=style.MUTED
        )
    return Drawing("cost-per-model", figure, _table(case, panels), _alt(case))


def _hours_times_price(case: Case) -> list[Mark]:
    """Every run with reported Hopper hours, at the case's rental price: it is the price of an H800-hour."""
    price = parameters.known()["rental_usd_per_gpu_hour"]
    year = _year(case, price.name)
    marks = []
    for row in case.data.table("models").to_dict("records"):
        if row["chip_hours_confidence"] != "reported" or gpu_name(row["hardware"]) not in HOPPERS:
            continue
        hours = case.data.model(row["model_id"]).chip_hours
        value = costs.rental_run_cost_usd(hours, case.point.rental_usd_per_gpu_hour)
        low, high = uncertainty.interval(costs.rental_run_cost_usd(hours, case.draws.rental_usd_per_gpu_hour))
        text = style.short(words.amount(value, "USD", low, high, 3))
        source = ";".join(dict.fromkeys(f"{row['chip_hours_source']};{price.source}".split(";")))
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


def _published(case: Case) -> list[Mark]:
    """Published figures that are current and not known to be wrong; floors and ceilings alone are no figure."""
    estimates = case.data.table("estimates")
    good = estimates[estimates.current & ~estimates.known_error & estimates.value_usd.notna()]
    own = {mark.model_id for mark in _hours_times_price(case)}
    marks = []
    for row in good.to_dict("records"):
        basis, model_id, value = row["basis"], row["model_id"], row["value_usd"]
        if not row["shown"] and not (basis == "rental" and model_id in own):
            continue
        case.data.row("estimates", row["estimate_id"])
        low, high = (value if math.isnan(row[end]) else row[end] for end in ("low_usd", "high_usd"))
        text = style.short(words.amount(value, "USD", low, high, 3))
        public = case.data.model(model_id).chip_hours_confidence in ("reported", "derived")
        year = "" if math.isnan(row["currency_year"]) else f"{row['currency_year']:.0f}"
        where = row["source"], row["estimate_id"], row["note"]
        marks.append(Mark(basis, model_id, PUBLISHED, value, low, high, text, public, year, *where))
    return marks


def _year(case: Case, parameter: str) -> str:
    """The year of the dollars of a price in data/assumptions.csv."""
    return f"{case.data.row('assumptions', parameter).currency_year:.0f}"


def _rows(marks: list[Mark]) -> list[list[Mark]]:
    """Marks of one panel, a list a model, the case's own first; models by cost."""
    by_model: dict[str, list[Mark]] = {}
    for mark in marks:
        by_model.setdefault(mark.model_id, []).append(mark)
    return sorted(by_model.values(), key=lambda row: (row[0].value, row[0].model_id))


def _key(case: Case) -> list[tuple[str, str, str]]:
    price = case.point.rental_usd_per_gpu_hour
    return [
        (SHAPES[HOURS], "full", f"disclosed hours × ${price:.2f}"),
        (SHAPES[MODEL], "full", "V3, computed here"),
        (SHAPES[PUBLISHED], "full", "published, chip-hours public"),
        (SHAPES[PUBLISHED], "none", "published, chip-hours not public"),
        ("-", "", "5–95 % range, where there is one"),
    ]


def _axis(ax: Axes, rows: int, limits: tuple[float, float]) -> None:
    style.log_rows(ax, rows, limits, keep=("bottom",), numticks=20)
    ax.tick_params(labelsize=9, pad=2)
    style.dollar_axis(ax)


def _draw(ax: Axes, y: int, row: list[Mark], model: pd.Series, colour: str) -> None:
    chosen = row[0].model_id == V3
    ink, weight = (colour, "bold") if chosen else (style.INK, "normal")
    ax.axhline(y, color=style.GRID, linewidth=0.8)
    style.beside(ax, y, model.model, -34, fontsize=9.3, color=ink, fontweight=weight)
    style.beside(ax, y, f"{model.release_date.year}", -29, ha="left", fontsize=8.8, color=style.MUTED)
    tone = colour if chosen else style.MUTED
    own = row[0]
    for mark in reversed(row):
        if mark.ranged:
            style.range_bar(ax, mark.low, mark.high, y, tone, height=0.72)
        # The case's own figure lies on top of a published one, smaller and with a white rim, so that both are seen.
        close = len(row) > 1 and abs(math.log10(own.value / row[1].value)) < 0.12
        if close and mark is own:
            style.dot(ax, mark.value, y, style.PAPER, SHAPES[mark.kind], size=SIZES[mark.kind])
        size = SIZES[mark.kind] + (0 if not close else -1.8 if mark is own else 1.8)
        style.dot(ax, mark.value, y, tone, SHAPES[mark.kind], "full" if mark.hours_public else "none", size)
        if mark is not own and mark.value > max(own.high, own.value) and not close:
            plate = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            style.at_dot(ax, mark.text, mark.value, y, 7, fontsize=8.8, color=style.MUTED, bbox=plate)
    style.beside(ax, y, row[0].text, 8, fontsize=9.3, color=ink, fontweight=weight)


def _note(case: Case, marks: list[Mark]) -> str:
    """The dollars of the figures are of different years: which, and how much it matters here."""
    published = [mark for mark in marks if mark.kind == PUBLISHED]
    years = [mark.currency_year for mark in published]
    usual = max(sorted(set(years)), key=years.count)
    rest = [mark for mark in published if mark.currency_year != usual]
    developers = words.label("", sorted({case.data.model(mark.model_id).developer for mark in rest}))
    others = words.label("", sorted({mark.currency_year for mark in rest}))
    apart = f" ({developers}'s own in {others} dollars)" if rest else ""
    ours = {year for mark in marks if mark.kind != PUBLISHED for year in mark.currency_year.split(";")}
    text = (
        f"Published figures are labelled {usual} dollars{apart}, this report's in dollars of "
        f"{words.label('', sorted(ours))}.\nThey are not converted: the difference is smaller than a marker."
    )
    if any(not mark.low <= mark.value <= mark.high for mark in marks):
        text += " A dot outside its range: an assumption at the edge."
    return text


def _table(case: Case, panels: dict[str, list[list[Mark]]]) -> pd.DataFrame:
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
            for rows in panels.values()
            for row in rows
            for mark in row
        ]
    )


def _alt(case: Case) -> str:
    gpt4, llama = case["gpt4_programme_usd"].text, case["llama31_rental_usd"].text
    return (
        "Dot plots in four panels, one a cost basis, on one log dollar axis. "
        f"DeepSeek-V3 is {case['v3_rental_usd'].text} rented, {case['v3_by_epoch_usd'].text} amortised, "
        f"{case['v3_acquisition_by_epoch_usd'].text} to buy its cluster and {case['v3_programme_usd'].text} "
        "as a programme. "
        f"On the same bases Llama 3.1 405B is {llama} rented and {case['llama31_amortised_usd'].text} amortised, "
        f"and GPT-4 {case['gpt4_amortised_usd'].text} amortised, {case['gpt4_acquisition_usd'].text} to buy and {gpt4} "
        "as a programme."
    )

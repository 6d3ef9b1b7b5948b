"""What the page of one model says: its costs on each basis, what is known of it, and what others have published."""

from __future__ import annotations

from typing import Any

import pandas as pd
from IPython.display import Markdown

from analysis import listing, placing, words
from analysis.placing import told
from analysis.placing.numbers import COSTS
from analysis.untrusted import as_markdown

# The tables of which a model's page sees its own rows alone, and V3's beside them.
TABLES = ("models", "estimates", "stages")
BESIDE = "dsv3"


def placed(case: Any, model_id: str) -> placing.Placed:
    """What can be worked out of a model without any sum; the case sees its rows alone from now on."""
    case.data.only("model_id", (model_id, BESIDE), TABLES)
    # All members of the family have one parameters cell, whichever of them a member's chip asks for.
    for name in placing.needs(case):
        getattr(case.point, name)
    return placing.place(placing.of_model(case, model_id))


def answer(found: placing.Placed) -> str:
    """The first sentence of the page."""
    known = {name: span for name in COSTS if (span := found.answers[name].span)}
    if not known:
        return f"What {found.given.name} cost cannot be computed: {_lacking(found)}."
    parts = [f"{LEAD[name]} {told.spanned(span, 'USD')}" for name, span in known.items() if name in LEAD]
    return f"{found.given.name}: {'; '.join(parts)}."


def scope(case: Any, model_id: str) -> str:
    """Who made the model and when, and what a row of it counts where that is no whole run."""
    row = case.data.model(model_id)
    made = f"{as_markdown(row.developer)} released it on {row.release_date:%-d %B %Y}."
    return f"{made} {row.note}".strip()


def command(case: Any, model_id: str) -> str:
    """How to check a sum that is said of the model."""
    return f'`report claim "$5 million" --model {model_id}`'


def shown(rows: pd.DataFrame, otherwise: str, caption: str, name: str) -> Markdown:
    """A table of the page, or a sentence where it would have no row."""
    return listing.table(rows, caption, name) if len(rows) else Markdown(otherwise)


# How the first sentence calls a cost; the bare GPUs stand in the table alone.
LEAD = {
    "rental_usd": "rented",
    "amortised_usd": "amortised",
    "acquisition_usd": "its GPUs bought",
    "rd_compute_usd": "with the research compute behind it, by analogy,",
}


def _lacking(found: placing.Placed) -> str:
    hours = found.answers["chip_hours"]
    if hours.span:
        return told.how(found.answers["rental_usd"], found.given).removeprefix("cannot be computed: ")
    return "neither GPU-hours, nor GPUs and days, nor size and tokens with a chip, are published"


def costs(found: placing.Placed) -> pd.DataFrame:
    """The costs with their ends, and how each is known or what it lacks."""
    return pd.DataFrame(
        told.costs(found), columns=["Cost", "Cost basis", "Central (lowest to highest)", "How it is known"]
    )


# A column of data/models.csv -> its title, unit and factor, and the columns that say how it is known.
KNOWN = {
    "chip_hours": ("Chip-hours", "GPU-hour", 1.0, "chip_hours_confidence", "chip_hours_source"),
    "hardware_quantity": ("Chips at once", "GPU", 1.0, "", "source"),
    "params_total_b": ("Parameters", "number of", 1e9, "", "source"),
    "params_active_b": ("Active parameters", "number of", 1e9, "", "source"),
    "tokens_t": ("Tokens", "number of", 1e12, "", "source"),
    "train_flop": ("Arithmetic", "FLOP", 1.0, "flop_confidence", "flop_source"),
}


def known(case: Any, model_id: str) -> pd.DataFrame:
    """What is published of a model, beside V3: value, how sure, source."""
    row, v3 = case.data.model(model_id), case.data.model(BESIDE)
    unverified = row.unverified_fields.split(";")
    rows = []
    for column, (title, unit, factor, confidence, source) in KNOWN.items():
        text = words.amount(row[column] * factor, unit) if row[column] == row[column] else "not published"
        sure = row[confidence] if confidence else ""
        rows.append(
            {
                "What": title,
                "Value": listing.doubt(text, "unverified" if column in unverified else ""),
                "Read as": sure,
                "Source": listing.cite(row[source]) if row[column] == row[column] else "",
                v3.model: words.amount(v3[column] * factor, unit),
            }
        )
    return pd.DataFrame(
        rows if model_id != BESIDE else [{k: v for k, v in r.items() if k != "DeepSeek-V3"} for r in rows]
    )


def tests(found: placing.Placed) -> pd.DataFrame:
    """Whether what is published hangs together."""
    answers = found.answers
    rows = [
        (answers[name].number.title, told.spanned(span, answers[name].number.unit), beside)
        for name, beside in (
            ("mfu", told.beside(found, "mfu")),
            ("hours_per_1e24_flop", "V3 and others: see the page on cost per model"),
            ("days", ""),
            ("energy_kwh", ""),
        )
        if (span := answers[name].span)
    ]
    return pd.DataFrame(rows, columns=["Number", "Value", "Set beside"])


def estimates(case: Any, model_id: str) -> pd.DataFrame:
    """Costs that others have published, by basis."""
    rows = case.data.table("estimates")
    rows = case.data.chosen("estimates", rows[rows.model_id == model_id])
    return pd.DataFrame(
        [
            {
                "Cost basis": row.basis,
                "Published": listing.estimate(row),
                "Method": row.method,
                "Dollars of": str(row.currency_year).removesuffix(".0"),
                "Edition": row.vintage,
                "Stands": "a known error" if row.known_error else "current" if row.current else "superseded",
                "Source": listing.cite(row.source),
            }
            for row in rows.itertuples()
        ]
    )


def missing(found: placing.Placed) -> list[str]:
    """What would have to be known for the costs that cannot be computed, a sentence each."""
    return [
        f"{answer.number.title}: {told.how(answer, found.given)}."
        for name in COSTS
        if not (answer := found.answers[name]).span
    ]

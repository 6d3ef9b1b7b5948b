"""The table of all models: what is known of each in a line, and what a run of it would have cost."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import listing, model_rows, placing, words
from analysis.placing import told
from analysis.placing.numbers import Answer
from analysis.untrusted import as_markdown


def models(case: Any) -> pd.DataFrame:
    """A row a model, the latest first; columns by their headings."""
    rows, estimates = case.data.table("models"), case.data.table("estimates")
    published = _published(case.data.chosen("estimates", estimates[estimates.current & ~estimates.known_error]))
    paged = model_rows.has_page(rows, estimates)
    ordered = (
        case.data.chosen("models", rows).assign(paged=paged).sort_values("release_date", ascending=False, kind="stable")
    )
    return pd.DataFrame([_line(case, row, published.get(row.model_id, told.NONE)) for row in ordered.itertuples()])


def _line(case: Any, row: Any, published: str) -> dict[str, str]:
    answers = placing.place(placing.of_model(case, row.model_id)).answers
    name = as_markdown(row.model)
    return {
        "Model": f"{{member}}`model_{row.model_id} {row.model.replace('`', chr(39))}`" if row.paged else name,
        "Released": f"{row.release_date:%Y-%m-%d}",
        "Rented": _central(answers["rental_usd"]),
        "Amortised": _central(answers["amortised_usd"]),
        "GPU-hours": _hours(row, answers["chip_hours"]),
        "FLOP": words.amount(row.train_flop, "FLOP") if row.train_flop == row.train_flop else told.NONE,
        "Developer": as_markdown(row.developer),
        "Chip": as_markdown(row.hardware) or told.NONE,
        "Published, by basis": published,
    }


def _hours(row: Any, answer: Answer) -> str:
    """GPU-hours and how they are known."""
    if not answer.span:
        return told.NONE
    how = "from its arithmetic" if answer.said else row.chip_hours_confidence or "GPUs times days"
    return f"{words.amount(answer.span.value, 'GPU-hour', significant=3)} ({how})"


def _central(answer: Answer) -> str:
    return words.amount(answer.span.value, "USD", significant=2) if answer.span else told.NONE


def _published(estimates: pd.DataFrame) -> dict[str, str]:
    """Model -> the newest estimate of each basis."""
    newest = estimates.sort_values("vintage", ascending=False, kind="stable").drop_duplicates(["model_id", "basis"])
    rows = newest.assign(text=[f"{row.basis} {listing.estimate(row)}" for row in newest.itertuples()])
    return {str(model_id): "; ".join(sorted(texts)) for model_id, texts in rows.groupby("model_id").text}


def counts(case: Any, shown: pd.DataFrame) -> dict[str, int]:
    """How many models there are, have a page, and have a cost that can be computed."""
    rows = case.data.table("models")
    return {
        "listed": len(shown),
        "paged": int(model_rows.has_page(rows, case.data.table("estimates")).sum()),
        "costed": int((shown.Rented.ne(told.NONE) | shown.Amortised.ne(told.NONE)).sum()),
    }

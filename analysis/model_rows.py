"""Which models have a page of their own: those of which there is something to compute or to quote.

That is a model with GPU-hours, GPUs and days, arithmetic, or size and tokens, from whichever source, or one whose cost
somebody has published. Of the others a page could only say that nothing is known; the list of models says it.
"""

from __future__ import annotations

import pandas as pd

from analysis import tables

# Columns of data/models.csv from which something follows, where all of a group are filled.
TELLING = (("chip_hours",), ("hardware_quantity", "wall_hours"), ("train_flop",), ("params_active_b", "tokens_t"))


def has_page(models: pd.DataFrame, estimates: pd.DataFrame) -> pd.Series:
    """For each model, whether it has a page."""
    found = models.model_id.isin(estimates.model_id)
    for columns in TELLING:
        found |= models[list(columns)].notna().all(axis=1)
    return found


def with_page() -> pd.DataFrame:
    """The rows of data/models.csv that have a page, in the order of the table."""
    models = tables.load("models")
    return models[has_page(models, tables.load("estimates"))]

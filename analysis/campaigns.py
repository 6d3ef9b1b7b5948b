"""What the campaigns that changed data and model found.

The tables are written by the campaigns themselves, which are run by hand (see CONTRIBUTING.md); here they are counted.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TESTS = Path(__file__).resolve().parents[1] / "tests"

# How a number is changed; the columns of data_mutation.csv.
CHANGES = ("percent", "sign", "zero", "blank", "text", "nan", "thousand", "unit")
# What noticed a change first -> the column of the table.
GUARDS = {"loader": "Loader", "record": "Second record", "total": "Control total only"}
NOT_POSSIBLE = "-"  # a zero that is zero already, a row without a unit


def read(name: str) -> pd.DataFrame:
    """A campaign's table below tests/; FileNotFoundError says which is missing."""
    return pd.read_csv(TESTS / name, keep_default_na=False)


def data() -> pd.DataFrame:
    """Changed numbers of data/: how many of each change, and what noticed them first."""
    found = read("campaigns/data_mutation.csv")
    rows = []
    for change in CHANGES:
        counts = found[change].value_counts()
        tried = int(counts.drop(NOT_POSSIBLE, errors="ignore").sum())
        noticed = {title: int(counts.get(guard, 0)) for guard, title in GUARDS.items()}
        rows.append(
            {"A number becomes": change, "Tried": tried, **noticed, "Not noticed": tried - sum(noticed.values())}
        )
    return pd.DataFrame(rows)


def cells() -> int:
    """Numbers in data/ that were changed."""
    return len(read("campaigns/data_mutation.csv"))


def model() -> pd.DataFrame:
    """The model changed in one place at a time, a row a module."""
    found = read("campaigns/model_mutation.csv")
    return pd.DataFrame(
        {
            "Changes": found["mutants"],
            "A test fails": found["killed"],
            "No test can fail, explained": found["explained"],
            "Not noticed": found["survived"] - found["explained"],
        }
    )

"""What the campaigns against this report found: changed data or model, hostile input, killed builds, other Pythons.

The tables are written by the campaigns themselves, which are run by hand (see CONTRIBUTING.md); here they are counted.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TESTS = Path(__file__).resolve().parents[1] / "tests"

# How a number is changed -> how the page says it; the columns of data_mutation.csv.
CHANGES = {
    "percent": "1 % more",
    "sign": "the other sign",
    "zero": "zero",
    "blank": "nothing",
    "text": "a word",
    "nan": "“not a number”",
    "thousand": "a thousand times as much",
    "unit": "another unit in its row",
}
# What noticed a change first -> the column of the page's table.
GUARDS = {
    "loader": "Loader",
    "record": "Second record",
    "total": "Control total only",
}
NOT_TRIED = "not tried"
NOT_POSSIBLE = "-"  # a zero that is zero already, a row without a unit

MODULES = {
    "fleet.py": "fleets",
    "ownership.py": "owning a GPU",
    "prices.py": "prices over time",
    "implied.py": "what a sum would mean",
    "programme.py": "programmes",
    "development.py": "programmes by Epoch AI's method",
    "runs.py": "runs",
    "units.py": "units",
}
TARGETS = {
    "scenario": "scenario files",
    "assignment": "values on the command line",
    "axis": "axes of a sweep",
}


def read(name: str) -> pd.DataFrame:
    """A campaign's table below tests/; FileNotFoundError says which is missing."""
    return pd.read_csv(TESTS / name, keep_default_na=False)


def data() -> pd.DataFrame:
    """Changed numbers of data/: how many of each change, and what noticed them first."""
    found = read("campaigns/data_mutation.csv")
    rows = []
    for change, said in CHANGES.items():
        counts = found[change].value_counts()
        tried = int(counts.drop(NOT_POSSIBLE, errors="ignore").sum())
        noticed = {title: int(counts.get(guard, 0)) for guard, title in GUARDS.items()}
        rows.append({"A number becomes": said, "Tried": tried, **noticed, "Not noticed": tried - sum(noticed.values())})
    return pd.DataFrame(rows)


def cells() -> int:
    """Numbers in data/ that were changed."""
    return len(read("campaigns/data_mutation.csv"))


def sampled() -> tuple[int, int]:
    """Changed numbers that were also tried on all pages with nbval, and those on which the stand-in agreed."""
    found = read("campaigns/data_nbval.csv")
    agreed = (found["recomputed"] == "moves") == (found["nbval"] == "fails")
    return len(found), int(agreed.sum())


def model() -> pd.DataFrame:
    """The model changed in one place at a time, by module."""
    found = read("campaigns/model_mutation.csv")
    return pd.DataFrame(
        {
            "Part of the model": [MODULES[name] for name in found["module"]],
            "Changes": found["mutants"],
            "A test fails": found["killed"],
            "No test can fail, explained": found["explained"],
            "Not noticed": found["survived"] - found["explained"],
        }
    )


def fuzzing() -> pd.DataFrame:
    """Random and searched-for input, by what it was given to."""
    found = read("hostile/fuzzing.csv").groupby("target", sort=False)[["executions", "seconds", "crashes"]].sum()
    return pd.DataFrame(
        {
            "Given to": [TARGETS[name] for name in found.index],
            "Inputs": found["executions"].to_list(),
            "Minutes": [round(seconds / 60) for seconds in found["seconds"]],
            "Crashes left": found["crashes"].to_list(),
        }
    )


def kills() -> pd.Series:
    """Builds that were killed: how many, and what was left of the site."""
    found = read("hostile/kills.csv")
    return found[["kills", "ended_before", "whole_old", "whole_new", "broken"]].sum()


def pythons() -> pd.DataFrame:
    """Complete builds from clean clones: a row a version of Python, True where its digest was that of all the others.

    A version that could not be tried is left out here; `pythons_not_tried` has it.
    """
    found = read("campaigns/python_versions.csv").set_index("python")
    return found[(found != NOT_TRIED).all(axis=1)] == "same"


def pythons_not_tried() -> list[str]:
    """Versions of Python for which no complete build could be made."""
    found = read("campaigns/python_versions.csv").set_index("python")
    return list(found.index[(found == NOT_TRIED).any(axis=1)])

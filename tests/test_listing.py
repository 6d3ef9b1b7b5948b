"""Tables of pages: results and assumptions of a case by name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from analysis import listing
from analysis.case import Case

NAN = float("nan")


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


def test_columns_of_results_are_forms_of_them_and_the_rows_own_texts(case: Case) -> None:
    rows = {"v3_rental_usd": ("Rented for {rental_usd_per_gpu_hour}", "{eq}`rent`")}
    columns = {"What": "{0}", "Cost": "**{title}**: {text}", "Range": "{range}", "Basis": "{basis}", "Formula": "{1}"}
    found = listing.quantities(case, rows, columns)
    result = case["v3_rental_usd"]
    assert found.to_dict("records") == [
        {
            "What": f"Rented for {case.text('rental_usd_per_gpu_hour')}",
            "Cost": f"**{result.title}**: {result.text}",
            "Range": result.range,
            "Basis": "rental",
            "Formula": "{eq}`rent`",
        }
    ]


def test_assumptions_stand_with_their_range_and_what_the_base_case_has(case: Case) -> None:
    changed = Case({**case.values, "pue": 1.5})
    row = listing.assumptions(changed, ["pue"]).iloc[0]
    base = listing.assumptions(case, ["pue"]).iloc[0]
    assert row["Value"] == f"1.5 (base case: {base['Value']})"
    assert row["Range"].count(" to ") == 1 and row["Source"].startswith("{cite}`")


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((40.7e6, 30e6, 50e6), "$40.7 million"),
        ((NAN, 30e6, 50e6), "$30 million to $50 million"),
        ((NAN, 100e6, NAN), "over $100 million"),
        ((NAN, NAN, 50e6), "under $50 million"),
    ],
)
def test_an_estimate_is_its_value_or_else_its_bounds(bounds: tuple[float, float, float], said: str) -> None:
    value, low, high = bounds
    assert listing.estimate(SimpleNamespace(value_usd=value, low_usd=low, high_usd=high)) == said


def test_a_table_takes_columns_rows_or_a_frame_and_keeps_the_headings_of_empty_columns() -> None:
    columns = listing.table({"A": [1, 2], "B": "x"}, "Caption", "tab-x", right=["A"])
    rows = listing.table([{"A": 1, "B": "x"}, {"A": 2, "B": "x"}], "Caption", "tab-x", right=["A"])
    assert columns.data == rows.data
    assert "| A | B |\n|---:|:---|\n| 1 | x |\n| 2 | x |" in rows.data
    assert "| A | B |" in listing.table({"A": [], "B": []}, "Caption", "tab-x").data

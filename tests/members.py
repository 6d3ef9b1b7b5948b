"""One page of each kind of the family of models: what tests look at where they cannot look at every page."""

from __future__ import annotations

from functools import cache

from analysis import model_page, model_rows, placing
from analysis.case import Case


def kind(case: Case, model_id: str) -> str:
    """What a model's page can say of its cost."""
    answers = placing.place(placing.of_model(case, model_id)).answers
    row = case.data.model(model_id)
    if model_id == model_page.BESIDE:
        return "V3, with nothing beside it"
    if row["scope"] == "stage":
        return "a stage"
    if answers["rental_usd"].span:
        return "hours from arithmetic" if answers["chip_hours"].said else "hours that were given"
    return "nothing but quoted" if model_id in set(case.data.table("estimates").model_id) else "no cost at all"


@cache
def of_each_kind() -> dict[str, str]:
    """Kind -> the name of the first page that is of it."""
    case, found = Case(), dict[str, str]()
    for model_id in model_rows.with_page().model_id:
        found.setdefault(kind(case, model_id), f"model_{model_id}")
    return found

"""How far a second person, who coded the claims apart, reaches the verdicts of this report.

Agreement is the share of claims with the same verdict; Cohen's kappa takes off what two coders would share by chance,
each with the verdicts that they gave as often as they did: 1 is full agreement, 0 no more than chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from analysis import claims
from analysis.case import Case
from analysis.tables import DataError


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Cohen's kappa of two codings of the same things; NaN if both used one and the same code throughout."""
    if len(first) != len(second) or not first:
        raise ValueError("Two codings of the same things are needed, in the same order.")
    count = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / count
    ours, theirs = Counter(first), Counter(second)
    chance = sum(ours[code] * theirs[code] for code in ours) / count**2
    return (agreed - chance) / (1 - chance) if chance < 1 else float("nan")


def compared(case: Case) -> pd.DataFrame:
    """Both verdicts on every claim and question that the second person coded, and that person's reason.

    Columns: claim_id, question, first, second, reason. DataError if a claim was coded twice or is not of the article.
    """
    coded = case.data.table("second_coding")
    first = claims.verdicts(case.point, case.data)
    keys = list(zip(coded["claim_id"], coded["question"], strict=True))
    for coding, key in zip(coded["coding_id"], keys, strict=True):
        if key not in first or coding != "_".join(key):
            raise DataError(
                f"data/second_coding.csv, row '{coding}': it codes the claim {key[0]} on the question `{key[1]}`. "
                f"Name it {'_'.join(key)}, and code claims of the article alone; then run `report check`."
            )
    columns = {"claim_id": coded["claim_id"], "question": coded["question"], "first": [first[key] for key in keys]}
    return pd.DataFrame({**columns, "second": coded["verdict"], "reason": coded["reason"]})

"""How far other coders, who coded the claims apart, reach the verdicts of this report.

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
    """The verdict of the rules and that of each coder, on every claim and question coded, with that coder's reason.

    Columns: coder, claim_id, question, first, second, reason. DataError if a row is named wrongly, or if its claim is
    not of the article.
    """
    coded = case.data.table("second_coding")
    first = claims.verdicts(case.point, case.data)
    keys = list(zip(coded["claim_id"], coded["question"], strict=True))
    for coding, coder, key in zip(coded["coding_id"], coded["coder"], keys, strict=True):
        name = f"{coder}_{'_'.join(key)}"
        if key not in first or coding != name:
            raise DataError(
                f"data/second_coding.csv, row '{coding}': coder {coder} codes the claim {key[0]} on the question "
                f"`{key[1]}`. Name it {name}, and code claims of the article alone; then run `report check`."
            )
    judged = coded[["coder", "claim_id", "question", "reason"]]
    return judged.assign(first=[first[key] for key in keys], second=coded["verdict"])

"""Figures that were computed again, in words: the cells of the page's tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import words
from analysis.reconciliation import others


def usd(value: float | None) -> str:
    """An amount to the dollar; "" where there is none."""
    return "" if value is None or value != value else f"${words.number(value)}"


def millions(low: float, high: float) -> str:
    """A range in millions without a unit; one number where both ends read alike."""
    return words.THIN_RANGE.join(dict.fromkeys(words.number(end / 1e6) for end in (low, high)))


def gap(ratio: float, places: int = 1) -> str:
    """How far ours is from theirs, from ours over theirs: '+1.2 %', '−3.0 %', '0'."""
    found = words.number((ratio - 1) * 100, places)
    return "0" if not found.strip(f"{words.MINUS}0.") else f"{found} %" if ratio < 1 else f"+{found} %"


def deepseek(data: Any) -> pd.DataFrame:
    """DeepSeek's statements beside the sums of its own hours and price; those that read alike have no difference."""

    def stated(value: float, unit: str) -> str:
        if unit == "fraction":
            return words.amount(value, unit, significant=3)
        return usd(value) if unit == "USD" else f"{words.number(value)} h"

    found = others.deepseek(data)
    ours, published = (
        [stated(value, unit) for value, unit in zip(found[side], found.unit, strict=True)]
        for side in ("ours", "published")
    )
    gaps = (found.ours / found.published).map(gap)
    return pd.DataFrame(
        {
            "Statement": found.what,
            "Arithmetic": found.arithmetic,
            "Ours": ours,
            "Published": published,
            "Difference": gaps.mask([one == other for one, other in zip(ours, published, strict=True)], "0"),
        }
    )

"""The figures of the report: one function each, from a case to a drawing."""

from __future__ import annotations

from collections.abc import Callable

from analysis.case import Case
from analysis.figures.capex import capex
from analysis.figures.comparison import comparison_figure
from analysis.figures.comparison_parts import comparison_parts
from analysis.figures.cost_per_model import cost_per_model
from analysis.figures.drawing import Drawing
from analysis.figures.gpu_hours import gpu_hours
from analysis.figures.gpu_mix import gpu_mix
from analysis.figures.reconciliation import reconciliation
from analysis.figures.rent_or_own import rent_or_own
from analysis.figures.rental_price import rental_price
from analysis.figures.tornado import tornado
from analysis.figures.trend import trend
from analysis.figures.whole_bill import whole_bill

FIGURES: dict[str, Callable[[Case], Drawing]] = {
    "rental-price": rental_price,
    "gpu-hours": gpu_hours,
    "gpu-mix": gpu_mix,
    "capex": capex,
    "rent-or-own": rent_or_own,
    "cost-per-model": cost_per_model,
    "trend": trend,
    "tornado": tornado,
    "comparison": comparison_figure,
    "comparison-parts": comparison_parts,
    "reconciliation": reconciliation,
    "whole-bill": whole_bill,
}

__all__ = [
    "FIGURES",
    "Drawing",
    "capex",
    "comparison_figure",
    "comparison_parts",
    "cost_per_model",
    "gpu_hours",
    "gpu_mix",
    "reconciliation",
    "rent_or_own",
    "rental_price",
    "tornado",
    "trend",
    "whole_bill",
]

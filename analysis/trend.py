"""Exponential growth through dated costs: ordinary least squares of log10 cost on time.

A straight line through logarithms is a growth factor a year. Its interval is Student's, which takes the models for
independent draws around one line. They are not: who publishes is not random, and a series of records rises by
construction. So the range over leaving out one model at a time is given beside it, and selection is left to words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.uncertainty import INTERVAL

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Growth:
    """A fitted line: log10 cost = level + slope x (years - centre)."""

    slope: float
    level: float
    centre: float
    spread: float
    squares: float
    models: int

    @property
    def factor(self) -> float:
        """Growth factor a year."""
        return float(10**self.slope)

    @property
    def interval(self) -> tuple[float, float]:
        """90 % confidence interval of the growth factor."""
        error = _quantile(self.models) * self.spread / self.squares**0.5
        return float(10 ** (self.slope - error)), float(10 ** (self.slope + error))

    def at(self, years: Any) -> Any:
        """Cost on the line."""
        return 10 ** (self.level + self.slope * (years - self.centre))

    def line_interval(self, years: Any) -> tuple[Any, Any]:
        """90 % confidence interval of the line itself."""
        return self._around(years, 0.0)

    def model_interval(self, years: Any) -> tuple[Any, Any]:
        """90 % prediction interval: where one more model of the same kind would lie."""
        return self._around(years, 1.0)

    def _around(self, years: Any, own: float) -> tuple[Any, Any]:
        variance = own + 1 / self.models + (years - self.centre) ** 2 / self.squares
        factor = 10 ** (_quantile(self.models) * self.spread * variance**0.5)
        return self.at(years) / factor, self.at(years) * factor


def decimal_years(dates: Any) -> np.ndarray:
    """Dates as years with a fraction: 1 July 2024 is about 2024.5."""
    days = np.asarray(dates, dtype="datetime64[D]").astype("int64")
    return np.asarray(1970 + days / DAYS_PER_YEAR)


def fit(years: np.ndarray, usd: np.ndarray) -> Growth:
    """The least-squares line through log10 of costs; at least three models, not all of one day."""
    years, logs = np.asarray(years, dtype=float), np.log10(np.asarray(usd, dtype=float))
    if len(years) < 3 or np.ptp(years) == 0:
        raise ValueError(f"A line with an interval needs three models of more than one day; {len(years)} were given.")
    # Centred, so that slope and level are independent and no digits are lost to the size of a year.
    centre = float(years.mean())
    design = np.column_stack([np.ones_like(years), years - centre])
    (level, slope), *_ = np.linalg.lstsq(design, logs, rcond=None)
    residuals = logs - design @ np.array([level, slope])
    spread = float(np.sqrt(residuals @ residuals / (len(years) - 2)))
    return Growth(float(slope), float(level), centre, spread, float(((years - centre) ** 2).sum()), len(years))


def leave_one_out(years: np.ndarray, usd: np.ndarray) -> tuple[float, float]:
    """Lowest and highest growth factor when each model is left out in turn: what one model can do to the line."""
    years, usd = np.asarray(years, dtype=float), np.asarray(usd, dtype=float)
    factors = [fit(np.delete(years, index), np.delete(usd, index)).factor for index in range(len(years))]
    return min(factors), max(factors)


def running_maximum(usd: Any) -> np.ndarray:
    """Which of some costs, in order of time, are higher than all before them. The first always is."""
    usd = np.asarray(usd, dtype=float)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(usd)[:-1]])
    return np.asarray(usd > before)


def _quantile(models: int) -> float:
    """Student's t at 0.95 for a line through so many models."""
    from scipy.special import stdtrit

    return float(stdtrit(models - 2, INTERVAL[1]))

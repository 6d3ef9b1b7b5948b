"""Exponential growth through dated costs: ordinary least squares of log10 cost on time.

A straight line through logarithms is a growth factor a year. Its interval is Student's, which takes the models for
independent draws around one line. They are not: one developer's models are alike, who publishes is not random, and a
series of records rises by construction. So an interval that holds for clusters of developers and the range over leaving
out one model at a time are given beside it, and selection is left to words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.uncertainty import INTERVAL

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Term:
    """One coefficient of a least-squares fit to log10 of costs, with two standard errors.

    error:     as if all models were independent; freedom is models less coefficients
    clustered: holds where the models of a developer are alike (CR1: Liang and Zeger's sandwich, times
               G / (G - 1) x (n - 1) / (n - k)); it is set against Student's t with clusters - 1 degrees of freedom
    With few clusters it tends to be too small, so that the wider of the two intervals is the honest one.
    """

    value: float
    error: float
    freedom: int
    clustered: float
    clusters: int

    @property
    def factor(self) -> float:
        """By what a step of one multiplies cost."""
        return float(10**self.value)

    @property
    def interval(self) -> tuple[float, float]:
        """90 % confidence interval of the factor, all models independent."""
        return self._around(self.error, self.freedom)

    @property
    def clustered_interval(self) -> tuple[float, float]:
        """90 % confidence interval of the factor, developers independent."""
        return self._around(self.clustered, self.clusters - 1)

    def _around(self, error: float, freedom: int) -> tuple[float, float]:
        width = _quantile(freedom) * error
        return float(10 ** (self.value - width)), float(10 ** (self.value + width))


def terms(usd: Any, columns: Any, clusters: Any) -> list[Term]:
    """Least squares of log10 of costs on a constant and some columns: a term for each, the constant's first.

    ValueError where models, or clusters, are too few for an error.
    """
    logs, clusters = np.log10(np.asarray(usd, dtype=float)), np.asarray(clusters)
    design = np.column_stack([np.ones_like(logs), *columns])
    (models, coefficients), names = design.shape, sorted(set(clusters))
    if models <= coefficients or len(names) < 2:
        raise ValueError(
            f"An error needs more models than coefficients and two clusters; {models} models, {coefficients} "
            f"coefficients and {len(names)} clusters were given."
        )
    inverse = np.linalg.inv(design.T @ design)
    values = inverse @ design.T @ logs
    residuals = logs - design @ values
    freedom = models - coefficients
    plain = np.sqrt(np.diag(inverse) * (residuals @ residuals) / freedom)
    scores = np.array([design[clusters == name].T @ residuals[clusters == name] for name in names])
    scale = len(names) / (len(names) - 1) * (models - 1) / freedom
    clustered = np.sqrt(np.diag(inverse @ scores.T @ scores @ inverse) * scale)
    return [
        Term(float(value), float(error), freedom, float(robust), len(names))
        for value, error, robust in zip(values, plain, clustered, strict=True)
    ]


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
        error = _quantile(self.models - 2) * self.spread / self.squares**0.5
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
        factor = 10 ** (_quantile(self.models - 2) * self.spread * variance**0.5)
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


def _quantile(freedom: int) -> float:
    """Student's t at 0.95 with so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, INTERVAL[1]))

"""What a model's development costs by Epoch AI's method, in closed form.

The final run times a factor for experiments, and staff: for each contributor salary with overhead and equity, times
the part of a full job that the work took, times the length of the project. Every one of these is a log-normal, and
Epoch AI draws all of them apart, the experiments for each part of the run's cost anew. What is wanted of the sum is its
first two moments, which are exact; its percentiles are those of the log-normal that has them (Fenton and Wilkinson).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analysis.costs.units import Z_95, Number, natural_log


@dataclass(frozen=True)
class Moments:
    """Mean and mean square of what is not known for certain: floats, or arrays with one for each draw."""

    mean: Number
    square: Number

    def __mul__(self, other: Moments) -> Moments:
        """The product with a factor that is independent of this one."""
        return Moments(self.mean * other.mean, self.square * other.square)

    def __add__(self, other: Moments) -> Moments:
        """The sum with a term that is independent of this one."""
        return Moments(self.mean + other.mean, self.square + other.square + 2 * self.mean * other.mean)

    def times(self, number: Number) -> Moments:
        """The product with a number that is known."""
        return Moments(number * self.mean, number**2 * self.square)

    def of(self, count: Number) -> Moments:
        """The sum of so many independent ones. Its doubt falls as one over the root of their number."""
        variance = self.square - self.mean**2
        return Moments(count * self.mean, count * variance + (count * self.mean) ** 2)

    def mixed(self) -> Moments:
        """All draws together: as unsure as each, and as far apart as they lie."""
        import numpy as np

        return Moments(np.mean(self.mean), np.mean(self.square))

    @property
    def log_deviation(self) -> Any:
        """Standard deviation of the logarithm."""
        return natural_log(self.square / self.mean**2) ** 0.5

    @property
    def median(self) -> Any:
        return self.mean**2 / self.square**0.5

    def at(self, deviate: float) -> Any:
        """The value so many standard deviations above the median, on the log scale."""
        return self.median * math.e ** (deviate * self.log_deviation)


def lognormal(low: Number, high: Number) -> Moments:
    """The log-normal whose 5th and 95th percentile are low and high, both > 0."""
    middle, variance = (low * high) ** 0.5, (natural_log(high / low) / (2 * Z_95)) ** 2
    return Moments(middle * math.e ** (variance / 2), middle**2 * math.e ** (2 * variance))


def person_year_usd(salary_usd: Moments, overhead: Moments, equity_usd: Moments, part_of_a_job: Moments) -> Moments:
    """One contributor for a year, in USD: overhead is on the salary alone."""
    return (salary_usd * overhead + equity_usd) * part_of_a_job


def development_usd(
    hardware_usd: Iterable[Number],
    energy_usd: Number,
    experiments: Moments,
    energy_price: Moments,
    contributors: Number,
    person_year: Moments,
    years: Moments,
) -> Moments:
    """A model's final run, experiments and staff, in USD.

    hardware_usd: what the final run costs in chips, in the rest of the servers and in the network, each >= 0
    energy_usd:   its electricity, >= 0
    experiments:  all compute over that of the final run, drawn for each part apart
    energy_price: the price of electricity over the one that energy_usd is computed at
    contributors: people who worked on it, > 0; person_year: what one of them costs in a year
    years:        length of the project
    """
    cost = person_year.of(contributors) * years
    for part in hardware_usd:
        cost += experiments.times(part)
    return cost + (experiments * energy_price).times(energy_usd)

"""What stands behind a final run: research compute and staff.

At other developers final runs were a tenth to two thirds of the research compute, at most of them less than a quarter.
Dividing the final run by such a share gives the research compute. It is an analogy, not a measurement.
The share has all final runs of a time above its line, so a run over it is that run's part of the compute; of the staff
it gets the same part, or else neither is divided and the sum is the laboratory's.
"""

from __future__ import annotations

from analysis.costs.units import Number


def rd_compute_usd(final_run_usd: Number, final_run_share_of_rd_compute: Number) -> Number:
    """All research compute of the programme, the final run included, in USD."""
    return final_run_usd / final_run_share_of_rd_compute


def staff_usd(staff_count: Number, staff_cost_usd_per_head_year: Number, programme_years: Number) -> Number:
    """Staff for the years of the programme, in USD."""
    return staff_count * staff_cost_usd_per_head_year * programme_years


def programme_usd(
    final_run_usd: Number,
    final_run_share_of_rd_compute: Number,
    staff_count: Number,
    staff_cost_usd_per_head_year: Number,
    programme_years: Number,
    part_of_final_runs: Number,
) -> Number:
    """Research compute and staff, in USD; buildings, data and the serving fleet are not in it.

    final_run_usd:      the model's final run, or all final runs of those years for the sum of the laboratory
    part_of_final_runs: GPU-hours of that run, or of those, over the hours of all final runs of the years; above 0, at
                        most 1, which is the sum of the laboratory
    """
    return rd_compute_usd(final_run_usd, final_run_share_of_rd_compute) + part_of_final_runs * staff_usd(
        staff_count, staff_cost_usd_per_head_year, programme_years
    )

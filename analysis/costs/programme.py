"""What stands behind a final run: research compute and staff.

OpenAI spent about 10 % of its research compute on final runs, two Chinese developers less than 30 %.
Dividing the final run by that share gives the research compute. It is an analogy, not a measurement.
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
) -> Number:
    """Research compute and staff, in USD; buildings, data and the serving fleet are not in it."""
    return rd_compute_usd(final_run_usd, final_run_share_of_rd_compute) + staff_usd(
        staff_count, staff_cost_usd_per_head_year, programme_years
    )

"""From the final run to the whole bill."""

from __future__ import annotations

from typing import Any

from analysis import costs
from analysis.quantities.registry import result
from analysis.quantities.runs import r1_gpu_hours, v3_gpu_hours, v3_rental_usd


@result("V3's research compute, by analogy", "USD", "programme")
def rd_compute_usd(x: Any, data: Any) -> Any:
    return costs.rd_compute_usd(v3_rental_usd(x, data), x.final_run_share_of_rd_compute)


@result("Staff of the programme", "USD", "programme")
def staff_usd(x: Any, data: Any) -> Any:
    return costs.staff_usd(x.staff_count, x.staff_cost_usd_per_head_year, x.programme_years)


@result("V3's programme: research compute and staff", "USD", "programme")
def v3_programme_usd(x: Any, data: Any) -> Any:
    return costs.programme_usd(
        v3_rental_usd(x, data),
        x.final_run_share_of_rd_compute,
        x.staff_count,
        x.staff_cost_usd_per_head_year,
        x.programme_years,
    )


@result("Programme over final run", "times")
def programme_over_final_run(x: Any, data: Any) -> Any:
    return v3_programme_usd(x, data) / v3_rental_usd(x, data)


@result("Compute other than the final run", "USD", "programme")
def hidden_compute_usd(x: Any, data: Any) -> Any:
    return rd_compute_usd(x, data) - v3_rental_usd(x, data)


@result("R1's part of the two runs", "fraction", uncertain=False)
def r1_share_of_both(x: Any, data: Any) -> Any:
    # At one price an hour, the price drops out.
    return r1_gpu_hours(x, data) / (v3_gpu_hours(x, data) + r1_gpu_hours(x, data))

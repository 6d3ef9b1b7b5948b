# The whole bill: research compute and staff
import given as x
from analysis import costs

final_run = costs.rental_run_cost_usd(x.MODELS["dsv3"]["chip_hours"], x.rental_usd_per_gpu_hour)
print(f"Final run, rental basis: ${final_run / 1e6:.1f} million")
for share in (0.1, x.final_run_share_of_rd_compute, 0.3):
    bill = costs.programme_usd(final_run, share, x.staff_count, x.staff_cost_usd_per_head_year, x.programme_years)
    print(f"final run {share:.0%} of research compute: programme ${bill / 1e6:.0f} million")

# Try: add a layer, for example data bought for five million dollars.

# The whole bill: research compute and staff
import given as x
from analysis import costs

hours = {name: x.MODELS[name]["chip_hours"] for name in ("dsv2", "dsv3")}
coder_v2 = x.PUBLISHED["deepseek_v2_gpu_hours_per_t_tokens"] * x.PUBLISHED["deepseek_coder_v2_tokens_t"]
part = hours["dsv3"] / (sum(hours.values()) + coder_v2)
final_run = costs.rental_run_cost_usd(hours["dsv3"], x.rental_usd_per_gpu_hour)
print(f"Final run, rental basis: ${final_run / 1e6:.1f} million, {part:.0%} of the hours of its year's final runs")
for share in (0.1, x.final_run_share_of_rd_compute, 0.3):
    people = x.staff_count, x.staff_cost_usd_per_head_year, x.programme_years
    bill = costs.programme_usd(final_run, share, *people, part)
    year = costs.programme_usd(final_run / part, share, *people[:2], 1, 1)
    print(f"final run {share:.0%} of research compute: programme ${bill / 1e6:.0f} million", end="")
    print(f", the laboratory's year ${year / 1e6:.0f} million")

# Try: add a layer, for example data bought for five million dollars.

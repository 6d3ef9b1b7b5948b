# What the "$6 million" is: hours times a price
from analysis import costs
from given import MODELS, STAGES, rental_usd_per_gpu_hour

for stage, hours in STAGES["dsv3"].items():
    print(f"{stage:20} {hours:>10,} h  ${costs.rental_run_cost_usd(hours, rental_usd_per_gpu_hour):>12,.0f}")

hours = MODELS["dsv3"]["chip_hours"]
total = costs.rental_run_cost_usd(hours, rental_usd_per_gpu_hour)
print(f"V3, rental basis: ${total:,.0f}")

# Try: at which price an hour would the run cost ten million dollars?

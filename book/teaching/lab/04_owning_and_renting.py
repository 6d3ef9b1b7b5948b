# Owning an H800 for an hour, against renting it
import given as x
from analysis import costs

gpu = x.GPUS["H800-SXM"]
kw = costs.server_kw_per_gpu(gpu["tdp_w"], gpu["server_to_chip_power_ratio"])


def owner(utilisation):
    return costs.owner_usd_per_gpu_hour(
        x.server_price_h800_usd_per_gpu,
        x.service_life_years,
        utilisation,
        x.interconnect_fraction,
        kw,
        x.load_fraction,
        x.pue,
        x.electricity_usd_per_kwh,
        x.cost_of_capital,
    )


for used in (0.2, 0.4, 0.6, x.utilisation, 1.0):
    cheaper = "owning" if owner(used) < x.rental_usd_per_gpu_hour else "renting"
    print(f"in use {used:4.0%} of the time: ${owner(used):.2f} an hour, {cheaper} is cheaper")

# Try: a cost of capital of 10 % a year, or a life of three years.

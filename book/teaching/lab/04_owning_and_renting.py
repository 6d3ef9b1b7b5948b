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
    # By the hour in use, or on a lease that is paid for when the card is idle too.
    rent, lease = x.rental_usd_per_gpu_hour, x.rental_usd_per_gpu_hour / used
    cheapest = min((owner(used), "owning"), (rent, "renting by the hour"))[1]
    print(f"in use {used:4.0%} of the time: owned ${owner(used):.2f}, leased ${lease:.2f}; {cheapest} is cheaper")

# Try: a cost of capital of 10 % a year, or a life of three years. At which rate does the lease become cheaper?

# What matters most: one assumption at a time
import given as x
from analysis import costs

gpu = x.GPUS["H800-SXM"]
BASE = {
    "server_price_usd_per_gpu": x.server_price_h800_usd_per_gpu,
    "service_life_years": x.service_life_years,
    "utilisation": x.utilisation,
    "interconnect_fraction": x.interconnect_fraction,
    "server_kw_per_gpu": costs.server_kw_per_gpu(gpu["tdp_w"], gpu["server_to_chip_power_ratio"]),
    "load_fraction": x.load_fraction,
    "pue": x.pue,
    "electricity_usd_per_kwh": x.electricity_usd_per_kwh,
}
here = costs.owner_usd_per_gpu_hour(**BASE)
print(f"Owner's hour: ${here:.3f}. A tenth more of each input:")
for name, value in BASE.items():
    there = costs.owner_usd_per_gpu_hour(**BASE | {name: value * 1.1})
    print(f"{name:26} {(there / here - 1):+7.2%}")

# Try: a change of its plausible range instead of a tenth. Which input leads then?

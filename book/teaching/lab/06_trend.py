# Cost per unit of arithmetic: V3 and its MFU
import given as x
from analysis import costs

v3, h800 = x.MODELS["dsv3"], x.GPUS["H800-SXM"]
run = costs.amortised_run_cost_usd(
    v3["chip_hours"],
    x.server_price_h800_usd_per_gpu,
    x.h800_years_in_service,
    x.interconnect_fraction,
    h800["tdp_w"],
    h800["server_to_chip_power_ratio"],
    x.load_fraction,
    x.pue,
    x.electricity_usd_per_kwh,
    x.price_decline_oom_per_year,
)
flop = costs.training_flop(v3["params_active_b"] * 1e9, v3["tokens_t"] * 1e12)
mfu = costs.model_flop_utilisation(flop, x.STAGES["dsv3"]["pretraining"], h800["peak_bf16_dense_tflops"])
print(f"V3, amortised basis: ${run / 1e6:.2f} million")
print(f"Pre-training: {flop:.3g} FLOP at an MFU of {mfu:.1%}")
print(f"Amortised cost of 1e24 FLOP: ${run / v3['train_flop'] * 1e24 / 1e6:.2f} million")

# Try: with hardware a year old (years_acquisition_to_training = 1), what does the run cost?

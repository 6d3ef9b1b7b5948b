# Cost per unit of arithmetic: V3, its MFU, and the arithmetic and the hours of Llama 3.1 405B beside it
import given as x
from analysis import costs

v3, llama, h800 = x.MODELS["dsv3"], x.MODELS["llama31_405"], x.GPUS["H800-SXM"]
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
print(f"V3, amortised basis, this report's constants: ${run / 1e6:.2f} million")
print(f"Pre-training: {flop:.3g} FLOP at an MFU of {mfu:.1%}")

arithmetic, hours = (llama[name] / v3[name] for name in ("train_flop", "chip_hours"))
print(f"Llama 3.1 405B: {arithmetic:.1f} times the FLOP, {hours / arithmetic:.2f} times the hours for one")

# What is left of the ratio of costs is the price of an hour. By one rule for both, Epoch AI's, the page has it.
# Try: with new hardware (years_acquisition_to_training = 0), what does the run cost?

"""Epoch AI's amortised costs in nominal dollars, which two test modules compare with."""

# What the published method gives, in nominal dollars, when Epoch AI's own code inputs are put into it: computed
# once, outside this repository, from the inputs of the code of 2025 (data/epoch_runs.csv holds them, rounded
# to six digits). The column published_amortised_usd2023 of that table is in dollars of another month, and differs
# by up to 5 %.
EPOCH_NOMINAL_USD = {
    "titan": 7_589_215,
    "bloom": 974_367.3,
    "falcon180": 10_277_320,
    "glam": 509_640.5,
    "gpt3": 2_088_539,
    "gpt35": 4_534_422,
    "gpt4": 40_155_930,
    "gemini_ultra": 28_233_700,
    "gopher": 554_262.8,
    "grok2": 30_605_410,
    "grok3": 301_454_800,
    "inflection2": 12_926_570,
    "llama65": 569_211.8,
    "llama2_70": 1_093_378,
    "llama31_405": 51_260_340,
    "megascale": 2_617_743,
    "mtnlg": 3_590_762,
    "mistral_large": 14_130_210,
    "nemotron4": 20_579_720,
    "opt175": 720_277.3,
    "palm": 2_810_004,
    "palm2": 4_577_371,
}

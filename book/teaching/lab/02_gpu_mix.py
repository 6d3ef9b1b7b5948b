# Which GPUs: cards counted, and arithmetic counted
from analysis import costs
from given import FLEETS, GPUS

fleet = FLEETS["semianalysis"]
cards = {gpu: row["count"] for gpu, row in fleet.items()}
arithmetic = {gpu: count * GPUS[gpu]["peak_bf16_dense_tflops"] for gpu, count in cards.items()}

of_cards, of_arithmetic = costs.shares(cards), costs.shares(arithmetic)
for gpu, row in fleet.items():
    print(
        f"{gpu:13} {of_cards[gpu]:6.1%} of the cards, {of_arithmetic[gpu]:6.1%} of the arithmetic ({row['confidence']})"
    )

# Try: what if half of the H20s were only on order? Their count is unverified.

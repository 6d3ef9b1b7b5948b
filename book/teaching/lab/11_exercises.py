# Check an answer to an exercise
from analysis import costs
from analysis.teaching.checks import check
from given import PUBLISHED, STAGES

hours = sum(STAGES["dsv3"].values())
price = PUBLISHED["deepseek_v3_rental_usd_per_gpu_hour"]
print(hours)
print(check("six_million-1", hours, costs.rental_run_cost_usd(hours, price)))

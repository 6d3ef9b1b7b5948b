# Check an answer to an exercise
from analysis import costs
from analysis.teaching.checks import check
from given import STAGES, rental_usd_per_gpu_hour

hours = sum(STAGES["dsv3"].values())
print(hours)
print(check("six_million-1", hours, costs.rental_run_cost_usd(hours, rental_usd_per_gpu_hour)))

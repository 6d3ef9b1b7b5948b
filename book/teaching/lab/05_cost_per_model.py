# Models by GPU-hours, and at one price for all
from analysis import costs
from given import MODELS, rental_usd_per_gpu_hour

v3 = MODELS["dsv3"]["chip_hours"]
published = [row for row in MODELS.values() if row["chip_hours_confidence"] == "reported"]
for row in sorted(published, key=lambda row: row["chip_hours"])[-12:]:
    hours = row["chip_hours"]
    rented = costs.rental_run_cost_usd(hours, rental_usd_per_gpu_hour)
    print(f"{row['model'][:26]:26} {hours:>12,} h  {hours / v3:6.2f} times V3  ${rented / 1e6:6.1f} million")

# The hours are of different chips: an A100-hour does about a third of the arithmetic of an H800-hour.
# Try: leave out the models of other chips, or add one of your own.

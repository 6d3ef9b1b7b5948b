# Testing a claim: "operating expenses of $944 million"
from analysis import costs
from given import PUBLISHED

servers = PUBLISHED["semianalysis_server_capex_all_musd"]
operation = PUBLISHED["semianalysis_operating_cost_musd"]
years = PUBLISHED["luk_ownership_years"]

a_year = costs.total_cost_of_ownership_usd_per_year(servers, operation, years)
print(f"Read as a sum of {years} years: ${a_year:.0f} million a year, servers and operation")
print(f"Read as a yearly bill: {operation / servers:.0%} of the servers' price, every year")
print(f"Read off the same chart: ${PUBLISHED['luk_tco_all_musd_per_year']} million a year")

# Try: over how many years would the two sums come to the figure of the chart exactly?

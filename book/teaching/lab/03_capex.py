# What the fleet would cost to buy
import given
from analysis import costs

total = 0
for gpu, row in given.FLEETS["semianalysis"].items():
    price = getattr(given, row["price_parameter"])
    servers = costs.capex_usd(row["count"], price)
    print(f"{gpu:13} {row['count']:>7,} x ${price:>7,} = ${servers / 1e6:>7,.0f} million ({row['confidence']} count)")
    total += servers

print(f"Servers, acquisition basis: ${total / 1e6:,.0f} million")
network = costs.network_usd(total, given.interconnect_fraction)
print(f"Network on top: ${network / 1e6:,.0f} million")

# Try: the other account, given.FLEETS["documented"].

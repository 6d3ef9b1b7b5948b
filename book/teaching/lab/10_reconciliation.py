# Dollars of one month in dollars of another
from analysis import costs

# A made-up index, to see how the function works: 100 in one month, 104 in a later one.
amount = 40_000_000
later = costs.deflated_usd(amount, index_from=100, index_to=104)
print(f"${amount:,} of the first month are ${later:,.0f} of the later one")
print(f"and back: ${costs.deflated_usd(later, index_from=104, index_to=100):,.0f}")

# Try: a figure is in dollars of the later month, but labelled as of the first. By how much is it too high?

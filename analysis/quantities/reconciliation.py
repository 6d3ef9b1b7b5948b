"""How well published figures are reproduced, and what the analyst's cost to operate comes to in other units."""

from __future__ import annotations

from typing import Any

from analysis import costs
from analysis.quantities.fleet import by_type, cost_to_operate_usd_per_year
from analysis.quantities.registry import result
from analysis.reconciliation import CLOSE, epoch


@result("Epoch AI's runs that were computed again", "model", uncertain=False)
def epoch_runs_checked(x: Any, data: Any) -> Any:
    return float(len(epoch.published_2025(data)))


@result("Epoch AI's runs that come within a hundredth of the published figure", "model", uncertain=False)
def epoch_runs_close(x: Any, data: Any) -> Any:
    return float((abs(epoch.published_2025(data).ratio_today - 1) <= CLOSE).sum())


@result("Epoch AI's runs that do so with the price index as it stood then", "model", uncertain=False)
def epoch_runs_close_then(x: Any, data: Any) -> Any:
    return float((abs(epoch.published_2025(data).ratio_first_edition - 1) <= CLOSE).sum())


@result("Published cost to operate, per GPU-hour of ownership", "USD/GPU-hour", uncertain=False)
def cost_to_operate_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    return cost_to_operate_usd_per_year(x, data) / (data.published("luk_gpus_all") * costs.HOURS_PER_YEAR)


@result("Published server capex, per GPU-hour of ownership", "USD/GPU-hour", uncertain=False)
def server_capex_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    hours = data.published("luk_gpus_all") * data.published("luk_ownership_years") * costs.HOURS_PER_YEAR
    return data.published("semianalysis_server_capex_all_musd") / hours


@result("Published cost to operate over server capex, per year", "fraction", uncertain=False)
def cost_to_operate_share_of_capex(x: Any, data: Any) -> Any:
    return cost_to_operate_usd_per_year(x, data) / data.published("semianalysis_server_capex_all_musd")


def analyst_kw(x: Any, data: Any) -> Any:
    """Nameplate power of the analyst's servers, in kW, whatever account of the fleet the case uses."""
    return sum(by_type(x, data, "power", "semianalysis").values())


@result("Electricity of the analyst's fleet over the published years", "USD")
def analyst_energy_usd(x: Any, data: Any) -> Any:
    yearly = costs.energy_usd_per_year(
        analyst_kw(x, data), x.utilisation, x.load_fraction, x.pue, x.electricity_usd_per_kwh
    )
    return yearly * data.published("luk_ownership_years")


@result("Electricity of the analyst's fleet over the published cost to operate", "fraction")
def analyst_energy_share(x: Any, data: Any) -> Any:
    return analyst_energy_usd(x, data) / data.published("semianalysis_operating_cost_musd")


@result("Electricity of the analyst's fleet, per GPU-hour of ownership", "USD/GPU-hour")
def analyst_energy_usd_per_gpu_hour(x: Any, data: Any) -> Any:
    hours = data.published("luk_gpus_all") * data.published("luk_ownership_years") * costs.HOURS_PER_YEAR
    return analyst_energy_usd(x, data) / hours


@result("Published cost to operate without electricity", "USD")
def cost_to_operate_rest_usd(x: Any, data: Any) -> Any:
    return data.published("semianalysis_operating_cost_musd") - analyst_energy_usd(x, data)


@result("Published cost to operate without electricity, per kilowatt of servers and month", "USD")
def cost_to_operate_rest_usd_per_kw_month(x: Any, data: Any) -> Any:
    months = 12 * data.published("luk_ownership_years")
    return cost_to_operate_rest_usd(x, data) / (analyst_kw(x, data) * months)


@result("Hosting the analyst's fleet over the published years, at the analyst's American price", "USD", uncertain=False)
def hosting_usd(x: Any, data: Any) -> Any:
    months = 12 * data.published("luk_ownership_years")
    return analyst_kw(x, data) * months * data.published("semianalysis_colocation_usd_per_kw_month")


@result("Hosting and electricity over the published cost to operate", "fraction")
def hosting_and_power_share(x: Any, data: Any) -> Any:
    both = hosting_usd(x, data) + analyst_energy_usd(x, data)
    return both / data.published("semianalysis_operating_cost_musd")


@result("Published cost to operate without hosting and electricity", "USD")
def beyond_hosting_usd(x: Any, data: Any) -> Any:
    return cost_to_operate_rest_usd(x, data) - hosting_usd(x, data)

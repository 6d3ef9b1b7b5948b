"""The fleet: capex, shares by type, power, and what the published sums contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analysis import costs
from analysis.quantities.registry import CELLS, SERVERS, Rule, result
from analysis.quantities.runs import H800, V3, v3_gpu_hours, v3_gpus, v3_rental_usd
from analysis.reconciliation import epoch

A100, H20, H100 = "A100-PCIe-40", "H20", "H100-SXM"
TYPES = (A100, H20, H800, H100)
MEASURES = ("count", "compute", "bandwidth", "memory", "power", "capex")

Compute = Callable[[Any, Any], Any]

# What one GPU of a type is in each measure but its price.
EACH: dict[str, Callable[[Any, str], Any]] = {
    "count": lambda data, gpu: 1.0,
    "compute": lambda data, gpu: data.gpu(gpu).peak_bf16_dense_tflops,
    "bandwidth": lambda data, gpu: data.gpu(gpu).memory_bandwidth_tb_s,
    "memory": lambda data, gpu: data.gpu(gpu).memory_gb,
    "power": lambda data, gpu: costs.server_kw_per_gpu(data.gpu(gpu).tdp_w, data.gpu(gpu).server_to_chip_power_ratio),
}


def by_type(x: Any, data: Any, measure: str, fleet: str | None = None, only: str = "") -> dict[str, Any]:
    """How much of the fleet each GPU type is, in the measure's own unit.

    measure: count (GPUs), compute (BF16 dense TFLOP/s), bandwidth (TB/s), memory (GB), power (kW, nameplate of
    the servers) or capex (USD, servers)
    only: one type, and nothing of the others is read
    """
    rows = data.counts(fleet or x.fleet)
    return {
        gpu: costs.capex_usd(count, getattr(x, price)) if measure == "capex" else count * EACH[measure](data, gpu)
        for gpu, count, price in zip(rows.gpu_id, rows["count"], rows.price_parameter, strict=True)
        if only in ("", gpu)
    }


def servers_of(name: str, title: str, account: str, only: str = "", digits: int = 0) -> Compute:
    """Register the server capex of one account of the fleet, in USD, or of one type of GPU in it."""

    def capex(x: Any, data: Any) -> Any:
        return sum(by_type(x, data, "capex", account, only).values())

    capex.__name__ = name
    return result(f"Server capex {title}", "USD", "acquisition", rule=SERVERS, digits=digits)(capex)


@result("GPUs in the fleet", "GPU", uncertain=False)
def fleet_gpus(x: Any, data: Any) -> Any:
    return sum(by_type(x, data, "count").values())


@result("Server capex of the fleet", "USD", "acquisition", rule=SERVERS)
def fleet_capex_usd(x: Any, data: Any) -> Any:
    return sum(by_type(x, data, "capex").values())


# It is what is added to servers that are priced by the same rule.
@result("Network of the fleet", "USD", "acquisition", rule=replace(SERVERS, network=""))
def fleet_network_usd(x: Any, data: Any) -> Any:
    return costs.network_usd(fleet_capex_usd(x, data), x.interconnect_fraction)


semianalysis_fleet_capex_usd = servers_of(
    "semianalysis_fleet_capex_usd", "of the analyst's whole fleet", "semianalysis"
)
servers_of("hopper_capex_usd", "of the Hoppers alone", "hopper_only")
servers_of("without_h100_capex_usd", "without the disputed H100s", "without_h100")
servers_of("without_h20_capex_usd", "without the unverified H20s", "without_h20")
servers_of("press_capex_usd", "of the GPUs that a newspaper's sources name", "press")
servers_of("documented_capex_usd", "of the documented GPUs", "documented")


@result("Documented GPUs", "GPU", uncertain=False)
def documented_gpus(x: Any, data: Any) -> Any:
    return sum(by_type(x, data, "count", "documented").values())


@result("Documented GPUs over the analyst's count", "fraction", uncertain=False)
def documented_share_of_count(x: Any, data: Any) -> Any:
    return documented_gpus(x, data) / sum(by_type(x, data, "count", "semianalysis").values())


@result("Our capex over the sum that the analyst published", "fraction")
def capex_over_published(x: Any, data: Any) -> Any:
    return semianalysis_fleet_capex_usd(x, data) / data.published("semianalysis_server_capex_all_musd")


def share_of(name: str, title: str, measure: str, *gpus: str) -> None:
    """Register the share that some types have of the fleet in one measure, as a fraction; 0 if the fleet has none."""

    def share(x: Any, data: Any) -> Any:
        found = costs.shares(by_type(x, data, measure))
        return sum(found.get(gpu, 0.0) for gpu in gpus)

    share.__name__ = name
    # Prices alone are uncertain.
    result(title, "fraction", uncertain=measure == "capex")(share)


share_of("h20_share_of_count", "H20's share of the cards", "count", H20)
share_of("h20_share_of_compute", "H20's share of BF16 arithmetic", "compute", H20)
share_of("h20_share_of_bandwidth", "H20's share of memory bandwidth", "bandwidth", H20)
share_of("h20_share_of_power", "H20's share of power", "power", H20)
share_of("h20_share_of_capex", "H20's share of server capex", "capex", H20)
share_of("big_hopper_share_of_compute", "Share of the H800 and the H100 in BF16 arithmetic", "compute", H800, H100)
share_of("big_hopper_share_of_count", "Share of the H800 and the H100 in the cards", "count", H800, H100)


@result("Nameplate IT power of the fleet, MW", "MW", uncertain=False)
def fleet_it_power_mw(x: Any, data: Any) -> Any:
    return sum(by_type(x, data, "power").values()) / 1000


@result("Electricity of the fleet for a year", "USD")
def fleet_energy_usd_per_year(x: Any, data: Any) -> Any:
    kw = sum(by_type(x, data, "power").values())
    return costs.energy_usd_per_year(kw, x.utilisation, x.load_fraction, x.pue, x.electricity_usd_per_kwh)


@result("Electricity's share of the published cost to operate", "fraction")
def energy_share_of_cost_to_operate(x: Any, data: Any) -> Any:
    years = data.published("luk_ownership_years")
    return fleet_energy_usd_per_year(x, data) * years / data.published("semianalysis_operating_cost_musd")


@result("Published cost to operate, per year", "USD", uncertain=False)
def cost_to_operate_usd_per_year(x: Any, data: Any) -> Any:
    return data.published("semianalysis_operating_cost_musd") / data.published("luk_ownership_years")


def _cells(data: Any, quantity: str, gpus: tuple[str, ...]) -> float:
    return sum(data.published(f"semianalysis_cell_{gpu}_{quantity}_musd") for gpu in gpus)


ALL_TYPES = ("a100", "h20", "h800", "h100")
HOPPER_TYPES = ("h20", "h800", "h100")
FIRST_THREE = ("a100", "h20", "h800")


@result("The analyst's four server cells", "USD", "acquisition", uncertain=False, rule=CELLS, digits=4)
def cells_all_usd(x: Any, data: Any) -> Any:
    return _cells(data, "server_capex", ALL_TYPES)


@result("The analyst's first three server cells", "USD", "acquisition", uncertain=False, rule=CELLS, digits=4)
def cells_first_three_usd(x: Any, data: Any) -> Any:
    return _cells(data, "server_capex", FIRST_THREE)


@result("The analyst's Hopper server cells", "USD", "acquisition", uncertain=False, rule=CELLS, digits=4)
def cells_hopper_usd(x: Any, data: Any) -> Any:
    return _cells(data, "server_capex", HOPPER_TYPES)


@result("Published servers and operation, per year", "USD", uncertain=False)
def published_tco_usd_per_year(x: Any, data: Any) -> Any:
    return costs.total_cost_of_ownership_usd_per_year(
        data.published("semianalysis_server_capex_all_musd"),
        data.published("semianalysis_operating_cost_musd"),
        data.published("luk_ownership_years"),
    )


@result("Yearly cost of ownership of all four types", "USD", uncertain=False)
def cells_tco_all_usd_per_year(x: Any, data: Any) -> Any:
    return costs.total_cost_of_ownership_usd_per_year(
        cells_all_usd(x, data),
        _cells(data, "operating_cost", ALL_TYPES),
        data.published("luk_ownership_years"),
    )


@result("Yearly cost of ownership of the Hoppers", "USD", uncertain=False)
def cells_tco_hopper_usd_per_year(x: Any, data: Any) -> Any:
    return costs.total_cost_of_ownership_usd_per_year(
        cells_hopper_usd(x, data),
        _cells(data, "operating_cost", HOPPER_TYPES),
        data.published("luk_ownership_years"),
    )


@result("V3's hours over those that the H800s and H100s of the fleet have in a year", "fraction", uncertain=False)
def v3_share_of_h800_h100_year(x: Any, data: Any) -> Any:
    counts = by_type(x, data, "count")
    return costs.gpu_hours_share(v3_gpu_hours(x, data), sum(counts.get(gpu, 0.0) for gpu in (H800, H100)))


@result("V3's hours over a year of the fleet, each hour at its GPU's BF16 peak", "fraction", uncertain=False)
def v3_share_of_fleet_arithmetic(x: Any, data: Any) -> Any:
    in_h800s = sum(by_type(x, data, "compute").values()) / data.gpu(H800).peak_bf16_dense_tflops
    return costs.gpu_hours_share(v3_gpu_hours(x, data), in_h800s)


@result("V3's hours over those that the documented H800s have in a year", "fraction", uncertain=False)
def v3_share_of_documented_year(x: Any, data: Any) -> Any:
    return costs.gpu_hours_share(v3_gpu_hours(x, data), by_type(x, data, "count", "documented", only=H800)[H800])


@result("V3's servers over the fleet's", "fraction", uncertain=False)
def v3_gpus_share_of_fleet(x: Any, data: Any) -> Any:
    return v3_gpus(x, data) / fleet_gpus(x, data)


@result(
    "Fleet capex over V3's rental cost",
    "times",
    compares=("fleet_capex_usd", "v3_rental_usd"),
    difference="the one buys servers for years and for many models, the other rents them for one run",
)
def fleet_capex_over_v3(x: Any, data: Any) -> Any:
    return costs.over(fleet_capex_usd(x, data), v3_rental_usd(x, data))


a100_capex_usd = servers_of("a100_capex_usd", "of the A100s", "semianalysis", A100)
h100_capex_usd = servers_of("h100_capex_usd", "of the disputed H100s", "semianalysis", H100, digits=3)
h20_capex_usd = servers_of("h20_capex_usd", "of the H20s", "semianalysis", H20)


# A server holds more than what Nvidia sells, so the share of its cards is smaller still.
@result("Servers of the H20s over Nvidia's H20 sales of one quarter", "fraction")
def h20_capex_over_nvidia_quarter(x: Any, data: Any) -> Any:
    return h20_capex_usd(x, data) / data.published("nvidia_h20_sales_q1_fy26_musd")


h800_capex_usd = servers_of("h800_capex_usd", "of the H800s", "semianalysis", H800)


@result("Our capex of the A100s over the analyst's cell", "fraction")
def a100_capex_over_cell(x: Any, data: Any) -> Any:
    return a100_capex_usd(x, data) / data.published("semianalysis_cell_a100_server_capex_musd")


@result("Electricity of the fleet over the published years of ownership", "USD")
def fleet_energy_usd_over_ownership(x: Any, data: Any) -> Any:
    return fleet_energy_usd_per_year(x, data) * data.published("luk_ownership_years")


@result("A100s in the analyst's fleet", "GPU", uncertain=False)
def fleet_a100_count(x: Any, data: Any) -> Any:
    return by_type(x, data, "count", "semianalysis")[A100]


# What is left of the price of a server at the analyst's day, by the rule of the amortised basis.
VALUE = Rule(
    "this report's", "", "Epoch AI's fall of price-performance, from purchase to the analyst's day", "none", "none"
)
# The rows of data/prices.csv that the price of a type lies between: it is of the middle of their days.
H20_PRICES, H100_DEALER, H100_ANALYST = ("P313", "P314"), "P264", "P271"


def _decimal_year(day: Any) -> float:
    return float(day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365))


def _priced(data: Any, rows: tuple[str, ...]) -> float:
    """The middle of the days of some prices, as a decimal year."""
    return sum(_decimal_year(data.row("prices", row)["date"]) for row in rows) / len(rows)


def ages_years(x: Any, data: Any) -> dict[str, Any]:
    """Age of each type of GPU on the day of the analyst's account, from the day of its price, in years.

    A price and its day are one fact. H800s are as old as V3's were when its run began, and the time since.
    """
    day = data.published("semianalysis_deepseek_day")
    since = day - _decimal_year(epoch.start_by_rule(data, V3))
    return {
        A100: day - data.published("highflyer_cluster2_day"),
        H20: day - _priced(data, H20_PRICES),
        H800: x.h800_years_in_service + since,
        H100: day - _priced(data, (H100_DEALER, H100_ANALYST)),
    }


def values_usd(x: Any, data: Any) -> dict[str, Any]:
    """What is left of the price of the analyst's servers on the day of the account, by type, in USD."""
    ages = ages_years(x, data)
    return {
        gpu: costs.amortised_chip_value_usd(price, ages[gpu], x.price_decline_oom_per_year)
        for gpu, price in by_type(x, data, "capex", "semianalysis").items()
    }


@result("Value of the analyst's fleet in January 2025, servers", "USD", rule=VALUE)
def fleet_value_usd(x: Any, data: Any) -> Any:
    return sum(values_usd(x, data).values())


@result(
    "Value of the analyst's fleet over its purchase prices",
    "fraction",
    compares=("fleet_value_usd", "semianalysis_fleet_capex_usd"),
    difference="the one is what is left of the prices in January 2025, the other the prices of four years",
)
def fleet_value_over_capex(x: Any, data: Any) -> Any:
    return costs.over(fleet_value_usd(x, data), semianalysis_fleet_capex_usd(x, data))


def _with_h100_at(x: Any, data: Any, price: str) -> Any:
    """Server capex of the analyst's fleet with the H100 at one of the two prices that the case takes the middle of."""
    others = a100_capex_usd(x, data) + h20_capex_usd(x, data) + h800_capex_usd(x, data)
    count = by_type(x, data, "count", "semianalysis", only=H100)[H100]
    return others + costs.capex_usd(count, float(data.row("prices", price)["price_usd"]))


@result("Our capex with the H100 at the Chinese dealer's price, over the published sum", "fraction")
def capex_at_dealer_over_published(x: Any, data: Any) -> Any:
    return capex_at_dealer_usd(x, data) / data.published("semianalysis_server_capex_all_musd")


@result("Our capex with the H100 at the analyst's price, over the published sum", "fraction")
def capex_at_analyst_over_published(x: Any, data: Any) -> Any:
    return capex_at_analyst_usd(x, data) / data.published("semianalysis_server_capex_all_musd")


@result("Server capex with the H100 at the Chinese dealer's price", "USD", "acquisition", rule=SERVERS)
def capex_at_dealer_usd(x: Any, data: Any) -> Any:
    return _with_h100_at(x, data, H100_DEALER)


@result("Server capex with the H100 at the analyst's price", "USD", "acquisition", rule=SERVERS)
def capex_at_analyst_usd(x: Any, data: Any) -> Any:
    return _with_h100_at(x, data, H100_ANALYST)

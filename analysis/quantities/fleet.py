"""The fleet: capex, shares by type, power, and what the published sums contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analysis import costs
from analysis.quantities.registry import CELLS, SERVERS, Rule, result
from analysis.quantities.runs import H800, V3, v3_gpu_hours, v3_rental_usd
from analysis.reconciliation import epoch

A100, H20, H100 = "A100-PCIe-40", "H20", "H100-SXM"
TYPES = (A100, H20, H800, H100)
MEASURES = ("count", "compute", "bandwidth", "memory", "power", "capex")

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


def capex_of(x: Any, data: Any, fleet: str) -> Any:
    """Server capex of one account of the fleet, in USD."""
    return sum(by_type(x, data, "capex", fleet).values())


@result("GPUs in the fleet", "GPU", uncertain=False)
def fleet_gpus(x: Any, data: Any) -> Any:
    return sum(by_type(x, data, "count").values())


@result("Server capex of the fleet", "USD", "acquisition", rule=SERVERS)
def fleet_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, x.fleet)


# It is what is added to servers that are priced by the same rule.
@result("Network of the fleet", "USD", "acquisition", rule=replace(SERVERS, network=""))
def fleet_network_usd(x: Any, data: Any) -> Any:
    return costs.network_usd(fleet_capex_usd(x, data), x.interconnect_fraction)


@result("Server capex of the analyst's whole fleet", "USD", "acquisition", rule=SERVERS)
def semianalysis_fleet_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, "semianalysis")


@result("Server capex of the Hoppers alone", "USD", "acquisition", rule=SERVERS)
def hopper_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, "hopper_only")


@result("Server capex without the disputed H100s", "USD", "acquisition", rule=SERVERS)
def without_h100_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, "without_h100")


@result("Server capex without the unverified H20s", "USD", "acquisition", rule=SERVERS)
def without_h20_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, "without_h20")


@result("Server capex of the GPUs that a newspaper's sources name", "USD", "acquisition", rule=SERVERS)
def press_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, "press")


@result("Server capex of the documented GPUs", "USD", "acquisition", rule=SERVERS)
def documented_capex_usd(x: Any, data: Any) -> Any:
    return capex_of(x, data, "documented")


@result("Documented GPUs", "GPU", uncertain=False)
def documented_gpus(x: Any, data: Any) -> Any:
    return sum(by_type(x, data, "count", "documented").values())


@result("Documented GPUs over the analyst's count", "fraction", uncertain=False)
def documented_share_of_count(x: Any, data: Any) -> Any:
    return documented_gpus(x, data) / sum(by_type(x, data, "count", "semianalysis").values())


@result("Our capex over the sum that the analyst published", "fraction")
def capex_over_published(x: Any, data: Any) -> Any:
    return semianalysis_fleet_capex_usd(x, data) / data.published("semianalysis_server_capex_all_musd")


def share(x: Any, data: Any, gpu_id: str, measure: str) -> Any:
    """One type's share of the fleet in one measure, as a fraction; 0 if the fleet has none."""
    return costs.shares(by_type(x, data, measure)).get(gpu_id, 0.0)


@result("H20's share of the cards", "fraction", uncertain=False)
def h20_share_of_count(x: Any, data: Any) -> Any:
    return share(x, data, H20, "count")


@result("H20's share of BF16 arithmetic", "fraction", uncertain=False)
def h20_share_of_compute(x: Any, data: Any) -> Any:
    return share(x, data, H20, "compute")


@result("H20's share of memory bandwidth", "fraction", uncertain=False)
def h20_share_of_bandwidth(x: Any, data: Any) -> Any:
    return share(x, data, H20, "bandwidth")


@result("H20's share of power", "fraction", uncertain=False)
def h20_share_of_power(x: Any, data: Any) -> Any:
    return share(x, data, H20, "power")


@result("H20's share of server capex", "fraction")
def h20_share_of_capex(x: Any, data: Any) -> Any:
    return share(x, data, H20, "capex")


@result("Share of the H800 and the H100 in BF16 arithmetic", "fraction", uncertain=False)
def big_hopper_share_of_compute(x: Any, data: Any) -> Any:
    return share(x, data, H800, "compute") + share(x, data, H100, "compute")


@result("Share of the H800 and the H100 in the cards", "fraction", uncertain=False)
def big_hopper_share_of_count(x: Any, data: Any) -> Any:
    return share(x, data, H800, "count") + share(x, data, H100, "count")


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
    return float(data.model("dsv3").hardware_quantity) / fleet_gpus(x, data)


@result(
    "Fleet capex over V3's rental cost",
    "times",
    compares=("fleet_capex_usd", "v3_rental_usd"),
    difference="the one buys servers for years and for many models, the other rents them for one run",
)
def fleet_capex_over_v3(x: Any, data: Any) -> Any:
    return costs.over(fleet_capex_usd(x, data), v3_rental_usd(x, data))


@result("Server capex of the A100s", "USD", "acquisition", rule=SERVERS)
def a100_capex_usd(x: Any, data: Any) -> Any:
    return by_type(x, data, "capex", "semianalysis", only=A100)[A100]


@result("Server capex of the disputed H100s", "USD", "acquisition", rule=SERVERS, digits=3)
def h100_capex_usd(x: Any, data: Any) -> Any:
    return by_type(x, data, "capex", "semianalysis", only=H100)[H100]


@result("Server capex of the H20s", "USD", "acquisition", rule=SERVERS)
def h20_capex_usd(x: Any, data: Any) -> Any:
    return by_type(x, data, "capex", "semianalysis", only=H20)[H20]


# A server holds more than what Nvidia sells, so the share of its cards is smaller still.
@result("Servers of the H20s over Nvidia's H20 sales of one quarter", "fraction")
def h20_capex_over_nvidia_quarter(x: Any, data: Any) -> Any:
    return h20_capex_usd(x, data) / data.published("nvidia_h20_sales_q1_fy26_musd")


@result("Server capex of the H800s", "USD", "acquisition", rule=SERVERS)
def h800_capex_usd(x: Any, data: Any) -> Any:
    return by_type(x, data, "capex", "semianalysis", only=H800)[H800]


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

"""Numbers as words: one formatter for every page, figure and table.

One quantity has one print. Its digits follow its range: never finer than a tenth of it, but its first two at least,
or as many as its result asks for (`digits` of `@result`). The price of an hour has its cents; a relative change is in
whole per cent. book/assets/words.js says the same in the browser, and a test compares the two.
Fixed formats also keep the outputs of a page comparable, since nbval has no tolerance for floats.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS = "−"
THIN_RANGE = " to "
NOT_DEFINED = "not defined"

# Unit of a column in data/ -> (factor to the base unit, base unit).
BASE_UNITS = {
    "USD million": (1e6, "USD"),
    "USD million per year": (1e6, "USD per year"),
    "%": (0.01, "fraction"),
    "USD per GPU-hour": (1.0, "USD/GPU-hour"),
    "billion": (1e9, "number of"),
}


# Prices of an hour, which are told to the cent.
HOURLY = ("USD/GPU-hour",)
CENTS = 2

# A relative change below this is told as "less than 1 %".
LEAST_CHANGE = 0.005

# Things that are counted: every digit is shown.
COUNTS = ("GPU", "GPUs", "model", "claim", "people", "table", "parameter", "source", "row", "draws", "number")


# What book/assets/words.js needs of the above, beside its own copy of the functions.
RULES = {"counts": COUNTS, "hourly": HOURLY, "cents": CENTS, "leastChange": LEAST_CHANGE}


def base_unit(unit: str) -> tuple[float, str]:
    """The factor from a unit of data/ to its base unit, and that unit; a base unit is its own."""
    return BASE_UNITS.get(unit, (1.0, unit))


def decimals_for(low: float, high: float) -> int:
    """Decimal places at which a tenth of the interval is visible; negative means rounding to tens and more."""
    width = abs(high - low) / 10
    if width == 0 or not math.isfinite(width):
        return 0
    return -math.floor(math.log10(width))


def number(value: float, decimals: int = 0) -> str:
    """1234567.8 -> '1,234,568'; negative decimals round to tens, hundreds and so on."""
    if not math.isfinite(value):
        return NOT_DEFINED
    # Halves go away from zero, as in the sources; round() would send them to the even neighbour.
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{max(decimals, 0)}f}"
    return (MINUS if rounded < 0 else "") + text


def digits(value: float, significant: int = 4) -> str:
    """A number with so many significant digits and no trailing zeros: 5.5760 -> '5.576'."""
    if value == 0 or not math.isfinite(value):
        return number(value)
    places = significant - 1 - math.floor(math.log10(abs(value)))
    text = number(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def setting(value: float) -> str:
    """What an assumption or an end of its range is: in full if whole, or to four digits: '34,819', '16,340'."""
    return number(value) if value == int(value) else digits(value)


def rounded_setting(value: float) -> float:
    """The number that `setting` prints."""
    return float(setting(value).replace(",", ""))


def stated(value: float, unit: str) -> str:
    """A number of data/ in words, with every digit that it has: '$1.6 billion', '82.2 %', '$0.095'."""
    factor, base = base_unit(unit)
    if base == "1/year":
        return amount(value, "fraction", significant=9)
    in_cents = base in HOURLY and value == round(value, CENTS)
    return amount(value * factor, base if factor != 1 or in_cents else unit.replace("/", " per "), significant=9)


def unit_said(unit: str, value: object = None) -> str:
    """What a unit says after the number in words: ' per GPU', ' H100-hours', nothing for dollars and per cent."""
    base = base_unit(unit)[1]
    if base in ("USD", "CNY", "fraction", "ratio", "number of"):
        return ""
    base = {"year": "years", "1/year": "a year", "OOM/year": "OOM a year"}.get(base, base)
    base = re.sub(r"^(USD|CNY)( per |/)", "per ", base)
    return f" {base.removesuffix('s') if value == 1 else base}"


def told(value: float, unit: str) -> str:
    """A number of data/ with its unit: '$1.6 billion', '2.788 million GPU-hours', '$0.095 per kWh'."""
    return stated(value, unit) + unit_said(unit, value)


def set_to(value: float | str, unit: str) -> str:
    """An assumption's value with its unit: '4 years', '17.8 %'; a choice as its name."""
    if isinstance(value, str) or unit == "number":
        return str(value) if isinstance(value, str) else str(int(value))
    return told(rounded_setting(value), unit)


def setting_span(low: float, high: float, unit: str) -> str:
    """The ends of an assumption's range: '$12,500 to $16,340', '10 % to 63.2 %'."""
    return THIN_RANGE.join(stated(rounded_setting(end), unit) for end in (low, high))


def scientific(value: float) -> str:
    """To three digits, 3.286e24 -> '3.29 × 10²⁴'; halves go away from zero, as everywhere."""
    # Its last bits differ with the order of its factors, in Python and in the browser: they decide no half.
    rounded = Context(prec=3, rounding=ROUND_HALF_UP).create_decimal(f"{value:.12e}")
    mantissa, exponent = f"{float(rounded):.2e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}"


def scale(value: float, significant: int = 4) -> tuple[float, str]:
    """Factor and word for large amounts; the scale changes where so many digits would round up to it."""
    for factor, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(value) >= factor * (1 - 0.5 * 10**-significant):
            return factor, word
    return 1.0, ""


def _dress(text: str, unit: str, word: str) -> str:
    sign = MINUS if text.startswith(MINUS) else ""
    text = text.removeprefix(MINUS)
    if unit.startswith("USD"):
        return f"{sign}${text}{word}"
    if unit.startswith("CNY"):
        return f"{sign}CNY {text}{word}"
    if unit == "fraction":
        return f"{sign}{text} %"
    if unit == "times":
        return f"{sign}{text} times"
    return f"{sign}{text}{word}"


def _plain(unit: str) -> bool:
    return unit in ("fraction", "times", "ratio", "year")


def amount(
    value: float, unit: str, low: float | None = None, high: float | None = None, significant: int = 4, least: int = 2
) -> str:
    """A value in words, as fine as its range allows: '$5.6 million', '24 %', '$1.3'.

    Without a range: so many significant digits; counts in full. The unit of rates is left to the sentence.
    least: significant digits that are shown however wide the range is; the price of an hour has its cents in any case
    """
    if not math.isfinite(value):
        return NOT_DEFINED
    if unit == "FLOP":
        return scientific(value)
    factor, word = (0.01, "") if unit == "fraction" else (1.0, "") if _plain(unit) else scale(value, significant)
    if unit in HOURLY:
        return _dress(number(value, CENTS), unit, "")
    if low is None or high is None or low == high:
        if unit in COUNTS:
            return number(value)
        return _dress(digits(value / factor, significant), unit, word)
    places = decimals_for(low / factor, high / factor)
    if value:
        # However wide the range, a value does not read as zero, nor a sum as something else than its parts.
        places = max(places, least - 1 - math.floor(math.log10(abs(value / factor))))
    return _dress(number(value / factor, places), unit, word)


def assumed(value: float, unit: str) -> str:
    """What an assumption is set to, in a sentence: '$34,819', '89 %', '$2.00'."""
    whole = value == int(value) and abs(value) < 1e6 and not _plain(unit)
    return in_full(value, unit) if whole and unit not in HOURLY else amount(value, unit)


def in_full(value: float, unit: str) -> str:
    """Every digit of a whole number: '$5,576,000'."""
    return _dress(number(value), unit, "")


def span(value: float, unit: str, low: float, high: float) -> str:
    """A range in words, on the scale of its farther end: '$4.4 to 8.0 million', '$0.91 to 1.08 billion'.

    value: what is printed where both ends read alike
    """
    if not all(map(math.isfinite, (value, low, high))):
        return NOT_DEFINED
    farther = max(low, high, key=abs)
    factor, word = (0.01, "") if unit == "fraction" else (1.0, "") if _plain(unit) else scale(farther)
    places = CENTS if unit in HOURLY else decimals_for(low / factor, high / factor)
    ends = number(low / factor, places), number(high / factor, places)
    if ends[0] == ends[1]:
        return amount(value, unit)
    return _dress(ends[0] + THIN_RANGE + ends[1], unit, word)


def money_tick(value: float) -> str:
    """A short label for an axis of dollars: '$100K', '$5M', '$1.6B'."""
    sign, size = (MINUS if value < 0 else ""), abs(value)
    for factor, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size >= factor * 0.9995:
            return f"{sign}${digits(size / factor, 3)}{letter}"
    return f"{sign}${digits(size, 3)}"


def beside(unit: str, text: str) -> str:
    """A unit as it stands beside a number; "" where the number says it, or its name says nothing to a reader."""
    if unit in ("USD", "fraction", "times", "number of"):
        return ""
    return f"{unit}s" if text != "1" and unit in ("claim", "model", "GPU", "GPU-hour", "day", "year") else unit


def label(name: str, rows: list[str]) -> str:
    """A list for a sentence: 'a', 'a and b', 'a, b and c'; `name` if there is none."""
    if not rows:
        return name
    return rows[0] if len(rows) == 1 else ", ".join(rows[:-1]) + " and " + rows[-1]


def counted(number: int, thing: str) -> str:
    """A number of things: '1 row', '2 rows'."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def percent(fraction: float) -> str:
    """A share with two significant digits: '24 %'."""
    return amount(fraction, "fraction", significant=2)


def between(low: float, high: float, unit: str = "times") -> str:
    """A range without a central value; both ends above zero."""
    return span((low * high) ** 0.5, unit, low, high)


def signed_percent(fraction: float) -> str:
    """A relative change in whole per cent: '+50 %', '−12 %', 'less than 1 %'."""
    if not math.isfinite(fraction):
        return NOT_DEFINED
    if 0 < abs(fraction) < LEAST_CHANGE:
        return "less than 1 %"
    return f"{'' if not fraction else '+' if fraction > 0 else MINUS}{number(abs(fraction) * 100)} %"


def signed(value: float, unit: str, low: float, high: float) -> str:
    """A difference in words, as fine as its range allows, three significant digits without one: '+$0.98 million'."""
    text = amount(value, unit, low, high, significant=3)
    if unit in HOURLY and value and not float(text.strip(f"{MINUS}$")):
        return "less than a cent"
    return text if text.startswith((MINUS, NOT_DEFINED)) or not value else f"+{text}"

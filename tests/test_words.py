"""Numbers as words: digits, scales, ranges and signs."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis import words

STEADY = settings(deadline=None, derandomize=True)

SCALES = {"": 1.0, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def read(text: str) -> float:
    """What a printed amount of dollars says."""
    found = re.fullmatch(r"(−?)\$([0-9,.]+)(?: (million|billion|trillion))?", text)
    assert found, f"'{text}' does not read as an amount of dollars."
    sign, number, scale = found.groups()
    return (-1 if sign else 1) * float(number.replace(",", "")) * SCALES[scale or ""]


# --- digits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "significant", "text"),
    [
        (5.576, 4, "5.576"),
        (5.5760001, 4, "5.576"),
        (5.0, 4, "5"),
        (5.10, 4, "5.1"),
        (87_072, 4, "87,070"),
        (87_072, 2, "87,000"),
        (0.095625, 4, "0.09563"),
        (0.000012345, 2, "0.000012"),
        (1_234_567, 3, "1,230,000"),
        (100, 4, "100"),
        (120, 2, "120"),
        (9.9996, 4, "10"),
        (999.96, 4, "1,000"),
        (-5.576, 3, "−5.58"),
        (0, 4, "0"),
    ],
)
def test_digits(value: float, significant: int, text: str) -> None:
    """So many digits from the first that is not 0, and no zeros after the point at the end."""
    assert words.digits(value, significant) == text


@STEADY
@given(st.floats(1e-9, 1e15), st.integers(1, 6))
def test_digits_are_right_to_half_of_the_last_one(value: float, significant: int) -> None:
    """Rounding to s digits is off by at most half a unit of the last: 0.5 x 10^(1 - s) of the leading power of ten."""
    text = words.digits(value, significant)
    assert abs(float(text.replace(",", "")) - value) <= 0.5000001 * 10 ** (
        math.floor(math.log10(value)) + 1 - significant
    )
    assert not (("." in text) and text.endswith("0"))
    assert not text.endswith(".")
    assert words.digits(-value, significant) == "−" + text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1_234_567.8, 0, "1,234,568"),
        (1_234_567.8, 1, "1,234,567.8"),
        (1_234_567.8, -3, "1,235,000"),
        (-1_234.5, 1, "−1,234.5"),
        (5, 2, "5.00"),
        (0, 0, "0"),
        (-0.4, 0, "0"),
        (math.nan, 2, "not defined"),
        (math.inf, 2, "not defined"),
        (-math.inf, 2, "not defined"),
        # The largest training run that data/models.csv accepts, in FLOP.
        (1e27, 0, "1" + ",000" * 9),
    ],
)
def test_number(value: float, decimals: int, text: str) -> None:
    assert words.number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(544.5, 0, "545"), (-544.5, 0, "−545"), (0.125, 2, "0.13"), (250, -2, "300")]
)
def test_halves_are_rounded_away_from_zero(value: float, decimals: int, text: str) -> None:
    """As everyone learns it, and as the sources do: (1,391 + 787) / 4 = 544.5 is published as 545.

    Each value here is a half in binary too, so nothing but the rule decides.
    """
    assert words.number(value, decimals) == text


def test_a_large_number_with_a_power_of_ten() -> None:
    # 6 x 37e9 x 14.8e12 = 3.2856e24, to three digits.
    assert words.scientific(3.2856e24) == "3.29 × 10²⁴"
    assert words.scientific(9.999e24) == "1.00 × 10²⁵"
    assert words.scientific(2.385e16) == words.scientific(23849999999999996.0) == "2.39 × 10¹⁶"
    assert words.scientific(0.00012) == "1.20 × 10⁻⁴"
    assert words.amount(3.2856e24, "FLOP") == "3.29 × 10²⁴"


# --- fineness ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [
        # A tenth of the interval, and the place of its first digit:
        (4.384, 8.453, 1),  # 0.41: tenths
        (1.106, 1.966, 2),  # 0.086: hundredths
        (58.7, 164.3, -1),  # 10.6: tens
        (20.0, 51.0, 0),  # 3.1: ones
        (0.0, 10.0, 0),  # exactly 1: ones
        (0.0, 100.0, -1),  # exactly 10: tens
        (0.0, 1.0, 1),  # exactly 0.1: tenths
        (10.0, 0.0, 0),  # the ends the other way round
        (5.0, 5.0, 0),  # no interval
        (math.nan, 1.0, 0),
        (-math.inf, 1.0, 0),
    ],
)
def test_decimals_for(low: float, high: float, decimals: int) -> None:
    assert words.decimals_for(low, high) == decimals


@STEADY
@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_the_last_place_is_between_a_hundredth_and_a_tenth_of_the_interval(low: float, width: float) -> None:
    high = low + width
    assume(high - low > 1e-7)
    step = 10.0 ** -words.decimals_for(low, high)
    assert 0.0099999 * (high - low) <= step <= 0.1000001 * (high - low)


# --- amounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "significant", "text"),
    [
        (5_576_000, "USD", 4, "$5.576 million"),
        (294_000, "USD", 4, "$294,000"),
        (10_000, "USD", 4, "$10,000"),
        (1_636_490_000, "USD", 4, "$1.636 billion"),
        (1_281e6, "USD", 2, "$1.3 billion"),
        (643.25e6, "USD per year", 2, "$640 million"),
        (34_819, "USD/GPU", 5, "$34,819"),
        (2.5e12, "USD", 4, "$2.5 trillion"),
        (1e9, "CNY", 4, "CNY 1 billion"),
        (2_788_000, "GPU-hour", 4, "2.788 million"),
        (0, "USD", 4, "$0"),
        # A fraction times a hundred.
        (0.5, "fraction", 4, "50 %"),
        (0.16237566, "fraction", 4, "16.24 %"),
        (5.4547386, "fraction", 4, "545.5 %"),
        (0.0053007833, "fraction", 4, "0.5301 %"),
        (1.0, "fraction", 4, "100 %"),
        (11.0617, "times", 4, "11.06 times"),
        (0.85366, "times", 4, "0.8537 times"),
        (1500, "times", 4, "1,500 times"),
        # A price of an hour has its cents.
        (2.0, "USD/GPU-hour", 4, "$2.00"),
        (1.2916658, "USD/GPU-hour", 4, "$1.29"),
        (0.095625, "USD/GPU-hour", 4, "$0.10"),
        (12, "USD/GPU-hour", 4, "$12.00"),
        # The minus stands first, and is one.
        (-5_576_000, "USD", 4, "−$5.576 million"),
        (-1_234, "CNY", 4, "−CNY 1,234"),
        (-0.12, "fraction", 4, "−12 %"),
        (-2.5, "times", 4, "−2.5 times"),
        (-3, "GPU", 4, "−3"),
        # At three digits 999,499,999 is 999 million and 999,500,000 is 1,000 million, so the scale changes there.
        (999_499_999, "USD", 3, "$999 million"),
        (999_500_000, "USD", 3, "$1 billion"),
        (999_499, "USD", 3, "$999,000"),
        (999_500, "USD", 3, "$1 million"),
        (999_499_999_999, "USD", 3, "$999 billion"),
        (999_600_000_000, "USD", 3, "$1 trillion"),
        (-999_600_000, "USD", 3, "−$1 billion"),
        # With a digit more there is no need to round up: nobody writes $0.9996 billion.
        (999_600_000, "USD", 4, "$999.6 million"),
        (999_700, "USD", 4, "$999,700"),
        # "$not defined trillion" is no part of a sentence.
        (math.nan, "USD", 4, "not defined"),
        (math.inf, "USD", 4, "not defined"),
        (math.nan, "fraction", 4, "not defined"),
        (math.nan, "GPU", 4, "not defined"),
    ],
)
def test_amount(value: float, unit: str, significant: int, text: str) -> None:
    assert words.amount(value, unit, significant=significant) == text


@pytest.mark.parametrize("unit", words.COUNTS)
def test_counts_are_shown_in_full(unit: str) -> None:
    assert words.amount(13_324, unit) == "13,324"
    assert words.amount(2_000_000, unit) == "2,000,000"


@pytest.mark.parametrize(
    ("value", "unit", "low", "high", "amount", "span"),
    [
        # Tenths of a million: a tenth of 4.07 million is 0.41.
        (5_576_000, "USD", 4_384_000, 8_453_000, "$5.6 million", "$4.4 to 8.5 million"),
        # Ends by ten millions: a tenth of 105.6 million is 10.6. The value keeps two digits.
        (77_380_000, "USD", 58_668_000, 164_327_000, "$77 million", "$60 to 160 million"),
        # Hundredths of a billion: a tenth of 0.26 is 0.026.
        (1.63649e9, "USD", 1.5149e9, 1.7746e9, "$1.64 billion", "$1.51 to 1.77 billion"),
        (1.29167, "USD/GPU-hour", 1.10561, 1.9655, "$1.29", "$1.11 to 1.97"),
        # Whole percents: a tenth of 46 is 4.6.
        (0.515, "fraction", 0.331, 0.79, "52 %", "33 to 79 %"),
        (13.877, "times", 9.43, 27.92, "14 times", "9 to 28 times"),
        # Thousands stay thousands.
        (238_000, "USD", 187_128, 360_791, "$240,000", "$190,000 to 360,000"),
        # A range is on the scale of its farther end, wherever its value is.
        (0.957e9, "USD", 0.91e9, 1.08e9, "$960 million", "$0.91 to 1.08 billion"),
        (0.9e6, "USD", 0.7e6, 1.3e6, "$900,000", "$0.70 to 1.30 million"),
        # The price of an hour has its cents: a tenth of 1.77 is 0.18, which would make it $2.0.
        (2.0, "USD/GPU-hour", 1.65, 3.42, "$2.00", "$1.65 to 3.42"),
        (0.11507, "USD/GPU-hour", 0.078, 0.129, "$0.12", "$0.08 to 0.13"),
        (5e6, "USD", -1.5e6, 8e6, "$5.0 million", "−$1.5 to 8.0 million"),
        (5_576_000, "USD", 5_576_000, 5_576_000, "$5.576 million", "$5.576 million"),  # no width
        (1.5e6, "USD", math.nan, math.nan, "$1.5 million", "not defined"),
    ],
)
def test_a_range_decides_how_fine(value: float, unit: str, low: float, high: float, amount: str, span: str) -> None:
    assert words.amount(value, unit, low, high) == amount
    assert words.span(value, unit, low, high) == span


def test_a_wide_range_does_not_turn_a_value_into_zero() -> None:
    """A tenth of 10 to 10,000 is 999, so hundreds: to hundreds 40 would be 0. It keeps its own first two digits."""
    assert words.amount(40, "USD", 10, 10_000) == "$40"
    assert words.amount(0.004, "fraction", 0.001, 0.9) == "0.40 %"


@STEADY
@given(st.floats(1, 9e14), st.sampled_from([1, -1]), st.integers(2, 5))
def test_an_amount_is_read_back_as_it_was(size: float, sign: int, significant: int) -> None:
    value = sign * size
    shown = read(words.amount(value, "USD", significant=significant))
    # Half of the last of s digits, on a number between 1 and 10: at most 5 x 10^-s of it.
    assert shown == pytest.approx(value, rel=5.0001 * 10**-significant)


@STEADY
@given(st.floats(1, 1e12), st.floats(0.01, 0.95), st.floats(1.05, 20))
def test_an_amount_with_a_range_is_off_by_less_than_a_tenth_of_the_range(value: float, down: float, up: float) -> None:
    low, high = value * down, value * up
    shown = read(words.amount(value, "USD", low, high))
    # The last place is at most a tenth of the range, and rounding takes at most half of it.
    assert abs(shown - value) <= 0.0501 * (high - low)


@STEADY
@given(st.floats(1, 1e12), st.floats(0.01, 0.95), st.floats(1.05, 20))
def test_the_ends_of_a_range_are_read_back_in_order(value: float, down: float, up: float) -> None:
    low, high = value * down, value * up
    text = words.span(value, "USD", low, high)
    left, _, right = text.partition(" to ")
    number, _, scale = right.partition(" ")
    assert abs(read(f"{left} {scale}".strip()) - low) <= 0.0501 * (high - low)
    assert abs(read(f"${number} {scale}".strip()) - high) <= 0.0501 * (high - low)


# --- the rest ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "$0"),
        (0.5, "$0.5"),
        (999, "$999"),
        (100_000, "$100K"),
        (999_499, "$999K"),
        (999_600, "$1M"),
        (5e6, "$5M"),
        (999_600_000, "$1B"),
        (1.6e9, "$1.6B"),
        (1.64e9, "$1.64B"),
        (-5e6, "−$5M"),
    ],
)
def test_a_tick_of_dollars(value: float, text: str) -> None:
    assert words.money_tick(value) == text


@pytest.mark.parametrize(
    ("rows", "text"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_in_a_sentence(rows: list[str], text: str) -> None:
    assert words.label("none", rows) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.5, "+50 %"),
        (-0.12, "−12 %"),
        (0.0, "0 %"),
        (2.0, "+200 %"),
        (11.5, "+1,150 %"),
        (0.01234, "+1 %"),
        (-0.0207, "−2 %"),
        (0.005, "+1 %"),
        (0.0049, "less than 1 %"),
        (-0.0049, "less than 1 %"),
        (-1.0, "−100 %"),
        (math.nan, "not defined"),
        (math.inf, "not defined"),
    ],
)
def test_a_relative_change(fraction: float, text: str) -> None:
    assert words.signed_percent(fraction) == text
    assert words.signed(math.inf, "times", math.nan, math.nan) == words.NOT_DEFINED


@pytest.mark.parametrize(
    ("value", "text"),
    [(34_819, "34,819"), (31_728.59, "31,730"), (16_338.77, "16,340"), (2.0, "2"), (0.095, "0.095"), (1.202, "1.202")],
)
def test_a_setting_has_no_false_digits(value: float, text: str) -> None:
    assert words.setting(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (4.0, "year", "4 years"),
        (1.0, "year", "1 year"),
        (0.178, "fraction", "17.8 %"),
        (1.25, "ratio", "1.25"),
        (0.06, "1/year", "6 % a year"),
        (34_819.0, "USD/GPU", "$34,819 per GPU"),
        (16_338.77, "USD/GPU", "$16,340 per GPU"),
        (0.095, "USD/kWh", "$0.095 per kWh"),
        (20_261_123.0, "number", "20261123"),
        ("press", "name", "press"),
    ],
)
def test_an_assumption_is_set_to_a_number_of_its_unit(value: float | str, unit: str, text: str) -> None:
    assert words.set_to(value, unit) == text


def test_a_counted_thing_is_in_the_plural_unless_there_is_one() -> None:
    assert [words.beside("claim", text) for text in ("19", "1")] == ["claims", "claim"]
    assert words.beside("USD/GPU-hour", "$2.00") == "USD/GPU-hour" and words.beside("fraction", "3 %") == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (34_819, "USD/GPU", "$34,819"),
        (31_728.59, "USD/GPU", "$31,730"),
        (2.0, "USD/GPU-hour", "$2.00"),
        (0.89, "fraction", "89 %"),
        (1.0, "fraction", "100 %"),
        (0.095, "USD/kWh", "$0.095"),
        (4.0, "year", "4"),
        (160.0, "people", "160"),
    ],
)
def test_an_assumption_in_a_sentence(value: float, unit: str, text: str) -> None:
    assert words.assumed(value, unit) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (1.02e6, 0.5e6, 1.5e6, "+$1.0 million"),
        (-0.0473, -0.054, -0.041, "−$0.05"),
        (-0.31, -0.4, -0.2, "−$0.31"),
        (-0.0048, -0.0055, -0.0042, "less than a cent"),
    ],
)
def test_a_difference(value: float, low: float, high: float, text: str) -> None:
    unit = "USD" if value > 1 else "USD/GPU-hour"
    assert words.signed(value, unit, low, high) == text


@pytest.mark.parametrize(
    ("unit", "value", "wanted"),
    # 1,600 million dollars, 545 % and 671 billion, each in its base unit.
    [("USD million", 1_600, 1.6e9), ("USD million per year", 640, 6.4e8), ("%", 545, 5.45), ("billion", 671, 6.71e11)],
)
def test_base_units(unit: str, value: float, wanted: float) -> None:
    assert value * words.BASE_UNITS[unit][0] == pytest.approx(wanted, rel=1e-12)

"""Any model, any sum: the procedure by hand, V3 to the last digit, thirteen claims that were first placed by hand."""

from __future__ import annotations

import pytest

from analysis import placing
from analysis.case import Case
from analysis.placing import Span, given, numbers
from analysis.placing.numbers import RUN

CASE = Case()


def placed(model: str, sum_told: str, boundary: str = "") -> placing.Placed:
    return placing.place(placing.of_model(CASE, model).about(placing.amount_of(sum_told), boundary))


def test_v3_has_the_values_that_it_has_everywhere() -> None:
    """One definition for any model: V3 is one use of it, to the last digit."""
    found = placing.worked_out(placing.of_model(CASE, "dsv3").inputs, numbers.RUN)
    for name, result in {
        "chip_hours": "v3_gpu_hours",
        "gpus": "v3_gpus",
        "days": "v3_days",
        "rental_usd": "v3_rental_usd",
        "amortised_usd": "v3_amortised_usd",
        "acquisition_usd": "v3_acquisition_usd",
        "rd_compute_usd": "rd_compute_usd",
    }.items():
        span = found[name].span
        assert span is not None
        assert span.value == CASE[result].value, name


def test_hours_come_from_what_is_disclosed_then_from_gpus_and_days_then_from_arithmetic() -> None:
    """8 x 5 x 24 = 960 h. 6 x 1e9 x 1e12 = 6e21 FLOP over 3600 s x 1e15 FLOP/s x 0.35 is 4,762 h (3,333 to 8,333)."""
    size = {"active_parameters": Span.of(1e9), "tokens": Span.of(1e12)}
    chip = {"peak_tflops": Span.of(1000.0), "mfu_assumed": given.MFU}
    days = {"gpus_given": Span.of(8), "days_given": Span.of(5)}
    told = {"chip_hours_given": Span.of(1000.0)}

    def hours(inputs: dict[str, Span]) -> Span:
        span = placing.worked_out(inputs, numbers.RUN)["chip_hours"].span
        assert span is not None
        return span

    assert hours({**size, **chip, **days, **told}) == Span.of(1000.0)
    assert hours({**size, **chip, **days}) == Span.of(960.0)
    worked = hours({**size, **chip})
    assert (worked.low, worked.value, worked.high) == pytest.approx((3333.33, 4761.90, 8333.33), rel=1e-5)


def test_what_is_not_known_names_what_would_change_that() -> None:
    found = placing.worked_out({"chip_hours_given": Span.of(1e6)}, numbers.RUN)
    assert found["rental_usd"].missing == ("rent",)
    assert found["acquisition_usd"].span is None
    assert placing.worked_out({}, numbers.STAGE)["rd_compute_usd"].missing == ()


def test_hours_from_arithmetic_do_not_test_themselves() -> None:
    inputs = {"flop_given": Span.of(6e21), "peak_tflops": Span.of(1000.0), "mfu_assumed": given.MFU}
    assert placing.worked_out(inputs, numbers.RUN)["mfu"].span is None


@pytest.mark.parametrize(
    ("text", "low", "value", "high"),
    [
        ("5576000", 5576000, 5576000, 5576000),
        ("$4.6 million", 4.55e6, 4.6e6, 4.65e6),
        ("over $100 million", 1e8, 1e8, 2e8),
        ("under 2 million", 1e6, 2e6, 2e6),
        ("4 to 23 million", 3.5e6, 13.5e6, 23.5e6),
        ("between $4 million and $23 million", 3.5e6, 13.5e6, 23.5e6),
    ],
)
def test_a_sum_is_read_as_it_is_written(text: str, low: float, value: float, high: float) -> None:
    found = placing.amount_of(text)
    assert (found.low, found.value, found.high) == pytest.approx((low, value, high))


@pytest.mark.parametrize("text", ["", "x", "4.6 lakh", "nan", "-3", "1e40", "$", "4 to", "=1+1"])
def test_what_is_no_sum_is_told_so(text: str) -> None:
    with pytest.raises(placing.GivenError, match=r"not a sum of money|must be a number from 1 to 1e\+13 \(USD\)"):
        placing.amount_of(text)


def test_a_number_out_of_reason_names_its_limits() -> None:
    with pytest.raises(placing.GivenError, match=r"gpus is 0\.0; it must be a number from 1 to 1e\+08 \(GPUs\)"):
        placing.asked(CASE, "", {"gpus": 0.0})
    with pytest.raises(placing.GivenError, match="'2024' is no half-year"):
        placing.asked(CASE, "", {}, when="2024")
    with pytest.raises(placing.GivenError, match=r"There is no chip 'H100'\. Did you mean 'H100-SXM'"):
        placing.asked(CASE, "", {}, "H100")


def test_a_slip_by_a_whole_factor_is_named() -> None:
    """960 h at $2: $1,920. A sum of $80 is that over 24: hours counted as days."""
    run = placing.Given("x", numbers.RUN, "", "", {"chip_hours_given": Span.of(960), "rent": Span.of(2.0)})
    found = placing.place(run.about(Span.of(80.0)))
    assert found.verdict == "none"
    assert found.slips == ("It would fit a rent if hours were counted as days.",)
    assert found.where == "below the rent of its GPU-hours"


def test_a_row_says_what_a_sum_about_it_counts_and_arithmetic_made_from_its_hours_is_left_out() -> None:
    rows = CASE.data.table("models")
    for row in rows.itertuples():
        known = placing.of_model(CASE, row.model_id)
        assert known.boundary == (numbers.STAGE if row.scope == "stage" else RUN), row.model_id
        assert ("flop_given" in known.inputs) == (row.train_flop > 0 and row.flop_from_hours != "yes"), row.model_id
    assert "yes" in set(rows.flop_from_hours[rows.train_flop > 0])


def test_hours_hold_arithmetic_and_tokens_at_an_assumed_mfu_alone() -> None:
    """1,000 h x 3600 s x 1e15 FLOP/s hold 3.6e21: at 0.2, 0.35 and 0.5 that is 0.72, 1.26 and 1.8e21. Over 6 x 1e8
    parameters: 1.2, 2.1 and 3e12 tokens. The MFU that the run's own arithmetic gives, 0.5, has no part in it."""
    run = {
        "chip_hours_given": Span.of(1000.0),
        "peak_tflops": Span.of(1000.0),
        "mfu_assumed": given.MFU,
        "active_parameters": Span.of(1e8),
        "tokens": Span.of(3e12),
    }
    answers = placing.worked_out(run, RUN)
    flop, tokens, mfu = (answers[name].span for name in ("implied_flop", "implied_tokens", "mfu"))
    assert flop and tokens and mfu and mfu.value == pytest.approx(0.5)
    assert (flop.low, flop.value, flop.high) == pytest.approx((7.2e20, 1.26e21, 1.8e21))
    assert (tokens.low, tokens.value, tokens.high) == pytest.approx((1.2e12, 2.1e12, 3e12))
    (_, one), (_, two) = (
        row[1:] for row in placing.told.numbers(placing.place(placing.Given("x", RUN, inputs=run)))[1:]
    )
    assert one.startswith("in line with the arithmetic of the run, 1.80")
    assert two == "in line with the tokens of the run, 3 trillion"
    stage = placing.worked_out(run, numbers.STAGE)
    assert stage["implied_flop"].span == flop and stage["implied_tokens"].span is None, "sampling is not of six"


def test_without_anything_beside_it_a_number_says_how_it_is_known() -> None:
    """gpt-oss-120b: hours and size are told, tokens and arithmetic of its own are not."""
    rows = {title: rest for title, *rest in placing.told.numbers(placing.place(placing.of_model(CASE, "gpt_oss_120b")))}
    assert rows["Tokens for which that arithmetic is enough"][1] == "arithmetic over six times active parameters"


def test_what_is_given_takes_the_place_of_what_the_table_has() -> None:
    """V3 on 4,096 GPUs keeps its hours; 10 days on its 2,048 are 491,520 h; another chip has its own price or none."""
    known = placing.of_model(CASE, "dsv3").inputs

    def hours(**numbers: float) -> float:
        span = placing.worked_out(placing.asked(CASE, "dsv3", numbers).inputs, RUN)["chip_hours"].span
        assert span
        return span.value

    assert hours(gpus=4096) == known["chip_hours_given"].value
    assert hours(days=10) == 2048 * 10 * 24
    assert hours(gpus=8, days=5) == 960
    other = placing.asked(CASE, "dsv3", {}, "A100-SXM-80", "2023H1")
    assert other.inputs["peak_tflops"] == Span.of(312.0)
    assert "2023H1" in other.prices["rent"] and "server_price" not in other.inputs
    own = placing.asked(CASE, "dsv3", {"rent": 4.0, "active_parameters": 1e9, "tokens": 1e12})
    assert own.inputs["rent"] == Span.of(4.0) and own.prices["rent"] == "given"
    assert "flop_given" not in own.inputs, "the table's arithmetic is that of another size"


def test_a_chip_or_a_half_year_that_is_missing_is_named_in_place_of_its_price() -> None:
    def lacks(gpu_id: str, when: str) -> str:
        asked = placing.asked(CASE, "", {"chip_hours": 960.0}, gpu_id, when)
        return placing.told.costs(placing.place(asked))[0][-1]

    assert lacks("", "") == "cannot be computed: needs the chip"
    assert lacks("A100-SXM-80", "") == "cannot be computed: needs the half-year"
    assert lacks("A100-SXM-80", "2019H1") == "cannot be computed: needs a rent of this chip at that time"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4.6e6", "$4.6 million"),
        ("about $4.6 million", "$4.6 million"),
        ("over $100 million", "more than $100 million"),
        ("up to 2 million", "less than $2 million"),
        ("500,000 to 2 million", "$500,000 to $2 million"),
    ],
)
def test_a_sentence_says_a_sum_as_it_was_told(text: str, said: str) -> None:
    assert placing.amount_of(text).said == said


def test_the_second_sum_is_not_the_smaller_one() -> None:
    with pytest.raises(placing.GivenError, match="not a sum of money"):
        placing.amount_of("23 to 4 million")


def test_a_name_is_letters_digits_and_a_few_marks() -> None:
    assert given.named("<b>Qwen-3.5</b>\u202e`x`") == "b Qwen-3.5 /b x"
    assert given.named("модель (7)") == "модель (7)"
    assert given.named("{}<>") == given.NAMELESS


def test_hours_and_price_stand_beside_a_rent_alone() -> None:
    """V3's GPUs cost $84 million to buy: of that sum no hour is told."""
    assert placed("dsv3", "$84 million").sentence == (
        "$84 million is the size of buying its GPUs with servers and network, or of the research compute behind it, "
        "for DeepSeek-V3."
    )
    # 5,576,000 over 2,788,000 h
    assert "the rent of its 2.788 million GPU-hours, at $2.00 an hour" in placed("dsv3", "5576000").sentence


@pytest.mark.parametrize(
    ("told", "price"),
    [
        # Over gpt-oss-120b's 2.1 million h: 4 and 23 million, 3 million, 4 million, 3.5 million.
        ("4 to 23 million", "$1.90 to $10.95"),
        ("over 3 million", "$1.43 or more"),
        ("under 4 million", "$1.90 or less"),
        ("about 3.5 million", "$1.67"),
        # 4,200,000 and 4,200,100: both $2.00.
        ("4200000 to 4200100", "$2.00"),
    ],
)
def test_a_sentence_has_the_price_of_what_was_told_and_no_middle_of_it(told: str, price: str) -> None:
    assert f"at {price} an hour" in placed("gpt_oss_120b", told, RUN).sentence


def test_hours_from_arithmetic_are_told_as_rough() -> None:
    """6 x 1e9 x 1e12 FLOP at an MFU of 0.35 of an H100's 989e12 FLOP/s: 4,815 h, and $10,000 over them is $2.08."""
    size = {"active_parameters": 1e9, "tokens": 1e12}
    run = placing.asked(CASE, "", {**size, "rent": 2.0}, "H100-SXM", "2024H2").about(placing.amount_of("10000"), RUN)
    assert "the rent of its roughly 4,800 GPU-hours, at $2.08 an hour" in placing.place(run).sentence


def test_hours_that_somebody_estimated_are_told_so_until_others_are_given() -> None:
    assert "the rent of its estimated 57 million GPU-hours" in placed("gpt4", "over 100 million").sentence
    assert "the rent of its 2.788 million GPU-hours" in placed("dsv3", "5576000").sentence, "they are reported"
    own = placing.asked(CASE, "gpt4", {"chip_hours": 5e7}).about(placing.amount_of("over 100 million"))
    assert "the rent of its 50 million GPU-hours" in placing.place(own).sentence
    assert placing.told.hours(placing.place(placing.of_model(CASE, "gpt4"))) == "GPU-hours: 57 million, estimated"


def test_where_arithmetic_is_known_and_no_chip_the_chip_is_what_is_missing() -> None:
    assert "since the chip is not known" in placed("claude37", "20 to 60 million").sentence
    unknown = placing.asked(CASE, "", {}).about(placing.amount_of("5 million"))
    assert "since neither GPU-hours, nor GPUs and days," in placing.place(unknown).sentence


def test_whatever_a_number_lacks_has_a_name() -> None:
    nothing = placing.asked(CASE, "", {})
    answers = placing.worked_out(nothing.inputs, RUN)
    lacking = {name: placing.told.how(answer, nothing) for name, answer in answers.items()}
    assert all(text.startswith("cannot be computed: needs ") for text in lacking.values()), lacking
    needs = "published GPU-hours with a chip and active parameters"
    assert lacking["implied_tokens"] == f"cannot be computed: needs {needs}"


def test_without_a_sum_no_test_of_a_sum_is_shown() -> None:
    rows = placing.told.numbers(placing.place(placing.of_model(CASE, "dsv3")))
    # 6 x 37e9 x 14.8e12 = 3.286e24 and more for attention, over 2,788,000 h x 3600 s x 989e12
    assert rows[0] == ("MFU against the dense BF16 peak", "33.2 %", "in line with published runs, 15 % to 55 %")
    assert [title for title, *_ in rows[1:]] == [
        "Arithmetic that the hours hold",
        "Tokens for which that arithmetic is enough",
    ]


def test_the_centre_of_a_rent_is_that_of_contracts_and_kinds_are_not_mixed_in_it() -> None:
    """An H100 in 2024H2: contracts at $2.15–2.45 and $1.90–2.10, in the middle $2.30 and $2.00; a list at $3.99."""
    found = placing.asked(CASE, "", {}, "H100-SXM", "2024H2").inputs["rent"]
    assert (found.low, found.value, found.high) == pytest.approx((1.90, 2.15, 3.99))

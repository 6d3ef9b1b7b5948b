"""Claims in circulation: every rule turned by one field, thirteen claims by hand, and what the table must hold."""

from __future__ import annotations

from typing import Any

import pytest

from analysis import register as registry
from analysis import register_tables, tables
from analysis.case import Case
from analysis.placing.numbers import BOUNDARIES

CASE = Case()
FOUND = registry.register(CASE)


def verdict(claim: str, **changes: Any) -> str:
    """The verdict on a claim of which some fields are others."""
    row = {**FOUND[claim].row, **changes}
    return registry.judged(row, registry.placed(CASE, row)).verdict


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "fits_basis"),
        ({"invented_because": "x"}, "fabricated"),
        ({"contradicted_by": "x"}, "contradicted"),
        ({"belongs_to": "x"}, "misattributed"),
        ({"origin": "none"}, "unsupported"),
        ({"origin": "unnamed"}, "unsupported"),
        ({"disowned_by": "x"}, "unsupported"),
        ({"unit": "GPU-hours"}, "other_quantity"),
        ({"boundary": "family"}, "other_quantity"),
        ({"boundary": "stage"}, "stage_only"),
        # So wide a sum has the size of several costs.
        ({"basis_said": "", "low": 1e6, "value": 1e7, "high": 1e9}, "ambiguous"),
        ({"basis_said": "amortised"}, "fits_none"),
        ({"low": 1e3, "value": 1e3, "high": 1e3}, "fits_none"),
        ({"model_id": ""}, "no_verdict"),
        # A price of the chip's server and no rent: what it would be as a rent cannot be said.
        ({"gpu_id": "B200", "half_year": "2024H2", "usd_per_gpu_hour": float("nan")}, "no_verdict"),
        ({"model_id": "", "boundary": "not_said"}, "ambiguous"),
    ],
)
def test_one_field_turns_the_verdict_on_v3s_sum(changes: dict[str, Any], expected: str) -> None:
    assert verdict("CR01", **changes) == expected


def test_what_was_found_of_a_source_goes_before_size() -> None:
    """With all fields filled, the rules hold from top to bottom, one after the other is taken away."""
    fields = {"invented_because": "x", "contradicted_by": "x", "belongs_to": "x", "disowned_by": "x"}
    for field, expected in zip(fields, registry.RULES, strict=False):
        assert verdict("CR01", **fields) == expected
        fields = {**fields, field: ""}


# What thirteen claims come to, worked out by hand: verdict; USD for each hour that they imply; days of the GPUs at the
# middle rent; GPUs that they buy at a server's price over 0.85; MFU; watts. None: not known, as an MFU from arithmetic
# that was itself made from the hours. All inputs but prices are those of a first working by hand, in which rents ran
# over several years (H100 1.70 / 2.95 / 4.78, A100 1.10 / 2.38 / 4.10) and a server of an H100 was 33,810; here they
# are of one half-year, and an H100's is 40,378.
BY_HAND = {
    # 5.576e6 / 2.788e6; / 2 / 2,048 / 24; / (34,819 / 0.85); 3.3e24 / (2.788e6 x 3600 x 989e12)
    "CR01": ("fits_basis", 2.00, 56.7, 136.1, 0.332, None),
    # 294,000 / 147,000; / 2 / 512 / 24; / 40,964
    "CR03": ("stage_only", 2.00, 11.96, 7.18, None, None),
    # 512 x 21 x 24 = 258,048 h: 534,700 / 258,048; / 2 / 512 / 24; / 40,964
    "CR04": ("stage_only", 2.07, 21.8, 13.05, None, None),
    # 6 x 32e9 x 15.5e12 = 2.976e24 FLOP at 0.35: 2.388e6 h: 4.6e6 / 2.388e6; / 40,964
    "CR05": ("unsupported", 1.93, None, 112.3, None, None),
    # 100e6 / 57e6; / 2.40 / 25,000 / 24; 6 x 280e9 x 13e12 / (57e6 x 3600 x 312e12)
    "CR22": ("ambiguous", 1.75, 69.4, None, 0.341, None),
    # 191e6 / 132e6; / 2.03 / 57,000 / 24
    "CR27": ("fits_basis", 1.45, 68.8, None, None, None),
    # 170e6 / 30.84e6; / 2.575, the middle of two quarters' contracts, / 16,384 / 24; / (40,378 / 0.85);
    # 3.8e25 / (30.84e6 x 3600 x 989e12)
    "CR28": ("fits_none", 5.51, 167.9, 3579, 0.346, None),
    "CR29": ("fits_basis", 12.97, 395.05, 8420, 0.346, None),
    # 490e6 / 246e6; / 1.95 / 200,000 / 24; / 47,504; 5e26 / (246e6 x 3600 x 989e12); 310e9 Wh / 246e6 h
    "CR40": ("fits_basis", 1.99, 52.35, 10315, 0.571, 1260),
    # 10e6 / 2.1e6; / 47,504
    "CR44": ("fits_basis", 4.76, None, 210.5, None, None),
    # 2,000 x 45 x 24 = 2.16e6 h: 3e6 / 2.16e6; / 2.15 / 2,000 / 24; / 47,504. By hand it lay between an owner's
    # 2.5 million and a rent; a server at 50,000 now takes the owner's to 3.05 million.
    "CR48": ("fits_basis", 1.39, 29.07, 63.2, None, None),
    # 2,048 x 33 x 24 = 1.622e6 h: 20e6 / 1.622e6; 6 x 13e9 x 17e12 / (1.622e6 x 3600 x 2,250e12)
    "CR54": ("other_quantity", 12.33, None, None, 0.101, None),
    # 9.7e24 FLOP at 0.35: 7.784e6 h: 8.2e6 / 7.784e6; / 40,964
    "CR55": ("fabricated", 1.05, None, 200.2, None, None),
}
FIVE = ("implied_rent", "implied_days", "implied_gpus", "mfu", "implied_w")


@pytest.mark.parametrize("claim", BY_HAND)
def test_thirteen_claims_come_out_as_they_were_worked_out_by_hand(claim: str) -> None:
    found, (expected, *numbers) = FOUND[claim], BY_HAND[claim]
    assert found.verdict == expected and found.placed is not None
    for name, number in zip(FIVE, numbers, strict=True):
        span = found.placed.answers[name].span
        assert (span and span.value) == (pytest.approx(number, rel=6e-3) if number else None), name


@pytest.mark.parametrize(
    ("claim", "name", "low", "central", "high"),
    [
        # Hours times the lowest, middle and highest rent of the half-year, in millions.
        ("CR22", "rental_usd", 58.7, 136.8, 233.7),
        ("CR27", "rental_usd", 191.4, 268.0, 425.0),
        ("CR28", "rental_usd", 67.85, 79.41, 147.4),
        ("CR48", "rental_usd", 4.104, 4.644, 8.62),
        # 16,384 x (33,750, 40,378, 50,000) / 1.64: the $400 million are bare chips.
        ("CR29", "chips_usd", 337.2, 403.4, 499.5),
    ],
)
def test_costs_behind_the_verdicts(claim: str, name: str, low: float, central: float, high: float) -> None:
    placed = FOUND[claim].placed
    assert placed is not None
    span = placed.answers[name].span
    assert span is not None
    assert [span.low, span.value, span.high] == pytest.approx([low * 1e6, central * 1e6, high * 1e6], rel=3e-3)


def test_a_rent_that_the_source_names_widens_those_of_the_book() -> None:
    """Ai2 reckons with $2.00: 1,024 x 56 x 24 x 2 = $2.7525 million, whatever else an H100 cost then."""
    placed = FOUND["CR52"].placed
    assert placed is not None and placed.given.inputs["rent"].low <= 2.0 <= placed.given.inputs["rent"].high
    assert FOUND["CR52"].verdict == "fits_basis"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"low": 1e8, "value": 1e8, "high": 2e8, "unit": "USD"}, "over $100 million"),
        ({"low": 1e6, "value": 2e6, "high": 2e6, "unit": "USD"}, "under $2 million"),
        ({"low": 2e7, "value": 5.5e7, "high": 9e7, "unit": "USD"}, "$20 million to $90 million"),
        ({"low": 161280, "value": 161280, "high": 161280, "unit": "GPU-hours"}, "161,280 GPU-hours"),
        ({"low": 4.55e6, "value": 4.6e6, "high": 4.65e6, "unit": "USD per year"}, "$4.6 million a year"),
    ],
)
def test_an_amount_is_told_with_its_side_and_unit(cells: dict[str, Any], expected: str) -> None:
    assert registry.amount(cells) == expected


def test_the_table_keeps_its_rules() -> None:
    """No quotation is long; a machine-written page is judged and proves nothing; each claim has one main confusion."""
    rows = tables.load("register")
    assert len(rows) >= 50
    assert not [row.claim_id for row in rows.itertuples() if len(row.quote.split()) > 20]
    assert set(rows.boundary) <= set(BOUNDARIES)
    written = rows[rows.source_grade == "machine_written"]
    judged_away = {"fabricated", "unsupported", "misattributed"}
    assert {FOUND[claim].verdict for claim in written.claim_id} <= judged_away
    pages = set(";".join(written.source).split(";")) - {"glm5_readme_2026"}
    facts = ";".join([*rows.finding_source, *rows[rows.source_grade != "machine_written"].inputs_source])
    assert not pages & set(facts.split(";"))
    confusions = tables.load("confusions")
    assert list(confusions[confusions["rank"] == "main"].claim_id) == list(rows.claim_id)
    assert set(confusions.confusion) == set(registry.CONFUSIONS)


def test_each_wording_that_stands_has_its_numbers() -> None:
    told = [register_tables.better(judged) for judged in FOUND.values()]
    assert not [text for text in told if "{" in text or "unknown number" in text]
    assert all(judged.reason for judged in FOUND.values())

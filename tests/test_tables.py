"""data/ to tables: what is in them, and that every kind of bad cell is refused where it stands."""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis import parameters, tables
from analysis.tables import DataError

# --- what is there ---------------------------------------------------------------------------------------------


def test_data_has_no_fault() -> None:
    found = tables.problems()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", tables.names())
def test_every_table_loads_with_the_columns_of_the_data_dictionary(name: str) -> None:
    frame = tables.load(name)
    fields = tables.package()["by_name"][name]["schema"]["fields"]
    assert list(frame.columns) == [field["name"] for field in fields]
    assert len(frame) > 0
    for field in fields:
        column = frame[field["name"]]
        if field["type"] in ("number", "integer"):
            assert pd.api.types.is_numeric_dtype(column), field["name"]
            assert not column.isin([math.inf, -math.inf]).any(), field["name"]
        elif field["type"] == "date":
            assert pd.api.types.is_datetime64_any_dtype(column), field["name"]
        elif field["type"] == "boolean":
            assert set(column) <= {True, False}, field["name"]
        else:
            assert all(isinstance(cell, str) for cell in column), field["name"]
        if field.get("constraints", {}).get("required"):
            assert not (column.isna() | (column.astype(str) == "")).any(), field["name"]


def test_every_file_of_data_is_in_the_data_dictionary_and_the_other_way_round() -> None:
    described = {resource["path"] for resource in tables.package()["resources"]}
    assert {path.name for path in tables.DATA.glob("*.csv")} == described


@pytest.mark.parametrize(
    "name",
    ["assumptions", "accounts", "fleet", "claims", "evidence", "story", "models", "estimates", "published", "prices"],
)
def test_every_row_has_a_source(name: str) -> None:
    frame = tables.load(name)
    bare = frame.index[frame["source"].str.strip() == ""]
    assert bare.empty, f"data/{name}.csv, rows {[index + 2 for index in bare]}: no source. Give one, or drop the row."


def test_source_keys_takes_every_column_of_sources_apart() -> None:
    frame = pd.DataFrame({"source": ["a;b", ""], "price_source": ["c", "a"], "sources_note": ["d", "e"]})
    assert tables.source_keys(frame) == {"a", "b", "c"}


def test_a_table_that_a_page_has_spoilt_is_whole_again_when_it_is_loaded_again() -> None:
    first = tables.load("gpus")
    first.loc[:, "memory_bandwidth_tb_s"] = 0.0
    assert (tables.load("gpus")["memory_bandwidth_tb_s"] > 0).all()


def test_a_chip_that_is_computed_with_has_its_peak_and_its_power() -> None:
    """A chip whose source gives neither may stand in the catalogue, and in no fleet and no model."""
    used = {gpu for name in ("fleet", "models") for gpu in tables.load(name).gpu_id if gpu}
    columns = ["peak_bf16_dense_tflops", "tdp_w", "server_to_chip_power_ratio"]
    assert tables.load("gpus").set_index("gpu_id").loc[sorted(used), columns].notna().all(axis=None)


def test_a_table_that_does_not_exist() -> None:
    with pytest.raises(DataError, match=r"There is no table 'gpu' in data/datapackage.json. Tables: .*gpus"):
        tables.load("gpu")


def test_missing_text_is_empty_and_a_missing_number_is_nan() -> None:
    gpus = tables.load("gpus").set_index("gpu_id")
    # The V100 has no FP8; the H800 PCIe's day of release is not known; the GB200 has no price.
    assert math.isnan(gpus.peak_fp8_dense_tflops["V100-32"])
    assert pd.isna(gpus.release_date["H800-PCIe"])
    assert gpus.price_source["TPUv5e"] == ""


def test_yes_and_no_are_read_as_they_are_written() -> None:
    """`current` is yes or no in the file; every row must come out as it stands there."""
    with (tables.DATA / "estimates.csv").open(encoding="utf-8", newline="") as file:
        written = [row["current"] == "yes" for row in csv.DictReader(file)]
    assert list(tables.load("estimates")["current"]) == written
    assert set(written) == {True, False}


def test_the_stages_sum_to_the_models_hours() -> None:
    """V3: 2,664,000 + 119,000 + 5,000 = 2,788,000. R1: 101,000 + 5,000 + 41,000 = 147,000.

    Olmo 3: 512 x 9.5 days + 1,024 x (35 + 1.5 + 1) days = 116,736 + 921,600 = 1,038,336.
    """
    sums = tables.load("stages").groupby("model_id")["chip_hours"].sum()
    assert sums.to_dict() == {"dsv3": 2_788_000, "dsr1_increment": 147_000, "olmo3_32b": 1_038_336}


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., Path]:
    """A copy of data/ in which one cell, or more of its row, are others. The header is row 1, as in the file."""

    def copy(table: str = "", row: int = 0, column: str = "", value: str = "", **beside: str) -> Path:
        folder = tmp_path / "data"
        shutil.copytree(tables.DATA, folder)
        if table:
            path = folder / f"{table}.csv"
            with path.open(encoding="utf-8", newline="") as file:
                lines = list(csv.reader(file))
            for name, cell in {column: value, **beside}.items():
                index = lines[0].index(name)
                assert lines[row - 1][index] != cell, "The cell holds that already; the test would be idle."
                lines[row - 1][index] = cell
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(lines)
        return folder

    return copy


def faults(folder: Path) -> str:
    found = tables.problems(folder)
    assert found, "A broken table passed as sound."
    return "\n".join(found)


def test_the_copy_itself_is_sound(broken: Callable[..., Path]) -> None:
    folder = broken()
    assert tables.problems(folder) == []
    assert parameters.base(folder) == parameters.base()


# Each with the file's row, the cell, and a word of what is wrong with it.
CELLS = [
    ("blank GPU", "gpus", 2, "memory_bandwidth_tb_s", "", "blank. Fill in the row"),
    ("blank ratio beside a power", "gpus", 2, "server_to_chip_power_ratio", "", "blank. Fill in the row"),
    ("blank claim", "claims", 5, "claim", "", "blank. Fill in the row"),
    ("blank kind", "evidence", 5, "kind", "", "blank. Fill in the row"),
    ("blank source", "assumptions", 3, "source", "", "blank. Fill in the row"),
    ("blank unit", "published", 4, "unit", "", "blank. Fill in the row"),
    ("hours without a source", "models", 2, "chip_hours_source", "", "blank. Fill in the row"),
    ("drawn from nowhere", "assumptions", 2, "draw_column", "", "No row has `draw_column` 0 yet. Fill in the row"),
    *((f"no {end}", "assumptions", 2, end, "", "blank. Fill in") for end in ("low", "high", "minimum", "maximum")),
    ("text in a number", "gpus", 2, "tdp_w", "abc", ""),
    ("unit in a number", "gpus", 2, "tdp_w", "300 W", ""),
    ("comma in a number", "models", 2, "chip_hours", "3,552,000", ""),
    ("underscore in a number", "gpus", 2, "tdp_w", "3_00", "plain number"),
    ("full-width digits", "gpus", 2, "tdp_w", "３００", "plain number"),
    ("not a number", "assumptions", 2, "low", "NaN", "plain number"),
    ("infinite", "published", 2, "value", "Infinity", ""),
    ("beyond a float", "assumptions", 2, "high", "1e400", "finite"),
    ("infinite with a bound", "gpus", 2, "tdp_w", "INF", ""),
    ("fraction of a GPU", "fleet", 2, "count", "10000.5", "type is"),
    ("no such day", "gpus", 2, "release_date", "2018-02-30", "type is"),
    ("too late", "prices", 2, "date", "2031-01-01", "maximum"),
    ("neither yes nor no", "estimates", 2, "current", "perhaps", "type is"),
    ("not in the list", "gpus", 2, "vendor", "Intel", "enum"),
    ("not a kind of evidence", "evidence", 3, "kind", "rumour", "enum"),
    ("neither yes nor no nor partly", "evidence", 4, "holds", "true", "enum"),
    ("not a stage", "story", 3, "stage", "blog", "enum"),
    ("below the range", "gpus", 2, "server_to_chip_power_ratio", "0.5", "minimum"),
    ("above the range", "models", 3, "mfu", "46", "maximum"),
    ("not the pattern", "claims", 4, "claim_id", "27", "pattern"),
    ("source with a space", "prices", 5, "source", "epoch prices", "pattern"),
    ("key twice", "gpus", 11, "gpu_id", "V100-32", "the same as in the row at position 2"),
    ("claim twice", "claims", 3, "claim_id", "C01", "the same as in the row at position 2"),
    ("unknown claim of a record", "evidence", 2, "claim_id", "C99", "is not in data/claims.csv"),
    ("unknown claim of the story", "story", 2, "claim_id", "C99", "is not in data/claims.csv"),
    ("unknown accelerator", "fleet", 3, "gpu_id", "H2O", "is not in data/gpus.csv"),
    ("unknown accelerator of a model", "models", 2, "gpu_id", "V100", "is not in data/gpus.csv"),
    ("unknown accelerator of a price", "prices", 2, "gpu_id", "TPUv44", "is not in data/gpus.csv"),
    ("unknown model of an estimate", "estimates", 2, "model_id", "gpt33", "is not in data/models.csv"),
    ("unknown model of a run", "epoch_runs", 2, "model_id", "titanic", "is not in data/models.csv"),
    ("unknown model of a stage", "stages", 2, "model_id", "dsv33", "is not in data/models.csv"),
    ("unknown parameter", "fleet", 2, "price_parameter", "price_of_a100", "is not in data/assumptions.csv"),
]


def test_a_row_is_told_once_all_that_it_lacks(broken: Callable[..., Path]) -> None:
    """Of an assumption that is drawn and has its name, value and source alone; a choice has no range to fill in."""
    folder = broken()
    with (folder / "assumptions.csv").open("a", encoding="utf-8", newline="") as file:
        filled = {"name": "overhead", "value": "0", "unit": "fraction", "source": "this_report"}
        columns = tables.package(folder)["by_name"]["assumptions"]["schema"]["fields"]
        csv.writer(file, lineterminator="\n").writerow([filled.get(field["name"], "") for field in columns])
    (said,) = tables.problems(folder)
    lacks = ["title", "group", "type", "low", "high", "minimum", "maximum", "range_meaning", "range_reason"]
    lacks += ["draw_column", "locator", "confidence", "note", "evidence_to_replace"]
    assert f"columns {', '.join(f'`{name}`' for name in lacks)}: blank. No row has `draw_column` " in said


@pytest.mark.parametrize(("what", "table", "row", "column", "value", "word"), CELLS, ids=[cell[0] for cell in CELLS])
def test_a_bad_cell_is_named(
    what: str, table: str, row: int, column: str, value: str, word: str, broken: Callable[..., Path]
) -> None:
    """The message names file, row, column and value, and what to do."""
    lines = [line for line in faults(broken(table, row, column, value)).splitlines() if f"`{column}`" in line]
    assert lines, f"No message names the column `{column}`."
    message = lines[0]
    assert f"data/{table}.csv, row {row}, column `{column}`" in message
    # An infinite number may be named in words, and a blank is nothing to name.
    assert not value or f"'{value}'" in message or "not finite" in message
    assert word in message
    assert re.search(r"(orrect the cell|Fill in the row|Give a finite number|Add the row there)", message)


def row_of(table: str, key: str) -> int:
    """The row of data/ whose first cell is a key, counted as in the file."""
    return tables.load(table).iloc[:, 0].tolist().index(key) + 2


# Each with the file's row, or its key, the cell, and what is said of it: what one cell alone does not show.
BESIDE_OTHERS = [
    ("gpus", 2, "chip_price_usd_low", "99999", "`chip_price_usd_low` is 99999, more than `chip_price_usd`, 11458"),
    ("fleet", 2, "low", "20000", ": `low` is 20000, more than `count`, 10000"),
    ("fleet", 2, "high", "9000", ": `count` is 10000, more than `high`, 9000. They must rise from left to right"),
    ("assumptions", 2, "value", "3.5", ": `value` is 3.5, more than `high`, 3.42"),
    ("assumptions", 2, "low", "2.5", ": `low` is 2.5, more than `value`, 2."),
    ("assumptions", 2, "minimum", "1.7", ": `minimum` is 1.7, more than `low`, 1.65"),
    ("assumptions", 2, "maximum", "3", ": `high` is 3.42, more than `maximum`, 3."),
    # Where nobody else can look.
    ("stages", 2, "locator", "Table 1, copy 69448314976", ", column `locator` names 'copy 69448314976', where nobody"),
    ("models", "dsv3", "flop_from_hours", "", ", column `flop_from_hours`: blank beside hours and FLOP."),
    (
        "assumptions",
        "electricity_usd_per_kwh",
        "currency_year",
        "",
        ", column `currency_year`: blank beside a unit in dollars.",
    ),
    # 3.3e24 / (2.788e6 x 3600 x 989.4e12) = 3.3e24 / 9.9265e24 = 0.3324; a tenth, as if a nought had slipped in.
    ("models", "dsv3", "mfu", "0.039", "3.3e+24 in `chip_hours` 2,788,000 are an MFU of 0.3324 on H800-SXM, but"),
    # 6 x 37e9 x 99e12 = 2.198e25, more than three times 3.3e24; 6 x 3.7e9 x 14.8e12 = 3.286e23, less than a third.
    ("models", "dsv3", "tokens_t", "99", "3.3e+24 is far from 6 x `params_active_b` 37 x `tokens_t` 99, 2.2e+25."),
    ("models", "dsv3", "params_active_b", "3.7", "far from 6 x `params_active_b` 3.7 x `tokens_t` 14.8, 3.29e+23."),
    # Ten times as much is 3.324 of the BF16 peak, and 1.66 of that in FP8.
    ("models", "dsv3", "train_flop", "3.3e25", "are 3.324 of the BF16 peak of H800-SXM, and no chip does more than"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "words"), BESIDE_OTHERS)
def test_a_cell_that_does_not_fit_others_is_named(
    table: str, row: int | str, column: str, value: str, words: str, broken: Callable[..., Path]
) -> None:
    row = row if isinstance(row, int) else row_of(table, row)
    said = [line for line in faults(broken(table, row, column, value)).splitlines() if words in line]
    assert said, f"Nothing says: {words}"
    assert said[0].startswith(f"data/{table}.csv, row {row}") and said[0].endswith("then run `report check`.")


def test_a_blank_between_low_and_high_does_not_hide_their_order(broken: Callable[..., Path]) -> None:
    """A range without a central value must rise too."""
    published = tables.load("published")
    ranged = published.index[published["value"].isna() & published["low"].notna() & published["high"].notna()]
    row = int(ranged[0]) + 2
    message = faults(broken("published", row, "low", "99999999999"))
    assert f"data/published.csv, row {row}: `low` is 1e+11, more than `high`" in message


@pytest.mark.parametrize("column", ["source", "price_source"])
def test_a_source_that_is_not_in_the_bibliography_is_named(column: str, broken: Callable[..., Path]) -> None:
    message = faults(broken("gpus", 3, column, "epoch_hardware_2026;nobody_2020"))
    assert f"data/gpus.csv, row 3, column `{column}` cites 'nobody_2020', which book/references.bib does" in message
    assert "epoch_hardware_2026" not in message


def test_what_a_new_row_names_is_looked_up_while_it_has_blanks(broken: Callable[..., Path]) -> None:
    message = faults(broken("models", 2, "developer", "", gpu_id="H100", source="nobody_2020"))
    assert "data/models.csv, row 2, column `developer`: blank." in message
    assert "data/models.csv, row 2, column `gpu_id`: 'H100' is not in data/gpus.csv." in message
    assert "data/models.csv, row 2, column `source` cites 'nobody_2020'" in message


def test_stages_that_do_not_sum_to_the_model_are_named(broken: Callable[..., Path]) -> None:
    """2,664,001 + 119,000 + 5,000 = 2,788,001, one more than the model's row."""
    assert (
        "data/stages.csv, rows 2, 3, 4, column `chip_hours`: the stages of 'dsv3' sum to 2,788,001 GPU-hours, "
        f"but data/models.csv, row {row_of('models', 'dsv3')}, column `chip_hours` says 2,788,000."
    ) in faults(broken("stages", 2, "chip_hours", "2664001"))


UNKNOWN = "data/accounts.csv has the account 'hoppers_only', which data/assumptions.csv, `f"
MISSING = "data/accounts.csv has not the account 'hopper_only', which data/assumptions.csv"
OF_NO_USE = "row 7, column `leaves_out`: the account 'documented' of data/fleet.csv has no 'H20' to"


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (3, "account", "hoppers_only", UNKNOWN),
        (3, "account", "hoppers_only", MISSING),
        (3, "counts_from", "semianalyst", "row 3, column `counts_from`: 'semianalyst' is not in data/fleet.csv."),
        (3, "leaves_out", "A100", "row 3, column `leaves_out`: 'A100' is not in data/gpus.csv."),
        (7, "leaves_out", "H20", OF_NO_USE),
    ],
)
def test_a_misspelt_account_of_the_fleet_is_refused(
    row: int, column: str, value: str, words: str, broken: Callable[..., Path]
) -> None:
    """It would leave nothing out, or take another's count, and the sum would still be a number."""
    assert words in faults(broken("accounts", row, column, value))


@pytest.mark.parametrize("name", ["gpus", "assumptions", "stages"])
def test_a_missing_file_is_named(name: str, broken: Callable[..., Path]) -> None:
    folder = broken()
    (folder / f"{name}.csv").unlink()
    assert f"data/{name}.csv is missing. Restore it from version control" in faults(folder)
    with pytest.raises(DataError, match=rf"data/{name}\.csv is missing"):
        tables.load(name, folder)


def resaved(path: Path, delimiter: str = ",", before: str = "", after: str = "") -> None:
    """The table as another program saves it."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(before)
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(lines)
        file.write(after)


def rewritten(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


CONFLICT = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> theirs"
FORMS: dict[str, tuple[Callable[[Path], None], str]] = {
    "semicolons": (lambda path: resaved(path, ";"), "row 1: the cells are separated by semicolons. Save the file as"),
    "tabs": (lambda path: resaved(path, "\t"), "row 1: the cells are separated by tabs. Save the file as CSV"),
    "sep=,": (lambda path: resaved(path, before="sep=,\n"), "row 1: 'sep=,' is a note for a spreadsheet, and no"),
    "sep=;": (lambda path: resaved(path, ";", "sep=;\n"), "row 1: 'sep=;' is a note for a spreadsheet, and no header"),
    "spaces": (lambda path: rewritten(path, lambda text: text.replace(",", ", ")), "row 1: there are spaces beside"),
    "a header alone": (
        lambda path: rewritten(path, lambda text: text.splitlines()[0]),
        "is empty, or has a header alone.",
    ),
    "nothing": (lambda path: rewritten(path, lambda text: ""), "is empty, or has a header alone."),
    "a conflict": (lambda path: resaved(path, after=f"{CONFLICT}\n"), "git has left a conflict here."),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_in_the_form_of_another_program_is_one_line(
    form: str, broken: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for each table, and the same from whoever reads it."""
    folder, (save, says) = broken(), FORMS[form]
    for name in tables.names():
        save(folder / f"{name}.csv")
    told = tables.problems(folder)
    assert len(told) == len(tables.names())
    for name, line in zip(tables.names(), told, strict=True):
        assert line.startswith(f"data/{name}.csv") and says in line and "\n" not in line
    with pytest.raises(DataError) as error:
        tables.load("gpus", folder)
    assert str(error.value) == told[tables.names().index("gpus")]


def test_a_bom_and_other_ends_of_lines_change_nothing(broken: Callable[..., Path]) -> None:
    folder = broken()
    for name, end in (("gpus", b"\r\n"), ("prices", b"\r")):
        path = folder / f"{name}.csv"
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", end))
        pd.testing.assert_frame_equal(tables.load(name, folder), tables.load(name))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text + "\n", "row 39: the row is blank. Delete it, then run"),
        (lambda text: text + "," * 20 + "\n", "row 39: the row is blank"),
        (lambda text: text.replace("\n", ",,\n"), "row 1: column 24 has no name; column 25 has no name."),
        (lambda text: text.replace("gpu_id", "gpu", 1), "row 1: column `gpu_id` is missing; 'gpu' is no column"),
        (lambda text: text.replace("gpu_id,", "", 1), "data/gpus.csv, row 1: column `gpu_id`"),
        (lambda text: text.replace("\n", "\n\n", 1), "data/gpus.csv, row 2"),
        (lambda text: text.replace("NVIDIA,", "NVIDIA,NVIDIA,", 1), "row 2 has '"),
        (lambda text: text.replace("NVIDIA V100", '"NVIDIA" V100', 1), "line 2: "),
        (lambda text: text.replace("NVIDIA V100", "NVIDIA\0 V100", 1), "holds U+0000 a control character, which"),
        (lambda text: text.replace("NVIDIA V100", "NVIDIA\x1b V100", 1), "row 2, column `name` holds U+001B a control"),
    ],
    ids=[
        "blank line",
        "blank row",
        "columns",
        "renamed",
        "dropped",
        "blank row 2",
        "cell",
        "half quoted",
        "NUL",
        "ESC",
    ],
)
def test_what_a_spreadsheet_leaves_behind_is_told_in_words(
    change: Callable[[str], str], words: str, broken: Callable[..., Path]
) -> None:
    folder = broken()
    path = folder / "gpus.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    message = faults(folder)
    assert words in message and message.replace("\n", "").isprintable(), message


def test_a_table_in_another_encoding_is_named(broken: Callable[..., Path]) -> None:
    path = broken() / "gpus.csv"
    path.write_bytes(path.read_bytes().replace(b"NVIDIA V100", b"NVIDIA\xff V100"))
    assert re.search(r"data/gpus\.csv.*not UTF-8 text", faults(path.parent))


def test_every_bad_cell_is_named_at_once(broken: Callable[..., Path]) -> None:
    """Who mends a table wants all of its faults, not the first."""
    folder = broken("gpus", 2, "tdp_w", "abc")
    text = (folder / "gpus.csv").read_text(encoding="utf-8").replace("2020-06-22", "June", 1)
    (folder / "gpus.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        tables.load("gpus", folder)
    assert "row 2, column `tdp_w` has 'abc'" in str(error.value)
    assert "row 3, column `release_date` has 'June'" in str(error.value)


# --- assumptions, which become parameters ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["two", "1_0", "２", "nan", "2,0", "", "inf"])
def test_an_assumption_that_is_no_plain_number_is_refused(value: str, broken: Callable[..., Path]) -> None:
    """The column holds names too, so that the schema cannot check it; float() would take 1_0 for ten dollars."""
    folder = broken("assumptions", 2, "value", value)
    with pytest.raises(DataError) as error:
        parameters.known(folder)
    assert "data/assumptions.csv" in str(error.value)
    # The row by its number or by its name.
    assert "row 2" in str(error.value) or "rental_usd_per_gpu_hour" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("staff_count", "150.5", "'150.5' is not of type int."),
        ("fleet", "everything", "fleet = 'everything' is not allowed"),
    ],
)
def test_an_assumption_of_another_kind_is_refused(
    name: str, value: str, says: str, broken: Callable[..., Path]
) -> None:
    with pytest.raises(DataError) as error:
        parameters.known(broken("assumptions", row_of("assumptions", name), "value", value))
    assert f"data/assumptions.csv, parameter `{name}`, column `value`: {says}" in str(error.value)

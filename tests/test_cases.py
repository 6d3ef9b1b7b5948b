"""Case spaces: grids by arithmetic, lists, and files of cases."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import cases, parameters
from analysis.parameters import ParameterError

RENT, PUE, H100 = "rental_usd_per_gpu_hour", "pue", "server_price_h100_usd_per_gpu"


# No deadline: how fast a machine is, is no property of a grid.
@settings(deadline=None)
@given(
    ends=st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)).filter(lambda pair: abs(pair[0] - pair[1]) > 1e-6),
    count=st.integers(2, 50),
    log=st.booleans(),
)
def test_an_axis_runs_from_end_to_end_in_equal_steps(ends: tuple[float, float], count: int, log: bool) -> None:
    axis = cases.Axis(RENT, start=ends[0], stop=ends[1], count=count, log=log)
    found = axis.at(np.arange(count))
    assert (found[0], found[-1]) == ends, "both ends belong to the grid, to the last digit"
    expected = np.geomspace(*ends, count) if log else np.linspace(*ends, count)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@settings(deadline=None)
@given(lengths=st.lists(st.integers(2, 6), min_size=1, max_size=4), data=st.data())
def test_a_grid_counts_through_all_combinations_the_last_axis_fastest(lengths: list[int], data: st.DataObject) -> None:
    names = [name for name, row in parameters.known().items() if not row.choices][: len(lengths)]
    axes = tuple(
        cases.Axis(name, start=1.0, stop=float(length), count=length)
        for name, length in zip(names, lengths, strict=True)
    )
    grid = cases.Grid(axes)
    everything = list(itertools.product(*([axis.value(i) for i in range(len(axis))] for axis in axes)))
    assert len(grid) == len(everything)
    first = data.draw(st.integers(0, len(grid) - 1))
    count = data.draw(st.integers(1, len(grid)))
    columns = grid.columns(first, count)
    assert tuple(columns) == tuple(names)
    assert list(zip(*columns.values(), strict=True)) == everything[first : first + count]


def test_a_grid_of_a_hundred_million_cases_is_there_at_once() -> None:
    _, grid = cases.grid([f"{RENT}=1:4:10000", f"{PUE}=1:2:10000"])
    assert len(grid) == 100_000_000
    last = grid.columns(len(grid) - 1, 5)
    assert (last[RENT].tolist(), last[PUE].tolist()) == ([4.0], [2.0])


def test_sums_of_binary_fractions_leave_no_dust() -> None:
    axis = cases.axis("electricity_usd_per_kwh=0.1:0.3:5")
    assert axis.at(np.arange(5)).tolist() == [0.1, 0.15, 0.2, 0.25, 0.3]


def test_lists_choices_and_single_values() -> None:
    fixed, grid = cases.grid(["fleet=semianalysis,documented", "staff_count=160", f"{PUE}=1.1, 1.3"])
    assert fixed == {"staff_count": 160}
    columns = grid.columns(0, 4)
    assert columns["fleet"].tolist() == ["semianalysis"] * 2 + ["documented"] * 2
    assert columns[PUE].tolist() == [1.1, 1.3] * 2


REFUSED = [
    ("rental_usd_per_gpu_hou=1:2:3", "There is no parameter 'rental_usd_per_gpu_hou'. Did you mean rental_usd"),
    ("pue=1:2", "is not of the form NAME=START:STOP:COUNT"),
    ("pue=1:2:3:lin", "is not of the form NAME=START:STOP:COUNT"),
    ("pue=1:2:3,4", "COUNT must be a whole number from 2"),
    ("pue", "is not of the form NAME=START:STOP:COUNT"),
    ("pue=1:9:3", "pue = 9 is not allowed: it must be a number from 1 to 3 (ratio)."),
    ("pue=1:2:1", "COUNT must be a whole number from 2"),
    ("pue=1:2:1e3", "COUNT must be a whole number from 2"),
    ("pue=1:2:999999999999999999999", "COUNT must be a whole number from 2"),
    ("pue=1:1:5", "starts where it stops. Give one value, pue=1."),
    ("pue=1,1", "gives a value twice"),
    ("pue=1,,2", "pue = '' is not allowed"),
    ("electricity_usd_per_kwh=0:1:3:log", "equal ratios need ends above 0"),
    ("staff_count=150:160:4", "staff_count = 153.333333333333 is not allowed: it must be a whole number"),
    ("fleet=a:b:3", "fleet has no grid"),
    (f"{H100}=120,500", f'The number is written {H100}=120500; the list, "{H100}=120, 500".'),
    ("seed=20,261,123", 'The number is written seed=20261123; the list, "seed=20, 261, 123".'),
    (f"{H100}=34,819", f"commas between thousands, or is a list. The number is written {H100}=34819."),
    (f"{H100}=34,819:44,750:3", f"The digits without marks between them: {H100}=34819."),
    ("fleet=semianalisis,documented", "Did you mean semianalysis?"),
    ("draws=256,512", "Set it with --draws"),
]


@pytest.mark.parametrize(("assignment", "message"), REFUSED, ids=lambda value: value[:30])
def test_what_is_no_axis_is_refused(assignment: str, message: str) -> None:
    with pytest.raises(ParameterError) as error:
        cases.axis(assignment)
    assert message in str(error.value)


def test_a_parameter_given_twice_and_too_many_cases_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"pue is given twice\. Give it once; a list is written pue=A,B,C\."):
        cases.grid(["pue=1,2", "pue=1:2:3"])
    with pytest.raises(ParameterError, match="This grid has 200,000,000 cases; at most 100,000,000"):
        cases.grid(["pue=1:2:20000", f"{RENT}=1:4:10000"])


# --- files --------------------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "cases.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_cases_is_typed_row_by_row_and_bad_rows_fail_alone(tmp_path: Path) -> None:
    """Line 3 is blank; a blank cell is the base value; rows 5 to 8 are wrong, each in another way."""
    text = f"\ufeff{RENT},fleet,staff_count\n3,documented,170\n\n,,\n300,,\n,semianalisis,\n,,160.5\n3\n"
    file = cases.read(written(tmp_path, text))
    assert (len(file), file.names) == (6, (RENT, "fleet", "staff_count"))
    block = cases.typed(list(file.rows()), file.names, parameters.base())
    assert block.columns[RENT][:2].tolist() == [3.0, 2.0]
    assert block.columns["fleet"][:2].tolist() == ["documented", "semianalysis"]
    assert block.columns["staff_count"][:2].tolist() == [170.0, 160.0]
    assert np.isnan(block.columns[RENT][[2, 5]]).all(), "what cannot be read is absent, not the base value"
    assert list(block.errors) == [2, 3, 4, 5]
    assert block.errors[2].startswith(f"line 5: {RENT} = 300 is not allowed: it must be a number from 0.01 to 100")
    assert block.errors[3].endswith("Did you mean semianalysis?")
    assert block.errors[4].startswith("line 7: staff_count = 160.5 is not allowed: it must be a whole number")
    assert block.errors[5] == "line 8 has 1 cells, the header has 3"


BAD_FILES = [
    ("rental_usd_per_gpu_huor\n3\n", "Did you mean rental_usd_per_gpu_hour?"),
    ("pue,pue\n1,2\n", "pue is given twice"),
    ("draws\n256\n", "Set it with --draws"),
    ("pue\n", "holds no case"),
    ("", "holds no case"),
    ("pue,\n1,2\n", "header: column 2 has no name. Delete it, or name its assumption."),
    (",pue\n0,1.2\n", "header: column 1 has no name"),
    ("pue;utilisation\n1,2;0,7\n", "header: the cells are separated by semicolons. Save the file as CSV with commas."),
    ("pue\tutilisation\n1.2\t0.7\n", "header: the cells are separated by tabs."),
    ("sep=,\npue\n1.2\n", "header: 'sep=,' is a note for a spreadsheet, and no header. Delete the line."),
    ("# mine\npue\n1.2\n", "header: '# mine' is a comment. Delete it: a CSV file has none."),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES, ids=lambda value: value[:20])
def test_a_file_without_a_usable_header_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as error:
        cases.read(written(tmp_path, text))
    assert message in str(error.value)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    with pytest.raises(ParameterError, match="cannot be read: No such file"):
        cases.read(path)
    path.write_bytes(b"pue\n\xff\n")
    with pytest.raises(ParameterError, match="is not UTF-8 text"):
        cases.read(path)

"""Parameters and scenarios: what is refused, in which words, and what is accepted."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import parameters, scenarios, tables, words
from analysis.parameters import ParameterError
from analysis.scenarios import Scenario

STEADY = settings(deadline=None, derandomize=True)

KNOWN = parameters.known()
RENT = "rental_usd_per_gpu_hour"
RENT_ALLOWED = "it must be a number from 0.01 to 100 (USD/GPU-hour)"
STAFF_ALLOWED = "it must be a whole number from 1 to 100000 (people)"


def refused(text: str) -> str:
    """The words in which NAME=VALUE is refused."""
    with pytest.raises(ParameterError) as error:
        parameters.parsed([text])
    return str(error.value)


# --- names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("rental_usd_per_gpu", RENT),
        ("renta_usd_per_gpu_hour", RENT),
        ("server_price_h80_usd_per_gpu", "server_price_h800_usd_per_gpu"),
        ("utilization", "utilisation"),
        ("PUE_", ""),
    ],
)
def test_an_unknown_name_is_refused_with_a_suggestion(misspelt: str, meant: str) -> None:
    message = refused(f"{misspelt}=1")
    assert f"There is no parameter '{misspelt}'." in message
    assert "`report params` lists all of them." in message
    if meant:
        assert f"Did you mean {meant}?" in message
    else:
        # Nothing resembles it: a wrong suggestion would be worse than none.
        assert "Did you mean" not in message


@pytest.mark.parametrize(
    "name", ["__import__('os')", "a b", "class", "", "3d", "pue;import os", "x\ny", "a.b", "lambda", "-p", "None"]
)
def test_a_name_that_is_not_one_word_is_refused(name: str) -> None:
    """papermill would write such a name into a cell and run it."""
    for attempt in (lambda: parameters.checked({name: 1.0}), lambda: parameters.parsed([f"{name}=1"])):
        with pytest.raises(ParameterError) as error:
            attempt()
        assert "is not a parameter's name: a name is one word of letters, digits and underscores." in str(error.value)
        assert repr(name) in str(error.value)


@pytest.mark.parametrize("name", [3, None, ("pue",), 1.5])
def test_a_name_that_is_no_text_is_refused(name: Any) -> None:
    """YAML has keys that are numbers."""
    with pytest.raises(ParameterError, match="is not a parameter's name"):
        parameters.checked({name: 1.0})


def test_a_very_long_name_or_value_is_cut_in_the_message() -> None:
    assert len(refused("x y" * 1000 + "=1")) < 250
    assert len(refused("x" * 70 + "=1")) < 250
    message = refused(f"fleet={'x' * 5000}")
    assert len(message) < 250 and "..." in message


def test_a_text_without_an_equals_sign_is_refused() -> None:
    message = refused(RENT)
    assert f"'{RENT}' is not of the form NAME=VALUE" in message
    assert f"for example {RENT}=3" in message


def test_a_name_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match=f"^{RENT} is given twice. Give it once.$"):
        parameters.parsed([f"{RENT}=3", "pue=1.2", f" {RENT} =3"])


# --- values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["nan", "NaN", "inf", "-inf", "Infinity", "1_000", "３", "٣", "0x10", "2 000", "", "two", "3=4", "1e", "--3"],
)
def test_a_text_that_is_no_plain_number_is_refused(text: str) -> None:
    """Python's own float() accepts eight of these."""
    assert refused(f"{RENT}={text}") == f"{RENT} = {text!r} is not allowed: {RENT_ALLOWED}."


@pytest.mark.parametrize(
    ("assignment", "remedy"),
    [
        (f"{RENT}=2,5", f"A decimal point, not a comma: {RENT}=2.5."),
        (f"{RENT}=$2,50", f"A decimal point, not a comma: {RENT}=2.50."),
        ("utilisation=7,5 %", "7.5 % is written utilisation=0.075."),
        ("staff_count=1 500", "The digits without marks between them: staff_count=1500."),
        ("staff_count=1'500", "The digits without marks between them: staff_count=1500."),
        ("seed=20.261.123", "The digits without marks between them: seed=20261123."),
        ("server_price_h800_usd_per_gpu=$16.338,77", "between them: server_price_h800_usd_per_gpu=16338.77."),
        ("service_life_years=2,000", "A decimal point, not a comma: service_life_years=2.000."),
        ("utilisation=70%", "70 % is written utilisation=0.7."),
        ("utilisation=70", "70 % is written utilisation=0.7."),
        ("utilisation=7.5 %", "7.5 % is written utilisation=0.075."),
        ("pue=1.2 times", "The number alone, without a sign or unit: pue=1.2."),
        (f"{RENT}=$3", f"The number alone, without a sign or unit: {RENT}=3."),
        (f"{RENT}=3 USD/GPU-hour", f"The number alone, without a sign or unit: {RENT}=3."),
        (f"{RENT}=3€", f"The number alone, without a sign or unit: {RENT}=3."),
    ],
)
def test_a_number_that_is_written_as_people_write_it_is_refused_with_the_way_to_write_it(
    assignment: str, remedy: str
) -> None:
    message = refused(assignment)
    assert re.search(" is not allowed: it must be a (whole )?number from ", message)
    assert message.endswith(remedy), message


@pytest.mark.parametrize("name", [name for name, row in parameters.known().items() if not row.choices])
def test_a_number_as_pages_show_it_is_refused_with_advice_that_is_accepted(name: str) -> None:
    """34,819 is not 34.819, and what is advised is not refused in its turn."""
    row = parameters.known()[name]
    for number in (row.value, row.low, row.high):
        shown = words.digits(float(number), 9)
        if "," in shown:
            advised = refused(f"{name}={shown}").rpartition("between them: ")[2].removesuffix(".")
            assert parameters.parsed([advised]) == {name: number}


@pytest.mark.parametrize("text", ["utilisation=170", "pue=20%", "staff_count=3,5", "pue=1,2,3", "pue=x"])
def test_no_advice_is_given_that_would_be_refused(text: str) -> None:
    assert refused(text).endswith(").")


@pytest.mark.parametrize("text", ["1e400", "9" * 400, "9" * 5000])
def test_a_number_beyond_a_float_is_refused(text: str) -> None:
    """The largest float is 1.8e308; beyond it float() gives inf without a word."""
    given = f"{RENT} = {parameters.shown(text)} is not allowed: {RENT_ALLOWED}."
    assert refused(f"{RENT}={text}") == given


@pytest.mark.parametrize("text", ["0.009", "0", "-2", "100.01", "1e3", "1e-400"])
def test_a_number_outside_what_is_accepted_is_refused(text: str) -> None:
    message = refused(f"{RENT}={text}")
    assert message.startswith(f"{RENT} = ")
    assert message.endswith(f" is not allowed: {RENT_ALLOWED}.")


# To Python True is the number 1, which would be accepted as a price.
NO_NUMBERS = [True, False, "3", None, [3], {"a": 3}, 3j, b"3", object(), math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize(("name", "allowed"), [(RENT, RENT_ALLOWED), ("staff_count", STAFF_ALLOWED)])
def test_a_value_that_is_no_number_is_refused(name: str, allowed: str, value: Any) -> None:
    with pytest.raises(ParameterError) as error:
        parameters.checked({name: value})
    assert str(error.value).startswith(f"{name} = {parameters.shown(value)} is not allowed: {allowed}")


@pytest.mark.parametrize("exponent", [400, 5000])
def test_a_huge_whole_number_is_refused_in_words(exponent: int) -> None:
    """YAML reads any run of digits as a whole number; beyond 4,300 digits Python refuses to print it."""
    with pytest.raises(ParameterError, match=f"^{RENT} = .{{1,60}} is not allowed"):
        parameters.checked({RENT: 10**exponent})


@pytest.mark.parametrize("text", ["150.5", "0.1", "1e-3", "150.0000001"])
def test_a_fraction_of_a_person_is_refused(text: str) -> None:
    message = refused(f"staff_count={text}")
    assert message == f"staff_count = {float(text)!r} is not allowed: {STAFF_ALLOWED}."


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", 2.0), (" 2.5 ", 2.5), ("+3", 3.0), (".5", 0.5), ("5.", 5.0), ("1e1", 10.0), ("2.5E-1", 0.25)],
)
def test_a_plain_number_is_accepted(text: str, value: float) -> None:
    changes = parameters.parsed([f"{RENT}={text}"])
    assert changes == {RENT: value}
    assert type(changes[RENT]) is float


@pytest.mark.parametrize(("text", "value"), [("160", 160), ("1e3", 1000), ("160.0", 160)])
def test_a_whole_number_stays_whole(text: str, value: int) -> None:
    changes = parameters.parsed([f"staff_count={text}"])
    assert changes == {"staff_count": value}
    assert type(changes["staff_count"]) is int


@pytest.mark.parametrize(
    ("misspelt", "meant"), [("semianalisys", "semianalysis"), ("Documented", "documented"), ("hopper", "hopper_only")]
)
def test_a_misspelt_choice_is_refused_with_the_nearest(misspelt: str, meant: str) -> None:
    assert refused(f"fleet={misspelt}") == (
        f"fleet = '{misspelt}' is not allowed: it must be one of semianalysis, hopper_only, without_h100, "
        f"without_h20, press, documented. "
        f"Did you mean {meant}?"
    )


def test_a_choice_that_resembles_nothing_gets_no_suggestion() -> None:
    assert "Did you mean" not in refused("fleet=42")
    for value in (42, True):
        with pytest.raises(ParameterError, match=f"^fleet = {value} is not allowed: it must be one of semianalysis"):
            parameters.checked({"fleet": value})


# --- the base case -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KNOWN)
def test_the_base_value_passes_its_own_check(name: str) -> None:
    parameter = KNOWN[name]
    assert parameters.checked({name: parameter.value}) == {name: parameter.value}
    assert type(parameters.checked({name: parameter.value})[name]) is type(parameter.value)
    assert parameters.parsed([f"{name}={parameter.value}"]) == {name: parameter.value}
    assert type(parameter.value) is {"float": float, "int": int, "choice": str}[parameter.type]


@pytest.mark.parametrize("name", [name for name, parameter in KNOWN.items() if parameter.type != "choice"])
def test_the_ends_are_accepted_and_what_is_beyond_is_not(name: str) -> None:
    parameter = KNOWN[name]
    assert parameter.minimum <= parameter.low <= float(parameter.value) <= parameter.high <= parameter.maximum
    for end in (parameter.minimum, parameter.low, parameter.high, parameter.maximum):
        assert parameter.checked(end) == end
    step = 1 if parameter.type == "int" else 1e-6
    for beyond in (parameter.minimum - step, parameter.maximum + step):
        with pytest.raises(ParameterError, match=f"^{name} = "):
            parameter.checked(beyond)


def test_what_is_drawn_has_a_range_on_both_sides() -> None:
    """A log-normal needs numbers above zero; a triangle needs ends."""
    for parameter in KNOWN.values():
        if parameter.range_meaning == "interval_90":
            assert 0 < parameter.low < float(parameter.value) < parameter.high, parameter.name
        elif parameter.range_meaning == "bounds":
            assert parameter.low < parameter.high, parameter.name


def test_the_base_case_is_every_parameter() -> None:
    assert list(parameters.base()) == list(KNOWN)
    assert len(KNOWN) == len(tables.load("assumptions"))
    # The prices that the report's headline numbers are built on, as their sources have them.
    assert parameters.base()[RENT] == 2.0
    assert parameters.base()["server_price_h800_usd_per_gpu"] == 34_819


def test_prices_in_dollars_follow_from_those_in_yuan() -> None:
    """CNY 2.0 and 1.3 million for eight GPUs, and 1 billion for 10,000, at 7.18 a dollar:

    2,000,000 / 8 / 7.18 = 34,819    1,300,000 / 8 / 7.18 = 22,632    1,000,000,000 / 10,000 / 7.18 = 13,928

    The H100 is the middle of 2,700,000 / 8 / 7.18 = 47,006 inside China and 270,000 USD / 8 = 33,750 outside: 40,378.
    """
    base = parameters.base()
    assert base["cny_per_usd"] == 7.18
    for gpu, yuan in {"h800": 2.0e6 / 8, "h20": 1.3e6 / 8, "a100": 1e9 / 1e4}.items():
        assert base[f"server_price_{gpu}_usd_per_gpu"] == round(yuan / 7.18)
    assert base["server_price_h100_usd_per_gpu"] == round((2.7e6 / 8 / 7.18 + 270_000 / 8) / 2)


# --- scenarios -------------------------------------------------------------------------------------------------


@pytest.fixture
def scenario_file(tmp_path: Path) -> Any:
    def write(text: str | bytes, name: str = "case.yml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused_file(path: Path) -> str:
    with pytest.raises(ParameterError) as error:
        scenarios.read_scenario(path)
    assert str(path) in str(error.value), "The message must name the file."
    assert "\n" not in str(error.value), "The message must be one line."
    return str(error.value)


def test_a_scenario_file_is_read(scenario_file: Any) -> None:
    path = scenario_file(
        "name: dear_rent\ntitle: Dear rent\nmotive: What if?\nsource: nobody\n"
        "parameters:\n  rental_usd_per_gpu_hour: 3\n  fleet: documented\n  staff_count: 170\n"
    )
    scenario = scenarios.read_scenario(path)
    told = (scenario.name, scenario.title, scenario.motive, scenario.source)
    assert told == ("dear_rent", "Dear rent", "What if?", "nobody")
    assert scenario.changes == {RENT: 3.0, "fleet": "documented", "staff_count": 170}
    assert type(scenario.changes[RENT]) is float
    assert not scenario.is_base
    assert scenario.values() == {**parameters.base(), **scenario.changes}


def test_name_and_title_come_from_the_file_name_where_they_are_left_out(scenario_file: Any) -> None:
    scenario = scenarios.read_scenario(scenario_file("parameters: {pue: 1.1}", "better_cooling.yml"))
    told = (scenario.name, scenario.title, scenario.motive, scenario.source)
    assert told == ("better_cooling", "better cooling", "", "")


def test_what_is_left_blank_is_as_if_left_out(scenario_file: Any) -> None:
    """YAML reads a blank as null; the word None must not reach a page."""
    scenario = scenarios.read_scenario(scenario_file("title:\nmotive:\nsource:\nparameters:\n", "better_cooling.yml"))
    assert (scenario.title, scenario.motive, scenario.source) == ("better cooling", "", "")
    assert scenario.changes == {}


def test_idle_changes_are_dropped(scenario_file: Any) -> None:
    """$2 an hour and 160 people are the base case; giving them changes nothing."""
    path = scenario_file("parameters:\n  rental_usd_per_gpu_hour: 2\n  staff_count: 160.0\n  pue: 1.3\n")
    assert scenarios.read_scenario(path).changes == {"pue": 1.3}
    assert parameters.without_idle_changes({RENT: 2.0, "fleet": "semianalysis"}) == {}
    assert scenarios.read_scenario(scenario_file("parameters:\n  rental_usd_per_gpu_hour: 2\n")).is_base


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: !!python/object:os.system x\n", "tags (!name) are not allowed"),
        ("title: !!python/object/apply:os.system ['true']\n", "tags (!name) are not allowed"),
        ("title: !mine x\n", "tags (!name) are not allowed"),
        ("title: &t hello\nmotive: *t\n", "aliases (*name) are not allowed"),
        ("name: a\nname: b\n", "the key 'name' is given twice"),
        ("parameters:\n  pue: 1.1\n  pue: 1.2\n", "the key 'pue' is given twice"),
        ("title: a: b\n", "line 1 is not plain YAML: a second ': ' in one line; put a text"),
        ("title: [\n", "is not plain YAML"),
        ("parameters:\n\tpue: 1.1\n", "line 2 is not plain YAML: a tab where only spaces may stand;"),
        ("title: @home\n", "line 1 is not plain YAML: a text that starts with @; put it in quotation marks"),
        ("name: a\n---\nname: b\n", "expected a single document"),
        ("title: \x00\n", "special characters are not allowed"),
        ("[" * 5000, "is not plain YAML"),
        ("name: a\ntitle: b\nmotive: c: d\n", "line 3 is not plain YAML"),
    ],
)
def test_a_file_that_is_not_plain_names_and_values_is_refused(text: str, words: str, scenario_file: Any) -> None:
    message = refused_file(scenario_file(text))
    assert "is not plain YAML: " in message
    assert words in message


def test_a_title_that_runs_from_right_to_left_moves_nothing_beside_it(scenario_file: Any) -> None:
    read = scenarios.read_scenario(scenario_file('title: "\u05d0 1.6"\nmotive: a\nparameters: {pue: 1.2}\n'))
    assert (read.title, read.motive) == ("\u2068\u05d0 1.6\u2069", "a")


@pytest.mark.parametrize(
    "text",
    [
        "? [a, b]\n: c\n",
        "parameters:\n  ? {a: 1}\n  : 2\n",
        "title: !!int x\n",
        "title: !!bool x\n",
        "title: !!timestamp x\n",
        f"parameters:\n  rental_usd_per_gpu_hour: {'9' * 5000}\n",
    ],
    ids=["list as key", "mapping as key", "no int", "no bool", "no time", "5,000 digits"],
)
def test_what_yaml_itself_stumbles_over_is_refused_in_words(text: str, scenario_file: Any) -> None:
    """PyYAML's own readers raise a bare ValueError, TypeError or KeyError here, not one of its own errors."""
    refused_file(scenario_file(text))


@pytest.mark.parametrize("number", ["0200", "1:30", "1_0", "0x10", "0o20", ".inf", "'160'"])
def test_a_number_in_a_notation_of_yaml_is_refused(number: str, scenario_file: Any) -> None:
    """YAML 1.1 reads 0200 as octal 128, 1:30 as ninety and 1_0 as ten; what stands in quotation marks is a text."""
    message = refused_file(scenario_file(f"parameters:\n  staff_count: {number}\n"))
    assert "staff_count = '" in message
    assert STAFF_ALLOWED in message


@pytest.mark.parametrize(("number", "value"), [("170", 170), ("170.0", 170), ("1.7e2", 170), ("1e3", 1000)])
def test_a_number_in_a_file_is_what_it_is_on_the_command_line(number: str, value: int, scenario_file: Any) -> None:
    """YAML 1.1 reads 1e3 as a word."""
    path = scenario_file(f"parameters:\n  staff_count: {number}\n")
    assert scenarios.read_scenario(path).changes == {"staff_count": value}
    assert parameters.parsed([f"staff_count={number}"]) == {"staff_count": value}


def test_words_stay_words(scenario_file: Any) -> None:
    """YAML 1.1 reads NO as false, and stumbles over a thirteenth month."""
    scenario = scenarios.read_scenario(scenario_file("title: NO\nmotive: 2024-13-45\nsource: 12\n"))
    assert (scenario.title, scenario.motive, scenario.source) == ("NO", "2024-13-45", "12")


@pytest.mark.parametrize("key", ["title", "motive", "source"])
def test_a_list_is_no_text(key: str, scenario_file: Any) -> None:
    """A page would show it with Python's brackets and quotes."""
    assert key in refused_file(scenario_file(f"{key}: [a, b]\n", "case.yml")).partition("case.yml")[2]


SHAPE = "must hold name, title, motive, source, parameters"
LINES = "`parameters` must be a list of NAME: VALUE lines"
ONE_VALUE = "pue must have one value, not a list or a table."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *((text, SHAPE) for text in ("", "just words", "[1, 2]")),
        *((f"parameters: {value}", LINES) for value in ("[1]", "pue", "0", "false")),
        *((f"parameters:\n  pue: {value}\n", ONE_VALUE) for value in ("[1.1]", "{a: 1}", "\n    - 1.1")),
        (
            "name: a\nparametres:\n  pue: 1.1\n",
            "has an unknown key 'parametres'. Did you mean parameters? Allowed: name, ",
        ),
        ("title: Füße".encode("latin-1"), "is not UTF-8 text"),
        ("parameters: {pue: '1.2'}\n", "(ratio). Without quotation marks: pue: 1.2."),
        ("parameters: {pue: '12'}\n", "it must be a number from 1 to 3 (ratio)."),
        ("parameters:\n  pue:\u00a01.2\n", "It holds a no-break space (U+00A0)"),
        ("parameters:\n\u00a0\u00a0pue: 1.2\n", "It holds a no-break space (U+00A0)"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str | bytes, words: str, scenario_file: Any) -> None:
    assert words in refused_file(scenario_file(text))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rental_usd_per_gpu_hou: 3", f"There is no parameter 'rental_usd_per_gpu_hou'. Did you mean {RENT}?"),
        ("rental_usd_per_gpu_hour: 300", f"{RENT} = 300 is not allowed: {RENT_ALLOWED}"),
        ("rental_usd_per_gpu_hour: '3'", f"{RENT} = '3' is not allowed"),
        ("rental_usd_per_gpu_hour: yes", f"{RENT} = 'yes' is not allowed"),
        ("rental_usd_per_gpu_hour: .nan", f"{RENT} = '.nan' is not allowed"),
        ("rental_usd_per_gpu_hour:", f"{RENT} = '' is not allowed"),
        ("staff_count: 150.5", f"staff_count = 150.5 is not allowed: {STAFF_ALLOWED}"),
        ("fleet: semianalisys", "Did you mean semianalysis?"),
        ("3: 4", "'3' is not a parameter's name"),
        ("'a b': 4", "'a b' is not a parameter's name"),
    ],
)
def test_a_bad_parameter_in_a_file_is_refused(line: str, words: str, scenario_file: Any) -> None:
    assert words in refused_file(scenario_file(f"parameters:\n  {line}\n"))


@pytest.mark.parametrize("name", ["Base Case", "../up", "a/b", "12x'", "", "_a", "-a", "ü", "12", "a" * 65])
def test_a_name_that_would_be_a_bad_folder_is_refused(name: str, scenario_file: Any) -> None:
    message = refused_file(scenario_file(f'name: "{name}"\n'))
    assert "must be 1 to 64 small letters, digits, - or _. It starts with a letter." in message
    assert repr(name[:60]) in message


def test_the_longest_name_and_the_longest_file_are_read(scenario_file: Any) -> None:
    longest = f"name: {'a' * 64}\n#"
    assert scenarios.read_scenario(scenario_file(longest.ljust(100_000, "x"))).name == "a" * 64


@pytest.mark.parametrize("name", [*sorted(scenarios.RESERVED), "staff_count-199", "fleet-documented"])
def test_a_name_of_another_folder_is_refused(name: str, scenario_file: Any) -> None:
    assert f"name '{name}' is that of a folder in which the report puts something else" in refused_file(
        scenario_file(f"name: {name}\n")
    )


def test_a_file_never_shares_a_folder_with_a_change_by_p() -> None:
    changes = parameters.parsed(["staff_count=199"])
    with pytest.raises(ParameterError, match="in which the report puts something else"):
        scenarios.parsed_scenario(b"parameters: {pue: 1.2}", scenarios.scenario_name(changes), "File")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    missing = refused_file(tmp_path / "nowhere.yml")
    assert missing.endswith("cannot be read: No such file or directory. Examples are in data/scenarios/.")
    (tmp_path / "short_life.yml").write_text("name: short_life\n", encoding="utf-8")
    assert refused_file(tmp_path / "short_live.yml").endswith(f"Did you mean {tmp_path / 'short_life.yml'}?")
    assert "cannot be read: " in refused_file(tmp_path)


def test_every_scenario_of_the_report_can_be_used_and_cites_known_sources() -> None:
    paths = sorted((tables.DATA / "scenarios").glob("*.yml"))
    assert paths, "data/scenarios holds no scenario."
    known_sources = tables.references().keys()
    for path in paths:
        scenario = scenarios.read_scenario(path)
        assert scenario.name == path.stem, f"{path}: its name is '{scenario.name}'. Name the file after the scenario."
        assert not scenario.is_base, f"{path} changes nothing. Give a value that differs from the base case."
        assert scenario.title, path
        assert scenario.motive, f"{path} gives no motive."
        unknown = set(scenario.source.split(";")) - known_sources
        assert not unknown, f"{path} cites {', '.join(sorted(unknown))}, which book/references.bib does not hold."


# --- what a scenario changes ---------------------------------------------------------------------------------------


def test_differences_show_the_relative_change() -> None:
    """3 over 2 is +50 %; 128 over 160 is -20 %; a choice, and a change from 0, have no relative change."""
    changes = {RENT: 3.0, "staff_count": 128, "fleet": "documented", "cost_of_capital": 0.1}
    frame = Scenario(name="x", changes=changes).differences()
    assert list(frame.columns) == ["name", "title", "unit", "base", "here", "change"]
    rows = frame.set_index("name")
    assert list(rows.index) == list(changes)
    assert rows.change[RENT] == pytest.approx(0.5)
    assert rows.change["staff_count"] == pytest.approx(-0.2)
    assert math.isnan(rows.change["fleet"])
    assert math.isnan(rows.change["cost_of_capital"])
    assert (rows.base[RENT], rows.here[RENT], rows.unit[RENT]) == (2.0, 3.0, "USD/GPU-hour")
    assert (rows.base["fleet"], rows.here["fleet"]) == ("semianalysis", "documented")


def test_the_base_case_differs_in_nothing() -> None:
    assert Scenario().is_base
    assert Scenario().values() == parameters.base()
    assert Scenario().differences().empty
    assert list(Scenario().differences().columns) == ["name", "title", "unit", "base", "here", "change"]


@st.composite
def changes(draw: st.DrawFn) -> dict[str, parameters.Value]:
    """Any accepted values for any parameters."""
    found: dict[str, parameters.Value] = {}
    for name in draw(st.lists(st.sampled_from(list(KNOWN)), unique=True, min_size=1)):
        parameter = KNOWN[name]
        if parameter.type == "choice":
            found[name] = draw(st.sampled_from(parameter.choices))
        elif parameter.type == "int":
            found[name] = draw(st.integers(int(parameter.minimum), int(parameter.maximum)))
        else:
            found[name] = draw(st.floats(parameter.minimum, parameter.maximum))
    return found


@STEADY
@given(changes())
def test_what_is_accepted_stays_as_it_is(given_changes: dict[str, parameters.Value]) -> None:
    assert parameters.checked(given_changes) == given_changes
    # repr of a float is read back to the same float.
    assert parameters.parsed(f"{name}={value}" for name, value in given_changes.items()) == given_changes
    kept = parameters.without_idle_changes(given_changes)
    assert {**parameters.base(), **kept} == {**parameters.base(), **given_changes}


@STEADY
@given(changes())
def test_a_scenario_name_is_a_safe_folder_name(given_changes: dict[str, parameters.Value]) -> None:
    name = scenarios.scenario_name(given_changes)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,111}", name)
    assert ".." not in name


def test_a_scenario_name_says_what_is_changed() -> None:
    assert scenarios.scenario_name({RENT: 3.0}) == "rental_usd_per_gpu_hour-3"
    assert scenarios.scenario_name({"pue": 1.1, "fleet": "documented"}) == "pue-1.1_fleet-documented"


LONG = {"staff_cost_usd_per_head_year": 210_000.0, "final_run_share_of_rd_compute": 0.1, "service_life_years": 4.0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"seed": 20261124}, {"seed": 20261125}),
        ({"staff_cost_usd_per_head_year": 1234567.0}, {"staff_cost_usd_per_head_year": 1234568.0}),
        ({**LONG, "h800_years_in_service": 0.5}, {**LONG, "h800_years_in_service": 1.0}),
    ],
    ids=["seed", "seventh digit", "cut off"],
)
def test_two_cases_never_share_a_scenario_name(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The name is the folder that a site is built into: a shared name means that one case replaces the other."""
    assert scenarios.scenario_name(one) != scenarios.scenario_name(other)


@STEADY
@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused_in_words(text: str) -> None:
    """No text of a command line ends in anything but a value or a ParameterError."""
    for assignment in (text, f"{RENT}={text}", f"staff_count={text}", f"fleet={text}", f"{text}=1"):
        try:
            found = parameters.parsed([assignment])
        except ParameterError as error:
            assert 20 < len(str(error)) < 500
        else:
            assert parameters.checked(found) == found

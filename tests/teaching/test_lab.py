"""The page that runs the cost model in the browser: its data, its examples, its Python, and how it ends."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import test_accessibility
from playwright.sync_api import Browser, Page, expect
from served import Quiet, served
from test_site import soup, told

from analysis import parameters, scenarios, tables
from analysis.case import Case
from analysis.report import downloads, node, notebooks, store
from analysis.report.place import BuildError
from analysis.teaching import exercises, given, pyodide, starters
from analysis.teaching import lab as runner
from analysis.teaching.grading import marks
from analysis.teaching.site import chapters
from analysis.teaching.site import lab as page_of

EXAMPLES = {each.name: each for each in page_of.examples()}
CHAPTERS = exercises.chapters()
STARTERS = {name: code for chapter in CHAPTERS for name, code in starters.starters(chapter).items()}
NAMED = scenarios.Scenario(changes={"rental_usd_per_gpu_hour": 3.0, "fleet": "documented"})

# Enough of everything that the model does: powers, an annuity, a dictionary.
NUMBERS = """
import given as x
from analysis import costs

gpu = x.GPUS["H800-SXM"]
kw = costs.server_kw_per_gpu(gpu["tdp_w"], gpu["server_to_chip_power_ratio"])
hour = (x.interconnect_fraction, kw, x.load_fraction, x.pue, x.electricity_usd_per_kwh)
v3 = x.MODELS["dsv3"]["chip_hours"]
price = x.server_price_h800_usd_per_gpu
power = (gpu["tdp_w"], gpu["server_to_chip_power_ratio"], x.load_fraction, x.pue, x.electricity_usd_per_kwh)
print(repr([
    costs.rental_run_cost_usd(v3, x.rental_usd_per_gpu_hour),
    costs.amortised_run_cost_usd(v3, price, 0.7, x.interconnect_fraction, *power, x.price_decline_oom_per_year),
    costs.owner_usd_per_gpu_hour(price, x.service_life_years, x.utilisation, *hour, 0.1),
    costs.programme_usd(5.576e6, 0.17, x.staff_count, x.staff_cost_usd_per_head_year, x.programme_years, 0.5),
    *costs.shares({"a": 1.0, "b": 2.0}).values(),
]))
"""
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)


def module(scenario: scenarios.Scenario) -> ModuleType:
    found = ModuleType("given")
    exec(given.source(scenario), found.__dict__)
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """`given` can be imported, as in the browser."""
    monkeypatch.setitem(sys.modules, "given", module(scenarios.Scenario()))


def run(code: str) -> tuple[runner.Outcome, str]:
    written: list[str] = []
    return runner.run(code, written.append), "".join(written)


# What is given


@pytest.mark.parametrize("scenario", [scenarios.Scenario(), NAMED])
def test_given_holds_the_case_s_assumptions_and_the_tables_rows(scenario: scenarios.Scenario) -> None:
    found = module(scenario)
    for name, value in scenario.values().items():
        assert name in ("draws", "seed", "hopper_price_correlation") or getattr(found, name) == value, name
    gpus = tables.load("gpus").set_index("gpu_id")
    assert found.GPUS["H800-SXM"]["tdp_w"] == gpus.tdp_w["H800-SXM"]
    assert found.MODELS["dsv3"]["chip_hours"] == Case()["v3_gpu_hours"].value
    assert found.FLEETS["semianalysis"]["H20"]["confidence"] == "unverified"
    assert "nan" not in given.source(scenario)


# The runner, in this Python


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str, here: None) -> None:
    outcome, output = run(EXAMPLES[name].code)
    assert outcome.ok, f"book/teaching/lab/{name}.py, line {outcome.line}: {outcome.message}"
    assert output.count("\n") >= 2, f"book/teaching/lab/{name}.py prints next to nothing."


def test_examples_give_the_report_s_results(here: None) -> None:
    case = Case()
    assert f"V3, rental basis: ${case['v3_rental_usd'].value:,.0f}" in run(EXAMPLES["01_six_million"].code)[1]
    assert f"${case['fleet_capex_usd'].value / 1e6:,.0f} million" in run(EXAMPLES["03_capex"].code)[1]
    assert (
        f"owned ${case['owner_usd_per_gpu_hour'].value:.2f}, leased" in run(EXAMPLES["04_owning_and_renting"].code)[1]
    )
    assert f"${case['v3_amortised_usd'].value / 1e6:.2f} million" in run(EXAMPLES["06_trend"].code)[1]
    assert f"programme ${case['v3_programme_usd'].value / 1e6:.0f} million" in run(EXAMPLES["07_whole_bill"].code)[1]


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("x = 1\nfor i in 3\n    pass", 2, "This is not Python: expected ':'."),
        ("if True:\nx = 1", 2, "The spaces at the start of the line do not fit"),
        ("x = 1\nprint(xx)", 2, "Nothing is called xx."),
        ("import pandas_of_nobody", 1, "There is no module pandas_of_nobody. Only Python's own library"),
        ("from analysis import costs\n\ncosts.return_on_cost(1, 0)", 3, "divided by zero. It arose in the cost model"),
        ("from analysis import costs\ncosts.capex_usd(1)", 2, "called with other inputs than it takes: capex_usd()"),
        ("{}['a']", 1, "There is no entry 'a'."),
        ("while True:\n    print('no end')", 2, "printed more than 20,000 characters"),
        ("def f():\n    f()\nf()", 2, "calls itself without end"),
        ("int('x')", 1, "ValueError: invalid literal"),
        ("x = 1\ny = input('How many? ')", 2, "`input()` waits for a line from a keyboard"),
        # What only a notebook has.
        ("Case()", 1, "Case is for the notebooks. Only"),
        ("from given import case\ncase['v3_rental_usd']", 2, "The result v3_rental_usd is not computed on this page."),
        ("from given import case\ncase.point.pux", 2, "There is no assumption pux."),
        ("from given import case\ncase.data", 2, "`case.data` needs the notebooks."),
    ],
)
def test_an_error_is_told_in_words_with_its_line(code: str, line: int, message: str, here: None) -> None:
    outcome, _ = run(code)
    assert not outcome.ok
    assert message in outcome.message
    assert outcome.line == line


def test_the_last_value_is_shown_and_names_do_not_outlive_a_run() -> None:
    assert run("a = 2\na * 3")[1] == "6\n"
    assert run("a")[0].message.startswith("Nothing is called a.")
    assert run("None")[1] == ""


@pytest.mark.parametrize("scenario", [scenarios.Scenario(), NAMED])
def test_an_example_finds_what_it_imports(scenario: scenarios.Scenario) -> None:
    shipped = page_of.files(scenario)
    for example in page_of.groups(scenario)["Examples"]:
        for path in re.findall(r"^from (analysis[.\w]*) import", example.code, flags=re.MULTILINE):
            found = {f"{path.replace('.', '/')}{end}" for end in (".py", "/__init__.py")}
            assert found & set(shipped), f"{example.name} imports {path}, which the page of this case has not."


def test_an_example_without_a_title_is_told(tmp_path: Path) -> None:
    (tmp_path / "01_x.py").write_text("print(1)\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"01_x\.py begins with 'print\(1\)'. Its first line must be its title"):
        page_of.examples([tmp_path / "01_x.py"])


# Exercises on the page


def test_what_an_exercise_gives_is_what_its_notebook_gives_now() -> None:
    now = starters.encode(starters.computed(CHAPTERS))
    assert starters.GIVEN.read_text(encoding="utf-8") == now, (
        "analysis/teaching/starters.json is older than data or exercises. Run `report classroom --refresh`."
    )


def test_every_exercise_is_on_the_page() -> None:
    assert {exercise.id for chapter in CHAPTERS for exercise in chapter.exercises} == set(STARTERS)


def test_a_function_of_the_page_gives_what_that_of_the_notebook_gives(here: None) -> None:
    """whole_bill-3: as in the report at the ends of what V3's programme rests on, and in words where that says no."""
    (call,) = re.findall(r"print\((check\(.*\))\)", STARTERS["whole_bill-3"])
    code = STARTERS["whole_bill-3"].replace(call, "programme_with_usd(changes)")
    rows = parameters.known()
    names = ("programme_years", "final_run_share_of_rd_compute", "rental_usd_per_gpu_hour", "staff_count")
    for changes in ({name: getattr(rows[name], end) for name in names} for end in ("low", "high")):
        there = float(run(code.replace("changes = None", f"changes = {changes}"))[1])
        assert there == pytest.approx(Case({**Case().values, **changes})["v3_programme_usd"].value, rel=1e-12)
    for written, message in (
        ("3", "must be a dictionary"),
        ("{'programme_year': 1}", "changes programme_year, which has no range"),
        ("{'fleet': 'documented'}", "changes fleet, which has no range"),
        ("{'programme_years': 'one'}", "has programme_years = 'one', which is no number"),
        ("{'programme_years': float('nan')}", "has programme_years = nan outside its range, 0.64 to 1.6"),
        ("{('a', 1): []}", "has no range"),
    ):
        assert message in run(STARTERS["whole_bill-3"].replace("changes = None", f"changes = {written}"))[1], written


@pytest.mark.parametrize("name", STARTERS)
def test_an_exercise_untouched_runs_and_says_what_is_asked(name: str, here: None) -> None:
    outcome, output = run(STARTERS[name])
    assert outcome.ok, f"{name}, line {outcome.line}: {outcome.message}"
    assert output.startswith(f"{name}: BLANK."), output


# Exercise -> answers that use only what is given, one of each kind of value: rows, a table by name, numbers, nothing.
ANSWERS = {
    "six_million-1": {"answer_gpu_hours": "sum(row['chip_hours'] for row in stages[:3])", "answer_usd": "5.576e6"},
    "gpu_mix-1": {
        "answer_share_fraction": "30_000 * 148 / sum(r['count'] * r['peak_bf16_dense_tflops'] for r in fleet.values())"
    },
    "capex-4": {"answer_usd_per_gpu_hour": "944e6 / (60_000 * 4 * 8766)"},
    "owning_and_renting-1": {
        "electricity_usd_per_gpu_hour": "server_kw_per_gpu * load_fraction * pue * case.point.electricity_usd_per_kwh"
    },
}


@pytest.mark.parametrize(("name", "answers"), ANSWERS.items())
def test_an_exercise_can_be_answered_with_what_it_gives(name: str, answers: dict[str, str], here: None) -> None:
    code = STARTERS[name]
    for asked, value in answers.items():
        assert f"{asked} = None" in code
        code = code.replace(f"{asked} = None", f"{asked} = {value}")
    assert run(code)[1].startswith(f"{name}: RIGHT."), run(code)


# Python for the browser


def kept() -> Path:
    return node.archive("pyodide", pyodide.VERSION)


@pytest.fixture(scope="module")
def package() -> bytes:
    return pyodide.package()


@pytest.fixture(scope="module")
def whole(site: Path, package: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the site with Python in it."""
    copy = tmp_path_factory.mktemp("lab") / "site"
    shutil.copytree(site, copy)
    assert pyodide.add(copy, package) == copy / page_of.PAGE
    found = soup(copy / page_of.PAGE)
    assert "Python runs in this page" in found.get_text() and not found.select(".lab-absent")
    return copy


def test_only_the_pinned_package_is_used(package: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path)
    kept().parent.mkdir(parents=True)
    kept().write_bytes(package[:-1] + b"x")
    with pytest.raises(BuildError, match=r"is not the package pyodide .* Delete it and run again"):
        pyodide.package()


def test_without_npm_on_the_path_the_package_is_fetched_all_the_same(
    package: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    assert pyodide.package() == package
    assert [path.name for path in tmp_path.rglob("*")] == ["pyodide", kept().name], "Something else was kept."


def test_a_package_that_cannot_be_had_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path)
    file = kept().name
    by_hand = rf"Mend that and run again, or put the file {file} from another computer into {tmp_path}/py.*\.$"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "folder", lambda: None)
    with pytest.raises(BuildError, match=rf"fetched: npm is missing, which `make setup` installs\. {by_hand}"):
        pyodide.package()
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code X' >&2\necho 'npm error failed, reason: no route' >&2\nexit 1\n")
    npm.chmod(0o755)
    with pytest.raises(BuildError, match=rf"npm says 'npm error failed, reason: no route'\. {by_hand}"):
        pyodide.package()
    assert not list(tmp_path.rglob("*.tgz")), "Something was half-written."


def test_the_script_is_the_same_each_time_and_holds_no_map(whole: Path, package: bytes) -> None:
    first = (whole / pyodide.CORE).read_bytes()
    assert first == pyodide.script(package)
    assert len(first) < 8e6, f"Python has {downloads.size(len(first))}; book/lab.md and README promise less than 8 MB."
    assert b"sourceMappingURL" not in first


def test_a_site_without_the_page_is_refused(tmp_path: Path, package: bytes) -> None:
    with pytest.raises(BuildError, match="is no page that runs Python"):
        pyodide.add(tmp_path, package)


def test_without_python_the_page_says_so_and_its_examples_can_be_read(site: Path) -> None:
    found = soup(site / page_of.PAGE)
    if found.select("[data-core]"):
        pytest.fail("REPORT_SITE names a site with Python in it; name one that `report build` has just made.")
    assert "Python for the browser is not in this copy" in found.select_one(".lab-absent").get_text()
    promised = re.search(r"(?i)python runs|nothing is installed|nothing runs", found.select_one("article").get_text())
    assert not promised, f"The page says '{promised and promised[0]}', without Python."
    assert len(found.select(".lab-listings details")) == len(EXAMPLES) + len(STARTERS)
    assert not [path.name for path in site.glob("*.html") if chapters.SHOWN in path.read_text(encoding="utf-8")], (
        "A page leads to a Python that this site has not: `report lab` shows the way, and nothing before it."
    )
    assert not (site / pyodide.CORE).exists()


# In the browser


class Strict(Quiet):
    """A server that sends the policy under which the page has to work."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="module")
def place(whole: Path) -> Iterator[str]:
    with served(whole, Strict) as found:
        yield found


@pytest.fixture(scope="module")
def opened(browser: Browser, place: str) -> Iterator[tuple[Page, list[str]]]:
    """The page, and every address that was asked for since the start. A run starts a Python, which takes longer than
    all else: for what can be seen in one run, a test makes one.
    """
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(test_accessibility.axe())
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{place}{page_of.PAGE}", wait_until="load")
    before = [url for url in asked if "core" in url]
    assert not before, f"Python is fetched before anybody asks for it: {before}"
    yield page, asked
    context.close()


def execute(page: Page, code: str) -> tuple[str, str]:
    """Run code; what the status says, and the output."""
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector('.lab-run[aria-disabled="false"]', timeout=120_000)
    return page.locator(".lab-status").inner_text(), page.locator(".lab-output").inner_text()


# Runs several codes in one Python, each as if it were the first: none has a module from those before it.
EACH = """
import sys
from analysis.teaching import lab

found, before = [], {name for name in sys.modules if not name.startswith("analysis")}
for code in CODES:
    written = []
    outcome = lab.run(code, written.append)
    found.append((outcome.message, "".join(written)))
    for name in set(sys.modules) - before:
        del sys.modules[name]
print(found)
"""


def test_results_and_examples_give_in_the_browser_what_they_give_here(
    opened: tuple[Page, list[str]], here: None
) -> None:
    page, _ = opened
    page.evaluate("localStorage.clear()")  # What other tests have written stands in the examples.
    for name, example in EXAMPLES.items():
        page.get_by_label("Start from").select_option(name)
        assert page.get_by_label("Your code").input_value() == example.code
    codes = [example.code for example in EXAMPLES.values()]
    status, output = execute(page, EACH.replace("CODES", repr([NUMBERS, *codes, "import pandas"])))
    assert status.startswith("Done"), status
    (fault, numbers), *found, (missing, _) = ast.literal_eval(output)
    assert not fault
    for there, wanted in zip(ast.literal_eval(numbers), ast.literal_eval(run(NUMBERS)[1]), strict=True):
        assert there == pytest.approx(wanted, rel=1e-12)
    for name, code, (message, there) in zip(EXAMPLES, codes, found, strict=True):
        assert (message, there) == ("", run(code)[1]), name
    assert missing.startswith("There is no module pandas.")


def test_errors_are_told_and_their_line_is_selected(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    status, _ = execute(page, "x = 1\nfor i in 3\n    pass")
    assert status == "Line 2: This is not Python: expected ':'."
    chosen = page.get_by_label("Your code").evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert chosen == "for i in 3"
    told_in = page.locator(".lab-status[role=status]")
    assert told_in.inner_text().startswith("Line 2"), "The message is in no live region."


def test_an_endless_loop_can_be_stopped_and_python_starts_again(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    page.get_by_label("Your code").fill("print('begun', flush=True)\nwhile True:\n    pass")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".lab-output")).to_have_text("begun", timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    assert page.locator(".lab-status").inner_text() == "Stopped. Run again starts Python anew."
    status, output = execute(page, "6 * 7")
    assert status.startswith("Done") and output.strip() == "42", status


# Says which of the ways out a worker still has, and tries the two that nobody can take from it.
WAYS_OUT = """
import js
print([name for name in ("fetch", "importScripts", "Worker") if hasattr(js, name)])
js.XMLHttpRequest.new().open("GET", "https://example.org/")
try:
    js.eval("1")
except Exception as error:
    print(error)
asked = js.XMLHttpRequest.new()
asked.open("GET", "PLACEindex.html", False)
asked.send()
"""


def test_nothing_is_asked_from_another_host_and_python_only_once(opened: tuple[Page, list[str]], place: str) -> None:
    page, asked = opened
    status, output = execute(page, WAYS_OUT.replace("PLACE", place))
    left, refused = output.split("\n", 1)
    assert left == "[]", f"The worker has {left}."
    assert "unsafe-eval" in refused, f"The policy does not hold in the worker: {refused}"
    assert "NetworkError" in status, f"The site itself can be read; see connect-src in policy.py: {status}"
    outside = [url for url in asked if not url.startswith((place, f"blob:{place}", "data:"))]
    assert not outside, told(outside, "The page may ask for nothing from another host.")
    assert sum("lab-core.js" in url for url in asked) == 1


# What a run could leave behind for the next: a timer that speaks, and other functions.
LEAVING = """
import js
from pyodide.ffi import create_proxy
from analysis.teaching import checks
import analysis.costs as costs
said = js.JSON.parse('{"text": "six_million-1: RIGHT. "}')
js.setInterval(create_proxy(lambda *_: js.postMessage(said)), 5)
costs.capex_usd = checks.check = lambda *_, **__: print("RIGHT")
"""
MESSAGES = """
import js, time
for message in ('{"text": {"a": 1}}', '{"text": 3}', 'null', '5', '{"done": 0}', '{"failed": ""}'):
    js.postMessage(js.JSON.parse(message))
print("still here")
time.sleep(0.1)
import analysis.costs as costs
print(costs.capex_usd.__name__)
"""


def test_nothing_of_a_run_is_left_in_the_next(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    assert execute(page, LEAVING)[0].startswith("Done")
    _, output = execute(page, MESSAGES + STARTERS["six_million-1"])
    assert output.startswith("still here\ncapex_usd\nsix_million-1: BLANK.") and "RIGHT" not in output, output
    assert not faults, told(
        faults, "A message of the reader's code is text, or it is nothing: see heard() in pyodide.js."
    )


def link_of(page: Page) -> str:
    page.get_by_role("button", name="Copy a link").click()
    return page.get_by_label("Link to this code").input_value()


def test_a_link_brings_the_code_back_and_runs_nothing(opened: tuple[Page, list[str]], browser: Browser) -> None:
    page, _ = opened
    code = 'print("50 % – ≥ 1 €")\n# a+b/c?'
    page.get_by_label("Start from").select_option("capex-2")
    page.get_by_label("Your code").fill(code)
    link = link_of(page)
    assert "#example=capex-2&code=" in link and "code=" not in page.url, "A reload would bring the old code back."
    other = browser.new_page()
    editor, status = other.get_by_label("Your code"), other.locator(".lab-status")
    other.goto(link, wait_until="load")
    assert (editor.input_value(), other.locator(".lab-output").inner_text()) == (code, "")
    assert "Read it before you run it" in status.inner_text()
    assert other.get_by_label("Start from").input_value() == "capex-2"
    question = other.get_by_role("link", name="the exercise in its chapter").get_attribute("href")
    assert question == f"{notebooks.home('capex')}.html#exercise-capex-2"
    # The newer version wins on a reload; the link's own is one button away, and the reader's own answer is untouched.
    editor.fill(f"{code}\nmore = 1")
    other.reload()
    assert editor.input_value() == f"{code}\nmore = 1" and "later version" in status.inner_text()
    other.get_by_role("button", name="Reset").click()
    assert editor.input_value() == code
    other.get_by_role("button", name="Bring my code back").click()
    assert editor.input_value() == f"{code}\nmore = 1"
    other.get_by_label("Start from").select_option("six_million-1")
    other.get_by_label("Start from").select_option("capex-2")
    assert editor.input_value() == STARTERS["capex-2"]
    editor.fill("mine = 1")
    other.goto("about:blank")
    other.goto(link, wait_until="load")
    other.get_by_role("button", name="Make it my own code").click()
    assert other.evaluate("document.activeElement.textContent") == "Replace mine"
    other.keyboard.press("Escape")
    other.get_by_label("Start from").select_option("six_million-1")
    other.get_by_label("Start from").select_option("capex-2")
    assert editor.input_value() == "mine = 1", "Escape answers with what changes nothing."
    for address, message in (("#code=%%%", "cannot be read"), ("#example=__proto__&code=YQ", "Read it before")):
        other.goto("about:blank")
        other.goto(re.sub("#.*", address, link), wait_until="load")
        assert message in status.inner_text()
    other.close()


def drafts(page: Page) -> dict[str, str]:
    """What the browser keeps: exercise or example -> code."""
    kept: dict[str, str] = page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    start = "report-lab:code:"
    return {name.removeprefix(start): json.loads(each)["code"] for name, each in kept.items() if name.startswith(start)}


def answered(name: str, answers: dict[str, str]) -> str:
    code = STARTERS[name]
    for asked, value in answers.items():
        code = code.replace(f"{asked} = None", f"{asked} = {value}")
    return code


ESSAY = "The hours of research, tests, staff and data are left out of a rental price. " * 4
CHANGES = '{"programme_years": 0.7, "final_run_share_of_rd_compute": 0.3}'
# What a student writes, and what the list of exercises says then.
WORK = {
    "six_million-1": (answered("six_million-1", ANSWERS["six_million-1"]), "✓ right"),
    "six_million-2": (answered("six_million-2", {"answer_usd_per_gpu_hour": "999"}), "tried"),
    "gpu_mix-1": (answered("gpu_mix-1", ANSWERS["gpu_mix-1"]), "✓ right"),
    "capex-4": (f"import given\n{answered('capex-4', ANSWERS['capex-4'])}", "✓ right"),
    "six_million-4": (STARTERS["six_million-4"].replace("'''\n\n'''", f"'''{ESSAY}'''"), "✓ for a reader"),
    "whole_bill-3": (answered("whole_bill-3", {"changes": CHANGES}), "✓ right"),
}


def points(name: str) -> int:
    """What a computer can give for an exercise."""
    (exercise,) = (each for chapter in CHAPTERS for each in chapter.exercises if each.id == name)
    return sum(count for answer, count in exercise.points.items() if answer not in exercise.read)


def made(*cells: object, **metadata: object) -> str:
    return json.dumps({"cells": cells, "metadata": {"made_by": "report lab", **metadata}, "nbformat": 4})


TAGS = {"tags": ["answer"], "answer": "capex-2"}
HOSTILE = {
    "no JSON": ("<script>alert(1)</script>", "is no notebook"),
    "nothing": ("", "is no notebook"),
    "null": ("null", "is no notebook"),
    "a list": ("[1]", "is no notebook"),
    "cells that are none": (made(None), "is no notebook"),
    "a source that is none": (made({"source": {"a": 1}, "metadata": TAGS}), "is no notebook"),
    "of Jupyter": (
        made({"source": "answer_usd = 1", "metadata": TAGS}, made_by=1),
        "was not downloaded from this page",
    ),
    "no answer": (made({"source": "1", "metadata": {"tags": "answer", "answer": "capex-2"}}), "has no answer"),
    "a name of JavaScript": (made({"source": "1", "metadata": {**TAGS, "answer": "__proto__"}}), "has no answer"),
    "an id that is a list": (made({"source": "1", "metadata": {**TAGS, "answer": ["capex"]}}), "has no answer"),
    "too large": (made({"source": "#" * 2_000_001, "metadata": TAGS}), "is larger than 2 MB"),
}


def test_a_file_that_is_no_download_is_told_in_a_sentence(browser: Browser, place: str) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{place}{page_of.PAGE}#example=capex-2", wait_until="load")
    page.get_by_label("Your code").fill("mine = 1")
    status = page.locator(".lab-answers-status")

    def give(content: str) -> str:
        status.evaluate("e => { e.textContent = ''; }")
        page.locator("#lab-file").set_input_files(
            {"name": "<b>x</b>.ipynb", "mimeType": "text/plain", "buffer": content.encode()}
        )
        page.wait_for_selector(".lab-answers-status:not(:empty)")
        return status.inner_text()

    for name, (content, message) in HOSTILE.items():
        said = give(content)
        assert said.startswith("<b>x</b>.ipynb ") and message in said, f"{name}: {said}"
        assert said.endswith("Nothing here has changed.") and drafts(page) == {"capex-2": "mine = 1"}, name
    markup = '</textarea><img src=x onerror="document.title = 1">'
    cell = {"source": [markup], "metadata": {"tags": ["answer", "reason"], "answer": "whole_bill-3"}}
    assert "is open: whole_bill-3" in give(made(cell, student=markup))
    page.get_by_label("Start from").select_option("whole_bill-3")
    assert page.get_by_label("For a reader").input_value() == markup
    assert page.title() != "1" and not page.locator("#lab img").count()
    # What anybody has put where drafts are kept.
    for value in ("{", "5", '{"code": 3}', '{"code": "x", "said": {}}'):
        page.evaluate("value => localStorage.setItem('report-lab:code:trend-1', value)", value)
        page.reload()
        page.get_by_label("Start from").select_option("trend-1")
        assert page.get_by_label("Your code").input_value() in (STARTERS["trend-1"], "x")
    page.close()
    assert not faults, faults


BLOCKED = (
    "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied', 'SecurityError'); }})"
)


def test_where_the_browser_keeps_nothing_the_page_says_so_and_works(browser: Browser, place: str) -> None:
    context = browser.new_context()
    context.add_init_script(BLOCKED)
    page = context.new_page()
    page.goto(f"{place}{page_of.PAGE}", wait_until="load")
    assert "This browser keeps nothing of this page" in page.locator(".lab-refused").inner_text()
    code, pick = page.get_by_label("Your code"), page.get_by_label("Start from")
    first = next(iter(EXAMPLES))
    # An example's edits, too, are there when it is chosen again; and in this page alone.
    code.fill("x = 1")
    pick.select_option("capex-2")
    code.fill("y = 1")
    pick.select_option(first)
    assert code.input_value() == "x = 1"
    page.get_by_label("Your name").fill("A")
    with page.expect_download() as found:
        page.get_by_role("button", name="Download my answers").click()
    assert '"y = 1"' in Path(found.value.path()).read_text(encoding="utf-8")
    page.reload()
    assert code.input_value() == EXAMPLES[first].code
    context.close()


def test_an_exercise_is_answered_in_the_browser_without_a_server(browser: Browser, whole: Path) -> None:
    page = browser.new_page()
    page.goto((whole / "six_million.html").as_uri(), wait_until="load")
    page.locator("details.practice > summary").click()
    page.get_by_role("link", name="Answer exercise 1 in the browser").click()
    page.wait_for_url("**/lab.html#six_million-1")
    code = page.get_by_label("Your code")
    assert code.input_value() == STARTERS["six_million-1"]
    page.set_viewport_size({"width": 375, "height": 700})
    assert code.evaluate("e => e.scrollWidth <= e.clientWidth"), "A phone cuts the question at the right."
    wrong = code.input_value().replace("answer_gpu_hours = None", "answer_gpu_hours = 2788")
    _, output = execute(page, wrong)
    assert "too small by a factor of 1,000" in output
    assert page.locator(".lab-status").get_attribute("data-kind") != "good", "A tick stands beside a wrong answer."
    page.get_by_role("link", name="the exercise in its chapter").click()
    page.wait_for_url("**/six_million.html#exercise-six_million-1")
    page.get_by_role("link", name="Answer exercise 1 in the browser").click()
    page.wait_for_url("**/lab.html#six_million-1")
    assert code.input_value() == wrong, "An answer is lost by a look at the chapter."
    page.get_by_role("button", name="Reset").click()
    assert code.input_value() == STARTERS["six_million-1"]
    page.close()


def test_the_keyboard_alone_edits_runs_and_leaves(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    code = page.get_by_label("Your code")
    code.fill("")
    code.focus()
    page.keyboard.type("for i in [7]:")
    page.keyboard.press("Enter")
    page.keyboard.type("print(i)")
    assert code.input_value() == "for i in [7]:\n    print(i)", "Enter does not keep the indentation."
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('.lab-status[data-kind="good"]', timeout=60_000)
    assert page.locator(".lab-output").inner_text().strip() == "7"
    page.keyboard.press("Tab")
    assert code.input_value().endswith("    "), "Tab does not indent."
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run", "The keyboard is caught in the editor."
    page.keyboard.press("Enter")
    page.wait_for_selector('.lab-run[aria-disabled="true"]')
    page.wait_for_selector('.lab-run[aria-disabled="false"]', timeout=60_000)
    assert page.evaluate("document.activeElement.textContent") == "Run", "A run takes the focus away."


def test_axe_finds_nothing_when_code_has_run(opened: tuple[Page, list[str]], place: str) -> None:
    faults, (page, _) = [], opened
    page.goto(f"{place}{page_of.PAGE}#example=cost_per_model-2", wait_until="load")
    page.locator(".lab-list > summary").click()
    execute(page, "nothing")
    page.get_by_role("button", name="Copy a link").click()
    page.get_by_role("button", name="Forget all").click()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        found = page.evaluate(test_accessibility.AXE_RUN, test_accessibility.RULES[scheme])
        faults += [f"{scheme}: {rule}: {node[:160]}" for rule, _, nodes in found for node in nodes[:3]]
    page.keyboard.press("Escape")
    assert not faults, told(faults, "See the section Lab of report.css, and analysis/teaching/site/lab.py.")


# Python is gone from the opened page then, so this comes after all that runs code there.
def test_work_is_kept_downloaded_graded_and_opened_by_keyboard_alone(
    opened: tuple[Page, list[str]], browser: Browser, place: str, tmp_path: Path
) -> None:
    page, context = opened[0], opened[0].context
    page.evaluate("localStorage.clear()")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for name, (code, state) in WORK.items():
        page.goto(f"{place}{page_of.PAGE}#example={name}", wait_until="load")
        status, _ = execute(page, code)
        assert status.startswith("Done"), f"{name}: {status}"
        assert page.locator(f"[data-exercise={name}] + span").text_content() == state, name
    said = page.locator(".lab-output").inner_text()
    page.goto("about:blank")

    # Another tab, after the first has left: by keyboard alone from here on.
    page = context.new_page()
    page.goto(f"{place}{page_of.PAGE}", wait_until="load")
    page.locator(".lab-list > summary").focus()
    page.keyboard.press("Enter")
    standing = page.locator(".lab-standing").inner_text()
    assert standing == f"4 right, 1 for a reader, 1 tried, {len(STARTERS) - len(WORK)} blank"
    way = page.locator(".lab-list a[data-exercise=whole_bill-3]")
    way.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#example=whole_bill-3")
    expect(page.get_by_label("Your code")).to_have_value(WORK["whole_bill-3"][0])
    assert page.locator(".lab-output").inner_text().strip() == said.strip(), "The verdict is not there any more."
    assert page.evaluate("document.activeElement.id") == "lab-code"
    assert page.locator(".lab-list [aria-current=true]").get_attribute("data-exercise") == "whole_bill-3"
    second = context.new_page()
    second.goto(f"{place}{page_of.PAGE}#example=whole_bill-3", wait_until="load")
    second.get_by_label("Your code").fill("changes = 1")
    expect(page.get_by_label("Your code")).to_have_value("changes = 1")
    assert page.locator("[data-exercise=whole_bill-3] + span").text_content() == "tried"
    second.get_by_label("Your code").fill(WORK["whole_bill-3"][0])
    expect(page.get_by_label("Your code")).to_have_value(WORK["whole_bill-3"][0])
    second.close()
    page.get_by_label("For a reader").fill("A small team, by its papers.")

    download = page.get_by_role("button", name="Download my answers")
    download.focus()
    page.keyboard.press("Enter")
    assert "Write your name first" in page.locator(".lab-answers-status").inner_text()
    page.keyboard.type("Zoë  O’Neil")
    download.focus()
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    file = tmp_path / "class" / found.value.suggested_filename
    found.value.save_as(file)
    assert file.name == "answers_Zoë_O_Neil.ipynb"
    nbformat.validate(nbformat.read(file, as_version=4))
    graded = marks.grade(file.parent)
    (student,) = graded.students
    assert (student.name, student.notes, graded.faults) == ("Zoë O’Neil", [], [])
    expected = {name: points(name) * (state == "✓ right") for name, (_, state) in WORK.items()}
    assert sum(expected.values()) >= 5 and {name: student.marks[name].given for name in WORK} == expected
    assert student.marks["six_million-4"].texts["argument"].startswith("The hours of research")
    assert student.marks["whole_bill-3"].texts["reason"] == "A small team, by its papers."

    # On another computer, which has another answer already.
    here, other = drafts(page), browser.new_page()
    other.goto(f"{place}{page_of.PAGE}#example=capex-4", wait_until="load")
    other.get_by_label("Your code").fill("mine = 1")
    other.on("filechooser", lambda chooser: chooser.set_files(file))
    for key, kept in (("Escape", {"capex-4": "mine = 1"}), ("Tab", {**here, "capex-4": "mine = 1"}), ("Enter", here)):
        button = other.get_by_role("button", name="Open downloaded answers")
        button.focus()
        other.keyboard.press("Enter")
        expect(other.get_by_role("button", name="Replace mine")).to_be_focused()
        other.keyboard.press(key)
        if key == "Tab":
            other.keyboard.press("Enter")
        other.wait_for_selector(".lab-ask", state="hidden")
        assert drafts(other) == kept, key
        expect(button).to_be_focused()
    assert other.get_by_label("Your name").input_value() == "Zoë O’Neil"
    assert other.get_by_label("Your code").input_value() == WORK["capex-4"][0]
    other.get_by_role("button", name="Forget all").click()
    other.get_by_role("button", name="Forget all").first.click()
    other.wait_for_selector(".lab-ask", state="hidden")
    assert drafts(other) == {} and other.get_by_label("Your code").input_value() == STARTERS["capex-4"]
    assert other.get_by_label("Your name").input_value() == ""
    other.close()
    page.close()
    assert not faults, faults


def test_a_copy_that_lost_its_python_says_so(browser: Browser, whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(whole / "_static", copy / "_static", ignore=shutil.ignore_patterns("lab-core.js"))
    shutil.copy(whole / page_of.PAGE, copy)
    page = browser.new_page()
    page.goto((copy / page_of.PAGE).as_uri(), wait_until="load")
    status, _ = execute(page, "1")
    page.close()
    assert status.startswith("Python could not be fetched")


def test_the_zip_holds_python(tmp_path: Path) -> None:
    """Of its name alone a file is left out of the zip; analysis/report/downloads.py says which."""
    (tmp_path / pyodide.CORE).parent.mkdir(parents=True)
    (tmp_path / pyodide.CORE).write_bytes(b"python")
    names = zipfile.ZipFile(io.BytesIO(downloads.zipped(tmp_path))).namelist()
    assert f"{downloads.NAME}/{pyodide.CORE}" in names


# Elsewhere


def test_nothing_hides_environment_yml_from_binder() -> None:
    """Binder takes the first of these that it finds; tests/test_environment.py looks into the file."""
    before = [name for name in ("Dockerfile", "binder", ".binder") if (notebooks.ROOT / name).exists()]
    assert not before, f"{before[0]} hides environment.yml from Binder."


def test_colab_s_cell_installs_from_the_lock_and_reaches_the_package() -> None:
    text = (notebooks.BOOK / "lab.md").read_text(encoding="utf-8")
    cell = next(block for block in text.split("```")[1::2] if "git clone" in block)
    assert "--target /content/packages" in cell, "An ordinary installation replaces Colab's own IPython and kernel."
    assert "--require-hashes -r /content/report/requirements.lock" in cell
    last = cell.strip().splitlines()[-2:]
    added: dict[str, object] = {}
    before = list(sys.path)
    try:
        exec("\n".join(last), added)
        assert sys.path[:2] == ["/content/report", "/content/packages"]
    finally:
        sys.path[:] = before

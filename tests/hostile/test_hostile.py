"""Hostile scenario files, command lines and folders: one line each, nothing executed, nothing written."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import commands
import corpus
import oracle
import pytest
import strategies
from hypothesis import given, settings

from analysis import cli, scenarios, stories, untrusted
from analysis.comparison import choose, compare
from analysis.listing import cite_known
from analysis.parameters import ParameterError
from analysis.report import build, manifest, notebooks, place, rendering, store

KEPT = corpus.HERE / "kept"
STEADY = settings(deadline=None, derandomize=True, max_examples=60)


@pytest.fixture(scope="module", autouse=True)
def ready() -> None:
    oracle.ready()


# --- scenario files -----------------------------------------------------------------------------------------------


def test_the_table_names_every_file_of_the_corpus() -> None:
    there = {path.name for path in corpus.FILES.iterdir()}
    assert there == set(corpus.files()), (
        "Give each file of tests/hostile/corpus a row in corpus.csv, and each row a file."
    )


@pytest.mark.parametrize(("name", "says"), corpus.files().items())
def test_a_hostile_file_is_refused_in_one_line_or_harmless(name: str, says: str) -> None:
    said = oracle.scenario((corpus.FILES / name).read_bytes())
    assert said.startswith("Scenario file case.yml") if says else not said, said
    assert says in said


def test_no_hostile_text_of_the_corpus_was_run() -> None:
    """Each asks for a file `pwned`, wherever it would run."""
    assert not [path for folder in (Path.cwd(), notebooks.ROOT) for path in folder.glob("pwned*")]


@pytest.mark.parametrize(("file", "says"), corpus.STORIES.items(), ids=lambda each: repr(each)[:40])
def test_a_hostile_file_of_a_story_is_told_in_words(file: tuple[str, str], says: str, tmp_path: Path) -> None:
    sound = {"story.yml": "model: dsv3\n", "claims.csv": "claim_id\nC1\n"}
    for name, text in {**sound, file[0]: file[1]}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(stories.StoryError) as error:
        stories.audited(stories.read(tmp_path))
    assert says in str(error.value)
    assert all(len(line) < oracle.LONGEST_REFUSAL for line in error.value.lines)


@pytest.mark.parametrize("target", oracle.TARGETS)
def test_what_fuzzing_has_found_stays_mended(target: str) -> None:
    kept = sorted((KEPT / target).iterdir())
    assert kept, f"tests/hostile/kept/{target} is empty. Run `make fuzz`, then tests/hostile/fuzz.py keep."
    for path in kept:
        oracle.TARGETS[target](path.read_bytes())


@STEADY
@given(strategies.ALL["scenario"])
def test_any_file_is_refused_in_one_line_or_harmless(content: bytes) -> None:
    oracle.scenario(content)


@STEADY
@given(strategies.ALL["assignment"], strategies.ALL["axis"])
def test_any_words_of_a_command_line_are_refused_in_one_line_or_harmless(assignment: bytes, axis: bytes) -> None:
    oracle.TARGETS["assignment"](assignment)
    oracle.TARGETS["axis"](axis)


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would never end."""
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    for path, says in (
        (Path("/dev/zero"), "is no regular file"),
        (tmp_path / "pipe.yml", "is no regular file"),
        (tmp_path / "loop.yml", "cannot be read: Too many levels of symbolic links"),
        (tmp_path / "\x1b[2J\n.yml", r"\x1b[2J\n.yml"),
    ):
        with pytest.raises(ParameterError) as error:
            scenarios.read_scenario(path)
        assert says in str(error.value) and str(error.value).isprintable()


@pytest.mark.parametrize(
    ("size", "says"),
    [
        (400_001, "is larger than 400 kB; at most 100,000 characters are read"),
        (100_001, "has 100,001 characters; at most 100,000 are read"),
    ],
)
def test_a_large_file_is_refused_before_it_is_parsed(
    size: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "plain_yaml", lambda *arguments: pytest.fail("it was parsed"))
    (tmp_path / "large.yml").write_bytes(b"#" * size)
    with pytest.raises(ParameterError, match=says):
        scenarios.read_scenario(tmp_path / "large.yml")


# --- command lines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "says"), corpus.ASSIGNMENTS.items(), ids=lambda text: repr(text)[:40])
def test_a_hostile_assignment_is_refused_in_one_line(text: str, says: str) -> None:
    assert says in oracle.assignment(text)


@pytest.mark.parametrize(("text", "says"), corpus.AXES.items(), ids=lambda text: repr(text)[:40])
def test_a_hostile_axis_is_refused_in_one_line(text: str, says: str) -> None:
    assert says in oracle.axis(text)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("build", "-p", "pue=1,5"), "pue = '1,5' is not allowed"),
        (("build", "-p", "pu\u0435=1.2"), "CYRILLIC SMALL LETTER IE"),
        (("build", "-f", "/dev/zero"), "is no regular file"),
        (("build", "-f", str(corpus.FILES / "tag_apply.yml")), "Scenario file"),
        (("build", "--out", "/dev/null"), "/dev/null is no folder"),
        (("build", "--out", "x" * 300), "File name too long"),
        (("build", "--out", "a\udcff"), "is not UTF-8"),
        (("run", "../../etc/passwd"), "There is no page"),
        (("run", "fleet\x1b[31m"), "There is no page"),
        (("run", "fleet", "-p", "lambda=1"), "is not a parameter's name"),
        (("compare", "../../etc/passwd"), "cannot be read"),
        (("compare", "\x1b[31m"), "There is no scenario"),
        (("compare", "/dev/zero"), "is no regular file"),
        (("sweep", "-p", f"{corpus.RENT}=1:4:1e9"), "COUNT must be a whole number"),
        (("sweep", "-p", f"{corpus.RENT}=1:4:9", "--draws", "9" * 5000), "Invalid value"),
        (("sweep", "-p", f"{corpus.RENT}=1:4:9", "--draws", "-1"), "--draws -1 is not allowed"),
        (("sweep", "-p", f"{corpus.RENT}=1:4:9", "--result", "\x1b[31m"), "There is no result"),
        (("sweep", "-p", f"{corpus.RENT}=1:4:9", "--pages", "../x\n"), "There is no page"),
        (("sweep", "--cases", "/dev/zero"), "is no regular file"),
        (("serve", "--port", "70000"), "Invalid value"),
        (("\x1b[31m",), "No such command"),
        (("build", "--\x1b[31m"), "No such option"),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_a_hostile_command_ends_with_a_message(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(build, "execute_pages", lambda *arguments, **options: pytest.fail("pages were run"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "STORE", tmp_path / "_build" / ".store")
    status, said = commands.here(*arguments)
    assert status in (1, 2), said
    assert says in said.replace("\n", " ")
    assert "Traceback" not in said
    assert "\x1b" not in said, "an escape sequence reached the terminal"
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert not written, f"written although it was refused: {written}"


def test_the_real_command_refuses_with_one_line(tmp_path: Path) -> None:
    # In C, what is told is ASCII.
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "analysis", "sweep", "-p", "\udcff\x1b[2J=1:2:3"]
    run = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)
    assert run.returncode == 1
    assert run.stderr.startswith(b"report: ") and run.stderr.count(b"\n") == 1, run.stderr
    assert b"\x1b" not in run.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REPORT_SITE_URL", "javascript:alert(1)"),
        ("REPORT_SITE_URL", 'https://example.org/"><script>'),
        ("REPORT_SITE_URL", "https://example.org/\n"),
        ("REPORT_REPOSITORY_URL", "file:///etc/passwd"),
        ("REPORT_REPOSITORY_URL", "https://example.org/{{ 7*7 }}"),
    ],
)
def test_a_hostile_address_is_refused(
    variable: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(place.BuildError, match="is no web address") as error:
        rendering.stage(scenarios.Scenario(), {}, tmp_path / "source")
    assert str(error.value).isprintable()


def test_a_page_writes_its_record_nowhere_but_where_the_runner_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable that says where is the runner's; from outside it would be a way to write any file."""
    from analysis.case import RECORD
    from analysis.report import execution

    monkeypatch.setenv(RECORD, str(tmp_path / "precious"))
    seen: dict[str, Any] = {}

    def caught(*arguments: Any, **options: Any) -> None:
        seen.update(options["environment"])
        raise RuntimeError("enough")

    monkeypatch.setattr("papermill.execute_notebook", caught)
    with pytest.raises(notebooks.PageFailure, match="enough"):
        execution.execute(notebooks.page("fleet").path, tmp_path / "out.ipynb", {})
    assert seen and RECORD not in seen


def test_no_module_of_the_folder_one_is_in_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of downloads may hold a file colorsys.py beside the scenario."""
    from analysis.report import execution, kernels

    for name in ("colorsys", "chunk", "sitecustomize", "usercustomize", "antigravity"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'a')")
    import nbformat

    page = tmp_path / "page.ipynb"
    cell = nbformat.v4.new_code_cell("import colorsys, sys; print(colorsys.__file__, '' in sys.path)")
    notebooks.write(notebooks.stripped(nbformat.v4.new_notebook(cells=[cell])), page)
    monkeypatch.chdir(tmp_path)
    for kind in ("plain", "forked"):
        monkeypatch.setenv(kernels.KIND, kind)
        execution.execute(page, tmp_path / "done.ipynb", {})
        said = notebooks.read(tmp_path / "done.ipynb").cells[0].outputs[0].text
        assert str(tmp_path) not in said and said.strip().endswith("False"), f"{kind}: {said}"
    assert not (tmp_path / "pwned").exists()


# --- where words end up -------------------------------------------------------------------------------------------


def scenario(name: str) -> scenarios.Scenario:
    return scenarios.read_scenario(corpus.FILES / name)


HARMLESS = [name for name, says in corpus.files().items() if not says]


@pytest.mark.parametrize("name", HARMLESS)
def test_markdown_shows_every_letter_and_runs_none(name: str) -> None:
    """Rendered as a page is, and with what a page has not: templates."""
    from docutils import nodes
    from docutils.core import publish_doctree
    from myst_parser.docutils_ import Parser

    found = scenario(name)
    for text in (found.title, found.motive, found.source):
        if not text:
            continue
        for written in (untrusted.as_markdown(text), untrusted.as_code(text)):
            tree = publish_doctree(
                f"| a |\n|---|\n| {written.replace('|', chr(92) + '|') if written[0] == '`' else written} |\n",
                parser=Parser(),
                settings_overrides={
                    "myst_enable_extensions": ["amsmath", "attrs_inline", "dollarmath", "substitution", "tasklist"],
                    "report_level": 5,
                    "raw_enabled": True,
                },
            )
            (shown,) = [row.astext() for row in tree.findall(nodes.tbody)]
            expected = text if written[0] != "`" else text.replace("`", "'")
            assert re.sub(r"\s+", " ", shown.replace("\\|", "|")) == re.sub(r"\s+", " ", expected)
            for kind in (nodes.raw, nodes.reference, nodes.image, nodes.math, nodes.emphasis, nodes.problematic):
                assert not list(tree.findall(kind)), f"{kind.__name__} in {written}"


def test_a_source_that_nobody_knows_is_shown_as_code_that_it_cannot_leave() -> None:
    assert cite_known("x`{{ 7*191 }}`") == "`x'{{ 7*191 }}'`"


def test_no_cell_of_a_comparison_is_a_formula(tmp_path: Path) -> None:
    import csv

    from analysis.case import Case

    choice = choose([str(corpus.FILES / "ok_formula.yml")])
    assert choice.entries[0].scenario.title.startswith("=")
    text = compare(Case(), choice.entries).csv()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    formulas = [cell for cell in cells if untrusted.FORMULA.match(cell) and not re.fullmatch(r"-[0-9.e+-]+", cell)]
    assert not formulas
    assert untrusted.as_cell("=cmd()") == "'=cmd()" and untrusted.as_cell(-1.5) == -1.5


def test_a_terminal_gets_a_title_letter_by_letter(capsys: pytest.CaptureFixture[str]) -> None:
    title = scenario("ok_console_markup.yml").title
    cli.say(title)
    assert capsys.readouterr().out == f"{title}\n"


def test_the_title_of_a_site_holds_no_tag(tmp_path: Path) -> None:
    """The theme's page of the search does not escape it."""
    import yaml

    rendering.stage(scenario("ok_script.yml"), {}, tmp_path / "source")
    title = yaml.safe_load((tmp_path / "source" / "_config.yml").read_text(encoding="utf-8"))["title"]
    assert "‹script›alert(1)‹/script›" in title and not set(title) & set('<>"')


def test_the_bar_on_every_page_holds_no_tag_of_a_scenario() -> None:
    for name in HARMLESS:
        bar = rendering.announcement(scenario(name))
        assert set(re.findall(r"<(\w+)", bar)) <= {"div", "strong"}, bar


# --- where a site may go ------------------------------------------------------------------------------------------


def test_a_new_an_empty_and_an_earlier_folder_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("the earlier site")
    manifest.seal(tmp_path / "site", manifest.SITE)
    for folder in (tmp_path / "new" / "er", tmp_path / "empty", tmp_path / "site"):
        assert place.usable(folder, manifest.SITE) == folder
    assert place.allowed(place.BUILD / "html") == place.BUILD / "html"


def test_a_link_is_followed_to_the_folder_that_is_judged(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    (tmp_path / "link").symlink_to(tmp_path / "thesis")
    with pytest.raises(place.BuildError, match=r"holds chapter\.tex, which is on no list"):
        place.usable(tmp_path / "link", manifest.SITE)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(place.BuildError, match=r"cannot be used: .*(circle of links|symbolic links)"):
        place.allowed(tmp_path / "loop" / "site")


@pytest.mark.parametrize(
    "inside", ["", "..", "book", "book/new", "data/new", "analysis", ".git/new", "README.md/x", "_build"]
)
def test_the_report_itself_is_never_replaced(inside: str) -> None:
    with pytest.raises(place.BuildError, match="Name another folder with --out"):
        place.allowed(notebooks.ROOT / inside)

"""The `report` command."""

from __future__ import annotations

import io
import itertools
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperCommand, TyperGroup

from analysis import comparison, parameters, placing, project, scenarios, stories, tables, untrusted, words, written
from analysis.case import Case, PageError
from analysis.report import build as builder
from analysis.report import check as checker
from analysis.report import execution, files, notebooks, own, place, surroundings


class Stoppable(TyperGroup):
    """Says what Ctrl-C did; Typer itself would end without a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise surroundings.Stopped from None


def require_book(command: str) -> None:
    """BuildError where there is no clone; `command`, as it is typed, needs what the book is built from."""
    if not project.HAS_BOOK:
        raise place.BuildError(
            f"`{command}` needs the sources of the book, which an installed package does not hold. "
            "Clone the report's repository and run it there. Here run params, results, claim, model, sweep and "
            "compare --no-site."
        )


class OfBook(TyperCommand):
    """A command that needs what the book is built from."""

    def invoke(self, ctx: Any) -> Any:
        require_book(f"report {ctx.info_name}")
        return super().invoke(ctx)


app = typer.Typer(
    cls=Stoppable,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Rebuild the report 'What does a frontier AI model really cost?' with these or other assumptions.",
)
# Without emoji: a title may hold `:smile:`, and shows it so.
console = Console(emoji=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)


def say(line: object) -> None:
    """A line for the user, letter by letter: no bracket in a title is a style, no letter a command to the terminal."""
    console.print(untrusted.printable(str(line)), soft_wrap=True, highlight=False, markup=False)


def complain(line: object) -> None:
    """A line on what is wrong, letter by letter."""
    errors.print(untrusted.printable(str(line)), markup=False)


def on_terminal() -> bool:
    """Whether a person reads what is printed; rich says so of a pipe too, where FORCE_COLOR is set."""
    return sys.stdout is not None and sys.stdout.isatty()


Assignments = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="Change one assumption; may be repeated."),
]
ScenarioFile = Annotated[
    Path | None,
    typer.Option(
        "--file", "-f", metavar="SCENARIO.yml", help="A scenario file, or the name of one in data/scenarios/."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where the site goes, instead of _build/<name>/html.")
]


Again = Annotated[bool, typer.Option("--again", help="Run every page, although nothing has changed.")]


def scenario_file(asked: Path) -> Path:
    """The file that -f names; a shipped scenario may be named alone, as for `report compare`."""
    return asked if asked.exists() else comparison.shipped().get(str(asked), asked)


def scenario_from(assignments: list[str] | None, file: Path | None) -> scenarios.Scenario:
    """The scenario that a command line asks for: a file, changes, or both (the command line wins).

    Where nothing is changed, that is the base case, whatever the file calls it: its site stays as it is.
    """
    if not assignments and not file:
        return scenarios.Scenario()
    read = scenarios.read_scenario(scenario_file(file)) if file else scenarios.Scenario()
    changes = parameters.without_idle_changes({**read.changes, **parameters.parsed(assignments or [])})
    if not changes:
        errors.print("report: no assumption is changed: this is the base case.")
        return scenarios.Scenario()
    if file and changes == read.changes:
        return read
    title = "; ".join(_change_in_words(name, value) for name, value in changes.items())
    return scenarios.Scenario(name=scenarios.scenario_name(changes), title=title, changes=changes)


def _change_in_words(name: str, value: parameters.Value) -> str:
    """A changed assumption as a scenario's title has it: `Rental price of one H800-hour = 3 USD/GPU-hour`."""
    row = parameters.known()[name]
    return f"{row.title} = {words.set_to(value, row.unit)}"


@contextmanager
def progress_bar() -> Iterator[execution.Progress]:
    """One bar that names what runs; on a pipe, plain lines."""
    if not on_terminal():
        yield lambda what, done, total: print(f"{done}/{total} {what}", flush=True)
        return
    columns = TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.completed}/{task.total}")
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("starting", total=1)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


@app.command(cls=OfBook)
def build(assignments: Assignments = None, file: ScenarioFile = None, out: Out = None, again: Again = False) -> None:
    """Run the pages that are stale and build the site.

    Examples: `report build`; `report build -p rental_usd_per_gpu_hour=3`;
    `report build -f data/scenarios/documented_fleet.yml --out /tmp/site`
    """
    scenario = scenario_from(assignments, file)
    target = built(scenario, out, again)
    # Not before: it brings Sphinx along, which a build that is refused has no need of.
    from analysis.teaching import pyodide as python

    say(f"{scenario.title}: {target / 'index.html'}")
    if not python.present(target):
        say("Python for its page lab.html is not in it; `report lab` adds that.")


@app.command(cls=OfBook)
def run(
    pages: Annotated[list[str], typer.Argument(help="Names of pages, for example fleet.")],
    assignments: Assignments = None,
    file: ScenarioFile = None,
    again: Again = False,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run them on this Dask cluster, for example tcp://host:8786.")
    ] = None,
) -> None:
    """Run single pages without rendering; the executed notebooks go to _build/.work/<name>/executed.

    Examples: `report run fleet whole_bill -p service_life_years=3`; `report run model`: the page of every model
    """
    scenario = scenario_from(assignments, file)
    checker.require_sound_data()
    chosen = notebooks.chosen(pages)
    folder = builder.work_folder(scenario) / "executed"
    with progress_bar() as progress:
        if scheduler is None:
            done = execution.execute_pages(chosen, scenario, folder, progress, again=again)
        else:
            from analysis.report.sweeps import elsewhere

            done = elsewhere.execute_pages(chosen, scenario, folder, scheduler, progress)
    for page in chosen:
        say(done.get(page.name, f"{page.name} has nothing to run"))


@app.command(cls=OfBook)
def refresh(
    pages: Annotated[list[str] | None, typer.Argument(help="Only these pages; all, if none is named.")] = None,
) -> None:
    """Run the base case and write parameters, words and outputs into book/.

    Example: `report refresh`, after a change of data, code or text.
    """
    with progress_bar() as progress:
        changed = builder.refresh(pages or [], progress)
    say(f"changed: {', '.join(changed)}" if changed else "every page was up to date")


@app.command()
def compare(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...", help="Names from data/scenarios/, or files; by default all of the former."
        ),
    ] = None,
    site: Annotated[bool, typer.Option("--site/--no-site", help="Also build a site with their comparison.")] = True,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where it goes, instead of _build/compare/<names>.")
    ] = None,
) -> None:
    """Compare scenarios with the base case: a table here, comparison.csv, and a site.

    Examples: `report compare three_year_life market_rent_2026`; `report compare mine.yml --no-site`
    """
    from analysis.report import compare as comparer

    if site:
        require_book("report compare --site")
    choice = comparison.choose(scenarios or [])
    target = comparer.usable(choice, out, site)
    for line in choice.notes:
        complain(f"report: {line}")
    checker.require_sound_data()
    found = comparison.compare(Case(), choice.entries)
    comparer.show(found, console if on_terminal() else Console(width=160, force_terminal=False))
    if site:
        with progress_bar() as progress:
            page = comparer.build_site(choice, target, progress)
        say(page)
    say(comparer.write_csv(found, target))


def in_columns(rows: Sequence[tuple[str, ...]]) -> bool:
    """Print rows in columns; whether the last column was shown. A narrow terminal has none: no name is cut, which
    somebody has to type."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = len(widths) - (on_terminal() and sum(widths) + 2 * len(widths) > console.width)
    for line in rows:
        say("  ".join(map(str.ljust, line, widths[:shown])).rstrip())
    return shown == len(widths)


@app.command()
def results(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these results; all, if none is named.")
    ] = None,
    assignments: Assignments = None,
    file: ScenarioFile = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print them as data/results.csv of a site has them.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print them as data/results.json of a site has them.")] = False,
) -> None:
    """List results by name: value, 5 to 95 % range, and where among its draws the value lies. Runs no page.

    Examples: `report results`; `report results v3_rental_usd -p rental_usd_per_gpu_hour=3`;
    `report results --csv > results.csv`
    """
    from analysis.report import results as named

    if csv and json:
        raise parameters.ParameterError("--csv and --json exclude each other. Leave one out.")
    case = Case(scenario=scenario_from(assignments, file))
    wanted = named.known(names or [])
    if csv or json:
        print((named.as_csv if csv else named.as_json)(named.results(case, wanted)), end="")
        return
    if not case.scenario.is_base:
        say(case.scenario.title)
    if not in_columns(named.readable(case, wanted)):
        say("Titles: `report results | cat`.")


@app.command()
def claim(
    amount: Annotated[str, typer.Argument(help='A sum in dollars: 4.6e6, "4.6 million", "over 100 million".')],
    model: Annotated[str, typer.Option("--model", metavar="ID", help="A model of data/models.csv.")] = "",
    gpu: Annotated[str, typer.Option("--gpu", metavar="ID", help="The chip, as data/gpus.csv calls it.")] = "",
    gpus: Annotated[float | None, typer.Option(help="How many of them the run uses.")] = None,
    days: Annotated[float | None, typer.Option(help="Days of the run.")] = None,
    hours: Annotated[float | None, typer.Option(help="GPU-hours of the run.")] = None,
    active: Annotated[float | None, typer.Option(help="Active parameters, such as 37e9.")] = None,
    tokens: Annotated[float | None, typer.Option(help="Tokens, such as 14.8e12.")] = None,
    flop: Annotated[float | None, typer.Option(help="Arithmetic of the run in FLOP.")] = None,
    mfu: Annotated[float | None, typer.Option(help="MFU, instead of 0.35 (0.20 to 0.50).")] = None,
    energy: Annotated[float | None, typer.Option(help="Electricity of the run in kWh.")] = None,
    rent: Annotated[float | None, typer.Option(help="Rent of an hour of the chip in dollars.")] = None,
    server: Annotated[float | None, typer.Option(help="Price of a chip with its share of the server.")] = None,
    when: Annotated[str, typer.Option(metavar="HALF-YEAR", help="When it ran, such as 2025H1.")] = "",
    name: Annotated[str, typer.Option(help="A name for a run that is in no table.")] = "",
    counts: Annotated[
        str, typer.Option(metavar="WHAT", help="What the sum is said to count, such as run or stage.")
    ] = "",
    assignments: Assignments = None,
    file: ScenarioFile = None,
) -> None:
    """Say which cost a sum of money could be, for a model of the report or for a run that you describe.

    Examples: `report claim 4.6e6 --model kimi_k2t`;
    `report claim "about 98" --gpu A100-SXM-80 --gpus 8 --days 5 --when 2023H1 --counts fine_tune`
    """
    case = Case(scenario=scenario_from(assignments, file))
    runs = {"gpus": gpus, "days": days, "chip_hours": hours, "energy": energy}
    sizes = {"active_parameters": active, "tokens": tokens, "flop": flop, "mfu": mfu}
    prices = {"rent": rent, "server_price": server}
    numbers = {key: value for key, value in {**runs, **sizes, **prices}.items() if value is not None}
    given = placing.asked(case, model, numbers, gpu, when, name)
    show_placed(placing.place(given.about(placing.amount_of(amount), counts), float(case.point.cny_per_usd)))


@app.command()
def model(
    name: Annotated[str, typer.Argument(metavar="[ID]", help="A model of data/models.csv; without it, a list.")] = "",
    assignments: Assignments = None,
    file: ScenarioFile = None,
) -> None:
    """Say what one model cost on each basis, as far as is known. Example: `report model gpt_oss_120b`"""
    case = Case(scenario=scenario_from(assignments, file))
    if name:
        show_placed(placing.place(placing.of_model(case, name)))
        return
    in_columns([("id", "model", "developer", "released"), *placing.told.models(case)])


def show_placed(placed: placing.Placed) -> None:
    """A placed sum, or a model without one, in columns."""
    say(placing.told.title(placed))
    say(f"Known: {placing.told.known(placed.given) or 'nothing'}")
    if tests := placing.told.numbers(placed):
        say("")
        in_columns(tests)
    say("")
    in_columns(placing.told.costs(placed))
    say("")
    for line in placing.told.lines(placed):
        say(line)


story = typer.Typer(cls=Stoppable, no_args_is_help=True, help="Audit a claim of your own: a folder of plain files.")
app.add_typer(story, name="story")
StoryName = Annotated[str, typer.Argument(metavar="STORY", help="A folder, a story.yml, or one of data/stories/.")]


def audited(asked: str) -> stories.Audit:
    """The audit of the story that a command names; StoryError with every fault in it."""
    return stories.audited(stories.read(stories.found(asked)))


@story.command("new")
def story_new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder; its name is the story's.")],
    model: Annotated[str, typer.Option("--model", metavar="ID", help="A model of data/models.csv.")] = "",
    amount: Annotated[str, typer.Option("--amount", help='The sum as somebody wrote it: "4.6 million".')] = "",
    sentence: Annotated[str, typer.Option("--sentence", help="The claim, as it was said.")] = "",
) -> None:
    """Begin a story: a folder with its files, which say what may go in them.

    Example: `report story new kimi --model kimi_k2t --amount "4.6 million"`
    """
    for path in stories.write(folder, stories.begin(model, amount, sentence)):
        say(path)
    say(f"Fill in what is blank, then: report story check {folder}; report story build {folder}")


@story.command("check")
def story_check(name: StoryName) -> None:
    """Say what is wrong in a story's files, with file, row and column, and what is still blank.

    Example: `report story check minimax_m1`
    """
    try:
        found = audited(name)
        if problems := stories.unexpected(found):
            raise stories.StoryError(problems)
    except stories.StoryError as error:
        for line in error.lines:
            complain(line)
        raise typer.Exit(1) from None
    for line in found.story.blanks:
        say(f"Still blank: {line}")
    claims, records = words.counted(len(found.claims), "claim"), words.counted(len(found.story.evidence), "record")
    say(f"{found.story.name}: {claims}, {records} of evidence: nothing is wrong.")


@story.command("build")
def story_build(
    name: StoryName,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Instead of _build/stories/<name>.")] = None,
    key: Annotated[bool, typer.Option("--key", help="With the answers that a teacher expects.")] = False,
) -> None:
    """Build a story as one page, a file for reading offline. Example: `report story build minimax_m1`"""
    from analysis.report import story as page

    say(page.build(audited(name), out, key))


@story.command("compare")
def story_compare(first: StoryName, second: StoryName) -> None:
    """Set two audits of the same claims side by side: where inputs, evidence, costs or verdicts differ.

    Example: `report story compare group_a group_b`
    """
    pair = audited(first), audited(second)
    rows = stories.differences(*pair)
    if rows:
        in_columns([("claim", "what differs", *(audit.story.name for audit in pair)), *rows])
    else:
        say("No difference.")


@app.command()
def params() -> None:
    """List every parameter: name, unit, value, plausible range and source."""
    rows = [("name", "value", "low", "high", "unit", "source")]
    for row in parameters.known().values():
        # As -p takes them: no comma between thousands.
        value, low, high = (
            "" if number != number else number if isinstance(number, str) else f"{number:.12g}"
            for number in (row.value, row.low, row.high)
        )
        rows.append((row.name, value, low, high, "; ".join(row.choices) or row.unit, row.source.replace(";", "; ")))
    if not in_columns(rows):
        say("Sources: `report params | cat`, or data/assumptions.csv.")


@app.command(cls=OfBook)
def check() -> None:
    """Check data, references and pages without running anything."""
    found = checker.problems()
    for line in found:
        complain(line)
    if found:
        raise typer.Exit(1)
    console.print(f"{len(tables.names())} tables, {len(notebooks.pages())} pages: all sound.", highlight=False)


@app.command(cls=OfBook)
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this computer; 0: any that is free.")] = 8000,
    file: ScenarioFile = None,
    assignments: Assignments = None,
) -> None:
    """Show the site on this computer, building it first if it is missing or stale."""
    from analysis.report.serve import Server

    with Server(port, built(scenario_from(assignments, file), None)) as server:
        console.print(f"http://127.0.0.1:{server.server_port}/  (Ctrl-C ends it)", highlight=False)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("ended")


def built(scenario: scenarios.Scenario, out: Path | None, again: bool = False) -> Path:
    """The folder of a scenario's site, which is built where it is missing or stale."""
    for name in own.left_out():
        complain(f"report: {name} is not published: git does not know it. `git add` makes it a part of the report.")
    with progress_bar() as progress:
        return builder.build(scenario, out, progress, again)


@app.command(cls=OfBook)
def pdf(assignments: Assignments = None, file: ScenarioFile = None, out: Out = None) -> None:
    """Print the site as one PDF and link to it from every page; builds the site first if it is not there.

    Needs Chromium. Examples: `report pdf`; `report pdf -f data/scenarios/documented_fleet.yml`
    """
    from analysis.report import downloads, printing, rendering
    from analysis.report import pdf as printer

    printing.require()
    site = built(scenario_from(assignments, file), out)
    with place.alone(site):
        say(downloads.add(site, downloads.PDF, printer.make(site, rendering.site_address())))


@app.command("zip", cls=OfBook)
def zip_(assignments: Assignments = None, file: ScenarioFile = None, out: Out = None) -> None:
    """Pack the site into one zip for reading offline, and link to it; builds the site first if it is not there.

    A PDF that the site holds is packed too. Example: `report zip`
    """
    from analysis.report import downloads

    site = built(scenario_from(assignments, file), out)
    with place.alone(site):
        say(downloads.add(site, downloads.ZIP, downloads.zipped(site)))


@app.command()
def digest(
    site: Annotated[Path | None, typer.Argument(metavar="[SITE]", help="A built site, instead of _build/html.")] = None,
    files: Annotated[bool, typer.Option("--files", help="List every file, as sha256sum does.")] = False,
) -> None:
    """Print the SHA-256 of a built site: of its notebooks, its figures, all its files and its zip.

    The same sources give the same digests on every machine with the locked packages.
    """
    from analysis.report import digests

    folder = site or builder.output_folder(scenarios.Scenario())
    found = digests.of_files(folder) if files else digests.of_site(folder)
    for name, value in found.items():
        say(f"{value}  {name}")


@app.command(cls=OfBook)
def lab(assignments: Assignments = None, file: ScenarioFile = None, out: Out = None) -> None:
    """Build the site with Python in it, so that its page "Run the model in your browser" runs.

    Fetches Python for browsers the first time, with npm or the extra `lab`. Example: `report lab`
    """
    from analysis.teaching import pyodide as python

    scenario = scenario_from(assignments, file)
    site = built(scenario, out)
    if not python.present(site):
        try:
            content = python.package()
        except place.BuildError as error:
            raise place.BuildError(f"{error} The site is there without it: {site / 'index.html'}") from None
        with place.alone(site):
            python.add(site, content)
    say(f"{scenario.title}, with Python in it: {site / 'index.html'}")


@app.command(cls=OfBook)
def slides(
    assignments: Assignments = None,
    file: ScenarioFile = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Instead of _build/slides.")] = None,
) -> None:
    """Make the deck of slides with its speaker notes and its PDF, in a folder of its own.

    The PDF needs Chromium. Examples: `report slides`; `report slides -p rental_usd_per_gpu_hour=3`
    """
    from analysis.report import printing
    from analysis.teaching import slides as deck

    printing.require()
    scenario = scenario_from(assignments, file)
    with progress_bar() as progress:
        target = deck.make(scenario, out or builder.output_folder(scenario).with_name("slides"), progress)
    say(target / deck.DECK)


@app.command()
def sweep(
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=START:STOP:COUNT",
            help="Vary one assumption: a grid (:log for equal ratios), a list A,B,C, or one value; may be repeated.",
        ),
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option("--cases", metavar="FILE.csv", help="Cases from a file: a header of names, then one row each."),
    ] = None,
    file: ScenarioFile = None,
    results: Annotated[
        list[str] | None, typer.Option("--result", metavar="NAME", help="Instead of the main results; may be repeated.")
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Draws behind the range of each case; 0: no ranges.")] = None,
    pages: Annotated[str, typer.Option(metavar="PAGE,PAGE|all", help="Also run these pages for every case.")] = "",
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Compute on this Dask cluster, for example tcp://host:8786.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Instead of _build/sweeps/<name>.")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Discard what is in the folder and start again.")] = False,
) -> None:
    """Compute the main results for many cases: a table, a figure and, with --pages, the pages of each case.

    Examples: `report sweep -p rental_usd_per_gpu_hour=1:4:100 -p fleet=semianalysis,documented`;
    `report sweep --cases my_cases.csv --pages whole_bill`. After an interruption, the same command goes on.
    """
    from analysis.report.sweeps import ask
    from analysis.report.sweeps import run as sweeps

    if pages:
        require_book("report sweep --pages")
    base = scenarios.read_scenario(scenario_file(file)) if file else None
    request = ask.ask(assignments or [], cases, base, results or [], draws, pages)
    try:
        with progress_bar() as progress:
            done = sweeps.run(request, out, progress, scheduler, restart)
    except KeyboardInterrupt:
        errors.print("report: stopped; what was done is kept, and the same command goes on from there.")
        raise typer.Exit(130) from None
    if done.spoilt:
        more = f" and {len(done.spoilt) - 1} more" if len(done.spoilt) > 1 else ""
        errors.print(
            f"report: {done.spoilt[0]}{more} in {done.folder} was changed or damaged since it was written; "
            "it was computed again.",
            markup=False,
        )
    failed = f"; {done.failed:,} failed, see the column `error`" if done.failed else ""
    found = " (was there already; --restart computes it anew)" if done.found else ""
    say(f"{done.cases:,} cases{failed}: {done.folder / 'cases.csv'}{found}")


@app.command(cls=OfBook)
def classroom(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Instead of _build/classroom.")] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="First run the exercises again, and write their outputs into book/.")
    ] = False,
    variant: Annotated[
        int, typer.Option(metavar="N", help="Exercises with other numbers, 1 to 9999; 0: those of the base case.")
    ] = 0,
    story: Annotated[
        str, typer.Option(metavar="FOLDER", help="The story for the class to audit: cards, checklist, slides, form.")
    ] = "minimax_m1",
    assignments: Assignments = None,
    file: ScenarioFile = None,
    form: Annotated[
        str, typer.Option("--format", metavar="GRADER", help="Write the exercises for nbgrader or otter instead.")
    ] = "",
) -> None:
    """Build what a class needs: students' notebooks, the instructor's edition, sheets of a lesson, quizzes, slides.

    -p and -f change the case of the quizzes and the slides; the exercises are those of the base case, or of a variant.

    Examples: `report classroom --out /tmp/monday`; `report classroom --variant 7 --story gpt_oss`;
    `report classroom --format nbgrader`; `report classroom --refresh`, after a change of an exercise
    """
    from analysis.report import browser
    from analysis.teaching import classroom as teaching
    from analysis.teaching import exercises, lesson, starters, variants
    from analysis.teaching import slides as deck
    from analysis.teaching.wanted import Wanted

    # What is wrong with them is told before minutes have passed.
    wanted = Wanted(scenario_from(assignments, file), variants.checked(variant), story, form)
    lesson.audited(story)
    with progress_bar() as progress:
        if refresh:
            exercises.refresh(progress)
            starters.refresh()
        folder = teaching.build(out, progress, wanted)
    if form:
        say(f"For {form}, with the solutions: {folder / 'README.md'}")
        return
    for what, where in teaching.STARTS:
        say(f"{what}: {folder / where}")
    if not (folder / deck.FOLDER / deck.PDF).exists():
        say(f"The slides have no PDF: Chromium prints it, and is missing here. {browser.REMEDY}")


@app.command(cls=OfBook)
def grade(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What was handed in: zips and notebooks.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="The table of marks; texts go beside it.")],
    limit: Annotated[float, typer.Option(min=0.1, help="Seconds of processor time for each exercise.")] = 20,
    variant: Annotated[
        int | None,
        typer.Option(metavar="N", help="Grade only this variant (0: the base case); without it, each by its own."),
    ] = None,
) -> None:
    """Grade what a class handed in: a row for each student, and a sheet with the texts that a person marks.

    Only the answers are taken from a notebook; they run by themselves, and the checks judge what comes out. Example:
    `report grade handed_in --out grades.csv`
    """
    from analysis.teaching import variants
    from analysis.teaching.grading import marks

    marks.require_free(out)
    if variant is not None:
        variants.checked(variant)
    with progress_bar() as progress:
        graded = marks.grade(folder, limit, progress, variant)
    sheet = marks.write(graded, out)
    for line in graded.faults:
        complain(f"report: {line}.")
    say(f"{len(graded.students)} students: {out}; texts to read: {sheet}")
    if graded.faults:
        raise typer.Exit(1)


def require_assignments(arguments: list[str]) -> None:
    """ParameterError for a change without its -p, and for a -p without "=": typer would only call a word unexpected."""
    for before, word in itertools.pairwise(arguments):
        # A sweep has forms of its own, and says so itself.
        if before in ("-p", "--parameter") and "=" not in word and "sweep" not in arguments[:2]:
            parameters.parsed([word])
        name = word.partition("=")[0]
        if "=" in word and not before.startswith("-") and name in parameters.known():
            raise parameters.ParameterError(f"'{word}' lacks its -p. An assumption is changed with -p {word}")


def require_folders() -> None:
    """BuildError where no path can be read, whatever the command."""
    try:
        Path.cwd()
    except FileNotFoundError:
        # The shell stands in a folder that a build has replaced since. Its name leads to the new one.
        try:
            os.chdir(os.environ.get("PWD", ""))
        except OSError:
            raise place.BuildError("The folder you are in no longer exists. Go to another one: cd") from None


EXPECTED = (parameters.ParameterError, written.FileError, notebooks.PageFailure, place.BuildError, PageError)


def unexpected(error: Exception) -> str:
    """A line on a fault of the report itself; the traceback goes into a file, for whoever will mend it."""
    told = "".join(traceback.format_exception(error))
    path = place.BUILD / "traceback.txt"
    try:
        path.parent.mkdir(exist_ok=True)
        files.replace(path, told.encode("utf-8", "backslashreplace"))
    except OSError:
        return told
    what = traceback.format_exception_only(error)[0].splitlines()[0]
    return f"a fault of the report itself ({what}). Please report it with {path}, as CONTRIBUTING.md says."


def main() -> None:
    """Run the command; an error is a message and exit status 1, not a traceback."""
    # Being told to end is like Ctrl-C: kernels are ended, and what is half-done is taken away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number; Python would end with a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        require_folders()
        require_assignments(sys.argv)
        app()
    except EXPECTED as error:
        complain(f"report: {error}")
        sys.exit(1)
    except BrokenPipeError:
        # Whoever was reading has gone, as in `report params | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        complain(f"report: {files.fault(error)}")
        sys.exit(1)
    except MemoryError:
        errors.print("report: the computer has no memory left; what was published before is untouched.")
        sys.exit(1)
    except Exception as error:
        complain(f"report: {unexpected(error)}")
        sys.exit(1)

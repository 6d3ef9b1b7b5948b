"""Executed pages to HTML: laid out for Jupyter Book, rendered, and given their figures and what stands beside them."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from html import escape
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from analysis import untrusted, words, written
from analysis.figures import NAMES
from analysis.parameters import known
from analysis.report import identity, notebooks, own, store, surroundings
from analysis.report.execution import Progress, silent
from analysis.report.place import BuildError
from analysis.scenarios import Scenario

PNG_DPI = 200

# Jupyter Book's module has no entry of its own; this works wherever the package is, whatever its script is called.
# It ends with the process that called it, and puts no colours into what it says, which Sphinx does anywhere.
# Looking for garbage as often as Python does would take it a third of its time, and never to look twice the memory with
# a hundred pages more.
RENDERER = """
import gc, os, sys, threading
gc.set_threshold(100_000, 20, 5)
from jupyter_book.cli.main import main
from sphinx.util.console import nocolor
from analysis.report import site
site.parts()
os.read(0, 1) or os._exit(1)
os.chdir(sys.argv[2])
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
nocolor()
main()
"""

# Setting of _config.yml -> the environment variable that overrides it for one build.
ADDRESSES = {"html_baseurl": "REPORT_SITE_URL", "report_repository_url": "REPORT_REPOSITORY_URL"}


def announcement(scenario: Scenario) -> str:
    """The bar on every page of a scenario's site: which assumptions differ from the base case, and by how much."""
    if scenario.is_base:
        return ""
    parts = []
    for row in scenario.differences().itertuples():
        unit = known()[row.name].unit
        change = "" if row.change != row.change else f" ({words.signed_percent(row.change)})"
        parts.append(
            f"{escape(row.title)}: <strong>{escape(words.set_to(row.here, unit))}</strong>{change} "
            f"instead of {escape(words.set_to(row.base, unit))}"
        )
    motive = f" {escape(scenario.motive)}" if scenario.motive else ""
    return (
        f'<div class="scenario"><strong>Scenario: {escape(scenario.title)}.</strong>{motive} '
        f"Every number on this page is computed with {'; '.join(parts)}. "
        "The published report uses the base case.</div>"
    )


def _without_book(value: object) -> object:
    """Paths of the configuration as they are in the staged folder, where pages stand at the root."""
    if isinstance(value, str):
        return value.removeprefix("book/")
    if isinstance(value, list):
        return [_without_book(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_book(item) for key, item in value.items()}
    return value


def staged(path: Path) -> Any:
    """A configuration in YAML, with its paths as they are in a staged folder."""
    return _without_book(written.yaml_of(path))


def published_at(variable: str, setting: str) -> str:
    """An address that the site names: from the environment, else from _config.yml; "" where nobody has said."""
    address = os.environ.get(variable, "") or setting
    if address and not re.fullmatch(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/-]*)?", address):
        raise BuildError(
            f"{variable} = {address[:80]!r} is no web address. "
            "Give one like https://example.org/report, or leave it out."
        )
    return address.rstrip("/")


def addressed(settings: dict[str, Any]) -> dict[str, Any]:
    """Sphinx's settings as they are for a staged folder, with the addresses that hold for this build."""
    found = {name: _without_book(value) for name, value in settings.items()}
    return found | {name: published_at(variable, str(found[name])) for name, variable in ADDRESSES.items()}


def site_address() -> str:
    """Where the site will be published; "" where nobody has said it."""
    config = written.yaml_of(notebooks.ROOT / "_config.yml")
    return published_at("REPORT_SITE_URL", config["sphinx"]["config"]["html_baseurl"])


def guests() -> list[ModuleType]:
    """Packages above this one that add to the site: `append(folder, scenario)` to the staged pages, and
    `write(folder, executed, scenario)` what stands beside the rendered ones."""
    config = written.yaml_of(notebooks.ROOT / "_config.yml")
    return [import_module(name) for name in config["sphinx"]["config"]["report_guests"]]


def stage(scenario: Scenario, executed: dict[str, Path], folder: Path) -> None:
    """Lay out what Jupyter Book renders: pages at the root, so that addresses are short, and its configuration."""
    if folder.exists():
        shutil.rmtree(folder)
    own.copy("book", folder, but=".ipynb")
    for name, path in executed.items():
        shutil.copyfile(path, folder / f"{name}.ipynb")
    for guest in guests():
        guest.append(folder, scenario)
    toc, config = (written.yaml_of(notebooks.ROOT / name) for name in ("_toc.yml", "_config.yml"))
    config["sphinx"]["config"] = addressed(config["sphinx"]["config"])
    config["sphinx"]["config"]["report_changes"] = dict(scenario.changes)
    bar = announcement(scenario)
    if bar:
        config["title"] = f"{config['title']} ({untrusted.as_title(scenario.title)})"
        config["sphinx"]["config"].setdefault("html_theme_options", {})["announcement"] = bar
    for name, content in (("_toc.yml", toc), ("_config.yml", config)):
        (folder / name).write_text(yaml.safe_dump(_without_book(content), sort_keys=False), encoding="utf-8")


def render(folder: Path) -> Path:
    """Jupyter Book over a staged folder, warnings as errors; the html folder, or BuildError with what it said."""
    with renderer(folder) as rendered:
        return rendered()


@contextmanager
def renderer(folder: Path) -> Iterator[Callable[[], Path]]:
    """The same for a folder that is not staged yet: Jupyter Book is imported already, and waits to be called."""
    command = [sys.executable, "-c", RENDERER, "build", str(folder), "-W", "-n", "--keep-going"]
    told: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    told |= {"encoding": "utf-8", "errors": "replace"}
    # It goes into the folder later: docutils and matplotlib look for settings in the one that they are in.
    place: dict[str, Any] = {"env": surroundings.environment(), "cwd": folder.parent}
    # The other end is closed when this process ends, in whatever way.
    theirs, ours = os.pipe()
    try:
        with subprocess.Popen(command, stdin=theirs, **told, **place) as process:
            try:
                yield partial(_rendered, process, ours, folder)
            finally:
                process.kill()
    finally:
        os.close(theirs)
        os.close(ours)


def _rendered(process: subprocess.Popen[str], line: int, folder: Path) -> Path:
    # It may have ended already, and then says why.
    with suppress(BrokenPipeError):
        os.write(line, b"!")
    said = "".join(process.communicate())
    html = folder / "_build" / "html"
    if process.returncode or not (html / "index.html").exists():
        # The pages as their author knows them: what is rendered is a copy that goes with the build.
        told = said.replace(f"{folder}{os.sep}", "book/").splitlines()
        complaints = [line for line in told if "WARNING" in line or "ERROR" in line or "Error" in line]
        raise BuildError("Jupyter Book refused the pages:\n" + "\n".join(complaints[-30:] or told[-30:]))
    return html


def png(svg: str, told: Mapping[str, str] | None = None) -> bytes:
    """A figure's SVG as PNG, large enough for slides; drawn once for the same SVG.

    told: words that it carries as text, by keyword
    """
    import resvg_py

    def draw() -> bytes:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=PNG_DPI, skip_system_fonts=True))

    return with_words(store.picture(identity.digest(svg, str(PNG_DPI), version("resvg_py")), draw), told)


def with_words(png_: bytes, told: Mapping[str, str] | None) -> bytes:
    """A PNG with texts about itself, each in a chunk `iTXt` after the header, which takes the first 33 bytes."""
    chunks = b""
    for keyword, text in (told or {}).items():
        body = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
        chunks += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png_[:33] + chunks + png_[33:]


def write_figures(executed: dict[str, Path], folder: Path, progress: Progress = silent) -> list[str]:
    """Every figure of executed pages as SVG, at both widths, CSV and PNG; their names.

    Where the site has an address, each picture carries that of the figure's page.
    """
    from analysis.figures.drawing import addressed
    from analysis.report.site import sharing

    folder.mkdir(parents=True, exist_ok=True)
    found, site = notebooks.drawings(executed.values()), site_address()
    for done, (name, each) in enumerate(found.items(), start=1):
        address = sharing.address(site, name)
        wide, narrow = (addressed(svg, address) for svg in (each.svg, each.narrow))
        told = {"Title": each.title, "Description": each.unit, "Source": each.credits}
        (folder / f"{name}.svg").write_text(wide, encoding="utf-8")
        (folder / f"{name}-narrow.svg").write_text(narrow, encoding="utf-8")
        (folder / f"{name}.csv").write_text(each.csv, encoding="utf-8")
        (folder / f"{name}.png").write_bytes(png(wide, {**told, "URL": address} if address else told))
        progress(f"figure {name}", done, len(found))
    return list(found)


def faults(html: Path, figures: Iterable[str], pages: Iterable[notebooks.Page]) -> list[str]:
    """What would make a rendered site unfit to publish."""
    found = []
    for page in pages:
        path = html / f"{page.name}.html"
        if not path.exists():
            found.append(f"{page.name}.html is missing")
            continue
        text = path.read_text(encoding="utf-8")
        if 'class="pasted-text"></span>' in text:
            found.append(f"{page.name}.html has a blank where a result belongs")
    found.extend(f"figure {name} is on no page" for name in NAMES if name not in set(figures))
    return found


def complete(html: Path, figures: Iterable[str], pages: Iterable[notebooks.Page]) -> None:
    """Give a rendered site, which has its figures, the rest; BuildError if it lacks a page or is not fit to publish."""
    # Not before: the site's extension is slow to import, and a site that is current needs none of it.
    from analysis.report.site.metadata import cards

    # What Sphinx was set to, for a later build into the same folder: none comes, and it differs from place to place.
    (html / ".buildinfo").unlink(missing_ok=True)
    # Else a branch of GitHub Pages, which goes through Jekyll, would lose the folders whose names begin with "_".
    (html / ".nojekyll").touch()
    cards.write(html)
    wrong = faults(html, figures, pages)
    if wrong:
        raise BuildError("The rendered site is not fit to publish:\n" + "\n".join(f"  {line}" for line in wrong))

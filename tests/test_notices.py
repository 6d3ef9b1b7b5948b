"""Whose work the site ships, and under which licence."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from importlib.metadata import distribution
from pathlib import Path

import pytest
from test_site import pages, soup, told

from analysis.report.site.finish import licences

ROOT = Path(__file__).resolve().parents[1]
OWN = {path.name for path in (ROOT / "analysis" / "teaching" / "deck").iterdir()}
BESIDE = [pattern for component in licences.COMPONENTS for pattern in component.beside]


def test_every_file_of_the_site_has_one_maker(site: Path) -> None:
    faults = licences.faults(site / "_static")
    assert not faults, told(faults, "See analysis/report/site/finish/licences.toml.")
    kinds = {".js", ".css", ".woff", ".woff2", ".ttf", ".otf", ".wasm"}
    elsewhere = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.suffix in kinds
        and "_static" not in path.relative_to(site).parts
        and path.name != "searchindex.js"
        # The deck travels alone: beside reveal.js its files are the report's own, or copies from _static.
        and not any(fnmatch(path.relative_to(site).as_posix(), each) for each in BESIDE)
        and not (path.parent == site / "slides" and (path.name in OWN or (site / "_static" / path.name).exists()))
    ]
    assert not elsewhere, told(
        elsewhere, "Scripts, styles and fonts belong below _static, where they are accounted for."
    )


def test_a_file_of_nobody_is_found(tmp_path: Path) -> None:
    (tmp_path / "stranger.js").write_text("1", encoding="utf-8")
    assert "stranger.js (nobody)" in licences.faults(tmp_path)
    assert any(fault.startswith("doctools.js of Sphinx") for fault in licences.faults(tmp_path)), "and one that is gone"


def test_the_report_s_own_files_are_its_own() -> None:
    claimed = [path for path in licences.ASSETS.iterdir() if licences.makers(path.name) == [""]]
    assert {"live.js", "report.css", "logo.svg"} <= {path.name for path in claimed}
    foreign = [
        f"{path.name}: {found[0]}"
        for path in claimed
        if path.suffix in (".js", ".css", ".svg", ".txt")
        and (found := re.findall(r"(?i)copyright \(?c?\)?.{0,40}|@license.{0,40}|©.{0,40}", path.read_text("utf-8")))
    ]
    assert not foreign, told(foreign, "Somebody else holds rights in this: name it in licences.COMPONENTS.")
    fonts = [path.name for path in claimed if path.suffix in (".woff", ".woff2", ".ttf", ".otf", ".wasm")]
    assert not fonts, told(fonts, "The report has no typefaces of its own.")


@pytest.mark.parametrize("component", licences.COMPONENTS, ids=lambda each: each.name)
def test_the_page_has_each_component_with_its_version_and_licence(site: Path, component: licences.Component) -> None:
    page = soup(site / f"{licences.PAGE}.html")
    row = next((tr for tr in page.select("article tr") if component.name in tr.get_text()), None)
    assert row is not None, f"{component.name} is not in the table of {licences.PAGE}.html."
    cells = [cell.get_text() for cell in row(["th", "td"])]
    assert cells[1:3] == [component.version or "in the file", component.licence]
    number = licences.COMPONENTS.index(component)
    shown = page.select_one(f"#licence-{number} pre")
    assert shown and len(shown.get_text()) > 300
    wanted = {
        "MIT": "Permission is hereby granted",
        "BSD": "Redistribution and use in source",
        "OFL": "OPEN FONT LICENSE",
        "MPL": "Mozilla Public License 2.0",
    }
    kind = next((word for word in wanted if component.licence.startswith(word)), "MIT")
    assert wanted[kind] in shown.get_text(), f"{component.name}: not the text of {component.licence}"
    assert re.search(r"(?i)copyright|©", shown.get_text()), f"{component.name}: nobody is named as its maker"
    if component.package and not component.notice:
        assert component.version == distribution(component.package).version


def test_every_page_leads_to_the_licences(site: Path) -> None:
    lost = [
        path.name
        for path in pages(site)
        if path.stem not in ("404", "search", licences.PAGE)
        and not soup(path).select(f'.end-of-page a[href$="{licences.PAGE}.html"]')
    ]
    assert not lost, told(lost, "See end_of_page in analysis/report/site/metadata/head.py.")

"""The built pages, smaller and easier to use, once Sphinx has written them.

The theme ships 1.5 MB of script that draws icons its fonts draw too, 500 kB of icons of which two dozen are used,
source maps, and a few mark-up slips that a screen reader stumbles over.
Each substitution in the theme's own text stands in changes.toml, with its reason.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from analysis import written
from analysis.figures.drawing import in_pixels
from analysis.report.site.finish import tables
from analysis.report.site.pages import Pages

UNUSED = ("*.map", "fontawesome.js*", "design-tabs.js", "*webpack-macros.html", "logo_*")
PRIVATE_USE = range(0xE000, 0xF900)  # where the icon fonts keep their glyphs


SAID = written.toml_of(Path(__file__).with_name("changes.toml"))


@dataclass(frozen=True)
class Change:
    """One substitution. `at_least`: how often every page of the theme must have it."""

    what: str
    pattern: str
    new: str
    at_least: int = 0


CHANGES = {kind: [Change(**row) for row in SAID[kind]] for kind in ("theme", "elsewhere", "policy")}


def applied(html: str, page: str, *kinds: str) -> str:
    """A page after changes of these kinds; SphinxError if one that every page must have finds no place."""
    for change in (each for kind in kinds for each in CHANGES[kind]):
        html, count = re.subn(change.pattern, change.new, html)
        if count < change.at_least:
            raise SphinxError(
                f"{page}: no place found for a change of the theme's HTML ({change.what}). "
                "Has the theme's version changed? Look at analysis/report/site/finish/changes.toml."
            )
    return html


def changed(html: str, page: Path) -> str:
    """A page after the changes. page: where it stands in the site"""
    html = applied(html, page.name, "theme", *([] if page.name == "search.html" else ["elsewhere"]))
    return tables.boxed(size_drawings(html, page))


def size_drawings(html: str, page: Path) -> str:
    """Say how large a drawing is, so that the text below it does not jump when it arrives, however late."""

    def sized(match: re.Match[str]) -> str:
        size = in_pixels((page.parent / match["src"]).read_text(encoding="utf-8")[:2000])
        return f'{match["start"]} {size} loading="lazy" decoding="async" {match["rest"]}' if size else match[0]

    return re.sub(
        r'(?P<start><img)(?![^>]* width=)(?=[^>]* class="[^"]*drawing) (?P<rest>[^>]*src="(?P<src>[^"]+\.svg)")',
        sized,
        html,
    )


def icons_in_use(pages: Pages, styles: str) -> set[int]:
    """Code points of the icons that pages, scripts and styles ask for."""
    known: dict[str, int] = {}
    rules = re.finditer(r'((?:\.fa-[\w-]+::?before,?)+)\{content:"\\([0-9a-f]+)"\}', styles)
    for rule in rules:
        known |= dict.fromkeys(re.findall(r"fa-[\w-]+", rule[1]), int(rule[2], 16))
    text = "".join([*pages.values(), *(p.read_text(encoding="utf-8") for p in pages.static.rglob("*.js"))])
    used = {known[name] for name in set(re.findall(r"fa-[a-z0-9-]+", text)) & known.keys()}
    # Styles name icons themselves, as a character or as an escape, outside the rules above.
    other = re.sub(r'(?:\.fa-[\w-]+::?before,?)+\{content:"[^"]*"\}', "", styles)
    used |= {ord(c) for c in other if ord(c) in PRIVATE_USE}
    return used | {int(code, 16) for code in re.findall(r"\\([ef][0-9a-f]{3})\b", other)}


def shrink_icon_fonts(pages: Pages) -> None:
    """Cut the icon fonts down to the icons in use."""
    static = pages.static
    fonts = sorted(static.glob("vendor/fontawesome/webfonts/*.ttf"))
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    styles = sheet.read_text(encoding="utf-8")
    everything = "".join(p.read_text(encoding="utf-8") for p in sorted(static.rglob("*.css")))
    used = icons_in_use(pages, everything)
    for path in fonts:
        font = TTFont(path, recalcTimestamp=False)
        cutter = subset.Subsetter()
        cutter.populate(unicodes=used)
        cutter.subset(font)
        font.flavor = "woff"
        font.save(path.with_suffix(".woff"))
        source = re.compile(
            rf'src:url\(([^)]*{path.stem})\.woff2\) format\("woff2"\),url\([^)]*\) format\("truetype"\)'
        )
        styles, count = source.subn(r'src:url(\1.woff) format("woff")', styles)
        if count != 1:
            raise SphinxError(
                f"The theme's styles name {path.stem} in a new way. Look at analysis/report/site/finish/theme.py."
            )
        path.unlink()
        path.with_suffix(".woff2").unlink()
    if not used or not fonts:
        raise SphinxError("No icon was found in the theme. Look at analysis/report/site/finish/theme.py.")
    sheet.write_text(styles, encoding="utf-8")


def change_scripts(static: Path) -> None:
    for row in SAID["script"]:
        script = static / row["file"]
        text, found = re.subn(row["pattern"], row["new"], script.read_text(encoding="utf-8"))
        if found != row["times"]:
            raise SphinxError(
                f"{row['file']} has changed: {found} places for a change instead of {row['times']}. "
                "Look at analysis/report/site/finish/changes.toml."
            )
        script.write_text(text, encoding="utf-8")


def drop_files(static: Path) -> None:
    """Files that no page loads."""
    for path in {p for name in UNUSED for p in static.rglob(name)}:
        path.unlink()
    shutil.rmtree(static / "locales", ignore_errors=True)
    for path in [*static.glob("scripts/*.js"), *static.glob("styles/*.css")]:
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\n?(//|/\*)# sourceMappingURL=[^\n*]*(\*/)?", "", text), encoding="utf-8")


def finish(app: Sphinx, pages: Pages) -> None:
    for name, html in pages.items():
        pages[name] = changed(html, pages.folder / name)
    drop_files(pages.static)
    change_scripts(pages.static)
    shrink_icon_fonts(pages)

"""The built pages, smaller and easier to use, once Sphinx has written them.

The theme ships 1.5 MB of script that draws icons its fonts draw too, 500 kB of icons of which two dozen are used,
source maps, and a few mark-up slips that a screen reader stumbles over.
Each change below is a substitution in the theme's own HTML. Both themes are pinned, and a change that no longer
finds its place stops the build: a new theme version is looked at, not guessed at.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.errors import SphinxError

from analysis.figures.drawing import in_pixels
from analysis.report.site.finish import tables

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from analysis.report.site.finish.pages import Pages

UNUSED = ("*.map", "fontawesome.js*", "*webpack-macros.html", "logo_*")
PRIVATE_USE = range(0xE000, 0xF900)  # where the icon fonts keep their glyphs


# A box that scrolls must be within reach of the keyboard.
BOX = '<div class="drawing-box" tabindex="0" role="group" aria-label="Figure">'


@dataclass(frozen=True)
class Change:
    """One substitution. `at_least`: how often every page of the theme must have it."""

    what: str
    pattern: str
    new: str
    at_least: int = 0


ICON_SCRIPT = Change(
    "the script that draws icons a second time",
    r"\s*<!-- So that users can add custom icons -->\s*<script defer src=\"[^\"]*fontawesome\.js[^\"]*\"></script>",
    "",
    at_least=1,
)
CHANGES = (
    ICON_SCRIPT,
    # A second title and table of contents, for print only: print shows the page's own instead (report.css).
    Change("print header", r'(?s)<div id="jb-print-docs-body" class="onlyprint">.*?(?=<div id="searchbox">)', ""),
    # What is said aloud must contain what is shown.
    Change(
        "search button",
        r'(<button class="[^"]*search-button-field[^"]*")( title="Search")? aria-label="Search"',
        r"\1",
        1,
    ),
    Change("colour mode button", r'(<i class="theme-switch [^"]*")', r'\1 aria-hidden="true"', 1),
    Change("sidebar", r'(<div id="pst-primary-sidebar")', r'\1 role="complementary" aria-label="Sidebar"', 1),
    Change("boxes that scroll", r'<div class="drawing-box docutils container">', BOX),
    # Each can be reached; the theme's script takes those out that do not scroll.
    Change("code that scrolls", r"<pre>", '<pre tabindex="0">'),
    Change("folded cells", r'<summary aria-label="Toggle hidden content">', "<summary>"),
    Change("bibliography", r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    Change("bibliography entries", r' role="doc-biblioentry"', ""),
    Change("back references", r' role="doc-backlink"', ""),
    Change("task lists", r'(<input class="task-list-item-checkbox")', r'\1 aria-label="task"'),
    Change("pandas' empty corner", r"<th></th>", "<td></td>"),
    # Scripts wait until the page is shown.
    Change("scripts", r'(<script)( (?:data-[\w-]+="[^"]*" )?src="[^"]+"></script>)', r"\1 defer\2"),
    # Scripts that wait anyway need not come before the styles.
    Change("hurry for the theme's scripts", r'\s*<link rel="preload" as="script" [^>]*>', ""),
    # The theme chooses the colours late: the page flashes in neither palette, and has none where scripts are off.
    Change("colours before scripts", r'(<html[^>]* data-theme=)"auto"', r'\1"light"', 1),
    Change(
        "colours by a script of the site",
        r'(?s)<script data-cfasync="false">.*?</script>(?=.*?href="([^"]*)_static/styles/theme\.css)',
        r'<script src="\1_static/theme.js"></script>',
        1,
    ),
)
# The search page needs them; elsewhere the box only leads to that page.
SEARCH = Change(
    "the search index on every page",
    r'\s*<script defer src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>',
    "",
    at_least=1,
)


def changed(html: str, page: Path) -> str:
    """A page after the changes, unless it has been through this before. page: where it stands in the site"""
    if not re.search(ICON_SCRIPT.pattern, html):
        if "fontawesome.js" in html:
            raise SphinxError(
                f"{page.name} loads fontawesome.js in a way that analysis/report/site/finish/theme.py does not know."
            )
        return html
    for change in CHANGES if page.name == "search.html" else (*CHANGES, SEARCH):
        html, count = re.subn(change.pattern, change.new, html)
        if count < change.at_least:
            raise SphinxError(
                f"{page.name}: no place found for a change of the theme's HTML ({change.what}). "
                "Has the theme's version changed? Look at CHANGES in analysis/report/site/finish/theme.py."
            )
    return tables.boxed(size_drawings(html, page))


def size_drawings(html: str, page: Path) -> str:
    """Say how large a drawing is, so that the text below it does not jump when it arrives, however late."""

    def sized(match: re.Match[str]) -> str:
        size = in_pixels((page.parent / match["src"]).read_text(encoding="utf-8")[:2000])
        return f'{match["start"]} {size} loading="lazy" decoding="async" {match["rest"]}' if size else match[0]

    return re.sub(r'(?P<start><img)(?=[^>]* class="[^"]*drawing) (?P<rest>[^>]*src="(?P<src>[^"]+\.svg)")', sized, html)


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
    """Cut the icon fonts down to the icons in use. Sphinx copies the whole fonts anew when it writes any page."""
    static = pages.static
    fonts = sorted(static.glob("vendor/fontawesome/webfonts/*.ttf"))
    if not fonts and any(static.glob("vendor/fontawesome/webfonts/*.woff")):
        return
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


# The theme measures every box at once when a page has loaded, to see which ones scroll: the whole page is laid out for
# it, again and again, and a box that scrolls only when its font has come stays out of the keyboard's reach. The browser
# says itself when a box or what is in it has another size.
MEASURE = "forEach(e=>{e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1})"
MEASURE_LATER = (
    "forEach(e=>{const o=new ResizeObserver(()=>{"
    "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1});"
    "[e,...e.children].forEach(c=>o.observe(c))})"
)


# The search looks words up in plain objects, which know words of their own: `constructor`, `__proto__`.
LOOK_UP = r"\b(terms|titleTerms)\[(word|term)\]"
LOOK_UP_OWN = r"(Object.hasOwn(\1, \2) ? \1[\2] : undefined)"

# Numbers are words like others, but no part of another number; search.js has the functions.
SEARCH_CHANGES = (
    (LOOK_UP, LOOK_UP_OWN, 8),
    (r"\|\|\s*queryTerm\.match\([^)]*\)", "", 1),
    (r"highlightTerms\.add\(query\w+\)", "printed(queryTermLower).forEach((form) => highlightTerms.add(form))", 1),
    (r"if \(word\.length > 2\)", "if (word.length > 2 && !isNumber(word))", 1),
    (r"\(term\) => term\.length > 2", "(term) => term.length > 2 || isNumber(term)", 1),
    (r"Search\.makeSearchSummary\(", "quotation(", 1),
)
MARK = r"val\.toLowerCase\(\)\.indexOf\(text\)"
MARK_WHOLE = (
    r'/^[0-9]/.test(text) ? val.search(new RegExp(`(?<![0-9.,])${text.replace(/\\W/g, "\\\\$&")}(?![0-9]|[.,][0-9])`))'
    r" : val.toLowerCase().indexOf(text)"
)


def change_scripts(static: Path) -> None:
    for name, pattern, new, count in (
        ("scripts/pydata-sphinx-theme.js", re.escape(MEASURE), MEASURE_LATER, 1),
        *(("searchtools.js", *change) for change in SEARCH_CHANGES),
        ("sphinx_highlight.js", MARK, MARK_WHOLE, 1),
    ):
        script = static / name
        text, found = re.subn(pattern, new, script.read_text(encoding="utf-8"))
        if found != count:
            raise SphinxError(
                f"{name} has changed: {found} places for a change instead of {count}. See finish/theme.py."
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

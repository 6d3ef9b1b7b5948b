"""Whose work the site ships: every script, style sheet, font and icon that is not the report's own, with its licence.

Each file below `_static` belongs to one component, or is the report's own; a file that belongs to nobody stops the
build. Version and licence text come from the package that was installed, so they are those of what is shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from html import escape
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import SphinxError

from analysis.report import notebooks
from analysis.teaching.site import lab

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from analysis.report.site.finish.pages import Pages

PAGE = "licences"
TITLE = "Software and fonts in this site"
ASSETS = notebooks.BOOK / "assets"

# Files that a build makes from the report's own: see live.py, tokens.py, policy.py and styles.py. The bundles of styles
# and the settings hold the text of the components too; their sources stand beside them.
MADE = ("live-model.js", "tokens.css", "options-*.js", "site-*.css")
MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


@dataclass(frozen=True)
class Component:
    """What one maker gave.

    files:   patterns of paths below _static
    package: the installed package that brings it
    notice:  a file of that package whose head names version and holder, where another's work stands inside it
    text:    the licence's text where the package has none: the name of a file in book/assets, or the text
    beside:  patterns of paths in the site, outside _static or only there when `report lab` has added them
    """

    name: str
    licence: str
    home: str
    files: tuple[str, ...]
    package: str
    notice: str = ""
    holder: str = ""
    text: str = ""
    beside: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Of the component itself, where its file says it, else of the package."""
        if not self.notice:
            return distribution(self.package).version if self.package else ""
        found = re.search(r"\bv?(\d+\.\d+\.\d+)\b", _head(self.package, self.notice))
        if not found:
            raise SphinxError(
                f"{self.notice} of {self.package} names no version. See analysis/report/site/finish/licences.py."
            )
        return found[1]

    @property
    def licence_text(self) -> str:
        if self.text.endswith(".txt"):
            return (ASSETS / self.text).read_text(encoding="utf-8")
        if self.text:
            return f"{self.holder}\n\n{self.text}"
        texts = [
            Path(str(path.locate())).read_text(encoding="utf-8")
            for path in distribution(self.package).files or ()
            if re.search(r"\.dist-info/.*(LICEN[CS]E|COPYING)", str(path))
        ]
        if not texts:
            raise SphinxError(f"{self.package} brings no licence. See analysis/report/site/finish/licences.py.")
        return "\n\n".join(texts)


def _head(package: str, file: str) -> str:
    for path in distribution(package).files or ():
        if str(path).endswith(file):
            return Path(str(path.locate())).read_text(encoding="utf-8")[:2000]
    raise SphinxError(f"{package} has no file {file}. See analysis/report/site/finish/licences.py.")


BSD2, BSD3 = "BSD-2-Clause", "BSD-3-Clause"
COMPONENTS = (
    Component(
        "Sphinx",
        BSD2,
        "https://www.sphinx-doc.org",
        (
            "doctools.js",
            "searchtools.js",
            "language_data.js",
            "sphinx_highlight.js",
            "basic.css",
            "file.png",
            "plus.png",
            "minus.png",
        ),
        "sphinx",
    ),
    Component("Pygments", BSD2, "https://pygments.org", ("pygments.css",), "pygments"),
    Component(
        "PyData Sphinx Theme",
        BSD3,
        "https://pydata-sphinx-theme.readthedocs.io",
        ("scripts/pydata-sphinx-theme.js", "styles/pydata-sphinx-theme.css", "styles/theme.css"),
        "pydata-sphinx-theme",
    ),
    Component(
        "Sphinx Book Theme",
        BSD3,
        "https://sphinx-book-theme.readthedocs.io",
        ("scripts/sphinx-book-theme.js", "styles/sphinx-book-theme.css"),
        "sphinx-book-theme",
    ),
    Component(
        "Bootstrap",
        "MIT",
        "https://getbootstrap.com",
        ("scripts/bootstrap.js", "scripts/bootstrap.js.LICENSE.txt"),
        "pydata-sphinx-theme",
        notice="scripts/bootstrap.js.LICENSE.txt",
        holder="Copyright 2011-2024 The Bootstrap Authors. Its styles are part of pydata-sphinx-theme.css, and its "
        "script holds Popper, Copyright 2019 Federico Zivolo, under the same licence.",
        text=MIT,
    ),
    Component(
        "Font Awesome Free",
        "fonts: OFL-1.1; icons: CC-BY-4.0; styles: MIT",
        "https://fontawesome.com",
        ("vendor/fontawesome/webfonts/*.woff",),
        "pydata-sphinx-theme",
        notice="scripts/fontawesome.js.LICENSE.txt",
        holder="Copyright 2024 Fonticons, Inc. (https://fontawesome.com). Fonts: SIL Open Font License 1.1, whose text "
        "stands with Source Sans below. Icons: https://creativecommons.org/licenses/by/4.0/. Cut down to the icons "
        "in use. Its styles are part of pydata-sphinx-theme.css, under the MIT licence:",
        text=MIT,
    ),
    Component(
        "sphinx-copybutton",
        "MIT",
        "https://sphinx-copybutton.readthedocs.io",
        ("copybutton.js", "copybutton_funcs.js", "copybutton.css", "copy-button.svg", "check-solid.svg"),
        "sphinx-copybutton",
    ),
    Component(
        "clipboard.js",
        "MIT",
        "https://clipboardjs.com",
        ("clipboard.min.js",),
        "sphinx-copybutton",
        notice="clipboard.min.js",
        holder="Copyright Zeno Rocha",
        text=MIT,
    ),
    Component(
        "sphinx-design",
        "MIT",
        "https://sphinx-design.readthedocs.io",
        ("design-tabs.js", "sphinx-design.min.css"),
        "sphinx-design",
    ),
    Component(
        "sphinx-togglebutton",
        "MIT",
        "https://sphinx-togglebutton.readthedocs.io",
        ("togglebutton.js", "togglebutton.css"),
        "sphinx-togglebutton",
    ),
    Component("MyST-NB", BSD3, "https://myst-nb.readthedocs.io", ("mystnb.*.css",), "myst-nb"),
    Component(
        "Source Sans (as Report Sans)",
        "OFL-1.1",
        "https://github.com/adobe-fonts/source-sans",
        ("report-sans-*.woff2", "report-sans-OFL.txt"),
        "",
        text="report-sans-OFL.txt",
    ),
    Component(
        "STIX Two Math",
        "OFL-1.1",
        "https://github.com/stipub/stixfonts",
        ("stix-two-math.woff2", "stix-two-math-OFL.txt"),
        "",
        text="stix-two-math-OFL.txt",
    ),
    Component(
        "reveal.js",
        "MIT",
        "https://revealjs.com",
        (),
        "sphinx-revealjs",
        notice="revealjs/dist/reveal.js",
        holder="Copyright (C) 2011-2024 Hakim El Hattab, http://hakim.se, and reveal.js contributors",
        text=MIT,
        beside=("slides/reveal*",),
    ),
    Component(
        "Pyodide",
        "MPL-2.0",
        "https://pyodide.org",
        (),
        "",
        text=f"Pyodide {lab.VERSION}, unchanged, copyright its contributors, under the Mozilla Public License 2.0 "
        "(https://mozilla.org/MPL/2.0/). It holds CPython, copyright Python Software Foundation, under the Python "
        "Software Foundation License, and the runtime of Emscripten, copyright its authors, under the MIT licence. "
        "Its sources: https://github.com/pyodide/pyodide. Only a site to which `report lab` has added it holds it.",
        beside=("_static/lab-core.js",),
    ),
)


def makers(name: str) -> list[str]:
    """Whose a file below _static is: components that claim it, else "" for the report's own; nothing if nobody's."""
    found = [
        each.name
        for each in COMPONENTS
        if any(fnmatch(name, pattern) for pattern in each.files)
        or any(fnmatch(f"_static/{name}", pattern) for pattern in each.beside)
    ]
    own = (ASSETS / name).is_file() or any(fnmatch(name, pattern) for pattern in MADE)
    return found or ([""] if own else [])


def faults(static: Path) -> list[str]:
    """Files whose maker nobody has named, or several claim, and components that are no longer there."""
    names = sorted(path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file())
    found = [f"{name} ({' and '.join(owners) or 'nobody'})" for name in names if len(owners := makers(name)) != 1]
    for each in COMPONENTS:
        gone = [pattern for pattern in each.files if not any(fnmatch(name, pattern) for name in names)]
        found += [f"{pattern} of {each.name} (is not there)" for pattern in gone]
    return found


def body() -> str:
    """The page: a table of all components, then the licence of each."""
    rows, texts = [], []
    for number, each in enumerate(COMPONENTS):
        files = ", ".join(f"<code>{escape(pattern)}</code>" for pattern in (*each.files, *each.beside))
        rows.append(
            f'<tr><th scope="row"><a href="{each.home}">{escape(each.name)}</a></th>'
            f"<td>{escape(each.version) or 'in the file'}</td>"
            f'<td><a href="#licence-{number}">{escape(each.licence)}</a></td><td>{files}</td></tr>'
        )
        texts.append(
            f'<section id="licence-{number}">\n<h2>{escape(each.name)}</h2>\n'
            f'<pre class="licence" tabindex="0" role="region" aria-label="Licence of {escape(each.name)}">'
            f"{escape(each.licence_text.strip())}</pre>\n</section>"
        )
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("What", "Version", "Licence", "Files in _static"))
    return (
        f'<section id="{PAGE}">\n<h1>{TITLE}</h1>\n'
        "<p>The text, data and figures of this report are under CC BY 4.0, its code is under the MIT licence. "
        "The pages also ship the work of others, listed here with its licences. Icons and typefaces are cut down to "
        "the characters in use, and style sheets to the rules in use. Nothing is loaded from another host.</p>\n"
        f'<div tabindex="0" role="region" aria-label="{TITLE}" '
        f'class="pst-scrollable-table-container"><table class="table">'
        f"<thead><tr>{heads}</tr></thead><tbody>\n" + "\n".join(rows) + "\n</tbody></table></div>\n"
        "<p>The site is written by software that does not become part of it: the lock file and the bill of materials "
        "of the sources list it.</p>\n" + "\n".join(texts) + "\n</section>\n"
    )


def page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if app.builder.name == "html":
        yield PAGE, {"title": TITLE, "body": body(), "metatags": ""}, "page.html"


def finish(app: Sphinx, pages: Pages) -> None:
    wrong = faults(pages.static)
    if wrong:
        raise SphinxError(
            f"The page of licences and the site's files disagree: {', '.join(wrong[:8])}. Name what is shipped, its "
            "maker and its licence in COMPONENTS of analysis/report/site/finish/licences.py."
        )


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", page)

"""A plain `jupyter-book build .`: the site of `report build`, from the pages as they are committed.

Jupyter Book is led to a folder laid out as `report build` lays it out, so that nothing but the pages is read and every
address is the same. The site is put in place whole, and never over somebody's files. Of the pages only those of
families, which are committed nowhere, are executed, and Python for the browser is left out: `make book` does both.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from analysis.report import manifest, notebooks, place
from analysis.scenarios import Scenario

WORK = place.BUILD / ".work" / "jupyter-book"


def setup(app: Sphinx) -> None:
    sources, target, path = Path(app.srcdir), Path(app.outdir), type(app.srcdir)
    if not (sources / "book").is_dir():
        return  # a folder that is laid out already
    if sources != notebooks.ROOT:
        raise SphinxError(f"{sources} is not the report that is installed, {notebooks.ROOT}. Run `make setup` in it.")
    # Not before: the builder of the site starts Jupyter Book, which imports this.
    from analysis.report import execution, rendering

    held = ExitStack()
    work = held.enter_context(place.work_of_its_own(WORK))
    written = {page.name: page.path for page in notebooks.pages() if page.runs}
    executed = written | execution.execute_pages(notebooks.members(), Scenario(), work / "executed")
    rendering.stage(Scenario(), executed, work / "source")
    # Only now, and before Sphinx takes its settings: they name files of the folder.
    contents = str(work / "source" / "_toc.yml")
    app.config.overrides.update(rendering.addressed(app.config.overrides), external_toc_path=contents)
    app.srcdir = app.confdir = path(work / "source")
    app.doctreedir = path(work / "doctrees")
    # Sphinx would put its year in place of the copyright's, as in rendering.render.
    os.environ.pop("SOURCE_DATE_EPOCH", None)

    def begin(app: Sphinx) -> None:
        if app.builder.name != "html":
            return
        try:
            held.enter_context(place.filling(target, manifest.SITE))
        except place.BuildError as error:
            raise SphinxError(str(error)) from None
        app.outdir = app.builder.outdir = path(work / "html")
        app.outdir.mkdir()

    def finish(app: Sphinx, error: Exception | None) -> None:
        with held:
            if error or app.builder.name != "html":
                return
            html = work / "html"
            try:
                figures = rendering.write_figures(executed, html / "figures")
                for guest in rendering.guests():
                    guest.write(html, executed, Scenario())
                rendering.complete(html, figures, notebooks.published())
            except place.BuildError as fault:
                raise SphinxError(str(fault)) from None
            place.put(html, target, manifest.SITE)
            app.outdir = path(target)  # where Jupyter Book says it is

    app.connect("builder-inited", begin)
    app.connect("build-finished", finish, priority=990)  # when all others have finished the pages

"""Scripts of the report's own, each on the page that needs it and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

# Page -> a script in book/assets.
SCRIPTS = {"audit": "audit.js"}


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    script = SCRIPTS.get(pagename.rpartition("/")[2])
    if script and doctree is not None:
        app.add_js_file(script, loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add)

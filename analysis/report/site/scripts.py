"""Scripts of the report's own, each on the page that needs it and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# Page -> a script in book/assets.
SCRIPTS = {
    **dict.fromkeys(("audit", "claims_in_circulation"), "audit.js"),
    **dict.fromkeys(("data", "data_dictionary", "assumptions", "results", "published_figures"), "tables.js"),
    **dict.fromkeys(("models_and_hardware", "prices", "models", "cost_per_model"), "tables.js"),
    **dict.fromkeys(("owning_and_renting", "reconciliation"), "tables.js"),
}


# Under which a page's metadata name the scripts that its directives have asked for.
ASKED = "report-scripts"


def ask(env: BuildEnvironment, *names: str) -> None:
    """Load scripts on the page that is being read."""
    asked = env.metadata[env.docname].setdefault(ASKED, [])
    asked += [name for name in names if name not in asked]


def write(app: Sphinx, name: str, text: Callable[[], str]) -> None:
    """Put a generated script beside the hand-written ones."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text(), encoding="utf-8")


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    script = SCRIPTS.get(pagename.rpartition("/")[2])
    names = [script] if script and doctree is not None else []
    for name in names + app.env.metadata.get(pagename, {}).get(ASKED, []):
        app.add_js_file(name, loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add)

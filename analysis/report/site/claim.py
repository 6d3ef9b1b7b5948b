"""The form that checks a cost claim, written as HTML; book/assets/claim.js brings it to life.

A page asks for it with the directive `{claim}`, which takes nothing. What stands in the page without a script says how
the command `report claim` gives the same answers.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import tables
from analysis.case import Case
from analysis.placing import given, numbers
from analysis.report import claim_form
from analysis.report.site import scripts, templates
from analysis.scenarios import Scenario

SCRIPTS = ("claim-model.js", "words.js", "claim.js")

HTML = templates.beside(__file__)

# How a sum is told, as the form offers it.
READINGS = {"about": "about", "over": "over, at least", "under": "under, up to", "between": "between"}


class ClaimDirective(SphinxDirective):
    """The form, and where its answers go."""

    def run(self) -> list[nodes.Node]:
        for path in sorted(tables.DATA.glob("*.csv")):
            self.env.note_dependency(str(path))
        scripts.ask(self.env, *SCRIPTS)
        case = Case()
        chips = {gpu_id: known["name"] for gpu_id, known in case.data.records("gpus").items()}
        lists = {
            "model": {"": "none of these", **claim_form.labels(case)},
            "gpu": {"": "that of the model, or not given", **chips},
            "when": {
                "": "that of the model, or not given",
                **{each: each for each in reversed(claim_form.half_years(case))},
            },
            "counts": {"": "what the model’s row says, or not said", **numbers.BOUNDARIES},
            "reading": READINGS,
        }
        assert READINGS.keys() == given.READINGS.keys()
        return [nodes.raw("", str(HTML.form(lists, claim_form.FIELDS, claim_form.EXAMPLES)), format="html")]


def write_model(app: Sphinx) -> None:
    scenario = Scenario(changes=dict(app.config.report_changes))
    scripts.write(app, SCRIPTS[0], lambda: claim_form.script(Case(scenario=scenario)))


def setup(app: Sphinx) -> None:
    app.add_directive("claim", ClaimDirective)
    app.connect("builder-inited", write_model)

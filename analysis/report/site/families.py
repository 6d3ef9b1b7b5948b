"""Members of a family of pages: rendered, though no table of contents names each.

A sidebar with a hundred models would be longer than most pages. The page that lists them leads to each by the role
{member}`model_gpt4 GPT-4`: a link where that page is in the site, its words alone where it has none.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole

from analysis.report import notebooks


class member_link(nodes.Inline, nodes.TextElement):
    """A link to a member; filled when it is known which pages there are."""


class MemberRole(SphinxRole):
    """{member}`model_gpt4 GPT-4`: the page, and the words that lead to it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name, _, words = self.text.partition(" ")
        return [member_link("", words, member=name)], []


class LinkMembers(SphinxPostTransform):
    default_priority = 320
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for node in list(self.document.findall(member_link)):
            text = nodes.Text(node.astext())
            if self.app.builder.name == "html" and node["member"] in self.env.found_docs:
                address = self.app.builder.get_relative_uri(self.env.docname, node["member"])
                node.replace_self(nodes.reference("", "", text, refuri=address, internal=True))
            else:
                node.replace_self(text)


def members(folder: Path) -> set[str]:
    """Names of the members whose pages lie in a folder."""
    return {page.name for page in notebooks.members() if (folder / f"{page.name}.ipynb").exists()}


def _include(app: Sphinx, config: Config) -> None:
    own = {f"{name}.ipynb" for name in members(Path(app.srcdir))}
    config.exclude_patterns = [pattern for pattern in config.exclude_patterns if pattern not in own]


def _mark(app: Sphinx, env: BuildEnvironment) -> None:
    """Sphinx warns of a page that no table of contents holds, unless it says so of itself."""
    for name in members(Path(app.srcdir)):
        env.metadata[name]["orphan"] = "true"


def setup(app: Sphinx) -> None:
    app.add_node(member_link)
    app.add_role("member", MemberRole())
    app.add_post_transform(LinkMembers)
    # After the external table of contents has left out what it does not name (priority 900).
    app.connect("config-inited", _include, priority=910)
    app.connect("env-updated", _mark)

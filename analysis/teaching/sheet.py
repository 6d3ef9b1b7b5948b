"""A sheet that travels alone: one HTML file that asks for nothing and runs nothing, to be read offline or printed."""

from __future__ import annotations

from importlib.resources import files

from markupsafe import Markup

from analysis.report.site import templates, tokens

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

HTML = templates.beside(__file__)


def colours() -> str:
    """The figures' colours as properties; paper is white in every light."""
    return ":root { " + "".join(f"--{name}: {colour}; " for name, colour in tokens.COLOURS.items()) + "}\n"


def page(title: str, body: Markup) -> str:
    """The sheet. body: what stands below its title"""
    style = colours() + files("analysis.teaching").joinpath("sheet.css").read_text(encoding="utf-8")
    return str(HTML.page(title, body, Markup(style), POLICY)).lstrip()

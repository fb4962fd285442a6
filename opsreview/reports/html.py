"""Executed notebook in, page out: an nbconvert exporter with a template of our own.

The stock templates drop plotly 7 figures, load four scripts from the network and let Markdown run
scripts. Here every value is escaped unless it is one of the two kinds named in ``SHOWN``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import bleach  # type: ignore[import-untyped]
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import default

from opsreview.reports.charts import PLOTLY, chart
from opsreview.reports.templates import TEMPLATES, page_environment

SHOWN = (PLOTLY, "text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain")
TEXT_TAGS = (
    bleach.ALLOWED_TAGS
    | {"h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "pre", "div", "span", "del", "sub"}
    | {"sup", "dl", "dt", "dd", "details", "summary"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
TEXT_ATTRIBUTES = {"*": ["class", "id"], "a": ["href", "title"], "th": ["align"], "td": ["align"]}
ANCHOR = re.compile(r'<a class="anchor-link"[^>]*>[^<]*</a>')
REDIRECT = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)


class PageExporter(TemplateExporter):  # type: ignore[misc, unused-ignore]
    """nbconvert exporter of ``template/page.html.j2``; code, prompts and stderr stay out."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_file")
    def _template_file_default(self) -> str:
        return "page.html.j2"

    @default("template_paths")
    def _template_paths_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Iterable[tuple[str, Callable[..., Any]]]:
        return FILTERS.items()

    def _create_environment(self) -> Environment:
        return environment()


def environment() -> Environment:
    """Our jinja2: escapes everything, and a missing value is an error."""
    made = page_environment()
    made.filters.update(FILTERS)
    return made


def export(notebook: NotebookNode, page: Mapping[str, Any]) -> str:
    """The page of one executed notebook; ``page`` are the other values of the template."""
    exporter = PageExporter()  # type: ignore[no-untyped-call]
    body, _ = exporter.from_notebook_node(notebook, {"page": page})
    return str(body)


def safe_markdown(source: str) -> Markup:
    """Markdown as HTML that can neither run, nor load, nor lead anywhere but to a web page."""
    rendered = MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(source)
    rendered = ANCHOR.sub("", rendered)  # the heading keeps its id, for links to it
    return Markup(bleach.clean(rendered, tags=TEXT_TAGS, attributes=TEXT_ATTRIBUTES))  # noqa: S704


def own_html(source: str) -> Markup:
    """HTML of our own blocks and of polars, which escape what came from outside."""
    return Markup(REDIRECT.sub("", source))  # noqa: S704


def shown(output: NotebookNode) -> tuple[str, Any]:
    """The kind and content of an output that a page shows; ``("", "")`` for what it hides."""
    if output.output_type == "stream":
        return ("text/plain", output.text) if output.name == "stdout" else ("", "")
    data = output.get("data", {})
    kind = next((each for each in SHOWN if each in data), "")
    return (kind, chart(data[kind])) if kind == PLOTLY else (kind, data.get(kind, ""))


def has_charts(notebook: NotebookNode) -> bool:
    """True when the page needs plotly.js."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return any(shown(output)[0] == PLOTLY for output in outputs)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "safe_markdown": safe_markdown,
    "own_html": own_html,
    "shown": shown,
}

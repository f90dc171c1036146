"""How Sphinx makes the site: in an environment of its own, of what `collect.py` wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))
from search import EnglishAndChinese

project = "groupbuy"
author = "The groupbuy maintainers"
project_copyright = "The groupbuy maintainers, Apache-2.0"
version = release = (Path(__file__).parent / "version.txt").read_text(encoding="utf-8").strip()

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["*.py"]
root_doc = "index"
language = "en"
nitpicky = True
# Links to headings, as GitHub makes them.
myst_heading_anchors = 4

# Quotes stay as they are typed: in Chinese they would be wide ones.
smartquotes = False

html_theme = "furo"
html_title = f"groupbuy {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_search_language = EnglishAndChinese.lang
html_show_sourcelink = False
html_copy_source = False
html_use_index = False
html_show_sphinx = False
html_theme_options: dict[str, Any] = {"top_of_page_buttons": []}


def spoken(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Pages named `*.zh` say that they are Chinese: browsers choose fonts and breaks by it."""
    if page.endswith(".zh"):
        context["language"] = "zh-CN"


def setup(app: Sphinx) -> None:
    """What Sphinx doesn't know of itself."""
    app.add_search_language(EnglishAndChinese)
    app.connect("html-page-context", spoken)
    app.add_lexer("csv", TextLexer)

"""The documentation as a site: sphinx-build -W -b html docs docs/_build."""

from __future__ import annotations

import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

from dosecalc.version import VERSION

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from make_pages import write  # noqa: E402  # it stands beside this file

write(HERE / "regimens")

project = "dosecalc"
author = "the dosecalc authors"
copyright = "the dosecalc authors, Apache License 2.0"  # noqa: A001  # the name that Sphinx reads
version = release = VERSION

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"dosecalc {VERSION}"
html_show_sphinx = False
html_copy_source = False
html_extra_path = sorted(path.name for path in HERE.glob("*.schema.json"))
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

lexers["csv"] = TextLexer()  # a table of readings is plain text

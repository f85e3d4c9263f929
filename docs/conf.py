"""Sphinx configuration: `make docs` builds with warnings as errors and without
network."""

import re
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for gallery_figures

project = "nuprobe"
author = "nuprobe developers"
copyright = "2026, nuprobe developers"
release = version = installed_version("nuprobe")

extensions = [
    "myst_nb",  # brings myst_parser
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx.ext.mathjax",
    # copies MathJax into the output: the pages need no network
    "sphinx-mathjax-offline",
    "sphinxcontrib.bibtex",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/*.ipynb", "auto_examples/*/*.ipynb"]
html_theme = "furo"
html_title = f"nuprobe {release}"
default_role = "literal"

myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3

# only the tutorials have code cells: they run at each build; an error stops it
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
napoleon_google_docstring = False
napoleon_use_ivar = True

suppress_warnings = ["ref.python"]  # attributes of several classes may have one name

bibtex_bibfiles = ["../src/nuprobe/data/references.bib"]
bibtex_default_style = "unsrt"
bibtex_reference_style = "label"

sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["auto_examples"],
    "subsection_order": [
        "../examples/trident_talk",
        "../examples/cevns_seminar",
        "../examples/dipole_talk",
        "../examples/em_paper",
        "../examples/l023_page",
    ],
    "within_subsection_order": "gallery_figures.DocumentOrder",
    "image_scrapers": ("gallery_figures",),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
}

_TEXKEY = re.compile(r"(?<![\w-])([A-Z][A-Za-z-]+(?:-\d)?:(?:19|20)\d\d[a-z]{2,3})\b")
_LITERAL = re.compile(r"(``.*?``|`[^`]*`)")
_UNPACKING = re.compile(r"(?<=[(\[ ])\*(?=[A-Za-z_][\w. ]*[,)])")


def _physics_to_rst(app, what, name, obj, options, lines):
    """Let docstrings be written as people write: |q|² and (*shape, 3) are no markup, a
    texkey becomes a citation."""
    for i, line in enumerate(lines):
        parts = _LITERAL.split(line)
        for j in range(0, len(parts), 2):
            text = _UNPACKING.sub(r"\\*", parts[j].replace("|", r"\|"))
            parts[j] = _TEXKEY.sub(r":cite:p:`\1`", text)
        lines[i] = "".join(parts)


def setup(app):
    # after napoleon, which runs at the default priority 500
    app.connect("autodoc-process-docstring", _physics_to_rst, priority=900)

"""Likelihoods in the browser: a folder of static files with sliders, spectra and
contours that works offline.

A page is a portable likelihood with a description: its plane, published limits as
layers, presets, and the Python code for the same calculation.
"""

from nuprobe.explore.observable import with_observable
from nuprobe.explore.pages import PageFile, default_pages, read_page
from nuprobe.explore.serve import serve
from nuprobe.explore.site import write_explorer

__all__ = [
    "PageFile",
    "default_pages",
    "read_page",
    "serve",
    "with_observable",
    "write_explorer",
]

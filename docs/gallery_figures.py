"""Let sphinx-gallery find figures that are made without pyplot, as `nuprobe.plotting`
does, by what its functions return: axes, or an array of them; and let it order examples
as the founding documents do."""

from pathlib import Path

import yaml
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst


def _collect(block, block_vars, gallery_conf):
    variables = block_vars["example_globals"]
    seen = variables.setdefault("_figures_shown", set())
    paths = []
    for value in list(variables.values()):
        figure = getattr(value, "figure", None)
        if isinstance(figure, Figure) and id(figure) not in seen:
            seen.add(id(figure))
            paths.append(next(block_vars["image_path_iterator"]))
            figure.savefig(paths[-1], dpi=120)
    return figure_rst(paths, gallery_conf["src_dir"])


def _get_sg_image_scraper():
    return _collect


LETTERS = {
    "trident_talk": "T",
    "cevns_seminar": "S",
    "dipole_talk": "D",
    "em_paper": "E",
    "l023_page": "L",
}
"""Of the items of the document that a folder draws."""


class DocumentOrder:
    """Order examples by the first item of their founding document that names them;
    those of no document by their names."""

    def __init__(self, src_dir):
        self.folder = Path(src_dir).name
        self.places = {}
        letter = LETTERS.get(self.folder)
        for path in sorted((Path(__file__).parent / "founding").glob("*.yaml")):
            for item in yaml.safe_load(path.read_text(encoding="utf-8"))["items"]:
                if item["id"][0] == letter:
                    for name in item.get("example", ()):
                        self.places.setdefault(name, item["id"])

    def __repr__(self):
        return "<DocumentOrder>"  # in the cache of the build

    def __call__(self, filename):
        """Key to sort by."""
        return (self.places.get(f"{self.folder}/{filename}", ""), filename)

"""Let sphinx-gallery find figures that are made without pyplot, as `nuprobe.plotting`
does, by what its functions return: axes, or an array of them."""

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

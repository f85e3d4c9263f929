"""Style of the figures; matplotlib is imported only inside functions, and pyplot
never."""

from __future__ import annotations

import io
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.files import atomic_write, writable_or_error
from nuprobe.flavours import FLAVOURS
from nuprobe.nuclei import FormFactor, Target
from nuprobe.numerics import FloatArray, numbers
from nuprobe.parameters import Parameter
from nuprobe.units import MeV, eV, keV

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

__all__ = ["FORMATS", "PALETTE", "Entries", "check_path", "save", "style"]

P = ParamSpec("P")
T = TypeVar("T")
ColourLike = str | tuple[float, float, float]

FORMATS: Final = ("pdf", "png", "svg")
"""Suffixes supported by `save`."""
PALETTE: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe–Ito colours suitable for lines on white (its yellow is not; its black is
reserved for data)."""
GREYS: Final = ("#c8c8c8", "#a4a4a4", "#e2e2e2", "#8a8a8a")
"""Backgrounds, in the order of stacking."""
WIDTH: Final = 6.4  # inches: one and a half columns, read at full size on a screen

# the fonts come with matplotlib, so a figure looks the same on every machine
_RC: Final[dict[str, Any]] = {
    "axes.axisbelow": False,
    "axes.formatter.useoffset": False,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.titlesize": 11,
    "errorbar.capsize": 0,
    "figure.constrained_layout.h_pad": 0.05,
    "figure.constrained_layout.w_pad": 0.05,
    "figure.dpi": 100,
    "font.family": "STIXGeneral",
    "font.size": 11,
    "hatch.linewidth": 0.6,
    "legend.borderaxespad": 0.3,
    "legend.columnspacing": 1.4,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "legend.handlelength": 2.0,
    "legend.labelspacing": 0.3,
    "legend.title_fontsize": 10,
    "lines.linewidth": 1.5,
    "mathtext.fontset": "stix",
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    "svg.hashsalt": "nuprobe",
    "text.usetex": False,
    "xtick.direction": "in",
    "xtick.labelsize": 10.5,
    "xtick.minor.visible": True,
    "xtick.top": True,
    "ytick.direction": "in",
    "ytick.labelsize": 10.5,
    "ytick.minor.visible": True,
    "ytick.right": True,
}
_DEEP: Final = 1e-3  # of its maximum, down to which a curve is shown
_DEEPEST: Final = 1e-6  # of the largest cross section; nothing below is drawn
_ACTIVE: Final = ContextVar("nuprobe_style", default=False)
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
    "png": {},
}


def import_matplotlib() -> None:
    """Import matplotlib whatever the value of ``MPLBACKEND``: figures here need no
    window, but matplotlib cannot be imported with an unknown backend.

    Examples
    --------
    >>> import_matplotlib()
    """
    if "matplotlib" in sys.modules:
        return
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib as mpl
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        # as matplotlib itself does, except for unknown names
        with suppress(ValueError):
            mpl.rcParams["backend"] = backend


@contextmanager
def style() -> Iterator[None]:
    """The package's Matplotlib settings inside a ``with`` block; the caller's settings
    are restored after it.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with style():
    ...     mpl.rcParams["mathtext.fontset"]
    'stix'
    """
    if _ACTIVE.get():
        yield
        return
    import_matplotlib()
    import matplotlib as mpl

    token = _ACTIVE.set(True)
    try:
        with mpl.rc_context():
            # a caller's own matplotlibrc must not change what a figure looks like
            mpl.rcdefaults()
            # the type of the keys differs between versions of matplotlib
            settings: Any = _RC
            mpl.rcParams.update(settings)
            yield
    finally:
        _ACTIVE.reset(token)


def styled(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function draw in the package's style, unless it draws on axes of the
    caller."""

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        if kwargs.get("ax") is not None:
            return function(*args, **kwargs)
        with style():
            return function(*args, **kwargs)

    return drawn


@public
def save(figure: Any, path: str | os.PathLike[str]) -> Path:
    """Write a figure as PDF, PNG or SVG, atomically.

    The same figure gives the same bytes: no dates, fixed identifiers.

    Parameters
    ----------
    figure : returned by a function of this package, or a figure.
    path : destination; its suffix (``.pdf``, ``.png``, ``.svg``) chooses the format.

    Returns
    -------
    Path
        Path of the file.

    Raises
    ------
    InputError
        If the suffix is missing or unknown.
    OutputError
        If the file cannot be written; an existing file is unchanged.

    Examples
    --------
    >>> import tempfile
    >>> from matplotlib.figure import Figure
    >>> figure = Figure((2.0, 1.0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(figure, f"{folder}/empty.svg").name
    'empty.svg'
    """
    kind = _format(path)
    buffer = io.BytesIO()
    with style():
        getattr(figure, "figure", figure).savefig(
            buffer, format=kind, metadata=_METADATA[kind]
        )
    return atomic_write(path, buffer.getvalue())


@public
def check_path(path: str | os.PathLike[str]) -> Path:
    """Check before a long computation that `save` will accept `path`; raises the same
    errors.

    Examples
    --------
    >>> check_path("figure.doc")
    Traceback (most recent call last):
    nuprobe.errors.InputError: cannot tell the format of the figure 'figure.doc': ...
    """
    _format(path)
    return writable_or_error(path)


def _format(path: str | os.PathLike[str]) -> str:
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in FORMATS:
        allowed = ", ".join(f".{known}" for known in FORMATS)
        raise InputError(
            f"cannot tell the format of the figure {str(path)!r}: the name must end"
            f" in one of {allowed}"
        )
    return kind


def main_and_panel(figure: Figure, ratio: float = 2.6) -> tuple[Axes, Axes]:
    """Return a main panel and a lower one that share the x axis and touch."""
    grid = figure.add_gridspec(2, 1, height_ratios=(ratio, 1), hspace=0.0)
    upper = figure.add_subplot(grid[0])
    lower = figure.add_subplot(grid[1], sharex=upper)
    upper.tick_params(axis="x", which="both", labelbottom=False)
    engine_pads(figure)
    return upper, lower


def engine_pads(figure: Figure, hspace: float = 0.01, wspace: float = 0.02) -> None:
    """Set the gaps between panels in constrained layout, as fractions of their size."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)  # new_figure
    engine.set(h_pad=0.03, hspace=hspace, wspace=wspace)


def colours(n: int) -> list[str]:
    """Return `n` distinguishable colours: the palette, or a perceptually uniform scale
    beyond it."""
    if n <= len(PALETTE):
        return list(PALETTE[:n])
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    return [to_hex(c) for c in mpl.colormaps["viridis"](np.linspace(0, 0.92, n))]


def blend(colour: ColourLike, share: float) -> ColourLike:
    """Mix a colour with white; opaque, so that print and screen agree."""
    from matplotlib.colors import to_rgb

    r, g, b = (1 - share * (1 - c) for c in to_rgb(colour))
    return r, g, b


class Entries:
    """Entries of a legend: artists with their names."""

    def __init__(self) -> None:
        self.handles: list[Artist] = []
        self.labels: list[str] = []

    def add(self, artists: Sequence[Artist], label: str) -> None:
        """Add the first of the `artists` under the name `label`."""
        self.handles.append(artists[0])
        self.labels.append(label)

    def above(self, figure: Any, title: str = "") -> Legend:
        """Draw the legend above the panels of a `figure`, under a `title`."""
        return legend_above(figure, self.handles, self.labels, title)


def legend_above(
    figure: Any,
    handles: Sequence[Any],
    labels: Sequence[str],
    title: str = "",
) -> Legend:
    """Put a legend above the panels, with as many columns as fit the width of the
    figure."""
    labels = [primes(label) for label in figure.named(handles, labels)]
    title, room = primes(title), 0.98 * figure.bbox.width

    def draw(columns: int) -> Legend:
        legend: Legend = figure.put_legend(handles, labels, title, columns)
        return legend

    columns = min(len(labels), 6)
    while (legend := draw(columns)).get_window_extent().width > room and columns > 1:
        legend.remove()
        # one more row with the fewest columns that need it, so that the rows are even
        rows = -(-len(labels) // columns) + 1
        columns = min(columns - 1, -(-len(labels) // rows))
    return legend


def primes(text: str) -> str:
    """Return the text with the primes of its formulas (``$g'$``) as letters: matplotlib
    sets a superscript too high."""
    return re.sub(r"\$[^$]*\$", lambda formula: formula[0].replace("'", "′"), text)


def parameter_text(parameter: Parameter) -> str:
    """Text of an axis: symbol or name of a parameter, with its unit in brackets."""
    unit = unit_text(parameter.shown_unit)
    symbol = f"${parameter.latex}$" if parameter.latex else parameter.name
    return primes(f"{symbol} [{unit}]" if unit else symbol)


def provenance(figure: Figure, references: Iterable[str] = (), note: str = "") -> None:
    """Write one small line at the bottom: assumptions, texkeys of the sources, version
    of the package."""
    # the commit of a development version is given only in tables and files
    made = f"nuprobe\N{NO-BREAK SPACE}{version('nuprobe').partition('+')[0]}"
    parts = [note, *dict.fromkeys(references), made]
    # 6.5-point letters are on average 0.043 inches wide
    lines = textwrap.wrap(
        " · ".join(part for part in parts if part), int(figure.get_figwidth() / 0.043)
    )
    text = "\n".join(line.strip(" ·") for line in lines)
    figure.supxlabel(
        primes(text.replace("\N{NO-BREAK SPACE}", " ")),
        x=0.99,
        ha="right",
        fontsize=6.5,
        color="0.4",
    )


def pretty(name: str) -> str:
    """Return a component's name with its flavours as symbols: ``"prompt nu_mu"`` →
    prompt ν_μ."""
    words = [
        f"${FLAVOURS[word].latex}$" if word in FLAVOURS else word.replace("_", " ")
        for word in name.split()
    ]
    return " ".join(words)


def unit_text(unit: str) -> str:
    """Return a parameter's unit for an axis: ``"1e-32 cm2"`` → 10⁻³² cm²."""
    words = {"cm2": "cm$^2$", "eV2": "eV$^2$", "muB": r"$\mu_\mathrm{B}$", "e": "$e$"}
    parts = [
        re.sub(r"^1e(-?\d+)$", r"$10^{\1}$", words.get(word, word))
        for word in unit.split()
    ]
    return " ".join(parts)


def isotope_symbol(symbol: str, a: int) -> str:
    """Symbol of an isotope with its mass number raised."""
    return rf"$^{{{a}}}${symbol}"


def target_symbol(nucleus: Target) -> str:
    """Return an isotope's symbol with its mass number raised, or a formula with its
    numbers lowered."""
    if nucleus.is_single:
        isotope = nucleus.components[0].isotope
        return isotope_symbol(isotope.symbol, isotope.a)
    return re.sub(r"(?<=[A-Za-z)])(\d+)", r"$_{\1}$", nucleus.name)


def per_target(nucleus: Target) -> str:
    """Return the normalisation of a cross section of this target, for an axis label."""
    return f" per {nucleus.unit}"


def shape_name(form_factor: FormFactor) -> str:
    """Name of a form factor's shape: ``FourierBessel`` → Fourier–Bessel."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "–", type(form_factor).__name__)


def energy_unit(largest: float) -> tuple[float, str]:
    """Return a suitable unit (in MeV) for energies up to `largest` MeV, and its
    name."""
    for unit, name in ((MeV, "MeV"), (keV, "keV")):
        if largest >= 2 * unit:
            return unit, name
    return eV, "eV"


def power_of_ten(values: ArrayLike) -> tuple[float, str]:
    """Return the power of ten of the largest value, to divide by, and its text for an
    axis label (empty for 1)."""
    largest = float(np.max(np.abs(np.asarray(values, dtype=float)), initial=0.0))
    exponent = int(np.floor(np.log10(largest))) if largest > 0 else 0
    if -2 <= exponent <= 3:
        return 1.0, ""
    return float(f"1e{exponent}"), rf"$10^{{{exponent}}}$ "


def lowest(values: Iterable[FloatArray]) -> float:
    """Return the lower end of a logarithmic axis of cross sections: it shows all of a
    curve, but only the upper three decades of one that begins at a threshold.

    Parameters
    ----------
    values : cross sections of each curve, at least one of which is positive.

    Examples
    --------
    >>> f"{lowest([np.array([0.0, 1e-9, 1.0]), np.array([0.1, 0.2])]):g}"
    '0.001'
    """
    some = [y[y > 0] for y in map(np.asarray, values) if np.any(y > 0)]
    ends = [max(float(y.min()), _DEEP * float(y.max())) for y in some]
    return max(min(ends), _DEEPEST * max(float(y.max()) for y in some))


def logarithmic(values: FloatArray) -> bool:
    """Whether a grid is spaced logarithmically: positive, its last step more than twice
    its first, its ratios more alike than its steps.

    Examples
    --------
    >>> logarithmic(np.geomspace(0.1, 10, 5)), logarithmic(np.linspace(0.1, 10, 5))
    (True, False)
    """
    if values.size < 3 or values[0] <= 0:
        return False
    steps, ratios = np.diff(values), np.diff(np.log(values))
    alike = ratios.max() / ratios.min() < steps.max() / steps.min()
    return bool(alike and steps[-1] > 2 * steps[0])


def scale_axis(ax: Axes, which: str, values: FloatArray) -> None:
    """Make the axis `which` (``"x"`` or ``"y"``) logarithmic if its grid is, with plain
    numbers if it spans less than two decades."""
    if not logarithmic(values):
        return
    getattr(ax, f"set_{which}scale")("log")
    if values[-1] < 100 * values[0]:
        axis = getattr(ax, f"{which}axis")
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(lambda x, _: f"{x:g}" if f"{x:e}"[0] in "25" else "")


def finite_array(values: ArrayLike, what: str) -> FloatArray:
    """Return a float array; raises `InputError` if it is empty or contains a number
    that is not finite."""
    array = numbers(what, values)
    if array.size == 0:
        raise InputError(f"nothing to plot: {what} is empty")
    if not np.all(np.isfinite(array)):
        index = int(np.argmax(~np.isfinite(array.ravel())))
        raise InputError(
            f"cannot plot {what}: number {index + 1} is {array.ravel()[index]};"
            " remove or correct it"
        )
    return array


def positive_array(values: ArrayLike, what: str) -> FloatArray:
    """Return `finite_array`, at least one-dimensional; raises `InputError` unless all
    of it is positive."""
    array = np.atleast_1d(finite_array(values, what))
    if np.any(array <= 0):
        raise InputError(
            f"cannot plot {what}: they must be positive, got {array[array <= 0][0]:g}"
        )
    return array

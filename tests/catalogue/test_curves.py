"""Curves of the catalogue: units on a plateau, nothing left that closed a drawing, and
what is drawn under a limit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nuprobe import plotting
from nuprobe.catalogue import catalogue
from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.quantities import unit_factor
from nuprobe.cli.lines import BesideSpec
from nuprobe.errors import InputError
from nuprobe.experiments import experiment, limit
from nuprobe.models import model
from nuprobe.plotting.catalogue_plane import curves_on

CURVES = [e for e in catalogue().values() if e.curve is not None]
TOPICS = ("b_minus_l", "dark_scalar", "dipole_portal")


def _points(name: str) -> tuple[np.ndarray, np.ndarray]:
    e = catalogue()[name]
    assert e.curve is not None
    points = np.array(e.curve.points)
    return points[:, 0], points[:, 1] * unit_factor(
        e.curve.y.unit, e.observable.quantity
    )


def test_dipole_coupling_of_a_magnetic_moment() -> None:
    """A light N scatters as a magnetic moment μ = 2d does: the plateau of CHARM-II is
    the limit 2.9e-9 muB of that experiment (here 2.88e-9)."""
    mass, d = _points("dipole_portal.mu/CHARM-II-2017-Coloma")
    light = d[mass < 0.02]
    moment = light / unit_factor("muB", "dipole_coupling")
    np.testing.assert_allclose(moment, 2.9e-9, rtol=0.01)
    # e/(2 m_e) in Heaviside–Lorentz units, by the fine-structure constant and the
    # classical radius of the electron r = α/m: e/(2m) = sqrt(4πα) r/(2α)
    radius = 2.8179403e-13 / 1.973269804e-14  # 1/GeV
    alpha = 1 / 137.035999
    muB = np.sqrt(4 * np.pi * alpha) * radius / (2 * alpha)
    assert unit_factor("muB", "dipole_coupling") == pytest.approx(muB / 2, rel=1e-6)


def test_there_are_curves_of_each_topic() -> None:
    counts = {t: sum(e.topic == t for e in CURVES) for t in TOPICS}
    assert counts == {"b_minus_l": 19, "dark_scalar": 10, "dipole_portal": 16}


@pytest.mark.parametrize("e", CURVES, ids=lambda e: e.id)
def test_curves_end_where_the_limit_ends(e: Entry) -> None:
    """No point is left whose only purpose was to close a polygon far above, and the
    licence of what was taken is named."""
    assert e.curve is not None
    points = np.array(e.curve.points)
    assert points[:, 1].max() <= 1.01
    assert points[:, 0].min() < points[:, 0].max()
    taken = e.via or e.source
    assert taken.licence.startswith("MIT, copyright")
    if e.curve.shape == "curve":
        assert (np.diff(points[:, 0]) > 0).all()
    else:  # a polygon encloses something, and its corners are no two alike
        x, y = np.log(points).T
        area = 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
        assert area > 0.05
        assert len({tuple(p) for p in e.curve.points}) == len(points)


def test_supernova_in_bohr_magnetons() -> None:
    """Read beside the dipole couplings: half of 5.4e-13 muB is 8e-11 /GeV."""
    mass, d = _points("dipole_portal.any/SN1987A-2018-Magill")
    assert d[mass < 1e-3].min() == pytest.approx(8.0e-11, rel=0.01)


def test_curves_are_drawn_under_a_limit(tmp_path: Path) -> None:
    found = limit(
        [experiment("conus-plus")],
        model("b-l", mass=10.0, coupling=1e-4),
        mass=[1.0, 1e3],
    )
    published = curves_on(found.family)
    assert {e.topic for e in published} == {"b_minus_l"}
    assert all(e.kind == "curve_limit" for e in published)
    ax = plotting.plot_limits(found, entries=published)
    words = {text.get_text() for text in ax.texts}
    assert {"CHARM-II", "TEXONO", "E137", "NuCal"} <= words
    charm = np.array(catalogue()["b_minus_l.coupling/CHARM-II-collection"].curve.points)  # type: ignore[union-attr]
    lines = [np.array(line.get_xydata(), float) for line in ax.lines]
    assert any(
        len(xy) == len(charm) and np.allclose(xy, charm, rtol=1e-12) for xy in lines
    )
    # a projection is not among the limits
    assert "FASER" not in words


def test_no_curve_and_no_plot_are_said() -> None:
    with pytest.raises(InputError, match=r"no curve for universal-vector.*b-l"):
        curves_on(model("universal-vector", mass=10.0, coupling=1e-4))
    beside = BesideSpec(with_catalogue=True)
    with pytest.raises(InputError, match="add --plot"):
        beside.check(plotted=False)


def test_boson_beside_our_own_limit() -> None:
    """The collection's TEXONO curve beside this package's analysis of the data, which
    the collection does not describe: within 15 %."""
    mass, published = _points("b_minus_l.coupling/TEXONO-collection")
    at = np.array([1.0, 10.0, 100.0])
    ours = limit(
        [experiment("texono-csi")],
        model("b-l", mass=10.0, coupling=1e-4),
        mass=at,
        cl=0.9,
    )
    there = np.exp(np.interp(np.log(at * 1e-3), np.log(mass), np.log(published)))
    np.testing.assert_allclose(ours.curves[0].coupling, there, rtol=0.15)

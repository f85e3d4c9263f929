"""Abundances over Dirac moments: planes and the surfaces of fits, against direct
evaluation at points of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.cosmology.degrees import read_degrees
from nuprobe.cosmology.moments import read_moments
from nuprobe.cosmology.nucleosynthesis import (
    OBSERVABLES,
    MomentPlane,
    Nucleosynthesis,
    abundances,
    moment_plane,
)
from nuprobe.cosmology.nucleosynthesis.surfaces import moment_surface

EE, MUTAU = "magnetic_moment.ee", "magnetic_moment.mutau"


def dirac(**elements: float) -> nu.Electromagnetic:
    return nu.Electromagnetic(magnetic_moment=elements, kind="dirac")


@pytest.fixture(scope="module")
def plane() -> MomentPlane:
    return moment_plane(EE, MUTAU, dirac(ee=0.0), t_max=1e5)


def test_errors_are_small_and_true(plane: MomentPlane) -> None:
    assert plane.error("y_p") < 1e-7
    assert plane.error("n_eff") < 1e-6
    assert plane.error("d_h") < 1e-6 * 2.4e-5
    assert plane.tops == (3e-11, 3e-11)
    random = np.random.default_rng(11)
    for x, y in 3e-11 * random.random((6, 2)) ** 3:
        direct = abundances(dirac(ee=x, mutau=y), t_max=1e5).values()
        for name, value in zip(OBSERVABLES, direct, strict=True):
            off = abs(float(plane.at(name, x, y)) - value)
            assert off <= 3 * plane.error(name)
            assert off < 1e-6 * max(value, 1e-3)


def test_without_moments_the_plane_is_the_standard_model(plane: MomentPlane) -> None:
    standard = abundances().values()
    at_zero = [float(plane.at(name, 0.0, 0.0)) for name in OBSERVABLES]
    assert at_zero == pytest.approx(standard, rel=1e-9)
    # even in both
    assert plane.at("n_eff", [-4e-12], [7e-12]) == pytest.approx(
        plane.at("n_eff", [4e-12], [-7e-12]), abs=1e-12
    )
    assert plane.assumptions["t_max"] == "100000 MeV"
    assert "moments" not in plane.assumptions


def test_a_contour_is_where_direct_evaluation_has_its_level(plane: MomentPlane) -> None:
    (line,) = plane.contours("n_eff", [3.2])[3.2]
    for x, y in line[:: len(line) // 5]:
        found = abundances(dirac(ee=x, mutau=y), t_max=1e5).n_eff
        # lines are straight between points of a grid
        assert found == pytest.approx(3.2, abs=1e-4)


def test_moments_of_mass_states_interfere() -> None:
    model = nu.Electromagnetic(
        magnetic_moment=np.zeros((3, 3)), kind="dirac", basis="mass", mixing=nu.PMNS()
    )
    names = ("magnetic_moment.12", "magnetic_moment.13")
    found = moment_plane(*names, model, t_max=1e3, top=(2e-11, 2e-11), nodes=9)
    for sign in (1, -1):
        point = {names[0]: 8e-12, names[1]: sign * 5e-12}
        exact = abundances(model.with_values(point), t_max=1e3).n_eff
        got = float(found.at("n_eff", 8e-12, sign * 5e-12))
        assert got == pytest.approx(exact, abs=1e-6)


def test_what_a_plane_needs() -> None:
    model = dirac(ee=0.0)
    for options, told in (
        ({}, "give t_max in MeV"),
        ({"t_max": 1e5, "criterion": "number"}, "available for Majorana moments only"),
        ({"t_max": 1e7}, "t_max must lie"),
        ({"t_max": 1e5, "nodes": 66}, "2 to 65 nodes"),
    ):
        with pytest.raises(nu.NuprobeError, match=told):
            moment_plane(EE, MUTAU, model, **options)
    with pytest.warns(nu.ValidityWarning, match="still scatter at 20 MeV"):
        moment_plane(EE, MUTAU, model, t_max=1e3, top=(1e-10, 1e-10), nodes=3)


@pytest.mark.parametrize("mixing", ["full", "none"])
def test_the_surface_of_a_fit_is_direct_evaluation(mixing: Any) -> None:
    surface = moment_surface(Nucleosynthesis(), mixing, "dirac", 1e5)
    assert surface.error < 1e-8  # type: ignore[union-attr]
    for model in (dirac(ee=0.0), dirac(ee=2e-13), dirac(ee=4e-12, mutau=3e-11)):
        direct = abundances(model, t_max=1e5, flavour_mixing=mixing).values()
        assert surface.at(read_moments(model).sums[None])[0] == pytest.approx(
            direct, rel=1e-8
        )


def test_slopes_of_the_surface() -> None:
    surface = moment_surface(Nucleosynthesis(), "full", "dirac", 1e5)
    sums = np.array([[9e-24, 1e-24, 0.0]])
    found = surface.slopes(sums)[0]
    for i, width in enumerate((9e-27, 1e-27, 1e-28)):
        step = np.where(np.arange(3) == i, width, 0.0)
        low = np.maximum(sums - step, 0.0)
        rise = (surface.at(sums + step) - surface.at(low))[0]
        expected = rise / (sums + step - low)[0, i]
        assert found[i] == pytest.approx(expected, rel=1e-4)


def test_degrees_of_freedom_of_ones_own(tmp_path: Path) -> None:
    t = np.geomspace(10.0, 2e5, 400)
    g = nu.cosmology.effective_degrees(np.clip(t, 20.0, 1.6e5))
    rows = "\n".join(f"{a:.9g},{b:.9g}" for a, b in zip(t, g, strict=True))
    path = tmp_path / "g.csv"
    path.write_text(f"temperature,entropy\n{rows}\n", encoding="utf-8")
    model = dirac(ee=3e-12)
    own, given = (
        nu.cosmology.right_handed(model, 1e5, g_entropy=g).delta_n_eff
        for g in (None, read_degrees(path))
    )
    # g* is taken as g*s then
    assert given == pytest.approx(own, rel=2e-3)
    path.write_text("temperature,g\n20,10\n", encoding="utf-8")
    with pytest.raises(nu.NuprobeError, match="columns temperature"):
        read_degrees(path)
    path.write_text("temperature,entropy\n20,10.8\n30,11\n", encoding="utf-8")
    with pytest.raises(nu.NuprobeError, match="at least four rows"):
        read_degrees(path)
    path.write_text(
        "temperature,entropy\n20,10.8\n30,11\n40,12\n50,13\n", encoding="utf-8"
    )
    with pytest.raises(nu.NuprobeError, match="has g\\*s from 20 to 50 MeV"):
        nu.cosmology.right_handed(model, 1e5, g_entropy=read_degrees(path))

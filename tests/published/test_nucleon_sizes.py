"""How much the nucleon inside nuclear form factors takes off what is measured."""

from dataclasses import replace

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.experiments import Experiment, experiment
from nuprobe.nuclei import Component, Folding, Target, physical_to_point
from nuprobe.nuclei.form_factors import FourierBessel, Helm, NucleonElectric
from nuprobe.units import fm

SM = nu.StandardModel()
POINT = {"target.nucleon": "point"}
# per cent: (folded, Helm with R2 + (0.8409 fm)2 in place of R2)
SIZES = {"coherent-csi-2021": (-2.04, -2.4), "coherent-lar-2020": (-1.48, -1.6)}


def larger(target: Target) -> Target:
    """Helm nuclei whose radii have the nucleon inside, with the thickness they had."""

    def one(part: Component) -> Component:
        def shape(ff: Helm) -> Helm:
            return Helm(np.hypot(ff.rms, 0.8409 * fm), ff.s)

        assert isinstance(part.ff_p, Helm)
        assert isinstance(part.ff_n, Helm)
        return replace(
            part,
            ff_p=shape(part.ff_p),
            ff_n=shape(part.ff_n),
            nucleon=NucleonElectric("point"),
        )

    return Target(target.name, tuple(one(part) for part in target.components))


@pytest.mark.parametrize("name", SIZES)
def test_counts_of_experiments(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folded = experiment(name, Experiment).predict(SM).signal.sum()
    bare = experiment(name, Experiment).with_changes(POINT)
    without = bare.predict(SM).signal.sum()
    from nuprobe.experiments import radii

    monkeypatch.setattr(radii, "target", lambda *a, **k: larger(nu.target(*a, **k)))
    shifted = bare.with_changes({"title": "larger"}).predict(SM).signal.sum()
    size, of_radii = SIZES[name]
    assert 100 * (folded / without - 1) == pytest.approx(size, abs=0.02)
    # larger radii alone leave the surface as thin and overestimate it
    assert 100 * (shifted / without - 1) == pytest.approx(of_radii, abs=0.06)


def test_pion_decay_at_rest_on_argon() -> None:
    flux = nu.flux("sns")

    def mean(target: Target) -> float:
        return sum(nu.cevns.flux_averaged(flux, target, SM, f) for f in flux.flavours)

    bare = nu.target("Ar40", nucleon="point")
    change = 100 * (mean(nu.target("Ar40")) / mean(bare) - 1)
    assert change == pytest.approx(-1.0, abs=0.03)
    assert 100 * (mean(larger(bare)) / mean(bare) - 1) == pytest.approx(-1.1, abs=0.05)


@pytest.mark.parametrize("nucleon", ["kelly", "dipole"])
def test_both_nucleons_agree(nucleon: str) -> None:
    sigma = [
        float(nu.cevns.total(30.0, nu.target("CsI", nucleon=n), SM, "nu_mu"))
        for n in (nucleon, "point")
    ]
    assert sigma[0] / sigma[1] == pytest.approx(1 - 0.0063, abs=2e-4)


def test_measured_charge_densities_prefer_the_folded_form_factor() -> None:
    # Fourier-Bessel densities of A = 88 to 110 (DeVries:1987atn) between the
    # momenta that CsI sees: Helm of point protons with the nucleon folded in against
    # Helm with the charge radius, both of thickness 0.9 fm
    momenta = np.array([50.0, 100.0, 150.0])
    deviations = []
    for name in ("Sr88", "Zr92", "Mo92", "Mo96", "Mo100", "Pd106", "Pd110"):
        measured = FourierBessel.of(name)
        nucleus = nu.isotope(name)
        point = Helm(physical_to_point(measured.rms, name, "p"))
        folded = Folding(nucleus, point, point)(momenta**2)[0] / nucleus.z
        deviations.append(
            [
                found / measured(momenta**2) - 1
                for found in (folded, Helm(measured.rms)(momenta**2))
            ]
        )
    folded_off, larger_off = np.sqrt(np.mean(np.square(deviations), axis=0))
    assert np.all(folded_off < 0.4 * larger_off)
    assert folded_off[-1] < 0.03

"""Templates of electron recoils against direct integration."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from tests.nightly import few
from tests.processes.elastic.test_electron import Given

import nuprobe as nu
from nuprobe.constants import M_ELECTRON
from nuprobe.detectors import ConstantQuenching, Response, TableAcceptance
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line
from nuprobe.models.couplings import (
    Couplings,
    Propagator,
    ScalarExchange,
    VectorExchange,
)
from nuprobe.nuclei import shells
from nuprobe.parameters import Parameter
from nuprobe.prediction import Axis, Setup, build_templates
from nuprobe.processes import electron, exchanges_of
from nuprobe.units import cm2, keV

EDGES = np.array([1.0, 2.5, 4.0, 6.0, 20.0, 36.0, 60.0])  # keV
ACCEPTANCE = TableAcceptance(np.array([0.5, 3.0, 80.0]), np.array([0.1, 0.9, 0.8]))
LEGENDRE = {n: np.polynomial.legendre.leggauss(n) for n in (40, 60)}
E_LOW, E_HIGH, LINE = 0.05, 0.42, Line(0.862, 0.7)


def _density(e: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(e**2 * (E_HIGH - e) * 200)


FLUX = Flux(
    "test",
    (
        FluxComponent(
            "continuum", flavour("nu_e"), density=_density, edges=(E_LOW, E_HIGH)
        ),
        FluxComponent("line", flavour("nubar_mu"), lines=(LINE,)),
    ),
    per="unit",
    emission="beam",
)


def _model() -> Given:
    sm = nu.StandardModel().couplings()
    photon = VectorExchange(Propagator(0.0), {"e": np.diag([1e-9, 0.0, 0.0])})
    mediator = VectorExchange(Propagator(0.05), {"e": np.diag([1e-5, 2e-5, 0.0])})
    scalar = ScalarExchange(Propagator(0.1), {"e": np.diag([1e-9, 2e-9, 0.0])})
    return Given(Couplings((sm.vector[0], photon, mediator), sm.axial, None, (scalar,)))


def _response(smearing: str) -> Response:
    return Response(
        EDGES,
        1 / keV,
        ConstantQuenching(1.0),
        ACCEPTANCE,
        smearing,  # type: ignore[arg-type]
        (0.05, 0.3, 0.004),
    )


def _detected(smearing: str, t: float, low: float, high: float) -> float:
    """Probability that T is kept and reconstructed in [low, high], all in keV."""
    if smearing == "none":
        return float(ACCEPTANCE(np.array(t))) if low <= t < high else 0.0
    sigma = np.sqrt(0.05**2 + 0.3**2 * t + 0.004**2 * t**2)
    pieces = [low, *(x for x in (3.0,) if low < x < high), high]
    nodes, weights = LEGENDRE[60]
    total = 0.0
    for a, b in pairwise(pieces):
        a, b = max(a, t - 10 * sigma), min(b, t + 10 * sigma)
        if a < b:
            x = (a + b) / 2 + (b - a) / 2 * nodes
            pull = (x - t) / sigma
            values = np.exp(-(pull**2) / 2) * ACCEPTANCE(x) * weights
            total += float(values.sum() * (b - a) / 2) / (sigma * np.sqrt(2 * np.pi))
    return total


@pytest.mark.parametrize(
    ("target", "elements", "smearing"),
    [
        ("Xe", ("Xe",), "none"),
        ("NaI", ("Na", "I"), "none"),
        ("Xe", ("Xe",), "gaussian"),
    ],
)
def test_bound_electrons_against_adaptive_integration(
    target: str, elements: tuple[str, ...], smearing: str
) -> None:
    model = _model()
    setup = Setup(
        flux=FLUX,
        target_at=lambda values: nu.target(target),
        response_at=lambda values: _response(smearing),
        formula_units=1e40,
        fluence=1 / cm2,
        process=electron.Electron(),
        exchanges_at=lambda values: exchanges_of(model.couplings()),
    )
    templates = build_templates(setup)
    assert templates.isotopes == tuple(f"{symbol} electrons" for symbol in elements)
    got = templates.by_component(templates.coefficients(model))[0]
    edges = sorted({s.energy / keV for symbol in elements for s in shells(symbol)})

    def rate(t: float, kind: str) -> float:
        """Counts per keV of energy transfer, before the detector."""
        if kind == "line":
            return (
                1e40
                * keV
                * LINE.intensity
                * float(
                    electron.differential(
                        LINE.energy, t * keV, model, "nubar_mu", target
                    )
                )
            )
        least = (t * keV + np.sqrt((t * keV) ** 2 + 2 * M_ELECTRON * t * keV)) / 2
        low = max(least, E_LOW)
        if low >= E_HIGH:
            return 0.0
        nodes, weights = LEGENDRE[40]
        e = (low + E_HIGH) / 2 + (E_HIGH - low) / 2 * nodes
        values = electron.differential(e, t * keV, model, "nu_e", target) * _density(e)
        return 1e40 * keV * float((values * weights).sum() * (E_HIGH - low) / 2)

    for c, kind in enumerate(("continuum", "line")):
        # seconds for each smeared bin
        step = 1 if smearing == "none" else few(5, 1)
        for b, (low, high) in [*enumerate(pairwise(EDGES))][::step]:
            margin = (
                0.0
                if smearing == "none"
                else 10 * np.sqrt(0.05**2 + 0.09 * high + (0.004 * high) ** 2)
            )
            start, stop = max(low - margin, 1e-3), high + margin
            points = [x for x in (*edges, 3.0, low, high) if start < x < stop]

            def counts(
                t: float, kind: str = kind, low: float = low, high: float = high
            ) -> float:
                return rate(t, kind) * _detected(smearing, t, low, high)

            exact = quad(
                counts,
                start,
                stop,
                points=points or None,
                limit=2000,
                epsrel=1e-8,
                epsabs=0,
            )[0]
            assert got[c, b] == pytest.approx(exact, rel=1e-6, abs=0)
    assert templates.error < 1e-6


def test_free_electrons_are_one_scatterer_without_edges() -> None:
    one = electron.Electron(binding=False).scatterers(nu.target("natural Xe"))
    assert [(s.name, s.breakpoints) for s in one] == [("Xe electrons", ())]
    assert one[0].count == pytest.approx(1, rel=1e-12)
    bound = electron.Electron().scatterers(nu.target("natural Xe"))[0]
    assert bound.breakpoints == tuple(sorted({s.energy for s in shells("Xe")}))


def test_the_mass_of_a_mediator_is_an_axis() -> None:
    """Interpolated along a logarithmic mass, the templates are those built at that
    mass."""
    sm = nu.StandardModel().couplings()

    def couplings(mass: float) -> Couplings:
        mediator = VectorExchange(
            Propagator(mass, "m"), {"e": np.diag([1e-5, 0.0, 0.0])}
        )
        return Couplings((sm.vector[0], mediator))

    def setup(mass: float) -> Setup:
        return Setup(
            flux=FLUX,
            target_at=lambda values: nu.target("Xe"),
            response_at=lambda values: _response("none"),
            formula_units=1e40,
            fluence=1 / cm2,
            process=electron.Electron(),
            exchanges_at=exchanges_of(couplings(mass)).at,
        )

    axis = Axis(Parameter("m", 0.1, 1e-3, 10.0), nodes=96, acts_on="kernel", log=True)
    with_axis = build_templates(setup(0.1), [axis])
    assert max(with_axis.axis_error) < 1e-6
    for mass in (2e-3, 0.07, 2.9):
        model = Given(couplings(mass))
        got = with_axis.by_component(with_axis.coefficients(model), np.array([[mass]]))
        direct = build_templates(setup(mass))
        np.testing.assert_allclose(
            got, direct.by_component(direct.coefficients(model)), rtol=2e-6
        )

"""Disappearance with a fourth neutrino: coefficients against the propagation in
amplitudes."""

from __future__ import annotations

import numpy as np
import pytest

from nuprobe.errors import InputError
from nuprobe.models import PMNS, SterileNeutrino
from nuprobe.oscillation import (
    Splittings,
    Vacuum,
    disappearance,
    known_waves,
    probabilities,
    sterile_waves,
)
from nuprobe.units import eV, m


@pytest.mark.parametrize("flavour", ["nu_e", "nubar_e"])
@pytest.mark.parametrize(
    ("mixing", "dm2", "length"),
    [(0.26, 7.25, 9.0), (0.9, 0.3, 700.0), (1.0, 2.3, 24.0), (0.02, 0.05, 1400.0)],
)
def test_kernels_times_coefficients_are_the_propagation(
    flavour: str, mixing: float, dm2: float, length: float
) -> None:
    e = np.linspace(1.8, 9.0, 300)
    four = Vacuum(
        length * m, SterileNeutrino(mixing, dm2).pmns, Splittings(dm41=dm2 * eV**2)
    )
    exact = probabilities(four, flavour, e)[:, 0]
    x = length * m * eV**2 / (2 * e)
    constant, waves = known_waves()
    known = constant + sum(w.weight * np.cos(w.dm2 * x) for w in waves)
    fourth = sum(w.weight * np.cos((dm2 + w.dm2) * x) for w in sterile_waves())
    (row,), _ = disappearance([mixing])
    ours = row @ np.stack([known, np.ones_like(e), fourth])
    np.testing.assert_allclose(ours, exact, atol=1e-12)


def test_close_to_the_source_it_is_the_formula_with_one_frequency() -> None:
    e, mixing, dm2, length = np.linspace(2.0, 8.0, 200), 0.26, 7.25, 8.0
    four = Vacuum(
        length * m, SterileNeutrino(mixing, dm2).pmns, Splittings(dm41=dm2 * eV**2)
    )
    one = 1 - mixing * np.sin(1.26693 * dm2 * length / e) ** 2
    np.testing.assert_allclose(probabilities(four, "nubar_e", e)[:, 0], one, atol=2e-4)


def test_the_slope_is_that_of_the_coefficients() -> None:
    s, h = np.array([0.0, 0.1, 0.5, 0.99]), 1e-6
    up, down = disappearance(s + h)[0], disappearance(np.maximum(s - h, 0))[0]
    width = s + h - np.maximum(s - h, 0)
    np.testing.assert_allclose(
        disappearance(s)[1], (up - down) / width[:, None], atol=1e-4
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.2, 1.0), "must lie between 0 and 1"),
        ((-0.1, 1.0), "must lie between 0 and 1"),
        ((float("nan"), 1.0), "must lie between 0 and 1"),
        ((0.1, 0.0), "dm2_41 must be positive"),
        ((0.1, -2.0), "dm2_41 must be positive"),
        ((0.1, 1.0, PMNS(sin2_14=0.1)), "three known neutrinos"),
    ],
)
def test_what_is_no_sterile_neutrino(
    arguments: tuple[float, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        SterileNeutrino(*arguments)  # type: ignore[arg-type]

"""Errors of reactor spectra: against the published errors of yields."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.fluxes import reactor_errors
from nuprobe.processes.nuclear import ibd

ISOTOPES = ("U235", "U238", "Pu239", "Pu241")
ENDS: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}


def _weights(energies: np.ndarray) -> np.ndarray:
    sigma = ibd.total(energies, version="vogel-beacom")
    pure = [nu.flux("reactor", fractions={n: 1.0}, **ENDS) for n in ISOTOPES]
    return np.array([f.spectrum("nubar_e", energies) * sigma for f in pure])


def test_errors_of_yields_are_the_published_ones() -> None:
    """2.11, 8.15, 2.45 and 2.15 % with correlations 0.935, 0.965 and 0.917
    (Berryman:2020agd, Gariazzo:2017fdh): from the bins within 5 % and 0.01."""
    e = np.arange(1.82, 10.0, 0.02)
    weight = _weights(e)
    covariance = reactor_errors(e).folded(weight)
    sigma = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(
        sigma / weight.sum(axis=1), [0.0211, 0.0815, 0.0245, 0.0215], rtol=0.05
    )
    correlation = covariance / np.outer(sigma, sigma)
    assert correlation[0, 2] == pytest.approx(0.935, abs=0.01)
    assert correlation[0, 3] == pytest.approx(0.965, abs=0.01)
    assert correlation[2, 3] == pytest.approx(0.917, abs=0.01)
    assert correlation[1, 0] == 0.0


def test_folding_is_the_sum_over_the_covariance() -> None:
    e = np.arange(2.1, 7.9, 0.1)
    errors, weight = reactor_errors(e), _weights(e)
    np.testing.assert_allclose(
        errors.folded(weight),
        np.einsum("injm,in,jm->ij", errors.covariance(), weight, weight),
        rtol=1e-12,
    )
    parts = [errors.covariance(p) for p in ("correlated", "uncorrelated")]
    np.testing.assert_allclose(sum(parts), errors.covariance(), rtol=1e-14)
    assert np.all(parts[1][0, :, 1:] == 0)
    n = e.size
    diagonal = errors.covariance().reshape(4 * n, 4 * n).diagonal()
    np.testing.assert_allclose(np.sqrt(diagonal), errors.relative.ravel(), rtol=1e-12)
    assert np.linalg.eigvalsh(errors.covariance().reshape(4 * n, -1)).min() > -1e-15


def test_total_errors_of_huber() -> None:
    """The last column of the tables, sides averaged: 2, 5 and 8 MeV."""
    published = {
        "U235": (0.0182, 0.0260),
        "Pu239": (0.0259, 0.0466),
        "Pu241": (0.0253, 0.0331),
    }
    for name, totals in published.items():
        found = reactor_errors([2.0, 5.0], [name]).relative[0]
        np.testing.assert_allclose(found, totals, rtol=0.08, err_msg=name)


def test_energies_in_one_bin_move_together() -> None:
    errors = reactor_errors([3.0, 3.1, 3.2], ["Pu239"])
    alone = errors.covariance("uncorrelated")[0, :, 0]
    assert alone[0, 1] == pytest.approx(alone[0, 0])
    assert alone[0, 2] == 0


@pytest.mark.parametrize(
    ("energies", "isotopes", "hint"),
    [
        ([1.0], ["U235"], "from 1.8 to 10 MeV"),
        ([], ["U235"], "from 1.8 to 10 MeV"),
        ([11.0], ["U235"], "from 1.8 to 10 MeV"),
        ([3.0], ["U233"], "U233"),
    ],
)
def test_wrong_input(energies: Any, isotopes: Any, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        reactor_errors(energies, isotopes)


def test_wrong_parts_and_weights() -> None:
    errors = reactor_errors([3.0], ["U235"])
    with pytest.raises(InputError, match="did you mean correlated"):
        errors.covariance("corelated")
    with pytest.raises(InputError, match=r"shape \(1, 1\)"):
        errors.folded([1.0])

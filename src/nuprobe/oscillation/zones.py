"""Production zones of solar neutrinos: solar models as a few electron densities with
weights.

Conversion depends on the electron density at production. The production profile of each
kind defines a measure over densities, and a Gaussian rule for it with a dozen nodes
integrates conversion probabilities to 1e-9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import UnknownNameError
from nuprobe.files import read_table
from nuprobe.nuclei.isotopes import as_spelt
from nuprobe.numerics import FloatArray, panel_nodes
from nuprobe.oscillation.matter import SOLAR_RADIUS, columns_of
from nuprobe.reprs import readable

__all__ = ["SOLAR_MODELS", "ProductionZones", "gaussian_rule", "production_zones"]

SOLAR_MODELS: Final[dict[str, str]] = {
    "B16-GS98": "zones_b16_gs98.csv",
    "B16-AGSS09met": "zones_b16_agss09.csv",
    "BS05-OP": "zones_bs05_op.csv",
}
"""Tables of solar models by name: B16 (Vinyoles:2016djt) with two compositions, BS05
(Bahcall:2004pz) with opacities of the Opacity Project."""

_PER_CM3: Final = float(np.sqrt(2) * G_FERMI * HBARC_MEV_CM**3)
_NODES: Final = 20
_POINTS: Final = 4  # Gauss–Legendre points between two radii of a table


@readable
@dataclass(frozen=True, eq=False)
class ProductionZones:
    """Electron densities where one kind of solar neutrino is produced.

    Attributes
    ----------
    model, kind : names.
    potentials : √2 G_F n_e in MeV, shape (nodes,), of a Gaussian rule.
    weights : fractions of the neutrinos, shape (nodes,); they sum to 1.
    radius : of the table, MeV⁻¹, shape (n,).
    log_potential : ln of √2 G_F n_e (MeV) there, shape (n,), linear in between.
    production : neutrinos produced per unit of radius, any unit, shape (n,), linear in
        between.
    """

    model: str
    kind: str
    potentials: FloatArray
    weights: FloatArray
    radius: FloatArray
    log_potential: FloatArray
    production: FloatArray

    def scale_height(self, potential: FloatArray) -> FloatArray:
        """Length −1/(d ln n_e/dr) in MeV⁻¹ at values of the potential √2 G_F n_e:
        interpolated between the steps of the table, constant beyond its ends.

        Parameters
        ----------
        potential : MeV, any shape; the result has the same shape.
        """
        step = -np.diff(self.radius) / np.diff(self.log_potential)
        middle = (self.log_potential[1:] + self.log_potential[:-1]) / 2
        log = np.log(np.maximum(potential, 1e-300))
        return np.asarray(np.interp(log, middle[::-1], step[::-1]))


@public
def production_zones(kind: str, model: str = "B16-GS98") -> ProductionZones:
    """Electron densities where a kind of solar neutrino is produced.

    Parameters
    ----------
    kind : ``"pp"``, ``"pep"``, ``"hep"``, ``"7Be"`` (``"Be7"``), ``"8B"``, ``"13N"``,
        ``"15O"`` or ``"17F"``.
    model : a name of `SOLAR_MODELS`.

    Raises
    ------
    UnknownNameError
        If there is no such kind or model.

    Examples
    --------
    >>> zones = production_zones("8B")
    >>> f"{zones.weights @ zones.potentials:.3g} MeV"
    '6.71e-18 MeV'
    """
    if model not in SOLAR_MODELS:
        raise UnknownNameError("solar model", model, SOLAR_MODELS)
    columns = _columns(model)
    kinds = [name for name in columns if name not in ("radius", "electrons")]
    spelt = as_spelt(kind, kinds)
    if spelt not in kinds:
        raise UnknownNameError("kind of solar neutrino", kind, kinds)
    return _zones(spelt, model)


@lru_cache(maxsize=8)
def _columns(model: str) -> dict[str, FloatArray]:
    table = files("nuprobe.oscillation") / "data" / SOLAR_MODELS[model]
    return columns_of(read_table(table), ("radius", "electrons"), str(table))


@lru_cache(maxsize=64)
def _zones(kind: str, model: str) -> ProductionZones:
    columns = _columns(model)
    radius = columns["radius"] * SOLAR_RADIUS
    log = np.log(_PER_CM3 * columns["electrons"])
    made = columns[kind]
    r, w = panel_nodes(radius, _POINTS)
    share = w * np.interp(r, radius, made)
    nodes, weights = gaussian_rule(
        np.exp(np.interp(r, radius, log)), share / share.sum()
    )
    return ProductionZones(model, kind, nodes, weights, radius, log, made)


def gaussian_rule(
    x: FloatArray, weights: FloatArray, nodes: int = _NODES
) -> tuple[FloatArray, FloatArray]:
    """Gaussian rule of a discrete measure, from the first steps of a Lanczos iteration
    with reorthogonalisation.

    Parameters
    ----------
    x, weights : positive points and their weights, shape (n,).
    nodes : number of nodes; all points if there are not more.

    Returns
    -------
    nodes, weights : arrays, shape (nodes,)

    Examples
    --------
    >>> x = np.linspace(1.0, 2.0, 101)
    >>> at, w = gaussian_rule(x, np.full(101, 1 / 101), 5)
    >>> bool(np.isclose(w @ np.exp(at), np.exp(x).mean(), rtol=1e-10))
    True
    """
    if x.size <= nodes:
        return x, weights
    whole = float(weights.sum())
    scale = float(x.max())
    u = x / scale
    basis = [np.sqrt(weights / whole)]
    diagonal, beside = [], []
    for _ in range(nodes):
        v = u * basis[-1]
        diagonal.append(float(v @ basis[-1]))
        for _ in range(2):
            for b in basis:
                v = v - (v @ b) * b
        beside.append(float(np.linalg.norm(v)))
        basis.append(v / beside[-1])
    matrix = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    found, vectors = np.linalg.eigh(matrix)
    return scale * found, np.asarray(whole * vectors[0] ** 2)

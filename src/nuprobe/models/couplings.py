"""What a model passes to elastic scattering: flavour matrices of everything a neutrino
can exchange with its target.

Matrices are indexed [final, initial] in the flavour basis (e, μ, τ, and sterile states
if any); leading axes run over parameter points. They are those of neutrinos, or of
antineutrinos after `Couplings.conjugate`. The amplitude for a constituent f = p, n, e
is

    M_f(q²) = contact_f + Σ_x strength_{f,x}/(|q²| + m_x²)

in units in which the Standard Model's contact terms are g_V^p = ½ − 2s², g_V^n = −½,
g_V^e = −½ + 2s² (+1 for ν_e).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import quick_methods
from nuprobe.errors import InputError

__all__ = [
    "CHARGES",
    "Couplings",
    "Portal",
    "Propagator",
    "ScalarExchange",
    "VectorExchange",
    "diagonal",
    "widened",
]

Matrix = NDArray[Any]  # float or complex, shape (..., n, n)

CHARGES: Final = ("p", "n", "e", "e_axial")
"""Proton and neutron vector, electron vector and axial."""


@quick_methods
@dataclass(frozen=True)
class Propagator:
    """1 (contact) or 1/(|q²| + m²), of loops times their mixing over that at zero.

    Attributes
    ----------
    mass : MeV; 0 for the photon, None for a contact term.
    parameter : name of the fit parameter that sets the mass, or empty.
    loops : charges of e, μ, τ whose loops mix the mediator with the photon, or None.
    """

    mass: float | None = None
    parameter: str = ""
    loops: tuple[float, float, float] | None = None

    @property
    def label(self) -> str:
        """Suffix of a term's name."""
        if self.mass is None:
            return ""
        loops = ""
        if self.loops is not None:
            loops = f" loops({','.join(f'{q:g}' for q in self.loops)})"
        if self.parameter:
            return f"/(q2+{self.parameter}^2){loops}"
        short = f"{self.mass:.6g}"
        mass = short if float(short) == self.mass else repr(float(self.mass))
        return "/q2" if self.mass == 0 else f"/(q2+{mass}^2){loops}"

    def same(self, other: Propagator) -> bool:
        """Whether this and the `other` are the same exchange: the same mass, set by the
        same parameter, and the same loops.

        Mediators whose masses share a name but differ in value are distinct.
        """
        return self == other


@quick_methods
@dataclass(frozen=True, eq=False)
class VectorExchange:
    """One helicity-conserving exchange.

    Attributes
    ----------
    propagator : contact, photon or mediator.
    charges : matrices by constituent, a subset of `CHARGES`; dimensionless for a
        contact term, else MeV².
    """

    propagator: Propagator
    charges: Mapping[str, Matrix]

    def widened(self, n: int) -> VectorExchange:
        """Return the same for n flavours; the added ones do not couple."""
        return replace(
            self, charges={k: widened(m, n) for k, m in self.charges.items()}
        )


@quick_methods
@dataclass(frozen=True, eq=False)
class ScalarExchange:
    """One exchange of a scalar, which flips the neutrino's helicity.

    Attributes
    ----------
    propagator : with a mass.
    charges : matrices of (coupling to neutrinos) × (coupling to ``"p"``, ``"n"``,
        ``"e"``), dimensionless.
    """

    propagator: Propagator
    charges: Mapping[str, Matrix]

    def widened(self, n: int) -> ScalarExchange:
        """Return the same for n flavours; the added ones do not couple."""
        return replace(
            self, charges={k: widened(m, n) for k, m in self.charges.items()}
        )


@quick_methods
@dataclass(frozen=True, eq=False)
class Portal:
    """Photon exchange that turns a neutrino into a heavy one, N.

    Attributes
    ----------
    mass : of N in MeV.
    dipole : matrix of d in MeV⁻¹, of L = d ν̄ σ^{αβ} N F_{αβ}, indexed [N, flavour].
    """

    mass: float
    dipole: Matrix

    def widened(self, n: int) -> Portal:
        """Return the same for n flavours; the added ones do not couple."""
        return replace(self, dipole=widened(self.dipole, n))


@quick_methods
@dataclass(frozen=True, eq=False)
class Couplings:
    """All couplings of a model.

    Attributes
    ----------
    vector : helicity-conserving exchanges, at most one per propagator.
    axial : axial couplings of proton and neutron (g_A and −g_A at tree level), matrices
        by ``"p"``, ``"n"``.
    magnetic : matrix of μ − iε in Bohr magnetons, or None.
    scalar : scalar exchanges.
    portal : to a heavy neutrino, or None.
    """

    vector: tuple[VectorExchange, ...]
    axial: Mapping[str, Matrix] = field(default_factory=dict)
    magnetic: Matrix | None = None
    scalar: tuple[ScalarExchange, ...] = ()
    portal: Portal | None = None

    def __post_init__(self) -> None:
        """Reject an exchange in the wrong place with `InputError`: a scalar does not
        interfere with a vector."""
        if any(isinstance(x, ScalarExchange) for x in self.vector):
            raise InputError(
                "a scalar flips the helicity of the neutrino and cannot interfere"
                " with a vector: pass it as scalar="
            )
        if any(isinstance(x, VectorExchange) for x in self.scalar):
            raise InputError(
                "a vector conserves the helicity of the neutrino and cannot"
                " interfere with a scalar: pass it as vector="
            )

    def conjugate(self) -> Couplings:
        """Return the couplings of antineutrinos: complex conjugate, axial coupling to
        electrons reversed."""

        def flip(charges: Mapping[str, Matrix]) -> Mapping[str, Matrix]:
            return {
                k: -np.conj(m) if k == "e_axial" else np.conj(m)
                for k, m in charges.items()
            }

        return Couplings(
            tuple(replace(x, charges=flip(x.charges)) for x in self.vector),
            {k: np.conj(m) for k, m in self.axial.items()},
            None if self.magnetic is None else np.conj(self.magnetic),
            tuple(replace(x, charges=flip(x.charges)) for x in self.scalar),
            self.portal and replace(self.portal, dipole=np.conj(self.portal.dipole)),
        )

    @property
    def matrices(self) -> tuple[Matrix, ...]:
        """All matrices but the axial ones."""
        found = [m for v in self.vector for m in v.charges.values()]
        found += [m for s in self.scalar for m in s.charges.values()]
        found += [] if self.magnetic is None else [self.magnetic]
        return (*found, *(() if self.portal is None else (self.portal.dipole,)))

    @property
    def size(self) -> int:
        """Number of flavours of the matrices."""
        return max((m.shape[-1] for m in self.matrices), default=3)

    @property
    def points(self) -> tuple[int, ...]:
        """Shape of the parameter points; () for a model without arrays."""
        every = (*self.matrices, *self.axial.values())
        return np.broadcast_shapes(*(m.shape[:-2] for m in every))

    def widened(self, n: int) -> Couplings:
        """Return the same for n flavours; the added ones do not couple."""
        return Couplings(
            tuple(x.widened(n) for x in self.vector),
            {k: widened(m, n) for k, m in self.axial.items()},
            None if self.magnetic is None else widened(self.magnetic, n),
            tuple(x.widened(n) for x in self.scalar),
            self.portal and self.portal.widened(n),
        )

    def plus(self, exchange: VectorExchange) -> Couplings:
        """Return the couplings with one exchange added, merged with the one of the same
        propagator if there is one.

        Raises
        ------
        InputError
            For a `ScalarExchange`, which does not interfere with vectors.
        """
        n = max(self.size, *(m.shape[-1] for m in exchange.charges.values()))
        if n > 3:
            self, exchange = self.widened(n), exchange.widened(n)
        vector, found = [], False
        for x in self.vector:
            if isinstance(exchange, VectorExchange) and x.propagator.same(
                exchange.propagator
            ):
                found = True
                names = [
                    *x.charges,
                    *(k for k in exchange.charges if k not in x.charges),
                ]
                x = VectorExchange(
                    x.propagator,
                    {
                        k: (
                            x.charges.get(k, 0.0)
                            + np.asarray(exchange.charges.get(k, 0.0))
                        )
                        for k in names
                    },
                )
            vector.append(x)
        return replace(self, vector=tuple(vector) if found else (*vector, exchange))


def widened(matrix: Matrix, n: int) -> Matrix:
    """Pad a matrix with zeros to n×n.

    Parameters
    ----------
    matrix : shape (..., m, m).
    n : target size; a matrix of that size is unchanged.

    Examples
    --------
    >>> widened(np.eye(3), 4).shape
    (4, 4)
    """
    extra = n - matrix.shape[-1]
    return (
        matrix
        if extra <= 0
        else np.pad(matrix, [(0, 0)] * (matrix.ndim - 2) + [(0, extra)] * 2)
    )


def diagonal(*entries: Any) -> NDArray[np.float64]:
    """Diagonal matrices.

    Parameters
    ----------
    entries : of the diagonal, each of shape () or (points,); they broadcast.

    Examples
    --------
    >>> diagonal(1.0, 2.0, 3.0).trace()
    np.float64(6.0)
    """
    columns = np.stack(
        np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in entries)), axis=-1
    )
    return np.asarray(columns[..., None] * np.eye(len(entries)))

"""Non-standard neutral-current interactions: contact terms with quarks and electrons,
any flavours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models.base import complex_numbers, exchange
from nuprobe.models.couplings import Couplings, Propagator, VectorExchange
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray, common_shape
from nuprobe.parameters import Parameter

__all__ = ["NSI"]

Matrix = NDArray[Any]

_FLAVOURS: Final = ("e", "mu", "tau")
_LATEX: Final = ("e", r"\mu", r"\tau")
_PAIRS: Final = tuple((i, j) for i in range(3) for j in range(i, 3))
# matrices, and the fermion in LaTeX
_SYMBOLS: Final = {
    "epsilon_u": "u",
    "epsilon_d": "d",
    "epsilon_e": "e",
    "epsilon_e_axial": "eA",
}
_MATRICES: Final = tuple(_SYMBOLS)
_NAMES: Final = frozenset(
    f"{name}.{_FLAVOURS[i]}{_FLAVOURS[j]}{part}"
    for name in _MATRICES
    for i, j in _PAIRS
    for part in ("", ".im")
    if i != j or not part
)
# change of the couplings of p, n and e per unit of ε
_CHARGES: Final[Mapping[str, Mapping[str, float]]] = {
    "epsilon_u": {"p": 2.0, "n": 1.0},
    "epsilon_d": {"p": 1.0, "n": 2.0},
    "epsilon_e": {"e": 1.0},
    "epsilon_e_axial": {"e_axial": 1.0},
}


def _zero() -> Matrix:
    return np.zeros((3, 3))


@public
@quick_methods
@dataclass(frozen=True, eq=False)
class NSI(Stacked):
    """Neutral-current non-standard interactions added to a base model.

    L = −2√2 G_F Σ_f Σ_P ε^{fP}_{αβ} (ν̄_α γ^ρ P_L ν_β)(f̄ γ_ρ P f), P = P_L, P_R, with
    the vector and axial combinations ε^{fV} = ε^{fL} + ε^{fR}, ε^{fA} = ε^{fL} − ε^{fR}
    that add to the couplings of the Standard Model: g_V^p += 2ε^u + ε^d, g_V^n += ε^u +
    2ε^d, g_V^e += ε^e, g_A^e += ε^{eA} [Barranco:2005yy, unverified; a public code has
    the first two].

    Attributes
    ----------
    epsilon_u, epsilon_d, epsilon_e : ε^{fV}, hermitian 3×3 matrices [final, initial] in
        the flavour basis (e, μ, τ), dimensionless, or elements by name, ``{"ee": 0.1,
        "emu": 0.02j}`` (their partners follow); leading axes run over parameter points.
    epsilon_e_axial : ε^{eA}, the same.
    base : model to which they are added.

    Raises
    ------
    InputError
        For a matrix of another shape, one that is not finite, or not hermitian; the
        element is named.

    Notes
    -----
    Parameters are ``epsilon_u.ee`` … ``epsilon_u.mutau`` (real parts) and
    ``epsilon_u.emu.im`` … (imaginary parts of the element [e, mu], the opposite in [mu,
    e]), and so for ``epsilon_d``, ``epsilon_e``, ``epsilon_e_axial``.

    Examples
    --------
    >>> moved = NSI().with_values({"epsilon_u.emu": 0.1})
    >>> moved.epsilon_u[1, 0] == moved.epsilon_u[0, 1] == 0.1
    np.True_
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "nsi": ModelName("non-standard interactions with quarks and electrons")
    }

    EXPLAINED: ClassVar[Mapping[str, str]] = {
        old: f"the matrix is called epsilon_{old}" for old in ("u", "d", "e", "e_axial")
    }

    epsilon_u: Any = setting(default_factory=_zero, kind="elements")
    epsilon_d: Any = setting(default_factory=_zero, kind="elements")
    epsilon_e: Any = setting(default_factory=_zero, kind="elements")
    epsilon_e_axial: Any = setting(default_factory=_zero, kind="elements")
    base: Any = field(default_factory=StandardModel)

    def __post_init__(self) -> None:
        check_base(self.base)
        for name in _MATRICES:
            object.__setattr__(self, name, _hermitian(name, getattr(self, name)))
        common_shape({name: getattr(self, name).shape[:-2] for name in _MATRICES})

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "nsi"

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return all elements of ε, real and imaginary parts."""
        found = []
        for name in _MATRICES:
            matrix = np.asarray(getattr(self, name))
            value = matrix if matrix.ndim == 2 else np.zeros((3, 3))
            symbol = rf"\varepsilon^{{{_SYMBOLS[name]}}}"
            for i, j in _PAIRS:
                element = rf"{symbol}_{{{_LATEX[i]}{_LATEX[j]}}}"
                parts = (
                    ("", "", value[i, j].real),
                    (".im", r"\mathrm{Im}\,", value[i, j].imag),
                )
                for suffix, prefix, default in parts[: 1 if i == j else 2]:
                    bound = max(10.0, 2 * abs(float(default)))
                    found.append(
                        Parameter(
                            f"{name}.{_FLAVOURS[i]}{_FLAVOURS[j]}{suffix}",
                            float(default),
                            -bound,
                            bound,
                            step=0.1,
                            latex=prefix + element,
                        )
                    )
        return tuple(found)

    def own_names(self) -> set[str]:
        """Names of `own_parameters`."""
        return set(_NAMES)

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Return the matrices at new values of their elements."""
        changed: dict[str, Any] = {}
        for name in _MATRICES:
            matrix = np.asarray(getattr(self, name))
            for key, value in values.items():
                if key.split(".")[0] == name:
                    unit, real = _unit(key)
                    kept = (
                        matrix.real
                        if not real
                        else 1j * matrix.imag
                        if np.iscomplexobj(matrix)
                        else 0.0
                    )
                    # keep the other part of this element and all other elements
                    old = np.where(unit != 0, kept, matrix)
                    matrix = old + value[..., None, None] * unit
            changed[name] = matrix
        return changed

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, with ε added."""
        charges: dict[str, Any] = {}
        for name in _MATRICES:
            for charge, factor in _CHARGES[name].items():
                charges[charge] = charges.get(charge, 0.0) + factor * np.asarray(
                    getattr(self, name)
                )
        one = exchange(VectorExchange(Propagator(), charges), anti)
        return below.plus(one.vector[0])

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivatives, of antineutrinos if `anti`, in the elements of ε;
        sizes as `below`."""
        found = {}
        for parameter in self.own_parameters():
            unit, _ = _unit(parameter.name)
            matrix = parameter.name.split(".")[0]
            charges = {
                charge: factor * unit for charge, factor in _CHARGES[matrix].items()
            }
            found[parameter.name] = exchange(
                VectorExchange(Propagator(), charges), anti
            ).widened(below.size)
        return found

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` with ε^e added, if the pair of the `vertex` is
        e⁺e⁻."""
        if not vertex.minus == vertex.plus == 0:
            return below
        place = (..., vertex.nu_out, vertex.nu_in)
        return below.shifted(self.epsilon_e[place], self.epsilon_e_axial[place])


def _unit(name: str) -> tuple[Matrix, bool]:
    """Matrix that a parameter multiplies, and whether it is a real part."""
    _, element, *imaginary = name.split(".")
    i, j = next((i, j) for i, j in _PAIRS if _FLAVOURS[i] + _FLAVOURS[j] == element)
    unit = np.zeros((3, 3), dtype=complex if imaginary else float)
    unit[i, j] = 1j if imaginary else 1.0
    unit[j, i] = np.conj(unit[i, j])
    return unit, not imaginary


def _hermitian(name: str, value: Any) -> Matrix:
    if isinstance(value, Mapping):
        places = {
            _FLAVOURS[i] + _FLAVOURS[j]: (i, j) for i in range(3) for j in range(3)
        }
        entries = {}
        for key, entry in value.items():
            if key not in places:
                raise UnknownNameError(f"element of {name}", key, places)
            entries[key] = complex_numbers(f"{name}.{key}", entry)
        value = np.zeros(
            (*common_shape({f"{name}.{k}": e.shape for k, e in entries.items()}), 3, 3),
            dtype=complex,
        )
        for key, entry in entries.items():
            i, j = places[key]
            value[..., i, j] = entry
            if _FLAVOURS[j] + _FLAVOURS[i] not in entries:
                value[..., j, i] = np.conj(entry)
    matrix = complex_numbers(f"{name}, a 3x3 matrix,", value, finite=False).astype(
        complex
    )
    if matrix.ndim < 2 or matrix.shape[-2:] != (3, 3):
        raise InputError(
            f"{name} must be a 3x3 matrix in (e, mu, tau), got shape {matrix.shape}"
        )
    if (bad := ~np.isfinite(matrix)).any():
        *_, i, j = (int(k) for k in np.argwhere(bad)[0])
        raise InputError(
            f"{name} must be finite, but its element [{_FLAVOURS[i]}, {_FLAVOURS[j]}]"
            f" is {matrix[bad][0]:g}"
        )
    wrong = np.abs(matrix - np.conj(np.swapaxes(matrix, -1, -2))) > 1e-12 * np.maximum(
        1.0, np.abs(matrix)
    )
    if wrong.any():
        *point, i, j = (int(k) for k in np.argwhere(wrong)[0])
        a, b = _FLAVOURS[i], _FLAVOURS[j]
        one, other = matrix[(*point, i, j)], matrix[(*point, j, i)]
        raise InputError(
            f"{name} must be hermitian: its element [{a}, {b}] is {one:g}"
            + (
                ", which must be real"
                if i == j
                else f" and [{b}, {a}] {other:g}; give each the conjugate of the other"
            )
        )
    return matrix if matrix.imag.any() else np.ascontiguousarray(matrix.real)

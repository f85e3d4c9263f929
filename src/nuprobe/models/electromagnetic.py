"""Neutrinos with electromagnetic properties: charge, charge radius, anapole, magnetic
and electric moments.

The vertex of a neutrino and a photon of momentum q = p_i − p_f (Giunti:2014ixa, as in
the 2018 seminar of Giunti) is

    Λ_μ = (γ_μ − q_μ q̸/q²)[F_Q + F_A q² γ5] − iσ_μν q^ν [F_M + iF_E γ5]

with the matrices [final, initial] F_Q = e + q²⟨r²⟩/6 + …, F_A = a, F_M = μ, F_E = ε.
For the left-handed neutrinos that the weak interaction produces, γ5 → −1:

    helicity kept:     F_Q − q²a = e + (q²/6)(⟨r²⟩ − 6a)
    helicity flipped:  μ − iε

so that an anapole acts as a charge radius of −6a.

Antineutrinos have the complex conjugate matrices; the relative sign of the weak and the
photon amplitude is the same.

With q² = −|q²|, photon exchange adds to the vector coupling of protons (with opposite
sign for electrons), in units in which g_V^p = ½ − 2s² (Kouzakov:2017hbc, eq.
unverified; the proceedings of EPS-HEP2021 have it as Q_jk):

    g_V^p → g_V^p + (2√2πα/G_F) e/|q²| − (√2πα/3G_F)(⟨r²⟩ − 6a)

The often used (2/3) m_W² sin²θ_W ⟨r²⟩ is the same only at tree level: with sin²θ_W =
0.231 (0.239) it is 7 % (11 %) larger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, get_args

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.charge_radius import PHOTON, RADIUS
from nuprobe.models.couplings import Couplings, Propagator, VectorExchange, widened
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.mixing import mixing_matrix
from nuprobe.models.properties import (
    ALL,
    COMMON,
    FLAVOURS,
    GREEK,
    PROPERTIES,
    Basis,
    Frame,
    Kind,
    Matrix,
    Slots,
    moduli,
    parameter_places,
    real_if_possible,
    refuse_twice,
)
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray, common_shape
from nuprobe.parameters import Parameter

__all__ = ["Electromagnetic"]

_ANAPOLE: Final = -6.0  # the charge radius equivalent to an anapole of 1
_MATRICES: Final = (
    "charge",
    "charge_radius",
    "anapole",
    "magnetic_moment",
    "electric_moment",
)


@public
@quick_methods
@dataclass(frozen=True, eq=False)
class Electromagnetic(Stacked):
    """Electromagnetic properties of neutrinos on top of another model.

    Matrices are 3×3 [final, initial], nested lists, arrays or dicts by element
    (``{"ee": …, "emu": …}``, or ``"11"``, ``"12"`` in the mass basis; the partner of an
    off-diagonal element follows). A single number is rejected, since it does not say
    which elements are meant. Leading axes may run over parameter points.

    Attributes
    ----------
    charge_radius : ⟨r²⟩ in cm², convention F_Q = q²⟨r²⟩/6 (`charge_radius_convention`
        converts others). It adds to the radius contained in `base`: none for
        ``scheme="tree"``, the Standard Model's for ``scheme="radiative"``.
    anapole : a in cm²; for left-handed neutrinos it acts as a charge radius of −6a.
    charge : in units of e (positive for the charge of the proton).
    magnetic_moment, electric_moment : μ and ε in Bohr magnetons.
    mu_eff : ``{"e": …, "mu": …, "tau": …}``: only |μ_ν| of the flavour that arrives, in
        Bohr magnetons; instead of the two matrices.
    basis : of all matrices; ``"mass"`` needs `mixing`.
    kind : ``"dirac"``: all matrices hermitian. ``"majorana"``: in the mass basis also
        charge, charge radius, μ and ε antisymmetric (so imaginary, without diagonal)
        and the anapole symmetric (so real). In the flavour basis the moments are
        antisymmetric complex matrices, their final index that of the antineutrino; the
        anapole is any hermitian matrix (only ⟨r²⟩ − 6a is observable; the split is
        defined in the mass basis); charges and charge radii need `mixing` to be
        checked.
    mixing : unitary matrix U, or an object with it as `matrix` (a `PMNS`), with ν_α =
        Σ_k U_αk ν_k; also 4×4.
    antineutrino_flip : reverse charge, charge radius and anapole of antineutrinos
        relative to the weak interaction. That is wrong, but assumed in the 2018
        seminar, whose tables it reproduces.
    base : model with the weak couplings. Tridents support only charge radii and
        anapoles; charges and moments, whose amplitudes are not computed, are rejected.

    Parameters of fits are ``charge_radius.ee``, ``.mumu``, ``.tautau``, ``.emu``,
    ``.etau``, ``.mutau`` and the like for the others (``.11`` … in the mass basis),
    real numbers with a sign in cm², e or μ_B as here (tables show multiples of 1e-32
    cm², 1e-12 e and 1e-11 μ_B); ``mu_eff.e`` …; ``mu_eff``, ``charge`` and
    ``charge_radius`` (diagonal elements) where all flavours have the same; and those of
    `base`. An off-diagonal parameter multiplies a fixed phase: that of the element
    given, otherwise 1 (i for antisymmetric matrices).

    Raises
    ------
    InputError
        A matrix that is not 3×3, not finite or impossible for the kind of neutrino, the
        mass basis without `mixing`, a mixing matrix that is not unitary, or `mu_eff`
        together with moments. The message names the element.

    Examples
    --------
    >>> radii = Electromagnetic(charge_radius={"ee": -1e-32, "emu": 2e-32})
    >>> float(radii.charge_radius[1, 0])
    2e-32
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "electromagnetic": ModelName(
            "charges, charge radii, anapoles and moments of neutrinos"
        )
    }

    charge_radius: Any = setting(None, unit="cm2", kind="elements")
    anapole: Any = setting(None, unit="cm2", kind="elements")
    charge: Any = setting(None, unit="e", kind="elements")
    magnetic_moment: Any = setting(None, unit="muB", kind="elements")
    electric_moment: Any = setting(None, unit="muB", kind="elements")
    mu_eff: Any = setting(None, unit="muB", kind="flavours")
    basis: Basis = "flavour"
    kind: Kind = "dirac"
    mixing: Any = setting(None, kind="mixing")
    antineutrino_flip: bool = False
    base: Any = field(default_factory=StandardModel)
    _phases: Mapping[str, Matrix] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.basis not in get_args(Basis):
            raise UnknownNameError("basis", self.basis, get_args(Basis))
        if self.kind not in get_args(Kind):
            raise UnknownNameError("kind of neutrino", self.kind, get_args(Kind))
        if not isinstance(self.antineutrino_flip, bool):
            raise InputError(
                "antineutrino_flip must be True or False, got"
                f" {shown(self.antineutrino_flip)}"
            )
        if self.mu_eff is not None and not (
            self.magnetic_moment is None and self.electric_moment is None
        ):
            raise InputError("give either mu_eff or the matrices of moments, not both")
        if (
            self._phases is not None
        ):  # created by with_values from a model that was checked
            self._check_points()
            return
        check_base(self.base)
        object.__setattr__(
            self, "mixing", None if self.mixing is None else mixing_matrix(self.mixing)
        )
        if self.basis == "mass" and self.mixing is None:
            raise InputError(
                'basis="mass" needs the mixing matrix: give mixing=PMNS(...), or the'
                " flavour basis"
            )
        below = {p.name for p in getattr(self.base, "parameters", ())}
        clash = set(self._slots()) & below
        if clash:
            raise InputError(
                f"the base model already has {min(clash)}: give electromagnetic"
                " properties only once"
            )
        frame, phases = self._frame, {}
        for name in PROPERTIES:
            matrix = frame.read(name, getattr(self, name))
            if matrix is not None:
                frame.check(name, matrix)
            object.__setattr__(self, name, matrix)
            phases[name] = frame.phase(name, matrix)
        object.__setattr__(self, "_phases", phases)
        if self.mu_eff is not None:
            object.__setattr__(self, "mu_eff", moduli(self.mu_eff))
        self._check_points()

    def _check_points(self) -> None:
        """Reject matrices with different numbers of parameter points."""
        given = {name: getattr(self, name) for name in PROPERTIES}
        shapes = {
            name: matrix.shape[:-2]
            for name, matrix in given.items()
            if matrix is not None
        }
        if self.mu_eff is not None:
            shapes["mu_eff"] = self.mu_eff.shape[:-1]
        common_shape(shapes)

    @property
    def name(self) -> str:
        """Name in tables."""
        return "em"

    @property
    def _frame(self) -> Frame:
        return Frame(self.basis, self.kind, self.mixing)

    # -- parameters

    def _slots(self) -> Slots:
        """Matrix and place of each own parameter."""
        return parameter_places(self.basis, self.kind, self._frame.size)

    def own_names(self) -> set[str]:
        """Names of `own_parameters`, also of ``mu_eff`` where flavours differ."""
        return set(self._slots())

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return the elements of all matrices (those not given are zero) and moduli."""
        frame, found = self._frame, []
        labels = [GREEK.get(x, x) for x in frame.labels]
        for name, p in PROPERTIES.items():
            matrix = getattr(self, name)
            known = matrix is not None and np.ndim(matrix) == 2
            for i, j in frame.elements(name):
                default = 0.0
                if known:
                    assert self._phases is not None  # __post_init__
                    value = (matrix[i, j] / self._phases[name][i, j]).real
                    default = float(value)
                found.append(
                    Parameter(
                        frame.element(name, i, j),
                        default,
                        step=p.step,
                        unit=p.unit,
                        latex=f"{p.latex}_{{{labels[i]}{labels[j]}}}",
                    )
                )
        return (*found, *self._common_parameters(), *self._modulus_parameters())

    def _common_parameters(self) -> list[Parameter]:
        """Diagonal elements of charges and charge radii where they are the same."""
        slots, found = self._slots(), []
        for name in COMMON:
            p, diagonal = PROPERTIES[name], self._diagonal(name)
            if name in slots and diagonal.ndim == 1 and np.ptp(diagonal) == 0:
                found.append(
                    Parameter(
                        name,
                        float(diagonal[0]),
                        step=p.step,
                        unit=p.unit,
                        latex=p.latex,
                    )
                )
        return found

    def _diagonal(self, name: str) -> FloatArray:
        """Diagonal of a matrix, (..., flavours)."""
        matrix = getattr(self, name)
        if matrix is None:
            return np.zeros(3)
        return np.asarray(np.diagonal(matrix, axis1=-2, axis2=-1).real)

    def _modulus_parameters(self) -> list[Parameter]:
        """|μ_ν| by flavour, and of all flavours where they are the same."""
        p = PROPERTIES["magnetic_moment"]
        one = isinstance(self.mu_eff, np.ndarray) and self.mu_eff.ndim == 1
        values = [float(x) for x in self.mu_eff] if one else [0.0] * 3
        symbols = {
            f"mu_eff.{f}": rf"|\mu_{{\nu_{{{GREEK[f]}}}}}|" for f in FLAVOURS[:3]
        }
        if len(set(values)) == 1:
            symbols["mu_eff"] = r"|\mu_\nu|"
            values.append(values[0])
        return [
            Parameter(
                name,
                value,
                0.0,
                step=p.step,
                unit=p.unit,
                latex=latex,
            )
            for (name, latex), value in zip(symbols.items(), values, strict=True)
        ]

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Return the matrices at new values of their elements; raises `InputError` for
        a `mu_eff` that is negative or combined with moments."""
        slots = self._slots()
        refuse_twice(values, slots)
        changed: dict[str, Any] = {}
        for name in dict.fromkeys(slots[key][0] for key in values):
            here = {key: v for key, v in values.items() if slots[key][0] == name}
            places = {key: slots[key][1:] for key in here}
            move = self._moved_moduli if name == "mu_eff" else self._moved_matrix
            changed[name] = move(name, here, places)
        return changed

    def _moved_moduli(
        self,
        name: str,
        values: Mapping[str, FloatArray],
        places: Mapping[str, tuple[Any, ...]],
    ) -> Matrix:
        for key, v in values.items():
            if np.any(v < 0):
                raise InputError(
                    f"{key} is a modulus and cannot be negative, got {v.min():g}"
                )
        shape = np.broadcast_shapes(*(v.shape for v in values.values()))
        old = np.zeros(3) if self.mu_eff is None else self.mu_eff
        new = np.array(
            np.broadcast_to(old, (*np.broadcast_shapes(shape, old.shape[:-1]), 3))
        )
        for key, v in values.items():
            new[..., places[key][0]] = v[..., None]
        return new

    def _moved_matrix(
        self,
        name: str,
        values: Mapping[str, FloatArray],
        places: Mapping[str, tuple[Any, ...]],
    ) -> Matrix:
        frame = self._frame
        for key, v in values.items():
            frame.check_size(key, name, v)
        n = frame.size
        steps = {key: self._step(name, *places[key]) for key in values}
        shape = np.broadcast_shapes(*(v.shape for v in values.values()))
        old = getattr(self, name)
        old = np.zeros((n, n)) if old is None else old
        new = np.zeros(
            (*np.broadcast_shapes(shape, old.shape[:-2]), n, n),
            np.result_type(old, *steps.values()),
        )
        new[...] = old
        for key, v in values.items():
            i, j = places[key]
            new[..., i, j] = (v[..., None] if i == ALL else v) * steps[key]
            if i != j:
                new[..., j, i] = frame.partner(name, v * steps[key])
        return new

    def _step(self, name: str, i: Any, j: Any) -> Any:
        """Phase that a parameter multiplies; diagonals are real."""
        assert self._phases is not None  # __post_init__
        return 1.0 if i == ALL else real_if_possible(self._phases[name][i, j])

    # -- couplings

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below` with the exchange of photons, in the flavour
        basis, of antineutrinos if `anti`."""
        n = max(self._frame.size, below.size)
        result = below.widened(n)
        for exchange in self._exchanges(self.radius(), self.seen("charge"), anti):
            result = result.plus(exchange.widened(n))
        moment = self._moment()
        if moment is not None:
            if result.magnetic is not None:
                raise InputError(
                    "the base model already has magnetic moments: give them only once"
                )
            result = replace(
                result, magnetic=widened(np.conj(moment) if anti else moment, n)
            )
        return result

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivatives, of antineutrinos if `anti`, in each parameter of the
        matrices that are present; sizes as `below`."""
        n = max(self._frame.size, below.size)
        slopes = {}
        for key, (name, i, j) in self._slots().items():
            if getattr(self, name) is None:
                continue
            if key in COMMON and np.ptp(self._diagonal(name), axis=-1).any():
                continue  # no parameter where flavours differ
            if name == "mu_eff":
                step = np.zeros(3)
                step[i] = 1.0
                slopes[key] = Couplings((), magnetic=widened(np.diag(step), n))
            else:
                slopes[key] = self._slope(name, self._unit(name, i, j), n, anti)
        return slopes

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivative of the couplings, of antineutrinos if `anti`, in each
        parameter of the base and of the matrices that are present."""
        n = max(self._frame.size, self._below(anti).size)
        found = super().coupling_derivatives(anti)
        return {key: c.widened(n) for key, c in found.items()}

    def _unit(self, name: str, i: int, j: int) -> Matrix:
        """Matrix that a parameter multiplies."""
        n, value = self._frame.size, self._step(name, i, j)
        unit = np.zeros((n, n), np.result_type(value))
        unit[i, j] = value
        if i != j:
            unit[j, i] = self._frame.partner(name, value)
        return unit

    def _slope(self, name: str, unit: Matrix, n: int, anti: bool) -> Couplings:
        """Derivative in the parameter that multiplies `unit`."""
        if PROPERTIES[name].flips:
            flip = unit if name == "magnetic_moment" else -1j * unit
            moment = self._frame.rotated(name, flip)
            magnetic = widened(np.conj(moment) if anti else moment, n)
            return Couplings((), magnetic=magnetic)
        seen = self._frame.rotated(name, unit)
        radius = {"charge_radius": 1.0, "anapole": _ANAPOLE}.get(name)
        exchanges = self._exchanges(
            None if radius is None else radius * seen,
            seen if name == "charge" else None,
            anti,
        )
        return Couplings(tuple(x.widened(n) for x in exchanges))

    def _exchanges(
        self, radius: Matrix | None, charge: Matrix | None, anti: bool
    ) -> list[VectorExchange]:
        sign = -1.0 if anti and self.antineutrino_flip else 1.0
        found = []
        for matrix, strength, propagator in (
            (radius, -RADIUS * sign, Propagator()),
            (charge, PHOTON * sign, Propagator(0.0)),
        ):
            if matrix is not None:
                proton = strength * (np.conj(matrix) if anti else matrix)
                found.append(VectorExchange(propagator, {"p": proton, "e": -proton}))
        return found

    def _moment(self) -> Matrix | None:
        """μ − iε in the flavour basis; the final index is that of the antineutrino for
        Majorana neutrinos."""
        if self.mu_eff is not None:
            return np.asarray(self.mu_eff[..., None] * np.eye(3))
        electric = self.electric_moment
        found = _sum(self.magnetic_moment, None if electric is None else -1j * electric)
        return None if found is None else self._frame.rotated("magnetic_moment", found)

    def radius(self) -> Matrix | None:
        """Return ⟨r²⟩ − 6a (cm²) in the flavour basis, or None."""
        return _sum(self.seen("charge_radius", 1.0), self.seen("anapole", _ANAPOLE))

    def seen(self, name: str, factor: float = 1.0) -> Matrix | None:
        """Return the matrix `name` in the flavour basis, times a `factor`, or None."""
        if name not in _MATRICES:
            raise UnknownNameError("electromagnetic matrix", name, _MATRICES)
        matrix = getattr(self, name)
        return None if matrix is None else factor * self._frame.rotated(name, matrix)

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` with the charge radii added to V, if the lepton
        pair of the `vertex` has one flavour; `InputError` for charges and moments."""
        for name in ("charge", "magnetic_moment", "electric_moment", "mu_eff"):
            given = getattr(self, name)
            if given is not None and np.any(given):
                raise InputError(
                    f"tridents from {name} of neutrinos are not implemented: leave"
                    " it out"
                )
        radius = self.radius()
        if radius is None or vertex.minus != vertex.plus:
            return below
        if self.antineutrino_flip:
            raise InputError(
                "antineutrino_flip applies to elastic scattering: drop it for tridents"
            )
        return below.shifted(RADIUS * radius[..., vertex.nu_out, vertex.nu_in], 0.0)


def _sum(a: Matrix | None, b: Matrix | None) -> Matrix | None:
    if a is None or b is None:
        return a if b is None else b
    return a + b

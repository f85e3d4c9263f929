"""Neutrinos with electromagnetic properties: charge, charge radius, anapole, magnetic
and electric moments.

The vertex of a neutrino and a photon of momentum q = p_i − p_f (Giunti:2014ixa, as in
the 2018 seminar of Giunti) is

    Λ_μ = (γ_μ − q_μ q̸/q²)[F_Q + F_A q² γ5] − iσ_μν q^ν [F_M + iF_E γ5]

with the matrices [final, initial] F_Q = e + q²⟨r²⟩/6 + …, F_A = a, F_M = μ, F_E = ε.
For the left-handed neutrinos that the weak interaction makes γ5 → −1:

    helicity kept:     F_Q − q²a = e + (q²/6)(⟨r²⟩ − 6a):  an anapole acts as a charge
    radius of −6a helicity flipped:  μ − iε

Antineutrinos have the complex conjugate matrices, the weak and the photon's amplitude
keeping their relative sign.

With q² = −|q²| photon exchange adds to the vector coupling of protons (electrons: the
opposite), in units in which g_V^p = ½ − 2s² (Kouzakov:2017hbc, eq. unverified; the
proceedings of EPS-HEP2021 have it as Q_jk):

    g_V^p → g_V^p + (2√2πα/G_F) e/|q²| − (√2πα/3G_F)(⟨r²⟩ − 6a)

The often used (2/3) m_W² sin²θ_W ⟨r²⟩ is the same at tree level only: with sin²θ_W =
0.231 (0.239) it is 7 % (11 %) larger.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.constants import ALPHA_EM, G_FERMI
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import (
    Model,
    check_model,
    complex_numbers,
    finite,
    parameter_values,
)
from nuprobe.models.couplings import Couplings, Propagator, VectorExchange, widened
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.mixing import mixing_matrix
from nuprobe.models.standard import StandardModel
from nuprobe.numerics import FloatArray, common_shape
from nuprobe.parameters import Parameter
from nuprobe.units import cm2

__all__ = [
    "CHARGE_RADIUS_CONVENTIONS",
    "Electromagnetic",
    "charge_radius_convention",
]

Matrix = NDArray[Any]
Basis = Literal["flavour", "mass"]
Kind = Literal["dirac", "majorana"]

PHOTON: Final = 2 * math.sqrt(2) * math.pi * ALPHA_EM / G_FERMI
"""Coupling of a neutrino of charge e to a proton, MeV²; the exchange is this over
|q²|."""
RADIUS: Final = math.sqrt(2) * math.pi * ALPHA_EM / (3 * G_FERMI) * cm2
"""Shift of −g_V^p per cm² of charge radius."""

CHARGE_RADIUS_CONVENTIONS: Final[dict[str, float]] = {"giunti": 1.0, "half": 2.0}
"""Factor that turns a charge radius of another convention into that of this package."""


@dataclass(frozen=True)
class _Property:
    """One of the five matrices: unit of its parameters (in cm², e or μ_B), step and
    symbol."""

    scale: float
    unit: str
    step: float
    latex: str
    flips: bool = False


_PROPERTIES: Final = {
    "charge_radius": _Property(1e-32, "1e-32 cm2", 10.0, r"\langle r^2\rangle"),
    "anapole": _Property(1e-32, "1e-32 cm2", 2.0, "a"),
    "charge": _Property(1e-12, "1e-12 e", 1.0, "e"),
    "magnetic_moment": _Property(1e-11, "1e-11 muB", 5.0, r"\mu", True),
    "electric_moment": _Property(1e-11, "1e-11 muB", 5.0, r"\epsilon", True),
}
# a number beyond these was given in the wrong unit
_LARGEST: Final = {
    "charge_radius": (1e-20, "cm2"),
    "anapole": (1e-20, "cm2"),
    "charge": (10.0, "e"),
    "magnetic_moment": (10.0, "Bohr magnetons"),
    "electric_moment": (10.0, "Bohr magnetons"),
}
_FLAVOURS: Final = ("e", "mu", "tau", "s")
_GREEK: Final = {"e": "e", "mu": r"\mu", "tau": r"\tau", "s": "s"}


@dataclass(frozen=True, eq=False)
class Electromagnetic:
    """Electromagnetic properties of neutrinos on top of another model.

    Matrices are 3×3 [final, initial], nested lists, arrays or dicts by element
    (``{"ee": …, "emu": …}``, or ``"11"``, ``"12"`` in the mass basis; the partner of an
    off-diagonal element follows). A single number is refused: it does not say which
    elements it means. Leading axes may run over parameter points.

    Attributes
    ----------
    charge_radius : ⟨r²⟩ in cm², convention F_Q = q²⟨r²⟩/6 (`charge_radius_convention`
        converts others). It adds to what `base` contains: to nothing for
        ``scheme="tree"``, to the Standard Model's radius for ``scheme="radiative"``.
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
        anapole is any hermitian matrix (of ⟨r²⟩ and −6a only the sum is seen, and the
        split belongs to the mass basis); charges and charge radii need `mixing` to be
        checked.
    mixing : unitary matrix U, or what has it as `matrix` (a `PMNS`), with ν_α = Σ_k
        U_αk ν_k; also 4×4.
    antineutrino_flip : reverse charge, charge radius and anapole of antineutrinos
        relative to the weak interaction. That is wrong, but assumed in the 2018
        seminar, whose tables it reproduces.
    base : model with the weak couplings.

    Parameters of fits are ``charge_radius.ee``, ``.mumu``, ``.tautau``, ``.emu``,
    ``.etau``, ``.mutau`` and the like for the others (``.11`` … in the mass basis),
    real numbers with a sign, in units of 1e-32 cm² (charge radius and anapole), 1e-12 e
    and 1e-11 μ_B; ``mu_eff.e`` …, and ``mu_eff`` where all flavours have the same; and
    those of `base`. An off-diagonal one multiplies a fixed phase: that of the element
    given, or 1 (i for what is antisymmetric) where none is.

    Raises
    ------
    InputError
        A matrix that is not 3×3, not finite or impossible for the kind of neutrino, the
        mass basis without `mixing`, a mixing matrix that is not unitary, or `mu_eff`
        together with moments. The message names the element.
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
    base: Model = field(default_factory=StandardModel)
    _phases: Mapping[str, Matrix] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.basis not in get_args(Basis):
            raise UnknownNameError("basis", self.basis, get_args(Basis))
        if self.kind not in get_args(Kind):
            raise UnknownNameError("kind of neutrino", self.kind, get_args(Kind))
        if not isinstance(self.antineutrino_flip, bool):
            raise InputError(
                "antineutrino_flip is True or False, got"
                f" {shown(self.antineutrino_flip)}"
            )
        if self.mu_eff is not None and not (
            self.magnetic_moment is None and self.electric_moment is None
        ):
            raise InputError(
                "mu_eff stands for the moments' matrices: give it, or them, not both"
            )
        if (
            self._phases is not None
        ):  # made by with_values from a model that was checked
            self._check_points()
            return
        check_model(self.base)
        object.__setattr__(
            self, "mixing", None if self.mixing is None else mixing_matrix(self.mixing)
        )
        if self.basis == "mass" and self.mixing is None:
            raise InputError(
                'basis="mass" needs the mixing matrix: give mixing=PMNS(...), or the'
                " flavour basis"
            )
        clash = set(self._slots()) & {p.name for p in self.base.parameters}
        if clash:
            raise InputError(
                f"the base model has {min(clash)} already: give electromagnetic"
                " properties once"
            )
        phases = {}
        for name in _PROPERTIES:
            matrix = self._read(name, getattr(self, name))
            if matrix is not None:
                self._check(name, matrix)
            object.__setattr__(self, name, matrix)
            phases[name] = self._phase(name, matrix)
        object.__setattr__(self, "_phases", phases)
        if self.mu_eff is not None:
            object.__setattr__(self, "mu_eff", _read_mu_eff(self.mu_eff))
        self._check_points()

    def _check_points(self) -> None:
        """Refuse matrices over different numbers of parameter points."""
        given = {name: getattr(self, name) for name in _PROPERTIES}
        shapes = {
            name: matrix.shape[:-2]
            for name, matrix in given.items()
            if matrix is not None
        }
        if self.mu_eff is not None:
            shapes["mu_eff"] = self.mu_eff.shape[:-1]
        common_shape(shapes)

    # -- reading
    # ----------------------------------------------------------------------------------------------

    @property
    def _n(self) -> int:
        return 3 if self.mixing is None else len(self.mixing)

    @property
    def _labels(self) -> tuple[str, ...]:
        return (
            _FLAVOURS[: self._n]
            if self.basis == "flavour"
            else tuple("1234"[: self._n])
        )

    def _element(self, name: str, i: int, j: int) -> str:
        return f"{name}.{self._labels[i]}{self._labels[j]}"

    def _read(self, name: str, value: Any) -> Matrix | None:
        if value is None:
            return None
        n, labels = self._n, self._labels
        if isinstance(value, Mapping):
            places = {
                a + b: (i, j)
                for i, a in enumerate(labels)
                for j, b in enumerate(labels)
            }
            entries = {}
            for key, entry in value.items():
                if key not in places:
                    raise UnknownNameError(
                        f"element of {name} ({self.basis} basis)", key, places
                    )
                entries[places[key]] = complex_numbers(f"{name}.{key}", entry)
            shape = common_shape(
                {self._element(name, *place): e.shape for place, e in entries.items()}
            )
            matrix = np.zeros((*shape, n, n), dtype=complex)
            for (i, j), entry in entries.items():
                matrix[..., i, j] = entry
                if (j, i) not in entries:
                    matrix[..., j, i] = self._partner(name, entry)
        else:
            matrix = complex_numbers(name, value).astype(complex)
            if matrix.shape[-2:] != (n, n):
                raise InputError(
                    f"{name} must be a {n}×{n} matrix [final, initial] or a dict such"
                    f" as {{'{labels[0] * 2}': …, '{labels[0] + labels[1]}': …}}, got"
                    f" {shown(value)}"
                )
        limit, unit = _LARGEST[name]
        if np.abs(matrix).max(initial=0.0) > limit:
            raise InputError(
                f"{name} of {np.abs(matrix).max():g} {unit} is beyond any neutrino: it"
                f" is given in {unit}"
            )
        return matrix if np.any(matrix.imag) else matrix.real

    def _partner(self, name: str, value: Any) -> Any:
        """Return the element [j, i] that belongs to the element [i, j]."""
        if (
            self._antisymmetric(name)
            and self.basis == "flavour"
            and _PROPERTIES[name].flips
        ):
            return -value
        return np.conj(value)

    def _antisymmetric(self, name: str) -> bool:
        return self.kind == "majorana" and name != "anapole"

    def _check(self, name: str, matrix: Matrix) -> None:
        """Refuse what is impossible for this kind of neutrino."""
        flips = _PROPERTIES[name].flips
        if not (self.kind == "majorana" and flips and self.basis == "flavour"):
            self._demand(
                name,
                matrix,
                np.conj(np.swapaxes(matrix, -1, -2)),
                "hermitian",
                "the complex conjugate of",
            )
        if self.kind == "dirac":
            return
        minus = -np.swapaxes(matrix, -1, -2)
        if flips or (self.basis == "mass" and name != "anapole"):
            self._demand(
                name, matrix, minus, "antisymmetric for Majorana neutrinos", "minus"
            )
        elif self.basis == "mass":
            self._demand(
                name,
                matrix,
                -minus,
                "real and symmetric for Majorana neutrinos",
                "equal to",
            )
        elif name == "anapole":
            return
        elif self.mixing is None:
            raise InputError(
                f"which {name} Majorana neutrinos can have is said in the mass basis:"
                " give mixing=PMNS(...) to check it, or what left-handed neutrinos see"
                " as an anapole a (it acts as a charge radius of -6a)"
            )
        else:
            u = self.mixing
            masses = np.conj(u.T) @ matrix @ u
            what = "antisymmetric in the mass basis for Majorana neutrinos"
            self._demand(
                name, masses, -np.swapaxes(masses, -1, -2), what, "minus", "1234", 1e-9
            )

    def _demand(
        self,
        name: str,
        matrix: Matrix,
        wanted: Matrix,
        what: str,
        relation: str,
        labels: Sequence[str] = (),
        tolerance: float = 1e-12,
    ) -> None:
        error = np.abs(matrix - wanted).reshape(-1, self._n, self._n).max(axis=0)
        if np.all(error <= tolerance * np.abs(matrix).max(initial=0.0)):
            return
        i, j = (int(x) for x in np.unravel_index(np.argmax(error), error.shape))
        i, j = min(i, j), max(i, j)
        value = matrix.reshape(-1, self._n, self._n)[0]
        labels = labels or self._labels
        here, there = f"{name}.{labels[i]}{labels[j]}", f"{name}.{labels[j]}{labels[i]}"
        if i == j:
            why = (
                f"{here} = {value[i, i]:g} must be"
                f" {'real' if what == 'hermitian' else 'zero'}"
            )
        else:
            why = (
                f"{here} = {value[i, j]:g} must be {relation} {there} = {value[j, i]:g}"
            )
            if self._antisymmetric(name) and self.basis == "mass":
                why += " (hermitian and antisymmetric: imaginary)"
        raise InputError(f"{name} must be {what}: {why}")

    def _phase(self, name: str, matrix: Matrix | None) -> Matrix:
        """Phases that the parameters multiply, in (−π/2, π/2], so that a real element
        keeps its sign."""
        fallback = 1j if self._antisymmetric(name) else 1.0
        if matrix is None:
            return np.full((self._n, self._n), fallback)
        first = matrix.reshape(-1, self._n, self._n)[0]
        size = np.abs(first)
        phase = np.where(size > 0, first / np.where(size > 0, size, 1.0), fallback)
        angle = np.angle(phase)
        backwards = (angle > math.pi / 2 + 1e-12) | (angle <= -math.pi / 2 + 1e-12)
        return np.asarray(np.where(backwards, -phase, phase))

    # -- parameters
    # -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Name in tables."""
        return "em"

    def _elements(self, name: str) -> list[tuple[int, int]]:
        """Elements that have a parameter, diagonal ones first."""
        pairs = [(i, i) for i in range(self._n)]
        if self._antisymmetric(name):
            pairs = []
            if self.basis == "flavour" and not _PROPERTIES[name].flips:
                return []  # one element alone is impossible in the mass basis
        return pairs + [(i, j) for i in range(self._n) for j in range(i + 1, self._n)]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a fit may free: elements of all matrices (those not given are zero),
        then the base's parameters."""
        found = []
        labels = [_GREEK.get(x, x) for x in self._labels]
        for name, p in _PROPERTIES.items():
            matrix = getattr(self, name)
            known = (
                matrix is not None and self._phases is not None and np.ndim(matrix) == 2
            )
            for i, j in self._elements(name):
                default = 0.0
                if known:
                    assert self._phases is not None
                    default = float(
                        (matrix[i, j] / self._phases[name][i, j]).real / p.scale
                    )
                latex = f"{p.latex}_{{{labels[i]}{labels[j]}}}"
                found.append(
                    Parameter(
                        self._element(name, i, j),
                        default,
                        step=p.step,
                        unit=p.unit,
                        latex=latex,
                    )
                )
        p = _PROPERTIES["magnetic_moment"]
        for i, flavour in enumerate(_FLAVOURS[:3]):
            one = isinstance(self.mu_eff, np.ndarray) and self.mu_eff.ndim == 1
            default = float(self.mu_eff[i] / p.scale) if one else 0.0
            latex = rf"|\mu_{{\nu_{{{_GREEK[flavour]}}}}}|"
            found.append(
                Parameter(
                    f"mu_eff.{flavour}",
                    default,
                    0.0,
                    step=p.step,
                    unit=p.unit,
                    latex=latex,
                )
            )
        defaults = {q.default for q in found[-3:]}
        if len(defaults) == 1:
            found.append(
                Parameter(
                    "mu_eff",
                    defaults.pop(),
                    0.0,
                    step=p.step,
                    unit=p.unit,
                    latex=r"|\mu_\nu|",
                )
            )
        return (*found, *self.base.parameters)

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Those of the base."""
        return self.base.mass_parameters

    def _slots(self) -> dict[str, tuple[str, Any, Any]]:
        """Place of each own parameter."""
        slots = {
            self._element(n, i, j): (n, i, j)
            for n in _PROPERTIES
            for i, j in self._elements(n)
        }
        one = {f"mu_eff.{f}": ("mu_eff", [i], [i]) for i, f in enumerate(_FLAVOURS[:3])}
        return {**slots, **one, "mu_eff": ("mu_eff", [0, 1, 2], [0, 1, 2])}

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the model at other values of its parameters, in the parameters' units;
        arrays give many points.

        Raises
        ------
        UnknownNameError
            For a name that is none of `parameters`.
        InputError
            For values that are not finite, or a `mu_eff` that is negative or meets
            moments.
        """
        values = parameter_values(values)
        slots = self._slots()
        base_names = {p.name for p in self.base.parameters}
        changed: dict[str, Any] = {}
        for key in values:
            if key not in slots and key not in base_names:
                raise UnknownNameError(
                    "parameter of the electromagnetic model", key, [*slots, *base_names]
                )
        mine = {key: value for key, value in values.items() if key in slots}
        if "mu_eff" in mine and sum(slots[key][0] == "mu_eff" for key in mine) > 1:
            raise InputError(
                "mu_eff is that of all flavours: give it, or those of the flavours"
                " (mu_eff.e, ...)"
            )
        for name in dict.fromkeys(slots[key][0] for key in mine):
            here = {key: v for key, v in mine.items() if slots[key][0] == name}
            changed[name] = self._moved(name, here, slots)
        weak = {key: v for key, v in values.items() if key in base_names}
        if weak:
            changed["base"] = self.base.with_values(weak)
        return replace(self, **changed)

    def _moved(
        self,
        name: str,
        values: Mapping[str, FloatArray],
        slots: Mapping[str, tuple[str, Any, Any]],
    ) -> Matrix:
        for key, v in values.items():
            if name == "mu_eff" and np.any(v < 0):
                raise InputError(
                    f"{key} is a modulus and cannot be negative, got {v.min():g}"
                )
        old = getattr(self, name)
        shape = np.broadcast_shapes(*(v.shape for v in values.values()))
        if name == "mu_eff":
            old = np.zeros(3) if old is None else old
            new = np.array(
                np.broadcast_to(old, (*np.broadcast_shapes(shape, old.shape[:-1]), 3))
            )
            for key, v in values.items():
                new[..., slots[key][1]] = (
                    v[..., None] * _PROPERTIES["magnetic_moment"].scale
                )
            return new
        assert self._phases is not None  # __post_init__
        scale, phases, n = _PROPERTIES[name].scale, self._phases[name], self._n
        steps = {key: _real(scale * phases[slots[key][1:]]) for key in values}
        old = np.zeros((n, n)) if old is None else old
        new = np.zeros(
            (*np.broadcast_shapes(shape, old.shape[:-2]), n, n),
            np.result_type(old, *steps.values()),
        )
        new[...] = old
        for key, v in values.items():
            _, i, j = slots[key]
            new[..., i, j] = v * steps[key]
            if i != j:
                new[..., j, i] = self._partner(name, v * steps[key])
        return new

    # -- couplings
    # --------------------------------------------------------------------------------------------

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the base's couplings with the exchange of photons; matrices in the
        flavour basis."""
        base = self.base.couplings(anti)
        n = max(self._n, base.size)
        result = base.widened(n)
        radius = _sum(self._seen("charge_radius", 1.0), self._seen("anapole", -6.0))
        for exchange in self._exchanges(radius, self._seen("charge"), anti):
            result = result.plus(exchange.widened(n))
        moment = self._moment(self.magnetic_moment, self.electric_moment, self.mu_eff)
        if moment is not None:
            if result.magnetic is not None:
                raise InputError(
                    "the base model has magnetic moments already: give them once"
                )
            result = replace(
                result, magnetic=widened(np.conj(moment) if anti else moment, n)
            )
        return result

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivative of the couplings in each parameter of the base and of
        the matrices that are present."""
        n = max(self._n, self.base.couplings(anti).size)
        slopes = {
            key: c.widened(n) for key, c in self.base.coupling_derivatives(anti).items()
        }
        for key, (name, i, j) in self._slots().items():
            if getattr(self, name) is None:
                continue
            if name == "mu_eff":
                step = np.zeros(3)
                step[i] = _PROPERTIES["magnetic_moment"].scale
                slopes[key] = Couplings((), magnetic=widened(np.diag(step), n))
                continue
            assert self._phases is not None  # __post_init__
            value = _real(_PROPERTIES[name].scale * self._phases[name][i, j])
            unit = np.zeros((self._n, self._n), np.result_type(value))
            unit[i, j] = value
            if i != j:
                unit[j, i] = self._partner(name, value)
            if _PROPERTIES[name].flips:
                moment = self._rotated(
                    name, unit if name == "magnetic_moment" else -1j * unit
                )
                slopes[key] = Couplings(
                    (), magnetic=widened(np.conj(moment) if anti else moment, n)
                )
                continue
            seen = self._rotated(name, unit)
            radius = (
                None
                if name == "charge"
                else (-6.0 if name == "anapole" else 1.0) * seen
            )
            exchanges = self._exchanges(
                radius, seen if name == "charge" else None, anti
            )
            slopes[key] = Couplings(tuple(x.widened(n) for x in exchanges))
        return slopes

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

    def _moment(
        self, magnetic: Matrix | None, electric: Matrix | None, mu_eff: Matrix | None
    ) -> Matrix | None:
        """μ − iε in the flavour basis; the final index is that of the antineutrino for
        Majorana neutrinos."""
        if mu_eff is not None:
            return np.asarray(mu_eff[..., None] * np.eye(3))
        found = _sum(magnetic, None if electric is None else -1j * electric)
        return None if found is None else self._rotated("magnetic_moment", found)

    def _seen(self, name: str, factor: float = 1.0) -> Matrix | None:
        matrix = getattr(self, name)
        return None if matrix is None else factor * self._rotated(name, matrix)

    def _rotated(self, name: str, matrix: Matrix) -> Matrix:
        """Return the matrix in the flavour basis: U X U†, or U* X U† where a Majorana
        neutrino flips its helicity."""
        if self.basis == "flavour":
            return matrix
        left = (
            np.conj(self.mixing)
            if self.kind == "majorana" and _PROPERTIES[name].flips
            else self.mixing
        )
        return np.asarray(left @ matrix @ np.conj(self.mixing.T))


def charge_radius_convention(
    value: ArrayLike, convention: str | None = None
) -> FloatArray:
    """Turn a published charge radius into the convention of this package, F_Q =
    q²⟨r²⟩/6.

    Parameters
    ----------
    value : ⟨r²⟩ as published, any unit.
    convention : ``"giunti"`` for F_Q = q²⟨r²⟩/6 (the limits of Cadeddu:2018dux and
        Giunti:2014ixa); ``"half"`` for a radius half as large, with which sin²θ_W →
        sin²θ_W + (√2πα/3G_F)⟨r²⟩ (TEXONO, LSND and other experiments as published,
        Papoulias:2017qdn, and the listings of the Particle Data Group). There is no
        default: a number without its convention is uncertain by a factor of two.

    Returns
    -------
    array
        In the unit of `value`.

    Raises
    ------
    InputError
        If the convention is missing, or the radius is no finite number.
    UnknownNameError
        If it is unknown.
    """
    if convention is None:
        raise InputError(
            'a charge radius needs its convention: "giunti" (q²⟨r²⟩/6) or "half" (radii'
            " half as large)"
        )
    if not isinstance(convention, str) or convention not in CHARGE_RADIUS_CONVENTIONS:
        raise UnknownNameError(
            "charge-radius convention", convention, CHARGE_RADIUS_CONVENTIONS
        )
    return finite("a charge radius", value) * CHARGE_RADIUS_CONVENTIONS[convention]


def _read_mu_eff(value: Any) -> FloatArray:
    if not isinstance(value, Mapping):
        raise InputError(
            "mu_eff must be a dict such as {'e': 1e-10, 'mu': 3e-10}, got"
            f" {value!r:.60}"
        )
    for key in value:
        if key not in _FLAVOURS[:3]:
            raise UnknownNameError("flavour of mu_eff", key, _FLAVOURS[:3])
    entries = {key: complex_numbers(f"mu_eff.{key}", v) for key, v in value.items()}
    for key, v in entries.items():
        if np.iscomplexobj(v) or np.any(v < 0):
            raise InputError(
                f"mu_eff.{key} is a modulus: a real number, not negative; got"
                f" {value[key]!r:.60}"
            )
    common_shape({f"mu_eff.{key}": v.shape for key, v in entries.items()})
    columns = np.broadcast_arrays(
        *(entries.get(f, np.zeros(())) for f in _FLAVOURS[:3])
    )
    return np.stack(columns, axis=-1)


def _real(value: Any) -> Any:
    """Drop an imaginary part that is zero: real matrices cost half."""
    return value.real if np.imag(value) == 0 else value


def _sum(a: Matrix | None, b: Matrix | None) -> Matrix | None:
    if a is None or b is None:
        return a if b is None else b
    return a + b

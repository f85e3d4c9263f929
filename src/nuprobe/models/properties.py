"""Matrices of electromagnetic properties: reading them, and the constraints on them for
Dirac and Majorana neutrinos in the flavour and in the mass basis."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import complex_numbers
from nuprobe.numerics import FloatArray, common_shape

__all__ = [
    "ALL",
    "COMMON",
    "FLAVOURS",
    "GREEK",
    "PROPERTIES",
    "Basis",
    "Frame",
    "Kind",
    "Matrix",
    "Property",
    "Slots",
    "moduli",
    "parameter_places",
    "real_if_possible",
    "refuse_twice",
]

Matrix = NDArray[Any]  # float or complex, shape (..., n, n)
Slots = Mapping[str, tuple[str, Any, Any]]  # parameter: matrix and place in it
Basis = Literal["flavour", "mass"]
Kind = Literal["dirac", "majorana"]

FLAVOURS: Final = ("e", "mu", "tau", "s")
"""Of the rows and columns; the last is a sterile state."""
GREEK: Final = {"e": "e", "mu": r"\mu", "tau": r"\tau", "s": "s"}
"""The same in LaTeX."""


@dataclass(frozen=True)
class Property:
    """One of the five matrices.

    Attributes
    ----------
    unit : of matrices and parameters: cm², e or μ_B.
    step : initial step of a fit, in `unit`.
    latex : symbol.
    largest, largest_unit : larger numbers were evidently given in the wrong unit.
    flips : whether it flips the helicity of the neutrino.

    Examples
    --------
    >>> PROPERTIES["magnetic_moment"].flips
    True
    """

    unit: str
    step: float
    latex: str
    largest: float
    largest_unit: str
    flips: bool = False


PROPERTIES: Final[Mapping[str, Property]] = {
    "charge_radius": Property("cm2", 1e-31, r"\langle r^2\rangle", 1e-20, "cm2"),
    "anapole": Property("cm2", 2e-32, "a", 1e-20, "cm2"),
    "charge": Property("e", 1e-12, "e", 10.0, "e"),
    "magnetic_moment": Property("muB", 5e-11, r"\mu", 10.0, "Bohr magnetons", True),
    "electric_moment": Property(
        "muB", 5e-11, r"\epsilon", 10.0, "Bohr magnetons", True
    ),
}
"""The five matrices by the names of the model's fields."""
COMMON: Final = ("charge_radius", "charge")
"""Those whose diagonal elements have a common parameter."""
ALL: Final = [0, 1, 2]
"""Rows and columns of a parameter common to all flavours."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Basis and kind of neutrino to which matrices refer.

    Attributes
    ----------
    basis : ``"flavour"`` or ``"mass"``.
    kind : ``"dirac"`` or ``"majorana"``.
    mixing : U, shape (3, 3) or (4, 4), or None for three neutrinos in the flavour
        basis.

    Examples
    --------
    >>> Frame("flavour", "dirac", None).element("charge_radius", 0, 1)
    'charge_radius.emu'
    """

    basis: Basis
    kind: Kind
    mixing: Any

    @property
    def size(self) -> int:
        """Number of states."""
        return 3 if self.mixing is None else len(self.mixing)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of rows and columns."""
        named = FLAVOURS if self.basis == "flavour" else tuple("1234")
        return named[: self.size]

    def element(self, name: str, i: int, j: int) -> str:
        """Name of the parameter of an element [i, j] of the matrix `name`."""
        return f"{name}.{self.labels[i]}{self.labels[j]}"

    def elements(self, name: str) -> list[tuple[int, int]]:
        """Elements of the matrix `name` that have a parameter, diagonal ones first."""
        n = self.size
        pairs = [(i, i) for i in range(n)]
        if self.antisymmetric(name):
            pairs = []
            if self.basis == "flavour" and not PROPERTIES[name].flips:
                return []  # a single element is impossible in the mass basis
        return pairs + [(i, j) for i in range(n) for j in range(i + 1, n)]

    def antisymmetric(self, name: str) -> bool:
        """Whether the matrix `name` is antisymmetric (in the mass basis, or if it
        flips)."""
        return self.kind == "majorana" and name != "anapole"

    def partner(self, name: str, value: Any) -> Any:
        """Element [j, i] of the matrix `name` that belongs to the `value` of [i, j]."""
        flips = PROPERTIES[name].flips
        if self.antisymmetric(name) and self.basis == "flavour" and flips:
            return -value
        return np.conj(value)

    def read(self, name: str, value: Any) -> Matrix | None:
        """Matrix `name` from the `value` that a user gave: None, an array, or elements
        by name."""
        if value is None:
            return None
        n, labels = self.size, self.labels
        if isinstance(value, Mapping):
            matrix = self._from_elements(name, value)
        else:
            matrix = complex_numbers(name, value).astype(complex)
            if matrix.shape[-2:] != (n, n):
                raise InputError(
                    f"{name} must be a {n}×{n} matrix [final, initial] or a dict such"
                    f" as {{'{labels[0] * 2}': …, '{labels[0] + labels[1]}': …}}, got"
                    f" {shown(value)}"
                )
        self.check_size(name, name, matrix)
        return matrix if np.any(matrix.imag) else matrix.real

    def check_size(self, what: str, name: str, value: Matrix) -> None:
        """Reject with `InputError` a `value`, of any shape, of the matrix `name` that
        is in the wrong unit; the message calls it `what`."""
        limit, unit = PROPERTIES[name].largest, PROPERTIES[name].largest_unit
        size = np.abs(value).max(initial=0.0)
        if size > limit:
            raise InputError(
                f"{what} of {size:g} {unit} is impossible for a neutrino: the unit"
                f" is {unit}"
            )

    def _from_elements(self, name: str, value: Mapping[Any, Any]) -> Matrix:
        n, labels = self.size, self.labels
        places = {
            a + b: (i, j) for i, a in enumerate(labels) for j, b in enumerate(labels)
        }
        entries = {}
        for key, entry in value.items():
            if key not in places:
                raise UnknownNameError(
                    f"element of {name} ({self.basis} basis)", key, places
                )
            entries[places[key]] = complex_numbers(f"{name}.{key}", entry)
        shape = common_shape(
            {self.element(name, *place): e.shape for place, e in entries.items()}
        )
        matrix = np.zeros((*shape, n, n), dtype=complex)
        for (i, j), entry in entries.items():
            matrix[..., i, j] = entry
            if (j, i) not in entries:
                matrix[..., j, i] = self.partner(name, entry)
        return matrix

    def check(self, name: str, matrix: Matrix) -> None:
        """Reject with `InputError` a `matrix` called `name` that is impossible for this
        kind of neutrino."""
        flips = PROPERTIES[name].flips
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
                f"whether Majorana neutrinos can have this {name} can be decided"
                " only in the mass basis: give mixing=PMNS(...) to check it, or"
                " give the effect on left-handed neutrinos as an anapole a (it acts"
                " as a charge radius of -6a)"
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
        error = np.abs(matrix - wanted).reshape(-1, self.size, self.size).max(axis=0)
        if np.all(error <= tolerance * np.abs(matrix).max(initial=0.0)):
            return
        i, j = (int(x) for x in np.unravel_index(np.argmax(error), error.shape))
        i, j = min(i, j), max(i, j)
        value = matrix.reshape(-1, self.size, self.size)[0]
        labels = labels or self.labels
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
            if self.antisymmetric(name) and self.basis == "mass":
                why += " (hermitian and antisymmetric: imaginary)"
        raise InputError(f"{name} must be {what}: {why}")

    def phase(self, name: str, matrix: Matrix | None) -> Matrix:
        """Phases that the parameters of the `matrix` called `name` multiply, in (−π/2,
        π/2], so that a real element keeps its sign."""
        fallback = 1j if self.antisymmetric(name) else 1.0
        if matrix is None:
            return np.full((self.size, self.size), fallback)
        first = matrix.reshape(-1, self.size, self.size)[0]
        size = np.abs(first)
        phase = np.where(size > 0, first / np.where(size > 0, size, 1.0), fallback)
        angle = np.angle(phase)
        backwards = (angle > math.pi / 2 + 1e-12) | (angle <= -math.pi / 2 + 1e-12)
        return np.asarray(np.where(backwards, -phase, phase))

    def rotated(self, name: str, matrix: Matrix) -> Matrix:
        """Return the `matrix` called `name` in the flavour basis: U X U†, or U* X U†
        where a Majorana neutrino flips its helicity."""
        if self.basis == "flavour":
            return matrix
        flips = self.kind == "majorana" and PROPERTIES[name].flips
        left = np.conj(self.mixing) if flips else self.mixing
        return np.asarray(left @ matrix @ np.conj(self.mixing.T))


def moduli(value: Any) -> FloatArray:
    """Moduli |μ_ν| by flavour as an array of shape (..., 3).

    Parameters
    ----------
    value : ``{"e": …, "mu": …, "tau": …}`` in Bohr magnetons, real and not negative
        (`InputError`); flavours left out have none.

    Examples
    --------
    >>> moduli({"mu": 1e-10}).tolist()
    [0.0, 1e-10, 0.0]
    """
    if not isinstance(value, Mapping):
        raise InputError(
            "mu_eff must be a dict such as {'e': 1e-10, 'mu': 3e-10}, got"
            f" {shown(value)}"
        )
    for key in value:
        if key not in FLAVOURS[:3]:
            raise UnknownNameError("flavour of mu_eff", key, FLAVOURS[:3])
    entries = {key: complex_numbers(f"mu_eff.{key}", v) for key, v in value.items()}
    for key, v in entries.items():
        if np.iscomplexobj(v) or np.any(v < 0):
            raise InputError(
                f"mu_eff.{key} is a modulus and must be a non-negative real number;"
                f" got {shown(value[key])}"
            )
    common_shape({f"mu_eff.{key}": v.shape for key, v in entries.items()})
    columns = np.broadcast_arrays(*(entries.get(f, np.zeros(())) for f in FLAVOURS[:3]))
    return np.stack(columns, axis=-1)


def real_if_possible(value: Any) -> Any:
    """Drop an imaginary part that is zero: real matrices halve the cost.

    Parameters
    ----------
    value : one number, real or complex.

    Examples
    --------
    >>> real_if_possible(2 + 0j)
    2.0
    """
    return value.real if np.imag(value) == 0 else value


@functools.cache
def parameter_places(basis: Basis, kind: Kind, size: int) -> Slots:
    """Matrix and indices of each parameter of a frame with `size` states; parameters
    common to all flavours have lists of indices.

    Parameters
    ----------
    basis, kind : as in `Frame`.
    size : 3 or 4 states; with four no charge is common.

    Examples
    --------
    >>> parameter_places("flavour", "dirac", 3)["charge.emu"]
    ('charge', 0, 1)
    """
    frame = Frame(basis, kind, None if size == 3 else np.eye(size))
    slots: dict[str, tuple[str, Any, Any]] = {
        frame.element(n, i, j): (n, i, j)
        for n in PROPERTIES
        for i, j in frame.elements(n)
    }
    for name in COMMON:
        if size == 3 and not frame.antisymmetric(name):
            slots[name] = (name, ALL, ALL)
    one = {f"mu_eff.{f}": ("mu_eff", [i], [i]) for i, f in enumerate(FLAVOURS[:3])}
    return {**slots, **one, "mu_eff": ("mu_eff", ALL, ALL)}


def refuse_twice(names: Iterable[str], slots: Slots) -> None:
    """Reject a parameter common to all flavours together with that of one flavour.

    Parameters
    ----------
    names : of parameters that are given.
    slots : from `parameter_places`.

    Raises
    ------
    InputError
        If one element is given twice.

    Examples
    --------
    >>> refuse_twice(["charge", "charge.emu"], parameter_places("flavour", "dirac", 3))
    """
    given = set(names)
    for key, what in (
        ("mu_eff", "the moment of each flavour"),
        ("charge", "the charge of each state"),
        ("charge_radius", "the radius of each state"),
    ):
        own = [n for n, (m, i, j) in slots.items() if m == key and i == j and n != key]
        if key in given and given & set(own):
            raise InputError(
                f"{key} is common to all flavours: give either it or {what}"
                f" ({own[0]}, ...)"
            )

"""Four-fermion operators of neutrinos and charged leptons."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import exchange
from nuprobe.models.couplings import Couplings, Propagator, VectorExchange
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.parameters import Parameter

__all__ = ["ContactOperators"]

Key = tuple[int, int, int, int]

_UNIT: Final = 2 * math.sqrt(2) * G_FERMI


def _check(what: str, value: Any) -> None:
    if not isinstance(value, np.ndarray) or not value.ndim:
        number(what, value)
        return
    array = numbers(what, value)
    if array.ndim != 1 or not np.all(np.isfinite(array)):
        raise InputError(
            f"{what} must be finite, one number or an array of shape (points,), got"
            f" {shown(value)}"
        )


_FLAVOURS: Final = ("e", "mu", "tau")
_RANGE: Final = 1e-9
"""MeV⁻²: range of a coefficient in fits; those of the Standard Model are about
3e-11."""
_STEP: Final = 5e-12
_FACTORS: Final = 1e3  # range of the common factor in fits, ±


def _partner(key: Key) -> Key:
    """Indices of the hermitian conjugate."""
    nu_in, nu_out, minus, plus = key
    return nu_out, nu_in, plus, minus


def _canonical(key: Key) -> Key:
    """The one of an operator and its hermitian conjugate that is used as the name."""
    return min(key, _partner(key))


def _usual() -> list[Key]:
    """Operators that interfere with Z or W exchange, or change only the neutrino
    flavour."""
    found = []
    for i, j, k in itertools.product(range(3), range(3), range(3)):
        if i <= j:
            found.append((i, j, k, k))
    found += [(i, j, i, j) for i, j in itertools.combinations(range(3), 2)]
    return found


@public
@quick_methods
@dataclass(frozen=True)
class ContactOperators(Stacked):
    """Four-fermion operators added to a base model.

    L = Σ C_L (ν̄_β γ^α P_L ν_α)(ℓ̄ γ_α P_L ℓ′) + C_R (ν̄_β γ^α P_L ν_α)(ℓ̄ γ_α P_R ℓ′),
    which is V → V − (C_L + C_R)/(2√2 G_F), A → A − (C_L − C_R)/(2√2 G_F). The Standard
    Model in this form has C_L = −2√2 G_F (−½ + s² + δ_CC), C_R = −2√2 G_F s².

    Parameters of fits are ``left.1111``, ``right.1111``, …, each together with its
    hermitian conjugate, in MeV⁻² (1 TeV⁻² is 1e-12 MeV⁻²), from −1e-9 to 1e-9, and
    ``factor``.

    Attributes
    ----------
    left, right : C_L and C_R in MeV⁻², by flavour indices (ν_α, ν_β, ℓ⁻, ℓ′⁺), 0, 1, 2
        for e, μ, τ; real, shape () or (points,). In files ``"1111"``. The hermitian
        conjugate (ν_β, ν_α, ℓ′, ℓ) of an operator has the same coefficient and need not
        be given.
    base : model to which they are added.
    factor : multiplies all of them, shape () or (points,).
    label : precedes the names of the parameters, to stack two.

    Examples
    --------
    >>> one = ContactOperators(left={(1, 1, 1, 1): 1e-12})
    >>> round(float(one.lepton_couplings(Vertex(1, 1, 1, 1)).vector), 4)
    0.9321
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "contact": ModelName("four-fermion operators with charged leptons")
    }

    left: Mapping[Key, float | FloatArray] = setting(
        default_factory=dict, unit="1/MeV2", kind="operators"
    )
    right: Mapping[Key, float | FloatArray] = setting(
        default_factory=dict, unit="1/MeV2", kind="operators"
    )
    base: Any = field(default_factory=StandardModel)
    factor: float | FloatArray = setting(1.0, kw_only=True)
    label: str = setting("", kw_only=True)

    def __post_init__(self) -> None:
        check_base(self.base)
        _check("the factor of the operators", self.factor)
        if not isinstance(self.label, str):
            raise InputError(
                f"a label must be a string such as 'second.', got {shown(self.label)}"
            )
        for name, values in (("left", self.left), ("right", self.right)):
            if not isinstance(values, Mapping):
                raise InputError(
                    f"{name} must be given by flavour indices, {{(1, 1, 1, 1):"
                    f" 1e-12}}, got {shown(values)}"
                )
            for key, value in values.items():
                if (
                    not isinstance(key, tuple)
                    or len(key) != 4
                    or any(i not in (0, 1, 2) for i in key)
                ):
                    raise InputError(
                        "a contact operator needs four flavour indices 0, 1, 2"
                        f" (nu_in, nu_out, l-, l+), got {key}"
                    )
                _check(f"the {name} coefficient {key}, real and in MeV⁻²,", value)
                other = values.get(_partner(key), value)
                if not np.array_equal(np.asarray(value), np.asarray(other)):
                    raise InputError(
                        f"{name} {key} and {_partner(key)} are hermitian conjugates"
                        f" and share a real coefficient, got {shown(value)} and"
                        f" {shown(other)}: give one of them"
                    )

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "contact"

    # -- parameters

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return ``factor``, and the coefficients of left- and right-handed charged
        leptons."""
        factor = _scalar(self.factor, 1.0)
        return (
            Parameter(
                f"{self.label}factor",
                factor,
                min(-_FACTORS, factor),
                max(_FACTORS, factor),
                step=0.1,
                latex=r"\lambda",
            ),
            *(
                self._parameter(chirality, key)
                for chirality in ("left", "right")
                for key in self._keys(chirality)
            ),
        )

    def _keys(self, chirality: str) -> tuple[Key, ...]:
        """Operators with a parameter: the default ones and those that are given."""
        given = map(_canonical, getattr(self, chirality))
        return tuple(dict.fromkeys([*_usual(), *given]))

    def _parameter(self, chirality: str, key: Key) -> Parameter:
        value = _scalar(self._coefficient(chirality, key), 0.0)
        inside = ["\\" + n if n != "e" else n for n in (_FLAVOURS[i] for i in key)]
        flavours = r"\nu_{{{}}}\nu_{{{}}}{}{}".format(*inside)
        return Parameter(
            f"{self.label}{chirality}.{''.join(map(str, key))}",
            value,
            min(-_RANGE, value),
            max(_RANGE, value),
            step=max(_STEP, 0.1 * abs(value)),
            unit="1/MeV2",
            latex=f"C_{chirality[0].upper()}^{{{flavours}}}",
        )

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Return coefficients and factor at their new `values`."""
        fields: dict[str, Any] = {}
        unknown = set(values) - self.own_names()
        if unknown:
            raise UnknownNameError(
                f"parameter of the model {self.name}", min(unknown), self.own_names()
            )
        for name, value in values.items():
            chirality, _, indices = name.removeprefix(self.label).partition(".")
            if not indices:
                fields[chirality] = value
                continue
            a, b, c, d = map(int, indices)
            known = fields.setdefault(chirality, dict(getattr(self, chirality)))
            for key in {(a, b, c, d), _partner((a, b, c, d))}:
                known[key] = value
        return fields

    def landmarks(self) -> Mapping[str, Mapping[str, float]]:
        """Named points of the planes of the parameters, for plots: no operators."""
        names = [p.name for p in self.own_parameters() if p.unit]
        return {"no new physics": dict.fromkeys(names, 0.0)}

    # -- couplings

    def _coefficient(self, chirality: str, key: Key) -> float | FloatArray:
        """A coefficient, given itself or as its hermitian conjugate."""
        given: Mapping[Key, float | FloatArray] = getattr(self, chirality)
        return given.get(key, given.get(_partner(key), 0.0))

    def _shift(self, key: Key) -> tuple[FloatArray, FloatArray]:
        """Shifts of V and A."""
        left = np.asarray(self._coefficient("left", key)) * self.factor
        right = np.asarray(self._coefficient("right", key)) * self.factor
        return np.asarray(-(left + right) / _UNIT), np.asarray(-(left - right) / _UNIT)

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, shifted by the
        operators with two electrons."""
        one = self._with_electrons()
        if one is None:
            return below
        return below.plus(exchange(one, anti).vector[0])

    def _with_electrons(self) -> VectorExchange | None:
        """Operators with two electrons as couplings; None if there are none."""
        shifts = {
            (i, j): self._shift((i, j, 0, 0))
            for i, j in itertools.product(range(3), range(3))
        }
        if not any(np.any(x) for pair in shifts.values() for x in pair):
            return None
        shape = np.broadcast_shapes(*(x.shape for p in shifts.values() for x in p))
        vector, axial = np.zeros((2, *shape, 3, 3))
        for (i, j), (one_vector, one_axial) in shifts.items():
            vector[..., j, i], axial[..., j, i] = one_vector, one_axial
        return VectorExchange(Propagator(), {"e": vector, "e_axial": axial})

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivatives, of antineutrinos if `anti`, in coefficients of
        operators with two electrons and in the factor; sizes as `below`."""
        found = {}
        alone = ContactOperators(factor=self.factor)
        for parameter in self.own_parameters():
            name = parameter.name.removeprefix(self.label)
            unit = (
                replace(self, factor=1.0)
                if name == "factor"
                else replace(alone, **alone.moved({name: np.asarray(1.0)}))
            )
            one = unit._with_electrons()
            if one is None:
                none = np.zeros((3, 3))
                one = VectorExchange(Propagator(), {"e": none, "e_axial": none})
            found[parameter.name] = exchange(one, anti).widened(below.size)
        return found

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` shifted by the operators of a `vertex`."""
        vector, axial = self._shift(
            (vertex.nu_in, vertex.nu_out, vertex.minus, vertex.plus)
        )
        return below.shifted(vector, axial)


def _scalar(value: float | FloatArray, otherwise: float) -> float:
    """Value of a parameter that must be a single number."""
    return otherwise if np.ndim(value) else float(value)

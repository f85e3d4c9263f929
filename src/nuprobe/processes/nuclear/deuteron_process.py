"""The deuteron as a process: charged and neutral currents, with L_1A as a constant.

The physics is in `nuprobe.processes.nuclear.deuteron`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal, Self, get_args

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnitError, UnknownNameError, shown
from nuprobe.flavours import FlavourState
from nuprobe.models import Couplings
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray, numbers
from nuprobe.parameters import Parameter
from nuprobe.processes.currents import NeutralCurrent, electron_share
from nuprobe.processes.interface import (
    ELECTRON_ENERGY,
    ENERGY_TRANSFER,
    Deposit,
    DepositRange,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
    no_response,
)
from nuprobe.processes.nuclear import breakup
from nuprobe.processes.nuclear.breakup import NN, NP, PP, Breakup
from nuprobe.processes.nuclear.common import count_of, isovector, within
from nuprobe.processes.nuclear.two_nucleons import SCHEMES, Scheme
from nuprobe.units import split_unit

__all__ = ["RADIATIVE", "DeuteronCharged", "DeuteronNeutral", "Radiative"]

Radiative = Literal["none", "inner", "outer", "full"]
RADIATIVE: Final[tuple[str, ...]] = get_args(Radiative)
_INNER: Final = (1.1803 / 1.16638) ** 2
"""G′_F of nuclear β decays over that of the muon, squared: 1.0240."""
_NEUTRAL: Final = (0.3457 + 0.1553 + 0.4288 + 0.0777) ** 2
"""Isovector axial coupling of neutrinos to quarks with electroweak corrections squared,
1.0151 (g_LL, g_LR of u and d of the PDG's review, from memory: unverified)."""
REACH: Final = 30.0
"""MeV: above it neglected partial waves become relevant."""
_HIGHEST: Final = 100.0
"""MeV: largest energy of the neutrino."""
_POWERS: Final = ("", ":L", ":L2")


@quick_methods
@dataclass(frozen=True)
class _Deuteron(Process):
    """What both currents share: the two-body current and its scheme."""

    l1a: Any = None
    scheme: Scheme | None = None
    radiative: Radiative = "none"
    _known: Mapping[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.scheme is not None and self.scheme not in SCHEMES:
            raise UnknownNameError("scheme of L_1A", self.scheme, SCHEMES)
        if self.radiative not in RADIATIVE:
            raise UnknownNameError("radiative correction", self.radiative, RADIATIVE)
        if self.l1a is None:
            return
        if self.scheme is None:
            raise InputError(
                f"l1a = {shown(self.l1a)} is meaningful only in a given scheme: add"
                " scheme='resummed' or scheme='nnlo' (in which it is about 5 fm3"
                " larger)"
            )
        known = _l1a(self.scheme)
        if isinstance(self.l1a, str) and not split_unit(self.l1a)[1]:
            raise UnitError(
                f"l1a = {shown(self.l1a)} has no unit: write '{self.l1a.strip()} fm3'"
            )
        object.__setattr__(self, "l1a", known.read(self.l1a))
        if np.any(np.abs(numbers("l1a", self.l1a)) > _LARGEST):
            raise InputError(
                f"l1a = {shown(self.l1a)} fm3 is beyond {_LARGEST:g} fm3: L_1A"
                " should be a few fm3, and cross sections are of second order in it"
            )

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """L_1A with its scheme in its name, ``"l1a.nnlo"`` or ``"l1a.resummed"``, if
        the scheme is given."""
        return () if self.scheme is None else (_l1a(self.scheme),)

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the same process at another L_1A: `values` by the name of
        `parameters`."""
        own = {p.name: p for p in self.parameters}
        for name in values:
            if name not in own:
                raise UnknownNameError(f"constant of {self.name}", name, own)
        return replace(self, l1a=next(iter(values.values()))) if values else self

    @property
    def accurate_to(self) -> float:
        """30 MeV."""
        return REACH

    @property
    def left_out(self) -> str:
        """Partial waves other than ³S₁ → ¹S₀."""
        return "partial waves other than 3S1 to 1S0"

    @property
    def within(self) -> Scheme:
        """The scheme, resummed if none was given."""
        return self.scheme or "resummed"

    def _powers(self, derivative: bool = False) -> FloatArray:
        """1, L, L² or their derivative, shape (..., 3)."""
        value = np.asarray(0.0 if self.l1a is None else self.l1a, dtype=float)
        one, zero = np.ones_like(value), np.zeros_like(value)
        pieces = (zero, one, 2 * value) if derivative else (one, value, value**2)
        return self._scale * np.stack(pieces, axis=-1)

    @property
    def _scale(self) -> float:
        """Factor of radiative corrections on every cross section."""
        return _INNER if self.radiative in ("inner", "full") else 1.0

    @property
    def outer(self) -> bool:
        """Whether photons of the electron are included."""
        return self.radiative in ("outer", "full")


_LARGEST: Final = 1e4
"""Largest |L_1A| allowed, fm³."""


def _l1a(scheme: Scheme) -> Parameter:
    """L_1A in a scheme, without which a value is meaningless."""
    latex = rf"L_{{1,A}}^\mathrm{{{scheme}}}"
    return Parameter(
        f"l1a.{scheme}", 0.0, -60.0, 100.0, step=3.0, unit="fm3", latex=latex
    )


def _checked(e: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Energies and deposits of the same shape; rejected beyond the range of the
    calculation."""
    within(e, _HIGHEST, "the break-up of the deuteron is")
    e, t = np.broadcast_arrays(e, t)
    return e, t


class _Spectrum:
    """A spectrum computed once for all parts and powers of L_1A: it caches the last
    values with their energies and deposits."""

    def __init__(
        self, function: Callable[[FloatArray, FloatArray], FloatArray]
    ) -> None:
        self._function = function
        self._last: tuple[FloatArray, FloatArray, FloatArray] | None = None

    def __call__(self, e: FloatArray, t: FloatArray) -> FloatArray:
        last = self._last
        if last and np.array_equal(last[0], e) and np.array_equal(last[1], t):
            return last[2]
        values = self._function(e, t)
        self._last = e.copy(), t.copy(), values
        return values


def _deuterons(target: Target | None) -> float:
    return count_of(target, "H2", "deuterium is in 'D2O', or give no target")


@public
@quick_methods
@dataclass(frozen=True)
class DeuteronCharged(_Deuteron):
    """Break-up by charged currents, as cross sections and templates see it.

    Attributes
    ----------
    l1a : two-body axial current at μ = m_π, a number in fm³ or text with its unit; None
        is 0 in the resummed scheme.
    scheme : in which `l1a` is defined, ``"resummed"`` or ``"nnlo"``; required with it,
        and to free it in a fit.
    radiative : ``"none"``; ``"inner"`` with G′_F of nuclear β decays; ``"outer"`` with
        photons of the electron, whose energy is included in the deposit; ``"full"``
        both.

    Examples
    --------
    >>> [s.name for s in DeuteronCharged().scatterers(None)]
    ['deuteron (e- p p)', 'deuteron (e+ n n)']
    """

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "deuteron-cc"

    @property
    def deposit(self) -> Deposit:
        """The total energy of the electron or positron."""
        return ELECTRON_ENERGY

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer per final state, of neutrinos and of antineutrinos on
        the deuterons of a `target`."""
        count = _deuterons(target)
        return tuple(
            Scatterer(
                f"deuteron ({lepton} {state.pair[0]} {state.pair[1]})",
                count,
                breakup.BreakupEnergy(state),
                partial(self._groups, state),
                floor=state.lepton,
            )
            for state, lepton in ((PP, "e-"), (NN, "e+"))
        )

    def _groups(self, state: Breakup, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
        sign = 1.0 if state is PP else -1.0
        spectrum = _Spectrum(
            lambda e, t: breakup.spectrum(state, e, t, self.within, outer=self.outer)
        )

        def kernel(power: int, e: FloatArray, t: FloatArray) -> FloatArray:
            e, t = _checked(e, t)
            axial, magnetic = spectrum(e, t)[:, power]
            return np.asarray(axial + sign * magnetic)

        return tuple(
            KernelGroup((state.pair + power,), no_response, function=partial(kernel, i))
            for i, power in enumerate(_POWERS)
        )

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the names of the terms, whatever the `exchanges`: powers of L_1A of
        the two final states."""
        return tuple(pair + power for pair in ("pp", "nn") for power in _POWERS)

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Electron-flavour fraction times powers of L_1A, shape (..., 6).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return self._shared(self._powers(), state, anti)

    def constant_derivatives(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> Mapping[str, FloatArray]:
        """Derivative with respect to L_1A.

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        if self.scheme is None:
            return {}
        return {_l1a(self.scheme).name: self._shared(self._powers(True), state, anti)}

    @staticmethod
    def _shared(powers: FloatArray, state: FlavourState, anti: bool) -> FloatArray:
        shares = [electron_share(state, anti, kind) for kind in (False, True)]
        return np.concatenate([share * powers for share in shares], axis=-1)


@public
@quick_methods
@dataclass(frozen=True)
class DeuteronNeutral(_Deuteron, NeutralCurrent):
    """Break-up by neutral currents, as cross sections and templates see it.

    Attributes
    ----------
    l1a, scheme : as of `DeuteronCharged`.
    radiative : as there, but ``"full"`` is the electroweak correction of the isovector
        axial coupling, +1.5 %, not G′_F; ``"outer"`` has no effect without an electron.

    Examples
    --------
    >>> DeuteronNeutral(scheme="nnlo").parameters[0].name
    'l1a.nnlo'
    """

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "deuteron-nc"

    @property
    def deposit(self) -> Deposit:
        """The energy transfer, binding energy included."""
        return ENERGY_TRANSFER

    @property
    def constituents(self) -> tuple[str, ...]:
        """Proton and neutron."""
        return ("p", "n")

    @property
    def _scale(self) -> float:
        return {"inner": _INNER, "full": _NEUTRAL}.get(self.radiative, 1.0)

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return the deuterons of a `target`, or one for None."""
        bounds: DepositRange = breakup.BreakupTransfer()
        count = _deuterons(target)
        lowest = float(bounds.t_min(np.array(10.0)))
        return (Scatterer("deuteron", count, bounds, self._groups, floor=lowest),)

    def _groups(self, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
        spectrum = _Spectrum(
            lambda e, t: breakup.spectrum(NP, e, np.maximum(e - t, 0.0), self.within)
        )

        def kernel(part: int, power: int, e: FloatArray, t: FloatArray) -> FloatArray:
            return np.asarray(spectrum(*_checked(e, t))[part, power])

        return tuple(
            KernelGroup((name + power,), no_response, function=partial(kernel, part, i))
            for part, name in enumerate(("axial", "magnetic"))
            for i, power in enumerate(_POWERS)
        )

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the names of the terms: powers of L_1A of the axial current squared
        and of its interference with weak magnetism; raises `InputError` for
        `exchanges` other than contact ones."""
        _check_contact(exchanges)
        return tuple(
            part + power for part in ("axial", "magnetic") for power in _POWERS
        )

    def _weights(
        self,
        couplings: Couplings,
        slope: Couplings | None,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Isovector couplings squared and interfering, times powers of L_1A, shape
        (..., 6)."""
        _check_contact(exchanges)
        return self._times(self._powers(), isovector(couplings, slope, state, anti))

    def constant_derivatives(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> Mapping[str, FloatArray]:
        """Derivative with respect to L_1A.

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        if self.scheme is None:
            return {}
        weights = isovector(couplings, None, state, anti)
        return {_l1a(self.scheme).name: self._times(self._powers(True), weights)}

    @staticmethod
    def _times(
        powers: FloatArray, weights: tuple[FloatArray, FloatArray]
    ) -> FloatArray:
        pieces = [np.asarray(w)[..., None] * powers for w in weights]
        return np.concatenate(np.broadcast_arrays(*pieces), axis=-1)


def _check_contact(exchanges: Exchanges) -> None:
    bosons = [p for p, _ in exchanges.vector if p.mass is not None]
    if exchanges.scalar or exchanges.magnetic or bosons:
        raise InputError(
            "deuteron break-up is available for contact interactions only: light"
            " mediators, neutrino charges and moments are not implemented"
        )

"""Observables: named functions of `Events`, in MeV, MeV² and radians."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, SupportsIndex

import numpy as np

from nuprobe.border import public
from nuprobe.errors import UnknownNameError
from nuprobe.events.sample import Events
from nuprobe.numerics import FloatArray

__all__ = ["OBSERVABLES", "Observable", "observable"]


@public
@dataclass(frozen=True)
class Observable:
    """A quantity of each event.

    Attributes
    ----------
    name : as users type it.
    what : in words.
    unit : ``"MeV"``, ``"MeV2"``, ``"rad"`` or ``""``.
    latex : symbol, without dollars.
    function : events → array, shape (n,).
    logarithmic : whether it spans decades.
    """

    name: str
    what: str
    unit: str
    latex: str
    function: Callable[[Events], FloatArray]
    logarithmic: bool = False

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        # pickled by name, since the function cannot be
        if OBSERVABLES.get(self.name) is self:
            return observable, (self.name,)
        return super().__reduce_ex__(protocol)

    def __call__(self, events: Events) -> FloatArray:
        """Value for each event, shape (n,)."""
        return np.asarray(self.function(events), dtype=float)


def _transverse(p: FloatArray) -> FloatArray:
    return np.hypot(p[:, 1], p[:, 2])


def _polar(p: FloatArray) -> FloatArray:
    """Angle to the beam, also accurate for the smallest angles, where the arc cosine of
    p_z/|p| loses all digits."""
    return np.arctan2(_transverse(p), p[:, 3])


def _opening(events: Events) -> FloatArray:
    a, b = events.minus[:, 1:], events.plus[:, 1:]
    return np.asarray(
        np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), (a * b).sum(1))
    )


def _acoplanarity(events: Events) -> FloatArray:
    a, b = events.minus, events.plus
    turn = np.arctan2(
        a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1], a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]
    )
    return np.pi - np.abs(turn)


def _pair(events: Events) -> FloatArray:
    return np.asarray(events.minus + events.plus)


def _recoil(events: Events) -> FloatArray:
    """E − W as p²/(E + W), since the difference cancels for a nucleus."""
    mass = events.w
    return np.asarray((events.recoil[:, 1:] ** 2).sum(1) / (events.recoil[:, 0] + mass))


def _extra(events: Events) -> FloatArray:
    """For backgrounds as generated; for tridents the kinetic energy of a proton
    (neutrons and nuclei are invisible), or the energy of the hadrons minus the mass of
    the struck nucleon."""
    extra = getattr(events, "extra_energy", None)
    if extra is not None:
        return np.asarray(extra)
    seen = np.array([p.regime == "proton" for p in events.processes])[events.process]
    return np.where(
        events.broken, _transfer(events), np.where(seen, _recoil(events), 0.0)
    )


def _transfer(events: Events) -> FloatArray:
    """E − M of the recoil, as the sum of its kinetic energy and W − M."""
    mass = np.array([p.mass for p in events.processes])[events.process]
    return np.asarray(_recoil(events) + (events.w - mass))


_ALL: Final = (
    Observable(
        "E_minus",
        "energy of the negative lepton",
        "MeV",
        "E_-",
        lambda e: e.minus[:, 0],
    ),
    Observable(
        "E_plus", "energy of the positive lepton", "MeV", "E_+", lambda e: e.plus[:, 0]
    ),
    Observable(
        "E_pair",
        "energy of both leptons",
        "MeV",
        "E_+ + E_-",
        lambda e: e.minus[:, 0] + e.plus[:, 0],
    ),
    Observable(
        "E_nu",
        "energy of the neutrino that comes in",
        "MeV",
        r"E_\nu",
        lambda e: e.nu_in[:, 0],
    ),
    Observable(
        "inelasticity",
        "share of the neutrino's energy in the pair",
        "",
        "(E_+ + E_-)/E_\\nu",
        lambda e: (e.minus[:, 0] + e.plus[:, 0]) / e.nu_in[:, 0],
    ),
    Observable(
        "asymmetry",
        "(E_minus - E_plus)/(E_minus + E_plus)",
        "",
        "(E_- - E_+)/(E_- + E_+)",
        lambda e: (e.minus[:, 0] - e.plus[:, 0]) / (e.minus[:, 0] + e.plus[:, 0]),
    ),
    Observable(
        "theta_minus",
        "angle of the negative lepton to the beam",
        "rad",
        r"\theta_-",
        lambda e: _polar(e.minus),
    ),
    Observable(
        "theta_plus",
        "angle of the positive lepton to the beam",
        "rad",
        r"\theta_+",
        lambda e: _polar(e.plus),
    ),
    Observable(
        "theta_pair",
        "angle of the pair's momentum to the beam",
        "rad",
        r"\theta_{+-}",
        lambda e: _polar(_pair(e)),
    ),
    Observable(
        "opening_angle",
        "angle between the leptons",
        "rad",
        r"\Delta\theta_{+-}",
        _opening,
    ),
    Observable(
        "acoplanarity",
        "pi minus the angle between the leptons' transverse momenta",
        "rad",
        r"\pi - |\Delta\varphi_{+-}|",
        _acoplanarity,
    ),
    Observable(
        "m_pair", "invariant mass of the pair", "MeV", "m_{+-}", lambda e: np.sqrt(e.s)
    ),
    Observable(
        "pt_minus",
        "transverse momentum of the negative lepton",
        "MeV",
        "p_{T-}",
        lambda e: _transverse(e.minus),
    ),
    Observable(
        "pt_plus",
        "transverse momentum of the positive lepton",
        "MeV",
        "p_{T+}",
        lambda e: _transverse(e.plus),
    ),
    Observable(
        "pt_missing",
        "missing transverse momentum: that of the pair, unbalanced by anything seen",
        "MeV",
        r"p_T^\mathrm{miss}",
        lambda e: _transverse(_pair(e)),
    ),
    Observable(
        "Q2",
        "squared momentum transfer from the target",
        "MeV2",
        "Q^2",
        lambda e: e.q2,
        True,
    ),
    Observable(
        "K2",
        "squared momentum transfer from the neutrino",
        "MeV2",
        "K^2",
        lambda e: e.k2,
        True,
    ),
    Observable(
        "W",
        "mass of what was hit, or of the hadrons it broke into",
        "MeV",
        "W",
        lambda e: e.w,
        True,
    ),
    Observable(
        "E_hadrons",
        "energy of the recoil beyond the mass of what was hit",
        "MeV",
        r"E_\mathrm{had}",
        _transfer,
        True,
    ),
    Observable(
        "recoil_energy",
        "kinetic energy of what was hit, or of the hadrons as a whole",
        "MeV",
        r"T_\mathrm{recoil}",
        _recoil,
        True,
    ),
    Observable(
        "extra_energy",
        "visible energy at the vertex in addition to the pair; E_hadrons for broken"
        " nucleons",
        "MeV",
        r"E_\mathrm{extra}",
        _extra,
        True,
    ),
    Observable(
        "theta_recoil",
        "angle of what was hit, or of the hadrons' momentum, to the beam",
        "rad",
        r"\theta_\mathrm{recoil}",
        lambda e: _polar(e.recoil),
    ),
)
OBSERVABLES: Final = {o.name: o for o in _ALL}
"""The observables by name."""


@public
def observable(name: str | Observable) -> Observable:
    """Look up an observable; raises `UnknownNameError` if there is none of that name.

    Parameters
    ----------
    name : as in `OBSERVABLES`; an observable is returned unchanged.

    Examples
    --------
    >>> observable("m_pair").unit
    'MeV'
    """
    if isinstance(name, Observable):
        return name
    if name not in OBSERVABLES:
        raise UnknownNameError(
            "observable", name, OBSERVABLES, "(see `nuprobe list observables`)"
        )
    return OBSERVABLES[name]

"""Events as arrays: one entry per event, one array per quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public, public_methods
from nuprobe.errors import InputError, shown
from nuprobe.models import LeptonModel
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident import Channel, lepton_couplings
from nuprobe.reprs import readable

__all__ = ["MOMENTA", "Chunk", "EventProcess", "Events", "concatenate"]

MOMENTA: Final = ("nu_in", "target", "nu_out", "minus", "plus", "recoil")
"""Names of the four-momenta of an event."""


@readable
@dataclass(frozen=True)
class EventProcess:
    """A channel on one kind of scatterer.

    Attributes
    ----------
    channel : the trident channel.
    current : target: an isotope such as ``"Ar40"``, ``"proton"``, ``"neutron"`` or
        ``"electron"``.
    regime : ``"coherent"``, ``"proton"``, ``"neutron"``, ``"electron"``,
        ``"broken proton"`` or ``"broken neutron"``.
    mass : of the target, MeV.
    number : of these per target; weights include all of them.
    """

    channel: Channel
    current: str
    regime: str
    mass: float
    number: float

    @property
    def broken(self) -> bool:
        """Whether the final hadrons have a mass different from the target's."""
        return self.regime.startswith("broken ")

    @property
    def nucleon(self) -> str | None:
        """``"proton"`` or ``"neutron"`` where one is hit, with or without break-up."""
        return self.current if self.current in ("proton", "neutron") else None


@public_methods
@dataclass(frozen=True, eq=False)
class Events:
    """Trident events, a structure of arrays; the beam goes along +z in the frame of the
    laboratory.

    Attributes
    ----------
    processes : all processes.
    process : shape (n,), index into `processes`.
    nu_in, target, nu_out, minus, plus, recoil : four-momenta (E, p_x, p_y, p_z) in MeV,
        shape (n, 4): the neutrino, the target, the outgoing neutrino, ℓ⁻, ℓ′⁺ and the
        recoiling target, or the sum of the hadrons from its break-up.
    q2, k2, s : shape (n,), MeV²: Q² = −(target − recoil)², K² = −(nu_in − nu_out)²,
        squared mass of the pair; as generated, since differences of four-momenta lose
        digits.
    terms : shape (n, 3), cm²: VV, AA and VA parts of the weight, for unit couplings.
    weight : shape (n,), cm². Summed over events and divided by the number of trials it
        is the cross section per target averaged over the flux.
    """

    processes: tuple[EventProcess, ...]
    process: NDArray[np.int32]
    nu_in: FloatArray
    target: FloatArray
    nu_out: FloatArray
    minus: FloatArray
    plus: FloatArray
    recoil: FloatArray
    q2: FloatArray
    k2: FloatArray
    s: FloatArray
    terms: FloatArray
    weight: FloatArray

    def __len__(self) -> int:
        """Return the number of events."""
        return int(self.weight.size)

    @property
    def broken(self) -> NDArray[np.bool_]:
        """Whether a nucleon broke up, shape (n,)."""
        return np.array([p.broken for p in self.processes], dtype=bool)[self.process]

    @property
    def w(self) -> FloatArray:
        """Mass W of the recoil, MeV, shape (n,): of the hadrons for break-up, otherwise
        of the target."""
        mass = np.array([p.mass for p in self.processes])[self.process]
        size = np.linalg.norm(self.recoil[:, 1:], axis=1)
        energy = self.recoil[:, 0]
        w2 = np.maximum((energy - size) * (energy + size), 0.0)
        return np.where(self.broken, np.sqrt(w2), mass)

    def __getitem__(self, which: Any) -> Events:
        """Return the events selected by an index array, a mask or a slice; raises
        `InputError` for anything else and for indices out of range."""
        try:
            picked = np.arange(self.weight.size)[which]
        except (IndexError, TypeError, ValueError, OverflowError):
            picked = np.array(0)
        if np.ndim(picked) != 1:
            raise InputError(
                f"pick some of {self.weight.size} events by a slice, a mask or an array"
                f" of indices, got {shown(which)}"
            )
        arrays = {
            f.name: getattr(self, f.name)[which]
            for f in fields(self)
            if f.name != "processes"
        }
        return replace(self, **arrays)

    @public
    def weights(self, model: LeptonModel) -> FloatArray:
        """Weights of the events in another model: exact, whatever model was generated.

        Parameters
        ----------
        model : with scalar parameters.

        Returns
        -------
        array, shape (n,), cm²

        Raises
        ------
        InputError
            If the model's parameters are arrays.
        """
        result = np.zeros(len(self))
        for i, process in enumerate(self.processes):
            here = self.process == i
            couplings = lepton_couplings(model, process.channel)
            if any(
                np.ndim(c)
                for c in (
                    couplings.vector,
                    couplings.axial,
                    *(x for m in couplings.mediators for x in (m.strength, m.axial)),
                )
            ):
                raise InputError(
                    "events are weighted by a model with scalar parameters, one model"
                    " at a time"
                )
            k2 = self.k2[here]
            v = float(couplings.vector) + sum(
                float(m.strength) / (k2 + m.mass**2) for m in couplings.mediators
            )
            a = float(couplings.axial) + sum(
                float(m.axial) / (k2 + m.mass**2) for m in couplings.mediators
            )
            vv, aa, va = self.terms[here].T
            result[here] = v**2 * vv + a**2 * aa + v * a * va
        return result


@readable
@dataclass(frozen=True)
class Chunk:
    """Events of one stretch of the random stream.

    Attributes
    ----------
    index : of the stretch.
    events : those with nonzero weight.
    trials : points generated to obtain them.
    """

    index: int
    events: Events
    trials: int


@public
def concatenate(parts: Sequence[Events]) -> Events:
    """Join events that share their processes.

    Parameters
    ----------
    parts : events, in order.

    Raises
    ------
    InputError
        If there are none, or their processes differ.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> events = gen.generate(10).events
    >>> len(concatenate([events[:4], events[4:]]))
    10
    """
    if not parts:
        raise InputError("there are no events to join")
    first = parts[0].processes
    if any(p.processes != first for p in parts):
        raise InputError("events of different processes cannot be joined")
    arrays = {
        f.name: np.concatenate([getattr(p, f.name) for p in parts])
        for f in fields(Events)
        if f.name != "processes"
    }
    return Events(processes=first, **arrays)

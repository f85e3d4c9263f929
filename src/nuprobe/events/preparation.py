"""From channels, target, flux and model to processes that can be sampled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.events.arrays import DIMENSIONS, SCATTERING
from nuprobe.events.energies import Interpolant, energy_bins
from nuprobe.events.fermi import fermi_average, lowest_energy
from nuprobe.events.hadrons import Q2_SCALE, Y_STEP, Z_STEP, hadron_tables
from nuprobe.events.sample import EventProcess
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.models import LeptonModel
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident import (
    Channel,
    Current,
    TridentOptions,
    coefficients,
    current_kernels,
    currents,
    lepton_couplings,
    mediator_masses,
    total,
)
from nuprobe.processes.trident.broken import broken_kernels
from nuprobe.processes.trident.couplings import is_axial
from nuprobe.processes.trident.cross_section import PREFACTOR, q_range, threshold
from nuprobe.processes.trident.inelastic import KINDS, W_LOW, broken_threshold

__all__ = ["ONE_ENERGY", "SampledProcess", "Setup", "prepare"]

ONE_ENERGY: Final = "monoenergetic"
"""Name of the flux of neutrinos of one energy."""

_TABLE: Final = 4096  # entries of the form factor table, uniform in ln Q
# largest Q, in units of the smallest, if the form factor is negligible before
_FAR: Final = 16
# of the largest probability of a bin: no bin with neutrinos may be left out, whatever #
# the interpolant gives there
_LEAST: Final = 1e-7


@dataclass(frozen=True, eq=False)
class Setup:
    """Settings of the generation.

    Attributes
    ----------
    channels : trident channels.
    target : of the neutrinos; None for a bare nucleon or electron.
    source : of the neutrinos.
    model : with scalar parameters; decides where events are generated.
    nucleons : ``"rest"`` or ``"fermi-gas"``.
    options : regime of the cross section, and treatment of the target.
    """

    channels: tuple[Channel, ...]
    target: TargetSpec | None
    source: Flux
    model: LeptonModel
    nucleons: str
    options: TridentOptions

    @property
    def fluence(self) -> float:
        """Neutrinos of the flavours of the channels, per unit of the flux."""
        flavours = dict.fromkeys(c.incoming for c in self.channels)
        return sum(self.source.total(f) for f in flavours)

    @property
    def e_max(self) -> float:
        """Largest energy of a neutrino, MeV."""
        return max(
            c.e_max for one in self.channels for c in self.source.of(one.incoming)
        )

    def hit(self) -> list[tuple[float, Current, float, bool]]:
        """Scatterers: (number, current, Fermi momentum of its motion in MeV, whether it
        breaks up)."""
        whole = [(*one, False) for one in self.currents(self.options)]
        if self.options.regime not in ("inelastic", "all"):
            return whole
        # hadrons are not Pauli-blocked; nucleons move as without break-up
        nucleons = replace(self.options, regime="incoherent")
        return whole + [(*one, True) for one in self.currents(nucleons)]

    def currents(self, options: TridentOptions) -> list[tuple[float, Current, float]]:
        """Currents for given options: (number, current, Fermi momentum of its motion in
        MeV)."""
        gas = self.nucleons == "fermi-gas"
        blocked = currents(self.target, replace(options, pauli=True))
        unblocked = replace(options, pauli=options.pauli and not gas)
        used = currents(self.target, unblocked)
        return [
            (number, current, with_pauli.k_f if gas else 0.0)
            for (number, current), (_, with_pauli) in zip(used, blocked, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class SampledProcess:
    """A process ready to be sampled.

    Attributes
    ----------
    process, current : the process, and the current of the target.
    sigma : cross section per target averaged over the flux, cm².
    cumulative, energies : see `arrays.Sampling`, without the axis of the processes.
    scattering : a record of `arrays.SCATTERING`, shape ().
    tables, couplings : as the energies.
    hadrons : as there; None without break-up.
    """

    process: EventProcess
    current: Current
    sigma: float
    cumulative: FloatArray
    energies: FloatArray
    scattering: Any
    tables: FloatArray
    couplings: FloatArray
    hadrons: FloatArray | None = None

    @property
    def dimensions(self) -> int:
        """Dimensions of the grid, including that of W."""
        return DIMENSIONS + (self.hadrons is not None)

    @property
    def inputs(self) -> tuple[FloatArray, ...]:
        """Arrays that determine the events, none of them zero throughout."""
        last = self.tables if self.hadrons is None else self.hadrons
        return self.cumulative, self.energies, last


def prepare(setup: Setup) -> tuple[SampledProcess, ...]:
    """Return the processes of a setup whose cross section is not zero.

    Parameters
    ----------
    setup : settings of the generation.

    Raises
    ------
    InputError, UnknownNameError
        If the cross section cannot be computed, or nothing can be produced.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> made = prepare(trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0).setup)
    >>> [one.process.regime for one in made]
    ['coherent', 'proton', 'neutron', 'broken proton', 'broken neutron']
    """
    if setup.fluence <= 0:
        names = ", ".join(dict.fromkeys(str(c.incoming) for c in setup.channels))
        raise InputError(f"flux {setup.source.name} contains no {names}")
    # validity and limits of energy and model are checked with the cross sections
    for channel in setup.channels:
        total(setup.e_max, channel, setup.target, setup.model, setup.options)
    made: list[SampledProcess] = []
    lowest = math.inf
    for channel in setup.channels:
        for number, current, k_f, broken in setup.hit():
            one = _Preparation(setup, channel, number, current, k_f, broken)
            lowest = min(lowest, one.low)
            process = one.process()
            if process is not None:
                made.append(process)
    if made:
        return tuple(made)
    if setup.e_max <= lowest:
        subject = (
            "all neutrinos"
            if setup.source.name == ONE_ENERGY
            else f"all neutrinos of flux {setup.source.name}"
        )
        raise InputError(
            f"{subject} (up to {setup.e_max:.6g} MeV) are below the threshold of"
            f" {lowest:.6g} MeV"
        )
    raise InputError(
        "the cross section is zero: the model or the flux allows none of the channels"
    )


@dataclass(frozen=True, eq=False)
class _Preparation:
    """One channel on one current, before it is known to have a cross section."""

    setup: Setup
    channel: Channel
    number: float
    current: Current
    k_f: float
    broken: bool = False

    @property
    def rest(self) -> float:
        """Threshold energy on a target at rest, MeV."""
        if self.broken:
            return broken_threshold(self.current.name, self.channel.pair_masses)
        return threshold(self.current.mass, *self.channel.masses)

    @property
    def low(self) -> float:
        """Threshold energy, MeV."""
        low = self.rest
        return lowest_energy(low, self.current.mass, self.k_f) if self.k_f else low

    @property
    def components(self) -> Sequence[FluxComponent]:
        return self.setup.source.of(self.channel.incoming)

    def at_rest(self) -> Callable[[FloatArray], FloatArray]:
        """Cross section at given energies on a target at rest, cm²."""
        weights = coefficients(self.setup.model, self.channel)
        if weights.ndim != 1:
            raise InputError(
                "events are generated for a model with scalar parameters, one model at"
                " a time"
            )
        found = np.array(mediator_masses(self.setup.model, self.channel))
        masses = found if found.size else None
        axial = is_axial(lepton_couplings(self.setup.model, self.channel))

        def sigma(e: FloatArray) -> FloatArray:
            kernels = current_kernels(
                e, self.channel, self.current, masses, axial=axial
            )
            return np.asarray(kernels.values @ weights)

        def broken(e: FloatArray) -> FloatArray:
            numbers = tuple(float(self.current.name == kind) for kind in KINDS)
            values, _ = broken_kernels(
                e, self.channel, (numbers[0], numbers[1]), masses, axial=axial
            )
            return np.asarray(values @ weights)

        return broken if self.broken else sigma

    def average(
        self,
        sigma: Callable[[FloatArray], FloatArray],
        e: FloatArray,
        low: float,
        high: float,
    ) -> FloatArray:
        """Cross section at energies within an interval, averaged over the motion, from
        one interpolant at rest."""
        mass, rest = self.current.mass, self.rest
        if not self.k_f:
            return Interpolant(sigma, max(low, rest), high)(e)
        energy = math.hypot(mass, self.k_f)
        seen = Interpolant(
            sigma,
            max(rest, low * (energy - self.k_f) / mass * (1 - 1e-9)),
            high * (energy + self.k_f) / mass,
        )
        return fermi_average(seen, e, mass, self.k_f)

    def folded(self) -> tuple[FloatArray, FloatArray] | None:
        """Energy bins, and flux times cross section in each; None if the flux
        ends below threshold."""
        sigma, low = self.at_rest(), self.low
        if max((c.e_max for c in self.components), default=0.0) <= low:
            return None
        rows: list[FloatArray] = []
        sums: list[FloatArray] = []
        for component in self.components:
            for line in component.lines:
                if line.energy > low and line.intensity > 0:
                    rows.append(np.array([[line.energy, 0.0, line.intensity, 0.0]]))
                    e = np.array([line.energy])
                    seen = (
                        self.average(sigma, e, line.energy, line.energy)
                        if self.k_f
                        else sigma(e)
                    )
                    sums.append(line.intensity * seen)
            if component.density is not None and component.edges[-1] > low:
                row = energy_bins(component, low)
                t, w = gauss_legendre(3)
                e = row[:, :1] + row[:, 1:2] * t
                density = np.maximum(row[:, 2:3] + row[:, 3:] * t, 0.0)
                seen = self.average(sigma, e.ravel(), low, component.edges[-1])
                rows.append(row)
                sums.append((density * w * seen.reshape(e.shape)).sum(1))
        return (np.concatenate(rows), np.concatenate(sums)) if rows else None

    def process(self) -> SampledProcess | None:
        """The process ready to be sampled; None if its cross section is zero."""
        folded = self.folded()
        if folded is None or not folded[1].sum() > 0:
            return None
        bins, sums = folded
        open_ = (bins[:, 2] > 0) | (bins[:, 2] + bins[:, 3] > 0)
        share = np.where(open_, np.maximum(sums, _LEAST * sums.max()), 0.0)
        bins, share = bins[open_], share[open_] / share.sum()
        fluence = self.setup.fluence
        bins[:, 2:] *= self.number / fluence
        top = float((bins[:, 0] + bins[:, 1]).max())
        scattering, tables = self.scattering(top)
        name = self.current.name
        regime = name if name in ("proton", "neutron", "electron") else "coherent"
        if self.broken:
            regime = f"broken {name}"
        return SampledProcess(
            EventProcess(self.channel, name, regime, self.current.mass, self.number),
            self.current,
            float(sums.sum()) * self.number / fluence,
            np.concatenate([[0.0], np.cumsum(share)[:-1], [1.0]]),
            bins,
            scattering,
            tables,
            self.couplings(),
            hadron_tables(self.seen(self.setup.e_max)) if self.broken else None,
        )

    def seen(self, top: float) -> float:
        """Largest energy in the rest frame of the target for an energy in the
        laboratory."""
        mass, k_f = self.current.mass, self.k_f
        return top * ((math.hypot(mass, k_f) + k_f) / mass) if k_f else top

    def couplings(self) -> FloatArray:
        """V, A, then strength, axial strength and squared mass of each mediator."""
        couplings = lepton_couplings(self.setup.model, self.channel)
        flat = [float(couplings.vector), float(couplings.axial)]
        for m in couplings.mediators:
            flat += [float(m.strength), float(m.axial), float(m.mass) ** 2]
        return np.array(flat)

    def scattering(self, top: float) -> tuple[Any, FloatArray]:
        """Record of the scattering for energies up to `top` (MeV), and its tables."""
        current, k_f = self.current, self.k_f
        m_minus, m_plus = self.channel.pair_masses
        mediators = lepton_couplings(self.setup.model, self.channel).mediators
        record = np.zeros((), dtype=SCATTERING)
        record["mass"], record["m_minus"], record["m_plus"] = (
            current.mass,
            m_minus,
            m_plus,
        )
        record["soft2"] = min([m.mass**2 for m in mediators], default=math.inf)
        record["prefactor"], record["k_f"] = PREFACTOR, k_f
        record["anti"] = self.channel.incoming.anti
        record["hadrons"] = KINDS.index(current.name) if self.broken else -1
        if self.broken:
            record["w_low"], record["q2_scale"] = W_LOW, Q2_SCALE
            record["y_step"], record["z_step"] = Y_STEP, Z_STEP
            return record, np.zeros((2, _TABLE))
        tables, record["log_q_first"], record["log_q_step"] = self.form_factors(top)
        record["q_end"] = current.q_end
        record["blocked"] = bool(k_f) and self.setup.options.pauli
        record["magnetic"] = tables[1].any()
        return record, tables

    def form_factors(self, top: float) -> tuple[FloatArray, float, float]:
        """C and G for energies up to `top` (MeV), ln Q of the first entry, and the
        step."""
        current, (m_minus, m_plus) = self.current, self.channel.pair_masses
        top = self.seen(top)
        low, high = (
            float(v[0]) for v in q_range(np.array([top]), current.mass, m_minus, m_plus)
        )
        # smallest Q at the largest energy, and largest Q at any energy; near threshold
        # Q is largest
        s_min = (m_minus + m_plus) ** 2
        at_threshold = math.sqrt(s_min / (1 + math.sqrt(s_min) / current.mass))
        far = min(high, max(current.q_end, _FAR * at_threshold))
        far = max(far, at_threshold)
        first, last = math.log(low * (1 - 1e-9)), math.log(far * (1 + 1e-9))
        step = (last - first) / (_TABLE - 3)
        q2 = np.exp(2 * (first - step + step * np.arange(_TABLE)))
        tables = np.stack([current.electric(q2), current.magnetic(q2)])
        return tables, first - step, step

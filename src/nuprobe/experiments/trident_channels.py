"""Prediction of a trident experiment in every channel and for every flavour of its
beam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.models import StandardModel
from nuprobe.processes import trident
from nuprobe.reprs import readable

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel

__all__ = ["ChannelRates", "channel_rates"]

REGIMES: Final = ("coherent", "proton", "neutron", "inelastic")
"""Targets, each per nucleus; the first three without hadron production."""


@readable
@dataclass(frozen=True)
class ChannelRates:
    """Prediction of an experiment in one channel.

    Attributes
    ----------
    channel : name, such as ``"nu_mu -> nu_mu mu+ mu-"``.
    cross_sections : by regime, cm² per nucleus (or formula unit), averaged over the
        neutrinos of that flavour.
    events : by regime; None if the file gives no mass and exposure.
    """

    channel: str
    cross_sections: Mapping[str, float]
    events: Mapping[str, float] | None

    @property
    def elastic(self) -> float | None:
        """Events without visible hadrons."""
        if self.events is None:
            return None
        return sum(n for regime, n in self.events.items() if regime != "inelastic")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "channel": self.channel,
            "cross_sections_cm2": dict(self.cross_sections),
            "events": None if self.events is None else dict(self.events),
            "elastic_events": self.elastic,
        }


@public
def channel_rates(
    experiment: TridentExperiment,
    model: LeptonModel | None = None,
    channels: Sequence[trident.ChannelSpec] | None = None,
) -> tuple[ChannelRates, ...]:
    """Expectations in all channels accessible to the flavours of the beam, whatever
    pair the experiment measures.

    Parameters
    ----------
    experiment : its target, flux, exposure and form factors are taken.
    model : default the Standard Model.
    channels : restrict to these; default all of the beam.

    Raises
    ------
    InputError
        If `experiment` does not measure tridents, or a channel has a neutrino that is
        not in the beam.

    Examples
    --------
    >>> import nuprobe as nu
    >>> dune = nu.experiment("dune-nd-trident")
    >>> (one,) = channel_rates(dune, channels=["nu_mu -> nu_e e+ mu-"])
    >>> round(one.elastic)
    2252
    """
    if not isinstance(experiment, TridentExperiment):
        raise InputError(
            "only an experiment of tridents has their channels (`nuprobe list"
            f" experiments`), got {shown(experiment)}"
        )
    model = StandardModel() if model is None else model
    flux, section = experiment.flux, experiment.file.target
    fluence = {one.name: flux.total(one) for one in flux.flavours}
    if channels is None:
        wanted = [c for c in trident.CHANNELS if c.incoming.name in fluence]
    else:
        wanted = [trident.channel(c) for c in channels]
    for channel in wanted:
        if channel.incoming.name not in fluence:
            raise UnknownNameError(
                "flavour of the beam", channel.incoming.name, fluence
            )
    found = []
    for channel in wanted:
        sections, events = {}, {}
        for regime in REGIMES:
            options = trident.TridentOptions(
                regime,
                form_factor=section.form_factor,
                pauli=section.pauli,
                nucleon_form_factors=section.nucleon_form_factors,
            )
            mean = trident.flux_averaged(
                flux, channel, experiment.material, model, options
            )
            sections[regime] = experiment.nucleons(regime) * mean
            number = experiment.targets()
            if number is not None:
                here = number * fluence[channel.incoming.name]
                events[regime] = here * sections[regime]
        found.append(ChannelRates(channel.name, sections, events or None))
    return tuple(found)

"""Events of tridents channel by channel: sums, other routes, the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.errors import InputError
from nuprobe.experiments import ChannelRates, TridentExperiment, channel_rates
from nuprobe.processes import trident


@pytest.fixture(scope="module")
def dune() -> TridentExperiment:
    return nu.experiment("dune-nd-trident", TridentExperiment)


@pytest.fixture(scope="module")
def found(dune: TridentExperiment) -> tuple[ChannelRates, ...]:
    return channel_rates(dune)


def test_muon_pairs_are_those_of_the_experiment(
    dune: TridentExperiment, found: tuple[ChannelRates, ...]
) -> None:
    """The experiment averages over all flavours in one pass; here each is alone."""
    for regime in ("coherent", "proton", "neutron", "inelastic"):
        for flavour in ("nu_e", "nu_mu", "nubar_e", "nubar_mu"):
            name = f"{flavour} -> {flavour} mu+ mu-"
            (one,) = [rates for rates in found if rates.channel == name]
            assert one.events is not None
            assert one.events[regime] == pytest.approx(
                dune.events(regime, [flavour]), rel=1e-6
            )


def test_there_is_each_channel_of_the_beam_once(
    dune: TridentExperiment, found: tuple[ChannelRates, ...]
) -> None:
    names = [rates.channel for rates in found]
    beam = {f.name for f in dune.flux.flavours}
    wanted = [c.name for c in trident.CHANNELS if c.incoming.name in beam]
    assert names == wanted
    assert len(names) == len(set(names)) == 20


def test_a_boson_moves_the_channels_that_it_knows(dune: TridentExperiment) -> None:
    """Exchange between mu or tau on both sides, none with electrons."""
    boson = nu.model("lmu-ltau", mass=10.0, coupling=1e-3)
    names = [
        *("nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_mu e+ e-"),
        *("nu_mu -> nu_e e+ mu-", "nu_e -> nu_e mu+ mu-"),
    ]
    assert [trident.mediator_masses(boson, n) for n in names] == [(10.0,), (), (), ()]
    mixed = nu.model("lmu-ltau", mass=10.0, coupling=1e-3, mixing=1e-4)
    assert trident.mediator_masses(mixed, names[1]) == (10.0,)
    before, after = (channel_rates(dune, m, names) for m in (None, boson))
    ratios = [b.elastic / a.elastic for a, b in zip(before, after, strict=True)]  # type: ignore[operator]
    assert ratios[0] == pytest.approx(dune_ratio(dune, boson), rel=1e-6)
    assert ratios[0] > 1.01
    assert ratios[1:] == pytest.approx([1, 1, 1], rel=1e-9)


def dune_ratio(dune: TridentExperiment, model: Any) -> float:
    """By the kernels that the experiment keeps."""
    counted = [
        sum(dune.events(r, ["nu_mu"], m) for r in ("coherent", "proton", "neutron"))
        for m in (model, None)
    ]
    return counted[0] / counted[1]


def test_without_an_exposure_there_are_cross_sections() -> None:
    rates = channel_rates(nu.experiment("ccfr-trident", TridentExperiment))
    assert all(one.events is None and one.elastic is None for one in rates)
    (one,) = [r for r in rates if r.channel == "nu_mu -> nu_mu mu+ mu-"]
    ccfr = nu.experiment("ccfr-trident", TridentExperiment)
    mean = trident.flux_averaged(
        ccfr.flux, one.channel, ccfr.material, None, "coherent"
    )
    assert one.cross_sections["coherent"] == pytest.approx(mean, rel=1e-9)


def test_other_experiments_are_refused() -> None:
    with pytest.raises(InputError, match="tridents"):
        channel_rates(nu.experiment("conus-plus"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="flavour of the beam 'nu_tau'"):
        channel_rates(
            nu.experiment("dune-nd-trident", TridentExperiment),
            channels=["nu_tau -> nu_tau e+ e-"],
        )


def ran(*words: str) -> Any:
    return CliRunner().invoke(cli, words)


def test_the_table_of_all_channels(found: tuple[ChannelRates, ...]) -> None:
    done = ran("rate", "dune-nd-trident", "--by-channel")
    assert done.exit_code == 0, done.output
    (last,) = [line for line in done.output.splitlines() if line.startswith("all ")]
    total = sum(one.elastic for one in found if one.elastic is not None)
    assert float(last.split()[-1]) == pytest.approx(total, abs=0.06)
    said = [one.to_dict() for one in found]
    assert sum(one["elastic_events"] for one in said) == pytest.approx(total)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rate", "conus-plus", "--by-channel"), "--by-channel apply to tridents"),
        (
            ("rate", "ccfr-trident", "charm2-trident", "--by-channel"),
            "--by-channel works with a single experiment",
        ),
        (
            ("rate", "ccfr-trident", "--by-channel", "--points", "x.csv"),
            "--points gives many",
        ),
        (
            (
                *("xsec", "trident", "--channel", "all", "--target", "Ar40"),
                *("--energy", "5 GeV", "--channel", "nu_mu -> nu_mu mu+ mu-"),
            ),
            "drop the others",
        ),
    ],
)
def test_bad_words(words: tuple[str, ...], said: str) -> None:
    error = ran(*words).exception
    assert isinstance(error, InputError)
    assert said in str(error)


def test_all_channels_of_a_flux() -> None:
    words = ("xsec", "trident", "--target", "Ar40", "--regime", "coherent", "--json")
    done = ran(*words, "--channel", "all", "--flux", "dune-nd-fhc")
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.output)["rows"]) == 20

from __future__ import annotations

import pytest

from nuprobe.constants import M_ELECTRON, M_MUON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.processes.trident import CHANNELS, Channel, channel, threshold_energy


def test_every_channel_once_and_conserving_lepton_number() -> None:
    assert len(CHANNELS) == len(set(CHANNELS)) == 30
    for one in CHANNELS:
        # family by family, from the PDG numbers alone
        incoming, *products = one.pdg
        for family in (11, 13, 15):
            here = (family, family + 1)
            count = [
                sum((p > 0) - (p < 0) for p in side if abs(p) in here)
                for side in ([incoming], products)
            ]
            assert count[0] == count[1]
        assert sum(-(p > 0) + (p < 0) for p in products if abs(p) in (11, 13, 15)) == 0
        assert channel(one.name) == channel(one.pdg) == channel(one) == one
        assert one.conjugate.conjugate == one
        assert one.conjugate.pdg == tuple(
            -p for p in (one.pdg[0], one.pdg[1], one.pdg[3], one.pdg[2])
        )
        assert one.vertex == one.conjugate.vertex
        assert one.vertex.neutral or one.vertex.charged


def test_reading() -> None:
    one = channel("nu_mu -> nu_e e+ mu-")
    assert one == channel(" nu_mu->mu- nu_e e+") == channel((14, 13, -11, 12))
    assert one.masses == (M_MUON, M_ELECTRON)
    assert str(one) == "nu_mu -> nu_e e+ mu-"
    anti = channel("nubar_mu -> nubar_e e- mu+")
    assert anti == one.conjugate
    assert anti.masses == (M_ELECTRON, M_MUON)
    assert anti.pair_masses == one.masses


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("nu_mu -> nu_e mu+ e-", "violates lepton number: nu_mu allows only"),
        ("nu_mu -> nubar_mu mu+ mu-", "violates lepton number"),
        ("nu_mu -> nu_mu mu+ mu+", "does not produce one neutrino"),
        ("nu_mu -> mu+ mu-", "cannot read the channel"),
        ("nu_mu nu_mu mu+ mu-", "cannot read the channel"),
        ((14, 14, -13), "cannot read the channel"),
        ((14, 14, -13, 12), "does not produce one neutrino"),
        ((14, 14, -211, 13), "charged leptons must be"),
    ],
)
def test_impossible_channels(spec: str | tuple[int, ...], text: str) -> None:
    with pytest.raises(InputError, match=text) as caught:
        channel(spec)
    assert "\n" not in str(caught.value)


def test_unknown_particles() -> None:
    with pytest.raises(UnknownNameError, match="nu_mu"):
        channel("nu_mo -> nu_mu mu+ mu-")
    with pytest.raises(UnknownNameError, match=r"charged lepton 'muon-'"):
        channel("nu_mu -> nu_mu mu+ muon-")


def test_channel_built_by_hand_is_checked() -> None:
    good = channel("nu_e -> nu_e e+ e-")
    with pytest.raises(InputError, match="violates lepton number"):
        Channel(good.incoming, good.outgoing, 0, 1)


def test_thresholds() -> None:
    # on electrons, exact: 2m_μ(1 + m_μ/m_e), …: what the literature quotes as 43.7 GeV,
    # 10.9 GeV and 4 m_e
    assert threshold_energy(
        "nu_mu -> nu_mu mu+ mu-", regime="electron"
    ) == pytest.approx(43.91e3, rel=1e-3, abs=0)
    assert threshold_energy(
        "nu_mu -> nu_mu mu+ mu-", regime="electron"
    ) == 2 * M_MUON * (1 + M_MUON / M_ELECTRON)
    assert threshold_energy("nu_mu -> nu_e e+ mu-", regime="electron") == pytest.approx(
        (M_MUON + M_ELECTRON) * (1 + (M_MUON + M_ELECTRON) / (2 * M_ELECTRON)),
        rel=1e-12,
        abs=0,
    )
    assert threshold_energy("nu_e -> nu_e e+ e-", regime="electron") == pytest.approx(
        4 * M_ELECTRON, rel=1e-12, abs=0
    )
    heavy = threshold_energy("nu_mu -> nu_mu mu+ mu-", "Pb208")
    assert heavy == pytest.approx(2 * M_MUON * (1 + M_MUON / 193687.0), rel=1e-5, abs=0)

"""The table of assumptions: complete, sourced, replaceable, refusing nonsense in one
line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nuprobe.constants import M_PION, TAU_PION_US
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.events.assumptions import assumptions
from nuprobe.events.cuts import parse_cuts
from nuprobe.units import GeV, m, us

ROOT = Path(__file__).parents[2]


def test_every_assumption_tells_where_it_comes_from() -> None:
    bibliography = (ROOT / "src/nuprobe/data/references.bib").read_text(
        encoding="utf-8"
    )
    known = set(re.findall(r"@\w+\{([^,]+),", bibliography))
    for section, items in assumptions().raw.items():
        for key, item in items.items():
            sources = item["source"].split()
            assert item["status"] in ("read", "unverified", "assumption"), (
                section,
                key,
            )
            assert bool(sources) == (item["status"] != "assumption"), (section, key)
            assert set(sources) <= known, (section, key)


def test_values_agree_with_the_constants_of_the_package() -> None:
    pion = assumptions().values.pion
    assert pion.mass.value == pytest.approx(M_PION, rel=1e-7)
    assert pion.lifetime.value == pytest.approx(TAU_PION_US * us, rel=1e-4)


def test_the_cuts_can_be_read() -> None:
    assert all(parse_cuts(text) for text in assumptions().cuts)


def test_a_curve_is_linear_in_the_logarithm_and_constant_outside() -> None:
    table = assumptions(
        changes={"charm.fraction": {"energy": "10, 1000 GeV", "ratio": [0.1, 0.3]}}
    )
    found = table.values.charm.fraction.value(
        np.array([1.0, 10.0, 100.0, 1e3, 1e4]) * GeV
    )
    np.testing.assert_allclose(found, [0.1, 0.1, 0.2, 0.3, 0.3])
    flat = assumptions(
        changes={"charged_current.neutrino": 0.7}
    ).values.charged_current.neutrino.value
    np.testing.assert_allclose(flat(np.array([1.0, 1e6])), 0.7)


def test_a_file_replaces_values_and_options_win(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[muon]\ndecay_length = "3 m"\n[kaon]\nbr_mu_nu = { value = 0.5, source ='
        ' "mine", note = "a guess" }\n',
        encoding="utf-8",
    )
    table = assumptions(
        path, {"muon.decay_length": "2 m", "cuts.energy": "E_pair > 1 GeV"}
    )
    assert table.values.muon.decay_length.value == pytest.approx(2 * m)
    assert table.values.kaon.br_mu_nu.value == 0.5
    assert table.raw["kaon"]["br_mu_nu"]["source"] == "mine"
    assert table.raw["kaon"]["br_mu_nu"]["status"] == "given by the user"
    assert table.cuts[-1] == "E_pair > 1 GeV"
    # the shipped table is untouched
    assert assumptions().values.kaon.br_mu_nu.value == 0.6356


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("kaon.br_mu_nu", -0.1, r"kaon.br_mu_nu.*greater than or equal to 0"),
        ("kaon.br_mu_nu", 1.2, r"kaon.br_mu_nu.*less than or equal to 1"),
        ("kaon.br_mu_nu", 0.99, r"add up to 1.024.*at most 1"),
        ("kaon.br_mu_nu", True, r"kaon.br_mu_nu.*must be a number"),
        ("muon.decay_length", 5, r"muon.decay_length.*has no unit"),
        (
            "muon.decay_length",
            "5 GeV",
            r"muon.decay_length.*unit of energy, but this is a length",
        ),
        ("muon.decay_length", "-5 m", r"muon.decay_length.*must be positive"),
        (
            "charm.fraction",
            {"energy": "2, 1 GeV", "ratio": [0.1, 0.1]},
            r"charm.fraction.*must be positive and increase",
        ),
        (
            "charm.fraction",
            {"energy": "1, 2 GeV", "ratio": [0.1]},
            r"charm.fraction.*2 energies but 1 values",
        ),
        ("charm.fraction", 1.5, r"charm.fraction.*share must be at most 1"),
        ("composition.quasielastic", 0.8, r"composition.*add up to 1.22"),
        ("deep_inelastic.w_min", "0.9 GeV", r"between 1.1 and 3 GeV"),
        ("normalisation.exposure", "nan", r"normalisation.exposure"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    key: str, value: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        assumptions(changes={key: value})
    assert "\n" not in str(caught.value)


def test_an_unknown_key_gets_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean kaon\.br_mu_nu"):
        assumptions(changes={"kaon.br_munu": 0.6})
    path = tmp_path / "mine.toml"
    path.write_text("[kaon]\nmasss = '1 GeV'\n", encoding="utf-8")
    with pytest.raises(UnknownNameError, match=r"did you mean kaon\.mass"):
        assumptions(path)


@pytest.mark.parametrize("text", ["not toml", "a = 1\n", None])
def test_a_file_that_cannot_be_read(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(NuprobeError, match=r"mine\.toml"):
        assumptions(path)

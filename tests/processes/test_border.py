"""What users mistype at the border of cross sections, experiments and fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, NuprobeError

SM: Any = nu.StandardModel()
MUMU = "nu_mu -> nu_mu mu+ mu-"


def _csi() -> Any:
    return nu.experiment("coherent-csi-2017")


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (
            lambda: nu.cevns.differential([1, 2], [0, 0, 0], "Ar40", SM, "nu_e"),
            "fit",
        ),
        (lambda: nu.cevns.total(30.0, "Ar40", None, "nu_mu"), "model"),  # type: ignore[arg-type]
        (
            lambda: nu.cevns.averaged("snss", 0.01, "Ar40", SM, "nu_e"),
            "mean sns",
        ),
        (lambda: _csi().templates(model=3), "model"),
        (lambda: _csi().templates(model="sm"), "model"),
        (lambda: _csi().fit(SM, free=3), "list of names"),
        (lambda: nu.fit(_csi()), "experiment.cost"),
        (lambda: nu.fit(3), "cost is needed"),  # type: ignore[arg-type]
        (lambda: nu.sample(3), "cost is needed"),  # type: ignore[arg-type]
        (lambda: nu.scan(3, {"rn": [1.0]}), "cost is needed"),  # type: ignore[arg-type]
        (lambda: nu.profile(3, "rn", [1.0]), "cost is needed"),  # type: ignore[arg-type]
        (lambda: _csi().fit(SM, free=["rn"], cl="x"), "confidence level"),
        (lambda: nu.process("cevns", axial="x"), "True, False or"),
        (lambda: nu.process("electron", binding=3), "True, False, 'step' or 'rrpa'"),
        (lambda: nu.trident.total(5e3, MUMU, "Ar40", SM, pauli="no"), "True or False"),  # type: ignore[call-overload]
        (lambda: nu.target("Ar40", r_p=3.4), r"3.4 \* fm"),
        (lambda: nu.experiment(3), "is not an experiment"),  # type: ignore[call-overload]
        (lambda: nu.experiment(None), "is not an experiment"),  # type: ignore[call-overload]
    ],
)
def test_mistakes_are_told_in_one_line(call: Callable[[], object], hint: str) -> None:
    with pytest.raises(NuprobeError, match=hint) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_flux_may_be_given_by_name() -> None:
    flux = nu.flux("sns")
    for function in (nu.cevns.averaged, nu.electron.averaged):
        arguments = (
            (0.01, "Ar40", SM, "nu_e")
            if function is nu.cevns.averaged
            else (0.01, SM, "nu_e", "Ar40")
        )
        assert function("sns", *arguments) == function(flux, *arguments)
    by_name = nu.cevns.flux_averaged("sns", "Ar40", SM, "nu_e")
    assert by_name == nu.cevns.flux_averaged(flux, "Ar40", SM, "nu_e")


def test_no_energies_have_no_cross_sections() -> None:
    assert nu.cevns.total([], "Ar40", SM, "nu_e").shape == (0,)
    assert nu.electron.total(np.zeros((0, 3)), SM, "nu_e").shape == (0, 3)
    with pytest.raises(InputError):
        nu.cevns.total([np.nan], "Ar40", SM, "nu_e")

"""Tables of fits print what is only rounding as 0."""

from __future__ import annotations

from dataclasses import replace

import nuprobe as nu
from nuprobe.inference.intervals import Interval


def _cells(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(name))


def test_values_far_below_their_errors_are_zero() -> None:
    found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    first, *others = found.nuisances
    tiny = replace(first, value=-1e-6 * first.error)
    small = replace(others[0], value=2e-5 * others[0].error)
    changed = replace(found, nuisances=(tiny, small, *others[1:]))
    text = str(changed)
    assert _cells(text, tiny.nuisance.name)[1] == "0"
    assert _cells(text, small.nuisance.name)[1] == f"{small.value:.5g}"
    assert changed.to_dict()["nuisances"][0]["value"] == tiny.value


def test_a_best_value_at_a_boundary_is_zero_by_its_interval() -> None:
    model = nu.Electromagnetic()
    found = nu.experiment("lsnd-electron").fit(model, ["mu_eff"], cl=0.9)
    (p,) = found.free
    assert p.interval is not None
    end = Interval(None, 7e-10)
    for value, shown in ((1e-18, "0"), (1e-14, "0.001")):
        one = replace(p, value=value, error=None, interval=end)
        assert _cells(str(replace(found, free=(one,))), "mu_eff")[1] == shown

"""Invariants of every form factor, over radii, surfaces and momenta."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nuprobe.nuclei import FormFactor, isotopes, target
from nuprobe.nuclei.form_factors import Dipole, Exponential, Fermi, Helm, KleinNystrand
from nuprobe.units import fm

radii = st.floats(2.1, 7.0)
momenta = st.floats(0.0, 2000.0)


def family(rms: float) -> list[FormFactor]:
    return [
        Helm(rms * fm),
        KleinNystrand.from_rms(rms * fm),
        Fermi.from_rms(rms * fm),
        Dipole.from_rms(rms * fm),
        Exponential.from_rms(rms * fm),
    ]


@given(radii, momenta)
def test_bounded_by_one(rms: float, q: float) -> None:
    for ff in family(rms):
        assert abs(float(ff(q**2))) <= 1


@given(radii, st.floats(0.0, 0.5))
def test_bracketed_by_its_expansion(rms: float, qr: float) -> None:
    # an alternating series with decreasing terms lies between two truncations
    for ff in family(rms):
        q2 = (qr / ff.rms) ** 2
        low = 1 - ff.rms**2 * q2 / 6
        assert low - 1e-14 <= float(ff(q2)) <= low + ff.r4 * q2**2 / 120 + 1e-14


@given(radii, st.floats(1.01, 1.5), st.floats(0.0, 1.5))
def test_a_larger_nucleus_has_a_smaller_form_factor(
    rms: float, factor: float, qr: float
) -> None:
    q2 = (qr / (rms * factor * fm)) ** 2
    for small, large in zip(family(rms), family(rms * factor), strict=True):
        assert float(large(q2)) <= float(small(q2)) + 1e-14


@given(radii, momenta, st.floats(0.1, 10.0))
def test_only_q_times_length_matters(rms: float, q: float, scale: float) -> None:
    helm, fermi = Helm(rms * fm), Fermi.from_rms(rms * fm)
    pairs: list[tuple[FormFactor, FormFactor]] = [
        (helm, Helm(scale * helm.rms, scale * helm.s)),
        (fermi, Fermi(scale * fermi.radius, scale * fermi.diffuseness)),
    ]
    for one, scaled in pairs:
        assert np.isclose(
            float(one(q**2)), float(scaled((q / scale) ** 2)), rtol=1e-9, atol=1e-13
        )


@given(radii, radii)
def test_kurtosis_is_physical(rms: float, other: float) -> None:
    for ff in family(min(rms, other)):
        # <r^4> >= <r^2>^2, with equality for a thin shell only; a uniform sphere has
        # 25/21
        assert ff.r4 >= 25 / 21 * ff.rms**4 * (1 - 1e-12)


@given(
    st.sampled_from([i for i in isotopes() if i.r_charge is not None]),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_mixtures_are_linear_in_their_counts(one: object, n: int, m: int) -> None:
    name = str(one)
    mixed, again = target({name: n, "Ar40": m}), target({name: 2 * n, "Ar40": 2 * m})
    assert np.isclose(2 * mixed.mass, again.mass, rtol=1e-14)
    assert [c.ff_p for c in mixed.components] == [c.ff_p for c in again.components]

"""Fits and figures of electromagnetic properties: published bounds, exact relations,
formulas by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize

import nuprobe as nu
from nuprobe.catalogue import catalogue
from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_MUON
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.models import charge_radius_convention
from nuprobe.reproductions import reproduce
from nuprobe.reproductions.charge_radii import (
    SEMINAR,
    charge_radii_2018,
    charge_radius_fit,
)
from nuprobe.reproductions.coherent import coherent_electromagnetic
from nuprobe.reproductions.electromagnetic import (
    FORMS,
    electromagnetic_limit,
    equal_recoil,
    intervals,
)
from nuprobe.reproductions.spectra import magnetic_spectra, millicharge_figure
from nuprobe.units import keV

CSI = "coherent-csi-2017"
DIAGONAL = ("charge_radius.ee", "charge_radius.mumu")
ALL = (*DIAGONAL, "charge_radius.emu", "charge_radius.etau", "charge_radius.mutau")
SEMINAR_FIT = {"flip": True, "form": "mw2", "changes": "seminar"}


@pytest.mark.parametrize(
    "quantity", ["ee lower", "ee upper", "mumu lower", "mumu upper", "chi2", "ndf"]
)
def test_the_diagonal_fit_of_the_seminar(quantity: str) -> None:
    published = charge_radii_2018()["energy", "fixed", False][quantity]
    computed = charge_radius_fit(quantity, **SEMINAR_FIT)  # type: ignore[arg-type]
    if quantity == "mumu upper":
        # 21.4 where the other radius keeps to its valley, as the slides' 21 may; the
        # lower valley, at −63 of the other radius, ends here (a fine grid of both)
        assert computed == pytest.approx(22.56, abs=0.01)
        return
    assert computed == pytest.approx(published, abs=1.5 if " " in quantity else 0.3)


@pytest.mark.nightly
def test_the_file_has_all_numbers_of_the_seminar() -> None:
    rows = {(r.quantity, r.published) for r in reproduce("charge-radii-2018")}
    assert len(rows) == sum(map(len, charge_radii_2018().values())) == 48


def test_the_numbers_of_the_study_are_those_of_the_slides() -> None:
    fits = charge_radii_2018()
    assert fits["energy", "free", False] == {
        **{
            "ee lower": -69,
            "ee upper": 40,
            "mumu lower": -33,
            "mumu upper": 38,
            "chi2": 2.5,
            "ndf": 8,
        }
    }
    assert fits["energy-time", "fixed", True] == {
        **{"ee lower": -63, "ee upper": 12, "mumu lower": -7, "mumu upper": 9},
        **{"emu": 22, "etau": 37, "mutau": 26, "chi2": 154.2, "ndf": 139},
    }
    assert (
        fits["energy-time", "free", True]["etau"] == 40
    )  # not the label of the last slide
    links = [
        link
        for name in catalogue()
        if "/COHERENT-2018-" in name
        for link in catalogue()[name].code
    ]
    assert len(links) == sum(map(len, fits.values())) == 48


def test_published_degrees_of_freedom() -> None:
    for (analysis, radii, transitions), published in charge_radii_2018().items():
        assert (
            charge_radius_fit("ndf", analysis, radii, transitions) == published["ndf"]
        )


@pytest.mark.nightly
def test_the_sign_of_antineutrinos_decides_whether_the_muon_radius_has_a_mirror() -> (
    None
):
    """A charge radius that reverses both muon amplitudes is excluded with the sign
    reversed, and allowed without."""
    flipped = intervals({CSI: "energy"}, DIAGONAL[1], DIAGONAL, flip=True)
    assert len(flipped) == 1
    assert flipped[0][0] > -20
    # energy alone cannot tell the mirror from the Standard Model, arrival times can
    assert intervals({CSI: "energy"}, DIAGONAL[1], DIAGONAL)[0][0] < -60
    mirror, near = intervals({CSI: "energy-time"}, DIAGONAL[1], DIAGONAL)
    assert mirror[1] < -35 < near[0] < 0 < near[1]
    # where the amplitude of the proton's and neutron's couplings is reversed: r = 2
    # Q_W/(c Z)
    model = nu.StandardModel()
    per_proton = (
        0.5 - 2 * model.low_sin2
    ) - 0.5 * 76 / 54  # mean of Cs and I, form factors left out
    reversal = (
        2
        * per_proton
        / (np.sqrt(2) * np.pi * ALPHA_EM / (3 * nu.constants.G_FERMI))
        * (197.327e-13) ** 2
        * 1e32
    )
    assert mirror[0] < reversal < mirror[1]


def test_bounds_scale_with_the_coefficient_and_with_the_convention_of_the_radius() -> (
    None
):
    by_alpha = charge_radius_fit("ee lower", flip=True)
    by_mass = charge_radius_fit("ee lower", flip=True, form="mw2")
    assert by_alpha / by_mass == pytest.approx(FORMS["mw2"], rel=1e-12)
    assert FORMS["mw2"] == pytest.approx(1.109, abs=5e-4)


@pytest.mark.nightly
def test_the_particle_data_group_lists_half_radii() -> None:
    """Bounds compare only after conversion."""
    listed = np.array([-27.5, 3.0])
    np.testing.assert_allclose(
        charge_radius_convention(listed, "half"), [-55, 6], rtol=1e-12
    )
    found = np.array(
        [
            charge_radius_fit(f"mumu {s}", "energy-time", form="mw2")
            for s in ("lower", "upper")
        ]
    )
    np.testing.assert_allclose(found, charge_radius_convention(listed, "half"), atol=3)
    assert np.abs(found - listed).max() > 25


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "starts"),
    [
        (ALL[1], 30),
        (ALL[4], 30),
    ],
)
def test_the_interval_holds_against_random_starts(name: str, starts: int) -> None:
    """Δχ² at its end, minimised anew over what is free from random starts."""
    names = [*ALL[:2], *ALL[3:]]  # emu can stay at zero
    cost = (
        nu.experiment(CSI)
        .with_changes(SEMINAR["energy"])
        .cost(nu.Electromagnetic(antineutrino_flip=True), names)
    )
    rng = np.random.default_rng(1)

    def lowest(fixed: dict[str, float]) -> float:
        move = [i for i, n in enumerate(names) if n not in fixed]
        values = []
        for _ in range(starts):
            point = cost.point(fixed)
            point[move] = 1e-32 * rng.uniform(-50, 50, len(move))

            def value(
                x: np.ndarray, point: np.ndarray = point
            ) -> tuple[float, np.ndarray]:
                at = point.copy()
                at[move] = 1e-32 * x
                return (
                    float(cost.profiled(at).twice_nll[0]),
                    1e-32 * cost.profiled_gradient(at)[0, move],
                )

            start = point[move] / 1e-32
            values.append(minimize(value, start, jac=True, method="L-BFGS-B").fun)
        return float(min(values))

    best = lowest({})
    end = intervals({CSI: "energy"}, name, ALL, changes=SEMINAR["energy"], flip=True)[
        -1
    ][1]
    assert lowest({name: 1e-32 * end}) - best == pytest.approx(2.7055, abs=5e-3)


@pytest.mark.nightly
def test_a_free_transition_that_is_not_asked_for_changes_nothing() -> None:
    """Rates know emu² + etau² and emu² + mutau² only, so that the bounds on the others
    do not feel emu."""
    from nuprobe.inference import profile

    cost = nu.experiment(CSI).cost(nu.Electromagnetic(antineutrino_flip=True), ALL)
    grid = 1e-32 * np.linspace(-150, 100, 26)
    free = profile(cost, ALL[0], grid, free=[*ALL[1:]])
    fixed = profile(cost, ALL[0], grid, free=[ALL[1], *ALL[3:]])
    np.testing.assert_allclose(free.intervals(0.9), fixed.intervals(0.9), atol=2e-33)


def test_a_moment_that_the_data_see_only_as_its_square() -> None:
    """Bounds on the effective moments of CsI 2017: a few 1e-9 Bohr magnetons, as the
    seminar says."""
    free = ("mu_eff.e", "mu_eff.mu")
    for name in free:
        bound = electromagnetic_limit({CSI: "energy-time"}, name, free)
        assert 100 < bound < 500
    with pytest.raises(ComputationError, match="no upper end"):
        electromagnetic_limit({CSI: "energy-time"}, "mu_eff.e", free, reach=100)


def test_millicharges_of_the_figure_follow_the_closed_form() -> None:
    table = millicharge_figure().to_dict()["rows"]
    for row in table:
        for q in ("0", "1.5e-12", "-1.5e-12"):
            assert row[f"e = {q}"] == pytest.approx(
                row[f"e = {q}, formula"], rel=1e-9, abs=0
            )
        # a positive charge weakens the neutron-dominated amplitude
        assert row["e = 1.5e-12"] < row["e = 0"] < row["e = -1.5e-12"]
    # the difference falls as 1/T
    change = [row["e = -1.5e-12"] / row["e = 0"] - 1 for row in table]
    t = [row["T [keV]"] for row in table]
    np.testing.assert_allclose(np.array(change) * t, change[0] * t[0], rtol=5e-3)


def test_the_magnetic_part_of_the_averaged_spectra_by_hand() -> None:
    rows = magnetic_spectra().to_dict()["rows"]
    csi = nu.target("CsI")
    top = M_MUON / 2
    line = (139.57039**2 - M_MUON**2) / (2 * 139.57039)
    for row in rows:
        t = row["T [keV]"] * keV
        expected = 0.0
        for c in csi.components:
            mass = c.isotope.mass
            least = (t + np.sqrt(t**2 + 2 * mass * t)) / 2
            spectra = [
                lambda e: 64 * e**2 / M_MUON**3 * (0.75 - e / M_MUON),
                lambda e: 192 * e**2 / M_MUON**3 * (0.5 - e / M_MUON),
            ]
            parts = [1 / t - 1 / line if line > least else 0.0]
            parts += [
                (
                    quad(
                        lambda e, s=s, t=t: s(e) * (1 / t - 1 / e),
                        least,
                        top,
                        epsrel=1e-10,
                    )[0]
                    if least < top
                    else 0.0
                )
                for s in spectra
            ]
            charge = float(c.shapes(2 * mass * t)[0]) ** 2 * c.count
            expected += (
                np.pi
                * ALPHA_EM**2
                / M_ELECTRON**2
                * (197.3269804e-13) ** 2
                * charge
                * np.mean(parts)
            )
        got = (row["mu = 1e-09 muB"] - row["mu = 0 muB"]) / keV
        assert got == pytest.approx(1e-18 * expected, rel=2e-3, abs=0)
        assert (row["mu = 1e-10 muB"] - row["mu = 0 muB"]) / keV == pytest.approx(
            got / 100, rel=1e-3, abs=0
        )


def test_moments_and_recoils_that_are_equal() -> None:
    assert equal_recoil(1e-10) == pytest.approx(0.262, abs=5e-4)
    assert equal_recoil(1e-10, "vogel-engel") == pytest.approx(0.3079, rel=2e-3)
    # T grows with the square of the moment where it is small
    assert equal_recoil(1e-11) / equal_recoil(0.5e-11) == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda: charge_radius_fit("ee lower", form="mz2"), UnknownNameError, "mw2"),
        (lambda: charge_radius_fit("ee lower", radii="none"), InputError, "fixed"),
        (lambda: charge_radius_fit("ee middle"), InputError, "lower"),
        (lambda: charge_radius_fit("emu"), UnknownNameError, "charge_radius.ee"),
        (lambda: charge_radius_fit("ee lower", changes="mine"), InputError, "seminar"),
        (lambda: electromagnetic_limit(CSI, "sin2_theta_w"), InputError, "range"),
        (
            lambda: electromagnetic_limit("ccfr-trident", "mu_eff.e"),
            InputError,
            "spectrum",
        ),
        (
            lambda: coherent_electromagnetic(["CsI 2018"]),
            UnknownNameError,
            "CsI 2017",
        ),
        (
            lambda: equal_recoil(1e-6),
            ComputationError,
            "does not equal weak scattering anywhere",
        ),
    ],
)
def test_what_is_refused(call: object, error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        call()  # type: ignore[operator]


@pytest.mark.nightly
def test_bounds_of_all_coherent_data() -> None:
    """Every cell has an interval, and the bounds of the sum are those that another
    minimiser confirms."""
    table = coherent_electromagnetic().to_dict()
    every = {
        (row["parameter"], row["free"], row["recoils"]): row for row in table["rows"]
    }
    assert len(every) == 15
    rows = {key[:2]: row for key, row in every.items() if key[2] != "nuclei"}
    for row in rows.values():
        for one in ("CsI 2017", "CsI 2021", "LAr 2020", "CsI 2021 + LAr"):
            assert " to " in row[one] or "<" in row[one]
    both = {
        name: float(rows[name, "transitions"]["CsI 2021 + LAr"].strip("< "))
        for name in ALL[2:5]
    }
    # 30.2, 40.1, 31.5 with the shapes of argon profiled
    assert both == pytest.approx({ALL[2]: 29.4, ALL[3]: 40.0, ALL[4]: 30.3}, abs=0.15)
    assert rows["charge_radius.etau", "transitions"]["published"].startswith("< 37")

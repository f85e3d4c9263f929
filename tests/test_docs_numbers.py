"""Tables and sentences of README.md, docs/ and of experiments that show computed
numbers have what is computed: each row of a table is read from the page."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from tests.inference.test_posterior_regions import mirror_share
from tests.inference.test_sample import radius_posterior

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.experiments import experiment as open_experiment
from nuprobe.inference import ProjectedCost
from nuprobe.numerics import FloatArray
from nuprobe.reproductions import recipes, reproduce
from nuprobe.reproductions.charge_radii import charge_radii, charge_radius_fit
from nuprobe.reproductions.electromagnetic import equal_recoil, intervals
from nuprobe.reproductions.studies import csi_2021_radii, csi_choices
from nuprobe.units import MeV

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "src" / "nuprobe" / "experiments" / "library"
NUMBER = re.compile(r"(?<![\w.])[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*\w)")
SM = nu.StandardModel()
slow = pytest.mark.nightly


def _text(page: str) -> str:
    path = LIBRARY / page if page.endswith("README.md") and "/" in page else ROOT / page
    return path.read_text(encoding="utf-8").replace("−", "-")


def cells(page: str, label: str) -> list[str]:
    """Cells of the row of a table that begins with a label, without the label."""
    rows = [
        line
        for line in _text(page).splitlines()
        if line.startswith(f"| {label} |") or line.startswith(f"| `{label}` |")
    ]
    assert len(rows) == 1, f"{page} has {len(rows)} rows {label!r}"
    return [cell.strip() for cell in rows[0].strip("|").split("|")][1:]


def agree(text: str, *computed: float) -> None:
    """The numbers in a text are those computed, to their last digit."""
    shown = NUMBER.findall(text)
    assert len(shown) == len(computed), f"{text!r} against {computed}"
    for number, value in zip(shown, computed, strict=True):
        digit = 10.0 ** int(Decimal(number).as_tuple().exponent)
        assert abs(float(number) - value) <= 0.51 * digit, f"{text!r}: {value:.6g}"


def sentence(page: str, pattern: str) -> str:
    """What a pattern finds in a page, whose line ends count as spaces."""
    found = re.search(pattern, " ".join(_text(page).split()))
    assert found, f"{page}: {pattern}"
    return found[1]


@lru_cache
def _open(name: str) -> Experiment:
    found = open_experiment(name)
    assert isinstance(found, Experiment)
    return found


@lru_cache
def _radius(bare: bool = False) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """R_n of CsI 2017 with its errors, of point neutrons and physical; `bare` without
    smearing, arrival window and nucleon."""
    changes = {
        "response.smearing.kind": "none",
        "analyses.energy.arrival": "ignored",
        "target.nucleon": "point",
    }
    result = _open("coherent-csi-2017").with_changes(changes if bare else {})
    radius = result.fit(SM, ["rn"])["rn"]
    found = []
    for r in (radius, *([] if bare else radius.also.values())):
        assert r.interval is not None
        assert r.interval.lower is not None
        assert r.interval.upper is not None
        found.append((r.value, r.interval.upper - r.value, r.interval.lower - r.value))
    return found[0], found[-1]


def test_numbers_are_compared_to_their_last_digit() -> None:
    agree("5.64 +0.98 -1.19 fm of CsI 2017-like", 5.644, 0.976, -1.194, 2017)
    agree("237 / 84.0 / 1.5e-10 μ_B, R2", 237.4, 83.96, 1.53e-10)
    with pytest.raises(AssertionError):
        agree("5.64", 5.646)
    with pytest.raises(AssertionError):
        agree("5.64 and 2", 5.64)


def test_csi_2017() -> None:
    csi = _open("coherent-csi-2017")
    rates = csi.predict(SM)
    point, physical = _radius()
    bare, _ = _radius(bare=True)
    sigma = recipes.full_coherence_sigma("coherent-csi-2017")
    readme = "README.md"
    prediction = (float(rates.signal.sum()), rates.signal_sigma)
    agree(cells(readme, "Standard-Model prediction (R_n of RMF NL-Z2)")[1], *prediction)
    agree(cells(readme, "neutron radius R_n of CsI")[1], *point, *physical, *bare)
    agree(cells(readme, "full coherence disfavoured")[1], sigma, 2.36)
    page = "docs/guide/csi-2017.md"
    agree(cells(page, "Standard-Model prediction")[1], *prediction)
    agree(
        cells(page, "counts found, signal normalisation free")[1],
        next(
            row.computed
            for row in reproduce("COHERENT:2017ipa")
            if row.quantity.startswith("counts found")
        ),
    )
    agree(cells(page, "neutron radius $R_n$, point neutrons")[1], *point)
    agree(cells(page, "the same, physical")[1], *physical)
    agree(cells(page, "full coherence disfavoured")[1], sigma)
    agree(sentence(page, r"the fit gives (5\.\d+ \+\S+ \S+) fm and"), *bare)


@slow
def test_choices_of_csi_2017() -> None:
    page = "docs/guide/csi-2017.md"
    table = {row["choice"]: row for row in csi_choices().to_dict()["rows"]}
    default = next(row for key, row in table.items() if key.startswith("default"))
    none, centred = (
        next(row for key, row in table.items() if key.startswith(start))
        for start in ("no smearing", "a count n in [n - 1/2")
    )
    agree(sentence(page, r"Without smearing the radius is (\S+) fm"), none["R_n [fm]"])
    agree(
        sentence(page, r"a count centred on its value gives (\S+ fm and \d+ counts)"),
        centred["R_n [fm]"],
        centred["signal"],
    )
    agree(
        sentence(page, r"the default (\S+ fm and \d+ counts)"),
        default["R_n [fm]"],
        default["signal"],
    )
    edges = [
        table[f"acceptance at the {where}"]["signal"]
        for where in ("lower edge", "centre of a count", "upper edge")
    ]
    agree(sentence(page, r"Lower edge, centre, upper edge: (.*?) counts"), *edges)
    for text, choice in (
        (r"Radiative couplings add (\S+) %", "radiative couplings"),
        (r"neutron radii of Skyrme models (\S+) %", "R_n of SHF SkM*"),
        (r"no neutron skin (\S+) %", "R_n = R_p"),
    ):
        change = 100 * (table[choice]["signal"] / default["signal"] - 1)
        agree(sentence(page, text), change)


@slow
def test_the_nucleon_inside() -> None:
    page = "docs/guide/csi-2017.md"
    for label, name, analysis in (
        ("COHERENT CsI 2017, 6–30 PE", "coherent-csi-2017", "energy-nuclear"),
        ("COHERENT CsI 2021, 8–60 PE", "coherent-csi-2021", "nuclear-recoils"),
        ("COHERENT LAr 2020", "coherent-lar-2020", None),
    ):
        counts = [
            recipes.signal(name, analysis, {"target.nucleon": nucleon})
            for nucleon in ("point", "kelly")
        ]
        change = 100 * (counts[1] / counts[0] - 1)
        agree(" ".join(cells(page, label)), *counts, change)


@slow
def test_the_nucleon_inside_elsewhere() -> None:
    page = "docs/guide/csi-2017.md"
    for label, name, analysis in (
        ("XENONnT ⁸B, runs 0 and 1", "xenonnt-8b", "sr0-sr1"),
        ("CONUS+", "conus-plus", "first-principles"),
    ):
        counts = []
        for nucleon in ("point", "kelly"):
            chosen = _open(name).with_changes({"target.nucleon": nucleon})
            parts = chosen.predict(SM, analysis).components.items()
            of_nuclei = [
                float(v.sum())
                for k, v in parts
                if k.startswith("signal") and "electron" not in k
            ]
            counts.append(sum(of_nuclei))
        change = 100 * (counts[1] / counts[0] - 1)
        agree(" ".join(cells(page, label)), *counts, change)
    argon = [
        sum(
            float(
                nu.cevns.flux_averaged("sns", nu.target("natural Ar", nucleon=n), SM, f)
            )
            for f in nu.flux("sns").flavours
        )
        / 3
        for n in ("point", "kelly")
    ]
    label = "pion decay at rest on natural argon, all recoils"
    text = " ".join(cells(page, label)).replace(" cm²", "")
    agree(text, *argon, recipes.nucleon_change(flux="sns", target="natural Ar"))


@slow
def test_341_events() -> None:
    page = "docs/guide/csi-2017.md"
    table = csi_2021_radii()
    rows = {row["neutrons"]: row for row in table.to_dict()["rows"]}
    for label in (
        "RMF NL-Z2 (default)",
        "SHF SkM*",
        "point neutrons distributed like point protons",
    ):
        row = rows[label]
        agree(
            " ".join(cells(page, label)),
            row["R_n(Cs) [fm]"],
            row["R_n(I) [fm]"],
            row["tree, kelly"],
            row["radiative, kelly"],
        )
    radii = dict(re.findall(r"(\w+, \w+): (\S+) fm", " ".join(table.notes)))
    tree = sentence(page, r"point neutrons of (\S+) fm \(tree couplings")
    other = sentence(page, r"no skin\) or (\S+) fm \(radiative")
    assert (tree, other) == (radii["tree, kelly"], radii["radiative, kelly"])


def test_posteriors_of_the_radius() -> None:
    cost = _open("coherent-csi-2017").cost(None, ["rn"])
    for label, treatment in (
        ("sampled (quadrature gives the same)", "sampled"),
        ("profiled", "profiled"),
    ):
        agree(
            " ".join(cells("docs/guide/sampling.md", label)),
            *radius_posterior(cost, treatment),
        )


def test_mirrors_of_a_charge_radius() -> None:
    page, name = "docs/guide/sampling.md", "charge_radius.mumu"
    for label, experiment in (
        ("CsI 2021, energy and time", "coherent-csi-2021"),
        ("CsI 2017, energy and time", "coherent-csi-2017"),
    ):
        cost = _open(experiment).cost(nu.Electromagnetic(), [name], "energy-time")
        agree(" ".join(cells(page, label)), mirror_share(cost))


@slow
def test_a_light_universal_vector() -> None:
    """In the text, without and with recoils of electrons."""
    csi = _open("coherent-csi-2017")
    masses = [0.1 * MeV, 1 * MeV]
    found = {
        analysis: nu.limit(
            [csi],
            "universal-vector",
            mass=masses,
            analyses={csi.name: analysis},
            cl=0.9,
        )[csi.name].coupling
        for analysis in ("energy", "energy-nuclear")
    }
    page = "docs/guide/mediators.md"
    agree(sentence(page, r"the same data give (\S+) here"), found["energy-nuclear"][0])
    agree(sentence(page, r"the bound is (\S+) at 0.1 MeV"), found["energy"][0])
    # "and the same from 1 MeV on"
    assert found["energy"][1] == pytest.approx(found["energy-nuclear"][1], rel=1e-3)


def test_tridents() -> None:
    dune = [
        recipes.trident_events("dune-nd-trident", regime, ["nu_mu"])
        for regime in ("coherent", "proton", "neutron")
    ]
    label = "DUNE ND muon pairs from ν_μ, 67 t, 3.3e21 protons"
    agree(cells("README.md", label)[1], *dune)
    page = "docs/guide/tridents.md"
    pattern = r"protons give (.*?) muon pairs from ν_μ"
    agree(sentence(page, pattern).replace(" and", ","), *dune)
    heavy = [
        recipes.trident_heavy_limit("ccfr-trident", equal) for equal in (True, False)
    ]
    label = "CCFR, heavy L_μ - L_τ boson, m/g′, two-sided 95 % CL"
    agree(cells("README.md", label)[1], *heavy)
    agree(
        cells("README.md", "V-A theory by CCFR")[1],
        recipes.trident_pull("ccfr-trident"),
    )


@pytest.mark.parametrize(
    ("channel", "row"),
    [
        ("nu_mu -> nu_mu mu+ mu-", "here"),
        ("nu_mu -> nu_mu e+ e-", "electron pairs, here"),
    ],
)
def test_broken_nucleons(channel: str, row: str) -> None:
    found = [
        1 + recipes.broken_over_elastic(channel, f"{e} GeV", "O16")
        for e in (12, 100, 1000)
    ]
    agree(" ".join(cells("docs/guide/tridents.md", row)), *found)


def test_recoils_of_electrons_in_the_standard_model() -> None:
    found = []
    for name in ("coherent-csi-2017", "coherent-csi-2021"):
        rates = _open(name).predict(SM)
        parts = rates.components.items()
        found += [
            float(sum(v.sum() for k, v in parts if k.startswith("signal: electron"))),
            float(rates.signal.sum()),
        ]
    label = "coherent-csi-2017`, `coherent-csi-2021"
    agree(cells("docs/guide/experiment.md", label)[2], *found)


CSI_KNOWN = {
    "analyses.energy-time.counted": {},
    "analyses.energy-time.systematics": [
        "sns-flux",
        "csi-2017-signal-without-quenching",
        "csi-2017-quenching",
        "csi-2017-prompt-neutrons",
        "csi-2017-steady-state",
    ],
}


def test_counted_steady_state() -> None:
    """The three ways to treat the anticoincidences of CsI 2017."""
    page, csi = "docs/guide/csi-2017.md", _open("coherent-csi-2017")
    known = csi.with_changes(CSI_KNOWN)
    each = {"analyses.energy-time.counted": {"steady-state": "bins"}}
    widths = []
    for label, one in (
        ("product of projections, known up to 5 %", known),
        ("product, projections as counts", csi),
        ("each bin as counts", csi.with_changes(each)),
    ):
        angle, radius = (
            one.fit(free=[name], analysis="energy-time")[name]
            for name in ("sin2_theta_w", "rn")
        )
        assert angle.interval is not None
        assert angle.interval.upper is not None
        assert angle.interval.lower is not None
        widths.append(angle.interval.upper - angle.interval.lower)
        _, shown, wide, fm = cells(page, label)
        agree(shown, angle.value)
        agree(wide, widths[-1] / widths[0])
        assert radius.error is not None
        agree(fm, radius.value, radius.error)
    best = csi.fit(free=["rn"], analysis="energy-time")
    assert best.goodness_of_fit is not None
    text = sentence(page, r"the best fit has -2 ln L (= 137.5 \(p = 0.85)")
    agree(text, best.twice_nll, best.goodness_of_fit)


def test_anticoincidences_factorise() -> None:
    """Likelihood ratio of the table against the product of its projections, and of
    tables that are drawn from that product."""
    cost = _open("coherent-csi-2017").cost(free=["rn"], analysis="energy-time")
    assert isinstance(cost, ProjectedCost)
    table = cost.control.reshape(cost.shape)

    def ratio(m: FloatArray) -> float:
        product = np.outer(m.sum(axis=1), m.sum(axis=0)) / m.sum()
        some = m > 0
        return float(2 * (m[some] * np.log(m[some] / product[some])).sum())

    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    rng = np.random.default_rng(1)
    drawn = np.array([ratio(rng.poisson(expected).astype(float)) for _ in range(4000)])
    text = sentence("docs/guide/csi-2017.md", r"projections is (139.2 where .*0.43)")
    value, mean, sd, p = (float(x) for x in NUMBER.findall(text))
    assert value == pytest.approx(ratio(table), abs=0.05)
    assert mean == pytest.approx(drawn.mean(), abs=1.0)
    assert sd == pytest.approx(drawn.std(), rel=0.05)
    assert p == pytest.approx((drawn >= ratio(table)).mean(), abs=0.03)


def test_counted_steady_state_of_the_full_data() -> None:
    full = _open("coherent-csi-2021")
    names = [
        name
        for name in full.file.analyses["energy-time"].systematics
        if name != "csi-2021-steady-state"
    ]
    counted = full.with_changes(
        {
            "analyses.energy-time.counted": {"steady-state": "projections"},
            "analyses.energy-time.systematics": names,
        }
    )
    values, widths = [], []
    for one in (full, counted):
        angle = one.fit(free=["sin2_theta_w"], analysis="energy-time")["sin2_theta_w"]
        assert angle.interval is not None
        assert angle.interval.upper is not None
        assert angle.interval.lower is not None
        values.append(angle.value)
        widths.append(angle.interval.upper - angle.interval.lower)
    text = sentence("docs/guide/csi-2017.md", r"\\theta_W\$ (= 0.2319 .* 6 %) wider")
    agree(text, *values, 100 * (widths[1] / widths[0] - 1))


@slow
@pytest.mark.parametrize("row", range(5))
def test_bounds_with_and_without_electrons(row: int) -> None:
    """Upper ends, one parameter at a time, of nuclei and electrons and of nuclei."""
    csi, full, argon = "coherent-csi-2017", "coherent-csi-2021", "coherent-lar-2020"
    label, both, alone = (
        ("CsI 2017, energy", {csi: "energy"}, {csi: "energy-nuclear"}),
        (
            "CsI 2017, energy and time",
            {csi: "energy-time"},
            {csi: "energy-time-nuclear"},
        ),
        ("CsI 2021", {full: None}, {full: "nuclear-recoils"}),
        (
            "CsI 2021 + LAr",
            {full: None, argon: None},
            {full: "nuclear-recoils", argon: None},
        ),
        ("CONUS+", {"conus-plus": None}, {"conus-plus": "nuclear-recoils"}),
    )[row]
    shown = [c for c in cells("docs/guide/electromagnetic.md", label) if c]
    names: tuple[str, ...] = ("mu_eff.e", "mu_eff.mu", "charge.ee", "charge.mumu")
    if label == "CONUS+":
        names = ("mu_eff.e", "charge.ee")
    for cell, name in zip(shown, names, strict=True):
        ends = [intervals(data, name, [name])[-1][1] for data in (both, alone)]
        agree(cell, *ends)


@slow
def test_radii_of_the_seminar_and_the_right_ones() -> None:
    label = (
        "⟨r²⟩ of ν_e, CsI 2017 energies, 90 % CL, convention of the 2018 seminar [1e-32"
        " cm²]"
    )
    seminar = [
        charge_radius_fit(f"ee {end}", flip=True, form="mw2", changes="seminar")
        for end in ("lower", "upper")
    ]
    agree(cells("README.md", label)[1], *seminar)
    right = [charge_radius_fit(f"ee {end}") for end in ("lower", "upper")]
    label = "the same with the correct sign for antineutrinos and measured couplings"
    agree(cells("README.md", label)[1], *right)


@slow
def test_all_fits_of_charge_radii() -> None:
    """The table of `nuprobe reproduce --study charge-radii`."""
    computed = {
        (row["fit"], row["quantity"].strip("|")): row
        for row in charge_radii().to_dict()["rows"]
    }
    names = {"ee": "<r2>_ee", "μμ": "<r2>_mumu"}
    pairs = "<r2>_emu", "<r2>_etau", "<r2>_mutau"
    text = _text("docs/guide/electromagnetic.md")
    start = text.index("| fit | | published | seminar's convention | correct |")
    fit, seen = "", 0
    for line in text[start:].split("\n\n")[0].splitlines()[2:]:
        label, quantity, *shown = [c.strip() for c in line.strip("|").split("|")]
        fit = label or fit
        key = fit.replace("energy and time", "energy-time")
        if quantity == "χ²/NDF":
            continue
        rows = [
            computed[key, q]
            for q in ([names[quantity]] if quantity in names else pairs)
        ]
        for column, cell in zip(
            ("published", "seminar's convention", "correct convention"),
            shown,
            strict=True,
        ):
            values = [float(x) for row in rows for x in NUMBER.findall(row[column])]
            # of two regions the page has the ends
            ends = values[:1] + values[-1:] if quantity in names else values
            agree(cell, *ends)
            seen += 1
    assert seen == 27


@slow
def test_coherent_signals() -> None:
    for label, name, analysis in (
        (
            "CEνNS on argon, published templates refitted",
            "coherent-lar-2020",
            "published",
        ),
        ("CEνNS on CsI, full data", "coherent-csi-2021", "normalisation"),
    ):
        value = recipes.scaled_signal(name, analysis)
        ends = [
            value + recipes.scaled_signal(name, analysis, side=side)
            for side in ("lower", "upper")
        ]
        more = (recipes.no_signal(name, analysis),) if analysis == "published" else ()
        agree(
            cells("README.md", label)[1].replace("−2Δ", "Δ").replace("-2Δ", "Δ"),
            value,
            *ends,
            *more,
        )


@slow
def test_equal_recoils() -> None:
    label = "weak = magnetic ν-e in a reactor flux above 1.8 MeV, 1e-10 μ_B"
    agree(
        cells("README.md", label.replace("ν-e", "ν–e"))[1],
        equal_recoil(1e-10),
        equal_recoil(1e-10, "vogel-engel"),
    )


@lru_cache
def _flux(analysis: str) -> tuple[float, float, float]:
    fit = _open("xenonnt-8b").fit(SM, ["phi_8B"], analysis)["phi_8B"]
    assert fit.interval is not None
    assert fit.interval.lower is not None
    assert fit.interval.upper is not None
    ends = (fit.value, fit.interval.upper - fit.value, fit.interval.lower - fit.value)
    return tuple(x / 1e6 for x in ends)  # type: ignore[return-value]


@slow
def test_xenonnt() -> None:
    name = "xenonnt-8b"
    page = f"{name}/README.md"
    sigma = {
        a: recipes.no_signal(name, a) ** 0.5 for a in ("sr0-sr1", "discovery", "counts")
    }
    found = {a: recipes.found_signal(name, a) for a in sigma}
    expected = {a: recipes.signal(name, a) for a in sigma}
    first, second = "sr0-sr1", "discovery"
    agree(cells(page, "⁸B events found")[1], found[first], found[second])
    significance = cells(page, "significance against background alone")[1]
    agree(significance.split("(")[0], sigma[first], sigma[second])
    agree(cells(page, "flux found")[1], *_flux(first), *_flux(second))
    label = "all runs (`counts`): found of expected, flux, significance"
    agree(
        cells(page, label)[1],
        found["counts"],
        expected["counts"],
        *_flux("counts"),
        sigma["counts"],
    )
    agree(
        cells(page, "run 2 alone (`sr2`), over B16-GS98")[1],
        *(x / 5.46 for x in _flux("sr2")),
    )
    label = "the same with the error of the efficiency (`flux`)"
    agree(cells(page, label)[1], *_flux("flux"))
    for label, analysis in (
        ("runs 0 and 1 (`release-sr0-sr1`)", "release-sr0-sr1"),
        ("all runs (`release`)", "release"),
        ("run 2 (`release-sr2`)", "release-sr2"),
    ):
        row, flux = cells(page, label), _flux(analysis)
        agree(row[0], recipes.signal(name, analysis))
        agree(row[1], recipes.found_signal(name, analysis))
        agree(row[2], *(x / 5.25 for x in flux))
        agree(row[3], flux[0])
        agree(row[4], recipes.significance(name, analysis))
    readme = "README.md"
    label = "⁸B in xenon (XENONnT, runs 0 and 1), background alone"
    agree(cells(readme, label)[1], sigma[first], sigma[second])
    label = "the same: expected, found; flux in 1e6/cm²/s"
    agree(
        cells(readme, label)[1],
        expected[first],
        found[first],
        *_flux(first),
        expected[second],
        found[second],
        *_flux(second),
    )


def _boron(**analyses: str) -> tuple[float, ...]:
    """Flux, upper and lower error."""
    names = {
        k.replace("_8b", "-8b").replace("_4t", "-4t"): a for k, a in analyses.items()
    }
    return tuple(recipes.boron_flux(names, side) for side in (None, "upper", "lower"))


def test_boron_of_pandax() -> None:
    page, name = "pandax-4t-8b/README.md", "pandax-4t-8b"
    for label, analysis in (
        ("`flux`: as the collaboration found", "flux"),
        ("`efficiency`: paired events computed", "efficiency"),
    ):
        row = cells(page, label)
        agree(row[0], *_open(name).predict(SM, analysis).signal.ravel())
        agree(row[1], *_boron(pandax_4t_8b=analysis))
        agree(row[2].replace("σ", ""), recipes.significance(name, analysis))
    agree(
        cells("docs/guide/solar.md", "PandaX-4T, two counts")[0],
        *_boron(pandax_4t_8b="flux"),
    )


@slow
def test_boron_of_several() -> None:
    for label, analyses in (
        (
            "XENONnT, runs 0 and 1, templates of the discovery",
            {"xenonnt_8b": "discovery"},
        ),
        ("XENONnT, all runs", {"xenonnt_8b": "flux"}),
        ("XENONnT and PandaX-4T", {"xenonnt_8b": "flux", "pandax_4t_8b": "flux"}),
        (
            "the same, paired events of PandaX-4T with the published efficiency",
            {"xenonnt_8b": "flux", "pandax_4t_8b": "efficiency"},
        ),
    ):
        agree(cells("docs/guide/solar.md", label)[0], *_boron(**analyses))


@slow
def test_limits_of_xenonnt() -> None:
    """In words, Δ(−2 ln L) = 2.71, analysis ``rate``."""
    page, name = "xenonnt-8b/README.md", "xenonnt-8b"
    angle = _open(name).fit(SM, ["sin2_theta_w"], "rate")["sin2_theta_w"]
    assert angle.interval is not None
    assert angle.interval.upper is not None
    assert angle.interval.lower is not None
    agree(
        sentence(page, r"sin²θ_W = (\S+ \S+ \S+) \(68 %\)"),
        angle.value,
        angle.interval.upper - angle.value,
        angle.interval.lower - angle.value,
    )

    def ends(parameter: str) -> tuple[float | None, float | None]:
        fit = _open(name).fit(nu.Electromagnetic(), [parameter], "rate", cl=0.9)
        interval = fit[parameter].interval
        assert interval is not None
        return interval.lower, interval.upper

    _, moment = ends("mu_eff.e")
    assert moment is not None
    agree(sentence(page, r"μ_eff\(ν_e\) < (\S+) μ_B"), moment)
    for flavour, pattern in (
        ("ee", r"(\S+ < ⟨r²⟩_ee < \S+)"),
        ("mumu", r"(\S+ < ⟨r²⟩_μμ < \S+)"),
    ):
        lower, upper = ends(f"charge_radius.{flavour}")
        assert lower is not None
        assert upper is not None
        agree(sentence(page, pattern), 1e32 * lower, 1e32 * upper)


def test_conus_plus() -> None:
    name, page = "conus-plus", "conus-plus/README.md"
    first = recipes.signal(name, "first-principles")
    error = recipes.signal_sigma(name, "first-principles")
    sigma = recipes.no_signal(name, "counts") ** 0.5
    angles = []
    for analysis in ("rate", "first-principles"):
        fit = _open(name).fit(SM, ["sin2_theta_w"], analysis)["sin2_theta_w"]
        assert fit.error is not None
        angles += [fit.value, fit.error]
    agree(cells("README.md", "CONUS+")[1], sigma)
    agree(cells("README.md", "CONUS+, counts expected")[1], first, error, *angles)
    agree(sentence(page, r"from first principles is (\d+ ± \d+) counts"), first, error)
    parts = _open(name).predict(SM, "first-principles").components
    nuclei = sum(v.sum() for k, v in parts.items() if k.startswith("signal: cevns"))
    agree(cells(page, "Standard Model")[1], float(nuclei))
    agree(" ".join(cells(page, "sin²θ_W (68 %)")), *angles)


def test_signals_of_the_readmes_of_coherent() -> None:
    argon, csi = (
        _open("coherent-lar-2020").predict(SM),
        _open("coherent-csi-2021").predict(SM),
    )
    agree(
        sentence(
            "coherent-lar-2020/README.md", r"Standard Model signal is (\d+ ± \d+) in"
        ),
        float(argon.signal.sum()),
        argon.signal_sigma,
    )
    agree(
        sentence(
            "coherent-csi-2021/README.md", r"- Standard Model: (\d+ ± \d+); published"
        ),
        float(csi.signal.sum()),
        csi.signal_sigma,
    )


def test_projections() -> None:
    """Largest moments at 90 %, one-sided."""
    for name, label, parameter in (
        ("reactor-ge-projection", "reactor-ge-projection", "mu_eff.e"),
        ("solar-xe-projection", "solar-xe-projection", "mu_eff"),
    ):
        bound = 1e-11 * recipes.bound(name, parameter, "upper", 1.642)
        agree(cells("docs/guide/electron.md", label)[1], bound)
    bounds = [
        1e-11 * recipes.bound("solar-xe-projection", f"mu_eff.{f}", "upper", 1.642)
        for f in ("e", "mu", "tau")
    ]
    page = "solar-xe-projection/README.md"
    agree(cells(page, "mu_eff.e")[1].replace("e-12", ""), bounds[0] * 1e12)
    agree(
        cells(page, "mu_eff.mu`, `mu_eff.tau")[1].replace("e-12", ""),
        *(b * 1e12 for b in bounds[1:]),
    )

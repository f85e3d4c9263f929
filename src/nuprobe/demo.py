"""The main job in one call: COHERENT CsI 2017 from its folder to a fit, and trident
limits, with plots and tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nuprobe.errors import OutputError
from nuprobe.experiments import experiment, limit
from nuprobe.files import atomic_write
from nuprobe.fluxes import flux
from nuprobe.inference import contour, scan
from nuprobe.models import (
    Electromagnetic,
    LMuLTau,
    StandardModel,
    VMinusA,
    standard_charge_radius,
)
from nuprobe.nuclei import target
from nuprobe.plotting import (
    neutron_radius_markers,
    plot_contour,
    plot_differential,
    plot_flux,
    plot_form_factors,
    plot_millicharge,
    plot_profile,
    plot_rates,
    plot_total,
    plot_trident_energy,
    plot_trident_form_factors,
    plot_trident_ratio,
    save,
)
from nuprobe.reproductions import reproduce
from nuprobe.reproductions.recipes import full_coherence_sigma
from nuprobe.reproductions.studies import csi_choices, nuclear_models
from nuprobe.units import GeV, MeV, fm

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DemoResult", "run"]

RADII = ("charge_radius.ee", "charge_radius.mumu")
CHANNELS = ("nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_mu e+ e-", "nu_mu -> nu_e e+ mu-")
# published numbers of what the demonstration computes; `nuprobe reproduce` compares all
_REPRODUCED = (
    "Cadeddu:2017etk",
    "COHERENT:2017ipa",
    "COHERENT:2020iec",
    "COHERENT:2021xmm",
    "cevns-reference",
    "Mishra:1991bv",
    "Altmannshofer:2019zhy",
    "trident-reference",
    "trident-code-a",
    "trident-code-b",
)
TRIDENTS = ("ccfr-trident", "charm2-trident", "nutev-trident", "dune-nd-trident")


@dataclass(frozen=True)
class DemoResult:
    """What a run left behind.

    Attributes
    ----------
    text : summary for the terminal.
    files : everything written.
    failed : how many reproduced numbers lie outside their tolerance.
    """

    text: str
    files: tuple[Path, ...]
    failed: int


def run(folder: str | Path, *, progress: bool = False) -> DemoResult:
    """Run the main job.

    Parameters
    ----------
    folder : where figures (pdf, png), tables (txt, json) and the scan (h5) go; made if
        it does not exist.
    progress : show a progress bar on standard error.

    Raises
    ------
    OutputError
        If the folder cannot be made or written.
    """
    from nuprobe.cli.experiment import rate_table
    from nuprobe.cli.limit import limit_table, plane
    from nuprobe.cli.reproduce import reproduction_table

    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(
            f"cannot make the folder {folder}: {err.strerror}; choose another place"
        ) from None
    files: list[Path] = []

    def write(name: str, text: str, data: object) -> None:
        files.append(atomic_write(folder / f"{name}.txt", text + "\n"))
        content = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
        files.append(atomic_write(folder / f"{name}.json", content + "\n"))

    def draw(name: str, figure: Callable[[], Figure]) -> None:
        for suffix in ("pdf", "png"):
            files.append(folder / f"{name}.{suffix}")
            save(figure(), files[-1])

    sm = StandardModel()
    csi = experiment("coherent-csi-2017")
    rates = csi.predict(sm)
    rates_in_time = csi.predict(sm, "energy-time")
    result = csi.fit(sm, ["rn"])
    radii = csi.fit(Electromagnetic(), RADII, "energy-time")
    choices, models = csi_choices(), nuclear_models()
    tridents = [experiment(name) for name in TRIDENTS]
    limits = limit(tridents)
    rows = reproduce(_REPRODUCED)
    compared = reproduction_table(rows)

    def tables() -> None:
        write("csi-2017-rate", str(rate_table(rates)), rates.to_dict())
        write("csi-2017-fit", str(result), result.to_dict())
        write("csi-2017-charge-radii", str(radii), radii.to_dict())
        write("csi-2017-choices", str(choices), choices.to_dict())
        write("nuclear-models", str(models), models.to_dict())
        write("trident-limits", str(limit_table(limits)), limits.to_dict())
        write("published-and-computed", str(compared), [row.to_dict() for row in rows])

    def scan_rn() -> None:
        path = folder / "csi-2017-rn-scan.h5"
        cost = csi.cost(sm, ["rn"])
        scan(cost, {"rn": np.linspace(2.0, 9.0, 1401)}, checkpoint=path, overwrite=True)
        files.append(path)

    def draw_radii() -> None:
        grid = np.linspace(-90.0, 40.0, 66), np.linspace(-80.0, 30.0, 56)
        found = contour(
            csi.cost(Electromagnetic(), RADII, "energy-time"),
            RADII,
            grid,
            cl=(0.6827, 0.9, 0.99),
        )
        levels = [
            (f"{100 * cl:.4g} %", delta) for cl, delta in found.thresholds.items()
        ]
        radius_e, radius_mu = (
            standard_charge_radius(f) / 1e-32 for f in ("nu_e", "nu_mu")
        )
        draw(
            "csi-2017-charge-radii",
            lambda: plot_contour(
                *found.axes,
                found.delta,
                found.parameters,
                levels=levels,
                best=found.best,
                markers=[("Standard Model", radius_e, radius_mu)],
                title=csi.file.analyses["energy-time"].title,
                references=csi.file.references,
            ),
        )

    rn = result["rn"].parameter
    curve = csi.profile("rn", np.linspace(2.4, 8.6, 249), sm)
    coherence = full_coherence_sigma(csi.name)
    argon = target("Ar40", r_p=3.33 * fm, r_n=3.42 * fm)
    cesium = target("Cs133")
    energies = np.linspace(1.0, 60.0, 178)
    steps: list[Callable[[], None]] = [
        tables,
        scan_rn,
        lambda: draw(
            "csi-2017-spectrum",
            lambda: plot_rates(
                rates, subtracted=["steady-state"], references=csi.file.references
            ),
        ),
        lambda: draw(
            "csi-2017-energy-and-time",
            lambda: plot_rates(rates_in_time, references=csi.file.references),
        ),
        lambda: draw(
            "csi-2017-rn-profile",
            lambda: plot_profile(
                curve,
                rn,
                published=[("Cadeddu:2017etk", 5.5, 0.9, 1.1)],
                markers=neutron_radius_markers(),
                lines=[("full coherence", coherence**2)],
                references=["COHERENT:2018imc", "Cadeddu:2017etk"],
            ),
        ),
        lambda: draw(
            "cevns-differential",
            lambda: plot_differential(argon, sm, [10.0, 30.0, 50.0]),
        ),
        lambda: draw("cevns-millicharge", lambda: plot_millicharge(argon, 50.0)),
        draw_radii,
        lambda: draw("cevns-total", lambda: plot_total([argon, cesium], sm, energies)),
        lambda: draw("form-factors-ar40", lambda: plot_form_factors("Ar40")),
        lambda: draw("flux-sns", lambda: plot_flux(flux("sns"))),
        lambda: draw(
            "trident-energy",
            lambda: plot_trident_energy(
                CHANNELS, "Ar40", np.geomspace(0.25, 200, 50) * GeV
            ),
        ),
        lambda: draw(
            "trident-models",
            lambda: plot_trident_ratio(
                CHANNELS[0],
                "Ar40",
                np.geomspace(0.25, 100, 50) * GeV,
                {
                    "V-A": VMinusA(),
                    "100 MeV, g' = 1e-3": LMuLTau(100 * MeV, 1e-3),
                    "100 MeV, g' = 1e-3, mixing 0.01": LMuLTau(
                        100 * MeV, 1e-3, mixing=0.01
                    ),
                    "10 MeV, g' = 5e-4, mixing 0.003": LMuLTau(
                        10 * MeV, 5e-4, mixing=0.003
                    ),
                },
            ),
        ),
        lambda: draw(
            "trident-form-factors",
            lambda: plot_trident_form_factors(
                CHANNELS[0], "Ar40", np.geomspace(0.3, 50, 30) * GeV
            ),
        ),
        lambda: draw("trident-plane", lambda: plane(limits, tridents, {})),
    ]
    from tqdm import tqdm

    for step in tqdm(
        steps, desc="demo", unit="step", leave=False, disable=not progress
    ):
        step()
    failed = sum(row.agrees is False for row in rows)
    text = "\n\n".join(
        map(
            str,
            (
                rate_table(rates),
                result,
                radii,
                choices,
                models,
                limit_table(limits),
                compared,
            ),
        )
    )
    return DemoResult(text, tuple(files), failed)

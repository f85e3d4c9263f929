"""The main example in one call: COHERENT CsI 2017 from its folder to a fit, and trident
limits, with plots and tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nuprobe.errors import OutputError
from nuprobe.experiments import Experiment, experiment, limit
from nuprobe.files import atomic_write
from nuprobe.fluxes import flux
from nuprobe.inference import contour, scan
from nuprobe.models import (
    Electromagnetic,
    LeptonModel,
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
    plot_limits,
    plot_millicharge,
    plot_profile,
    plot_rates,
    plot_total,
    plot_trident_energy,
    plot_trident_form_factors,
    plot_trident_ratio,
    save,
)
from nuprobe.reports import limit_table, rate_table, reproduction_table
from nuprobe.reproductions import reproduce
from nuprobe.reproductions.recipes import full_coherence_sigma
from nuprobe.reproductions.studies import csi_choices, nuclear_models
from nuprobe.reprs import readable
from nuprobe.units import GeV, MeV, fm

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn

__all__ = ["DemoResult", "run"]

RADII = ("charge_radius.ee", "charge_radius.mumu")
CHANNELS = ("nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_mu e+ e-", "nu_mu -> nu_e e+ mu-")
# published numbers that the demonstration computes; `nuprobe reproduce` compares all
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


@readable
@dataclass(frozen=True)
class DemoResult:
    """What a run left behind.

    Attributes
    ----------
    text : summary for the terminal.
    files : everything written.
    failed : number of reproduced values outside their tolerance.
    """

    text: str
    files: tuple[Path, ...]
    failed: int


def run(folder: str | Path, *, progress: bool = False) -> DemoResult:
    """Run the main example.

    Parameters
    ----------
    folder : where figures (pdf, png), tables (txt, json) and the scan (h5) go; created
        if it does not exist.
    progress : show a progress bar on standard error.

    Raises
    ------
    OutputError
        If the folder cannot be made or written.

    Examples
    --------
    A folder that cannot be created is rejected before anything is computed:

    >>> import tempfile
    >>> from nuprobe.errors import OutputError
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     try:
    ...         run(file.name)
    ...     except OutputError:
    ...         print("not a folder")
    not a folder
    """
    from tqdm.auto import tqdm

    demo = _Demo(Path(folder))
    steps = (
        demo.csi_rates,
        demo.csi_radius,
        demo.csi_charge_radii,
        demo.csi_choices,
        demo.csi_scan,
        demo.cross_sections,
        demo.tridents,
        demo.trident_limits,
        demo.compared,
    )
    for step in tqdm(
        steps, desc="demo", unit="step", leave=False, disable=not progress
    ):
        step()
    return DemoResult("\n\n".join(demo.texts), tuple(demo.files), demo.failed)


class _Demo:
    """Steps of the main example; each writes tables or figures to the folder."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise OutputError(
                f"cannot make the folder {folder}: {err.strerror}; choose another place"
            ) from None
        self.folder = folder
        self.files: list[Path] = []
        self.texts: list[str] = []
        self.failed = 0
        self.model = StandardModel()
        self.csi = experiment("coherent-csi-2017", Experiment)

    def write(self, name: str, result: object, data: object) -> None:
        """Write a table as text and JSON, and keep it for the summary."""
        self.texts.append(str(result))
        text = self.folder / f"{name}.txt"
        self.files.append(atomic_write(text, f"{result}\n"))
        content = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
        numbers = self.folder / f"{name}.json"
        self.files.append(atomic_write(numbers, content + "\n"))

    def draw(self, name: str, figure: Callable[[], Drawn]) -> None:
        """Draw and save a figure as pdf and png."""
        drawn = figure()
        for suffix in ("pdf", "png"):
            self.files.append(save(drawn, self.folder / f"{name}.{suffix}"))

    def csi_rates(self) -> None:
        """Expected and observed counts, in energy and in time."""
        rates = self.csi.predict(self.model)
        in_time = self.csi.predict(self.model, "energy-time")
        references = self.csi.file.references
        self.write("csi-2017-rate", rate_table(rates), rates.to_dict())
        self.draw(
            "csi-2017-spectrum",
            lambda: plot_rates(
                rates, subtracted=["steady-state"], references=references
            ),
        )
        self.draw(
            "csi-2017-energy-and-time",
            lambda: plot_rates(in_time, references=references),
        )

    def csi_radius(self) -> None:
        """Fit of the neutron radius and its profile."""
        result = self.csi.fit(self.model, ["rn"])
        self.write("csi-2017-fit", result, result.to_dict())
        curve = self.csi.profile("rn", np.linspace(2.4, 8.6, 249), self.model)
        coherence = full_coherence_sigma(self.csi.name)
        self.draw(
            "csi-2017-rn-profile",
            lambda: plot_profile(
                curve,
                result["rn"].parameter,
                published=[("Cadeddu:2017etk", 5.5, 0.9, 1.1)],
                markers=neutron_radius_markers(),
                lines=[("full coherence", coherence**2)],
                references=["COHERENT:2018imc", "Cadeddu:2017etk"],
            ),
        )

    def csi_charge_radii(self) -> None:
        """Fit of two charge radii and their contours."""
        analysis, model = "energy-time", Electromagnetic()
        result = self.csi.fit(model, RADII, analysis)
        self.write("csi-2017-charge-radii", result, result.to_dict())
        allowed = contour(
            self.csi.cost(model, RADII, analysis),
            RADII,
            (np.linspace(-9e-31, 4e-31, 66), np.linspace(-8e-31, 3e-31, 56)),
            cl=(0.6827, 0.9, 0.99),
        )
        levels = [
            (f"{100 * cl:.4g} %", delta) for cl, delta in allowed.thresholds.items()
        ]
        radius_e, radius_mu = (standard_charge_radius(f) for f in ("nu_e", "nu_mu"))
        self.draw(
            "csi-2017-charge-radii",
            lambda: plot_contour(
                *allowed.axes,
                allowed.delta,
                allowed.parameters,
                levels=levels,
                best=allowed.best,
                markers=[("Standard Model", radius_e, radius_mu)],
                title=self.csi.file.analyses[analysis].title,
                references=self.csi.file.references,
            ),
        )

    def csi_choices(self) -> None:
        """How the result depends on the analysis choices, and radii of nuclear
        models."""
        choices, models = csi_choices(), nuclear_models()
        self.write("csi-2017-choices", choices, choices.to_dict())
        self.write("nuclear-models", models, models.to_dict())

    def csi_scan(self) -> None:
        """Scan of the neutron radius into a file."""
        path = self.folder / "csi-2017-rn-scan.h5"
        cost = self.csi.cost(self.model, ["rn"])
        scan(cost, {"rn": np.linspace(2.0, 9.0, 1401)}, checkpoint=path, overwrite=True)
        self.files.append(path)

    def cross_sections(self) -> None:
        """CEvNS, form factors and the flux."""
        argon = target("Ar40", r_p=3.33 * fm, r_n=3.42 * fm)
        cesium = target("Cs133")
        energies = np.linspace(1.0, 60.0, 178)
        self.draw(
            "cevns-differential",
            lambda: plot_differential(argon, self.model, [10.0, 30.0, 50.0]),
        )
        self.draw("cevns-millicharge", lambda: plot_millicharge(argon, 50.0))
        self.draw(
            "cevns-total", lambda: plot_total([argon, cesium], self.model, energies)
        )
        self.draw("form-factors-ar40", lambda: plot_form_factors("Ar40"))
        self.draw("flux-sns", lambda: plot_flux(flux("sns")))

    def tridents(self) -> None:
        """Trident cross sections by regime, model and form factor."""
        self.draw(
            "trident-energy",
            lambda: plot_trident_energy(
                CHANNELS, "Ar40", np.geomspace(0.25, 200, 50) * GeV
            ),
        )
        models: dict[str, LeptonModel] = {
            "V-A": VMinusA(),
            "100 MeV, g' = 1e-3": LMuLTau(100 * MeV, 1e-3),
            "100 MeV, g' = 1e-3, mixing 0.01": LMuLTau(100 * MeV, 1e-3, mixing=0.01),
            "10 MeV, g' = 5e-4, mixing 0.003": LMuLTau(10 * MeV, 5e-4, mixing=0.003),
        }
        self.draw(
            "trident-models",
            lambda: plot_trident_ratio(
                CHANNELS[0], "Ar40", np.geomspace(0.25, 100, 50) * GeV, models
            ),
        )
        self.draw(
            "trident-form-factors",
            lambda: plot_trident_form_factors(
                CHANNELS[0], "Ar40", np.geomspace(0.3, 50, 30) * GeV
            ),
        )

    def trident_limits(self) -> None:
        """Limits on L_mu - L_tau and their plane."""
        tridents = [experiment(name) for name in TRIDENTS]
        limits = limit(tridents)
        self.write("trident-limits", limit_table(limits), limits.to_dict())
        self.draw("trident-plane", lambda: plot_limits(limits, tridents))

    def compared(self) -> None:
        """Published numbers compared with computed ones."""
        rows = reproduce(_REPRODUCED)
        self.failed = sum(row.agrees is False for row in rows)
        self.write(
            "published-and-computed",
            reproduction_table(rows),
            [row.to_dict() for row in rows],
        )

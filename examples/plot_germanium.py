"""
Germanium: the quenching
========================

Coherent scattering of reactor antineutrinos on germanium with published measurements of
the ionisation of its recoils, and what the counts of three experiments say about it.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.detectors import named_quenchings

# %%
# The published quenching factors, and the CONUS+ counts that each predicts (395 ± 106
# were found).

conus_plus = nu.experiment("conus-plus")
for quenching in named_quenchings():
    changed = conus_plus.with_changes({"quenching": quenching.name})
    counts = changed.predict(analysis="first-principles").signal.sum()
    print(f"{quenching.name:17} {counts:6.0f} counts  ({quenching.title})")

# %%
# The spectrum per kilogram and day 17 m from a reactor: the two tables approach
# Lindhard's form above recoils of 1.4 keV, and differ from it by an order of magnitude
# at the thresholds of today.

bins = {"binning.energy": {"start": 0.15, "stop": 0.5, "bins": 35}}
analyses = {"analyses": {"fine": {"title": "fine bins", "statistic": "poisson"}}}
reactor = nu.experiment("conus-2024").with_changes({**bins, **analyses})
names = ["ge-lindhard", "ge-scholz-2016", "ge-ybe", "ge-fef"]
spectra = plotting.plot_rates(
    reactor.predict(),
    compared={n: reactor.with_changes({"quenching": n}).predict() for n in names},
)
for axes in spectra:
    axes.set_yscale("log")
    axes.set_ylim(1e-5, 3)

# %%
# The Dresden-II spectrum with its background and the iron-filter quenching.

dresden = nu.experiment("dresden-ii-2022")
plotting.plot_rates(
    dresden.rebinned(energy=65).predict(), references=dresden.references
)

# %%
# Lindhard's k as a free parameter: COHERENT's germanium wants a smaller one than
# CONUS+.

mini = nu.experiment("coherent-ge-mini-2024")
for experiment, analysis in ((mini, "counts"), (conus_plus, "first-principles")):
    print(experiment.fit(free=["k_ge"], analysis=analysis))

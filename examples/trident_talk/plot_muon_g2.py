r"""
The magnetic moment of the muon
===============================

"Neutrino trident production", talk of T. Shimomura, "Z′ contribution to (g − 2)_μ": the
loop of the boson over its mass.
"""

import numpy as np

from nuprobe.bounds import muon_g2
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# A light boson adds :math:`g'^2/8\pi^2`, a heavy one :math:`g'^2m_\mu^2/12\pi^2m^2`.
# The bands are what was missing in 2016 and in 2021; by 2025 nothing is.

mass = np.geomspace(1, 1e4, 200) * MeV
with style():
    ax = new_figure(6.4, 4.6).add_subplot()
    for name, colour in (("2016", "0.6"), ("2021", "C1")):
        layer = muon_g2.layer(name)
        low, high = 1e9 * (layer.delta - layer.sigma), 1e9 * (layer.delta + layer.sigma)
        ax.axhspan(
            low, high, color=colour, alpha=0.35, label=f"{name}, 1σ", linewidth=0
        )
    for coupling, line in ((2e-4, ":"), (4e-4, "-"), (1e-3, "--")):
        shift = 1e9 * muon_g2.delta_a(mass, coupling)
        ax.plot(mass, shift, line, color="C0", label=f"g′ = {coupling:g}")
    ax.set(xscale="log", yscale="log", xlabel="mediator mass [MeV]", ylim=(1e-2, 20))
    ax.set_ylabel(r"$\Delta a_\mu$ [$10^{-9}$]")
    ax.set_xlim(1, 1e4)
    ax.legend()
    provenance(ax.figure, ["Araki:2014ona"])

# %%
# The integral by hand with :math:`g'^2/8\pi^2` in front, for which one slide has
# :math:`g'^2/8\pi`; and a light boson of 1e-4, which another calls O(1e-9).

table = published_table(
    [
        ("T84", "10 MeV, 4e-4", 1.5860e-9, float(muon_g2.delta_a(10, 4e-4)), 1.58e-12),
        ("T85", "the same, O(1e-9)", 2e-9, float(muon_g2.delta_a(10, 4e-4)), 1e-9),
        (
            "T58",
            "1 keV, 1e-4",
            1.2665e-10,
            float(muon_g2.delta_a(1e-3, 1e-4)),
            1.26e-13,
        ),
    ]
)
print(table)

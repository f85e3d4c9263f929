r"""
The series of the coherent cross section
========================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Suzuki et al. 2019": :math:`F(Q^2) = 1 +
\eta_2Q^2 + \eta_4Q^4` and :math:`\sigma(E)` in powers of E.
"""

import warnings

import numpy as np

import nuprobe as nu
from nuprobe.nuclei import WeakFormFactor, sigma_series
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, fm

# %%
# Three terms follow the integral to 30 MeV, which is the range of a supernova; above,
# the series alternates and fails.

argon = nu.target("Ar40", r_p=3.33 * fm, r_n=3.42 * fm)
energy = np.linspace(1, 60, 119) * MeV
exact = nu.cevns.total(energy, argon, nu.StandardModel(), "nu_mu")
(part,) = argon.components
weak = WeakFormFactor(part.isotope, part.ff_p, part.ff_n)
orders = {
    r"$E^2$": (0.0, 0.0),
    r"to $E^4$": (weak.eta2, -(weak.eta2**2) / 2),
    r"to $E^6$": (weak.eta2, weak.eta4),
}
with style():
    ax = new_figure(6.4, 4.4).add_subplot()
    with warnings.catch_warnings(action="ignore"):  # the figure shows where it fails
        for label, (eta2, eta4) in orders.items():
            ratio = sigma_series(energy, "Ar40", eta2, eta4) / exact
            ax.plot(energy, ratio, label=label)
    ax.axhline(1, color="0.6", linewidth=0.8)
    ax.set(xlabel=r"$E_\nu$ [MeV]", ylabel="series over integral, argon")
    ax.set(xlim=(0, 60), ylim=(0.5, 1.6))
    ax.legend()
    provenance(ax.figure)

# %%
# By hand the leading term at 10 MeV, in cm², is
# :math:`G_F^2Q_W^2E^2/4\pi\,(1 - 2E/M)`; and the series over the integral.

leading = sigma_series(10 * MeV, "Ar40", 0, 0)
near = {e: sigma_series(e, "Ar40", weak.eta2, weak.eta4) for e in (10.0, 20.0)}
rows = [("D15", "leading term, 10 MeV", 1.89024e-40, leading, 1.89e-44)]
for e, allowed in ((10.0, 1e-5), (20.0, 1e-3)):
    sigma = nu.cevns.total(e, argon, nu.StandardModel(), "nu_mu")
    rows.append(("D15", f"over the integral, {e:g} MeV", 1, near[e] / sigma, allowed))
table = published_table(rows)
print(table)

r"""
The effective moment changes with distance
==========================================

"Neutrino electromagnetic interactions in elastic neutrino–nucleus scattering",
EPS-HEP2021, Section 2: a detector sees
:math:`|\mu(L,E)|^2 = \sum_j|\sum_k U^*_{\ell k}e^{-im_k^2L/2E}\mu_{jk}|^2`.
"""

import numpy as np

import nuprobe as nu
from nuprobe.oscillation import Vacuum, mu_eff, probabilities
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, km

# %%
# A moment of ν_e alone follows the root of its survival probability: at the distance of
# JUNO, 53 km, most of it is gone. Moments of all flavours do not notice.

only_e = nu.Electromagnetic(magnetic_moment={"ee": 1e-11})
pair = nu.Electromagnetic(magnetic_moment={"ee": 1e-11, "mumu": 2e-11})
same = nu.Electromagnetic(
    magnetic_moment=dict.fromkeys(("ee", "mumu", "tautau"), 1e-11)
)
models = {"ee": only_e, "ee and twice in μμ": pair, "ee, μμ and ττ alike": same}
distance = np.geomspace(0.1, 60, 900)
with style():
    ax = new_figure(6.4, 4.4).add_subplot()
    for label, model in models.items():
        seen = [float(mu_eff(model, "nu_e", 4 * MeV, Vacuum(x * km))) for x in distance]
        ax.plot(distance, np.array(seen) / 1e-11, label=label)
    ax.set(xscale="log", xlabel="distance from the reactor [km]", xlim=(0.1, 60))
    ax.set_ylim(0, 2)
    ax.set_ylabel(r"$|\mu(L, 4\,\mathrm{MeV})|$  [$10^{-11}\,\mu_\mathrm{B}$]")
    ax.legend(title="moments", ncols=3, loc="upper left")
    provenance(ax.figure, ["Kouzakov:2017hbc"])

# %%
# At 53 km and 3 MeV the moment over the root of the survival probability:

far = Vacuum(53 * km)
survives = probabilities(far, "nu_e", 3 * MeV)[0]
ratio = mu_eff(only_e, "nu_e", 3 * MeV, far) / 1e-11 / survives**0.5
table = published_table([("E15", "over sqrt P(nu_e)", 1, ratio, 1e-6)])
print(table)

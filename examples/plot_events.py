"""
Trident events: angles, masses and what a light boson does to them
==================================================================

What a detector would see of ν_μ → ν_μ μ⁺μ⁻ and related channels: the same sample of
events is reweighted to every model.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.events import distributions, expected, trident
from nuprobe.units import GeV, MeV

models = {
    "Standard Model": None,
    "V−A": nu.VMinusA(),
    "Z′, 100 MeV, g′ = 1e−3": nu.LMuLTau(100 * MeV, 1e-3),
}
names = [
    "E_minus",
    "E_plus",
    "E_pair",
    "theta_minus",
    "theta_plus",
    "opening_angle",
    "m_pair",
    "pt_missing",
    "Q2",
]


def draw(channel, target, source, models, title, curves=True):
    """Histograms of one pass over 100 000 weighted events, and bins by quadrature where
    there are any."""
    generator = trident(channel, target, source, regime="coherent")
    found = distributions(generator, names, models=models, bins=30, n=100_000)
    dots = (
        {
            d.observables[0].name: expected(generator, d, models, quick=True)
            for d in found.items
        }
        if curves
        else {}
    )
    return plotting.plot_distributions(
        found.items, curves=dots, title=title, note=f"{found.events} weighted events"
    )


# %%
# Muon pairs at the DUNE near detector. A boson of 100 MeV gives soft pairs of low mass
# at small momentum transfer; in the V−A theory nearly all rates are doubled. Dots are
# integrals over the bins, without random numbers.

dune = draw(
    "nu_mu -> nu_mu mu+ mu-",
    "Ar40",
    "dune-nd-fhc",
    models,
    r"$\mu^+\mu^-$ on argon, DUNE near detector",
)

# %%
# Electrons: the neutral current alone, so neither the V−A theory nor the boson of L_μ −
# L_τ makes any. One of the two is often soft and goes anywhere; the pair itself is very
# forward.

electrons = draw(
    "nu_mu -> nu_mu e+ e-",
    "Ar40",
    "dune-nd-fhc",
    {"Standard Model": None},
    r"$e^+e^-$ on argon, DUNE near detector",
    curves=False,
)

# %%
# Unequal leptons come from the charged current. The muon takes the energy of the
# neutrino, the positron what is left.

mixed = draw(
    "nu_mu -> nu_e e+ mu-",
    "Ar40",
    "dune-nd-fhc",
    {"Standard Model": None},
    r"$e^+\mu^-$ on argon, DUNE near detector",
    curves=False,
)

# %%
# The energies of CCFR: two degrees between the muons. A light boson adds at small
# masses and missing momenta only.

ccfr = draw(
    "nu_mu -> nu_mu mu+ mu-",
    "Fe56",
    160 * GeV,
    models,
    r"$\mu^+\mu^-$ on iron at 160 GeV",
)

# %%
# Cuts are text. Their table says what is left, and how well that is known.

generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", "dune-nd-fhc")
kept = distributions(
    generator,
    ["m_pair"],
    models=models,
    cuts=(
        "E_minus > 0.5 GeV and E_plus > 0.5 GeV, theta_minus < 10 deg and theta_plus <"
        " 10 deg, m_pair < 0.8 GeV"
    ),
    n=50_000,
)
print(kept.flow.table())
selected = plotting.plot_distribution(
    kept["m_pair"],
    title=r"$\mu^+\mu^-$ on argon, DUNE near detector, after cuts",
    note="; ".join(kept.flow.cuts),
)

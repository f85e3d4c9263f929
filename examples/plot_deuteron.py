"""
Break-up of the deuteron and L_1A
=================================

Cross sections for ν d with bands from the two-body current L_1A: totals, distributions,
and averages over solar and reactor neutrinos.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting

# %%
# σ = σ₀ + L_1A σ₁ + L_1A² σ₂. A value of L_1A is meaningful only in a given scheme:
# here it is the published 4.5 +18 −12 fm³, from SNO and Super-Kamiokande, in the scheme
# of the underlying theory.

CENTRE, LOW, HIGH = 4.5, -7.5, 22.5
REACTIONS = (
    "nu_e d -> e- p p",
    "nubar_e d -> e+ n n",
    "nu d -> nu p n",
    "nubar d -> nubar p n",
)


def at(function, *arguments, **options):
    """Value and band of a cross section."""
    value, *band = (
        function(*arguments, l1a=l1a, scheme="nnlo", **options)
        for l1a in (CENTRE, LOW, HIGH)
    )
    return value, tuple(band)


energy = np.linspace(1.5, 20.0, 150)
found = [(name, *at(nu.deuteron.total, energy, name)) for name in REACTIONS]
totals = plotting.plot_reactions(
    [(name, energy, value) for name, value, _ in found],
    bands=[band for *_, band in found],
    title="L_1A = 4.5 +18 -12 fm3 (scheme nnlo)",
    references=["Balantekin:2003ep"],
)

# %%
# The band is +28 and −17 % at 20 MeV, and almost the same for all four: L_1A acts
# almost as a common normalisation, which cancels in ratios of two reactions.

for name, value, (low, high) in found:
    up, down = high[-1] / value[-1] - 1, 1 - low[-1] / value[-1]
    print(f"{name:22} at 20 MeV: {value[-1]:.3e} cm2, +{up:.1%} -{down:.1%}")

# %%
# In charged-current reactions a detector sees the electron energy: the two nucleons,
# close to each other in momentum, leave it almost all.

deposit = np.linspace(0.6, 9.0, 400)
found = [
    (f"{name}, 10 MeV", *at(nu.deuteron.differential, 10.0, deposit, name))
    for name in REACTIONS[:2]
]
electrons = plotting.plot_reactions(
    [(name, deposit, value) for name, value, _ in found],
    "deposit",
    bands=[band for *_, band in found],
    deposit="total energy of the electron",
    references=["Balantekin:2003ep"],
)

# %%
# Leptons go backwards a little more often: the axial current alone gives 1 − β cos θ/3,
# and weak magnetism makes that steeper for neutrinos and flatter for antineutrinos.

cosine = np.linspace(-1.0, 1.0, 60)
found = [
    (f"{name}, 10 MeV", *at(nu.deuteron.by_angle, 10.0, cosine, name))
    for name in REACTIONS
]
angles = plotting.plot_reactions(
    [(name, cosine, value) for name, value, _ in found],
    "cosine",
    bands=[band for *_, band in found],
    references=["Balantekin:2003ep"],
)

# %%
# Means over ⁸B neutrinos, and per fission of a reactor: what SNO measured, and what
# heavy water at a reactor sees.

boron = nu.flux("solar", components=["8B"])
for current in ("cc", "nc"):
    value, (low, high) = at(nu.deuteron.flux_averaged, boron, current, "nu_e")
    print(f"8B, {current}: {value:.3e} cm2 ({low:.3e} to {high:.3e})")

fission = nu.flux("reactor", model="summation")
per_fission = fission.total("nubar_e")
for current in ("cc", "nc"):
    value, (low, high) = at(nu.deuteron.flux_averaged, fission, current, "nubar_e")
    print(
        f"reactor, {current}: {per_fission * value:.3e} cm2 per fission"
        f" ({per_fission * low:.3e} to {per_fission * high:.3e})"
    )

"""
Scattering is not completely coherent
=====================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018), "Cross
section": COHERENT's counts with and without full coherence (Cadeddu et al. 2018).
"""

import nuprobe as nu
from nuprobe.plotting import plot_rates
from nuprobe.reproductions import published_table, reproduce
from nuprobe.reproductions.recipes.experiments import FULL_COHERENCE

# %%
# Points are the counts on CsI after subtraction of the background. For a point nucleus
# there would be too many at large recoils, where the momentum transfer is largest.

csi = nu.experiment("coherent-csi-2017")
point = csi.with_changes(FULL_COHERENCE)
panels = plot_rates(
    csi.predict(),
    subtracted=["steady-state"],
    compared={"full coherence": point.predict()},
    references=csi.file.references,
)

# %%
# The significance with which a fit of the spectrum disfavours full coherence, in
# standard deviations:

(found,) = (
    row.computed
    for row in reproduce("Cadeddu:2017etk")
    if row.quantity == "full coherence disfavoured by"
)
table = published_table([("S16", "full coherence disfavoured by", 2.3, found, 0.15)])
print(table)

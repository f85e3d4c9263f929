"""
Solar neutrinos and the two-body axial current
==============================================

The fate of a solar ν_e depends on where it is produced, and at night on the Earth. SNO
converts rates on deuterium into a flux and a probability, with results that depend on
the two-body axial current L_1A.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.experiments.solar_plane import l1a_fit, solar_plane
from nuprobe.oscillation import EarthModel, survival

# %%
# Survival probability of three kinds, by day and by night at the latitude of SNO. P_ee
# falls from the vacuum value to sin²θ₁₂ where matter effects dominate.

e = np.geomspace(0.2, 15.0, 60)
mixing = {"sin2_12": 0.307, "dm2_21": 7.5e-5}
night = EarthModel(46.475).regeneration(e, **mixing)
curves = {
    "8B": {
        "day": survival(e, "8B", **mixing),
        "night": survival(e, "8B", **mixing, earth=night),
    },
    "7Be": {"day": survival(e, "7Be", **mixing)},
    "pp": {"day": survival(e, "pp", **mixing)},
}
probability = plotting.plot_survival(e, curves, model="B16-GS98")

# %%
# Measured and expected rates at one point.

names = ("gallium-2009", "homestake-1998", "sno-2013", "borexino-2018")
rates = [nu.experiment(name).predict(**mixing) for name in names]
pulls = plotting.plot_solar_rates(rates)

# %%
# The figure of Balantekin and Yüksel: mixing allowed at 90 % for four values of L_1A,
# without KamLAND, with the ⁸B flux of the solar model.

solar = ("sno-2013", "gallium-2009", "homestake-1998")
plane = solar_plane(solar, scheme="nnlo", flux="model", reference="all")
regions = plotting.plot_solar_plane(plane)

# %%
# With KamLAND and the ⁸B flux free Δm² is fixed, and L_1A hardly matters.

narrow = plotting.plot_solar_plane(solar_plane(scheme="nnlo", flux="free"))

# %%
# The fitted value of L_1A itself, in the scheme of most published values: 4.5 +18 −12
# fm³ in 2003.

best = l1a_fit(scheme="nnlo", flux="model")["l1a.nnlo"]
print(f"L_1A (nnlo) = {best.value:.1f} +- {best.error:.1f} fm3")

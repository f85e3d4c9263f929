"""
COHERENT CsI 2017: rate and neutron radius
==========================================

Counts after subtraction of the anticoincidence window, the prediction with its parts,
and a fit of one rms neutron radius for caesium and iodine.
"""

import nuprobe as nu
from nuprobe import plotting

sm = nu.StandardModel()
csi = nu.experiment("coherent-csi-2017")
rates = csi.predict(sm)
print(
    f"Standard Model {rates.signal.sum():.0f}, observed {rates.data.sum():.0f} counts"
)

spectrum = plotting.plot_rates(
    rates,
    subtracted=csi.file.analyses["energy"].subtract,
    references=csi.file.references,
)

# %%
# The free parameter is selected by name; any other parameter of the model or the
# experiment works as well.

result = csi.fit(sm, free=["rn"])
print(result)

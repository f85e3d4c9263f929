"""
Your own detector
=================

The folder ``argon-detector`` next to this script contains only an ``experiment.toml``.
It needs no Python code; the effect of a choice is studied by changing a key. Run the
script in its own folder.
"""

import nuprobe as nu
from nuprobe import plotting

detector = nu.experiment("./argon-detector")
sm = nu.StandardModel()

figure = plotting.plot_rates(detector.predict(sm))

# %%
# Dependence of the rate on the quenching factor:

for factor in (0.20, 0.25, 0.30):
    changed = detector.with_changes({"response.quenching.factor": factor})
    print(
        f"quenching factor {factor:.2f}: {changed.predict(sm).signal.sum():.0f} counts"
    )

"""
A detector of your own
======================

The folder ``argon-detector`` beside this script holds nothing but an
``experiment.toml``. What it predicts needs no Python of its own; a choice is studied by
changing a key. Run the script where it lies.
"""

import nuprobe as nu
from nuprobe import plotting

detector = nu.experiment("./argon-detector")
sm = nu.StandardModel()

figure = plotting.plot_rates(detector.predict(sm))

# %%
# How the rate depends on the quenching factor:

for factor in (0.20, 0.25, 0.30):
    changed = detector.with_changes({"response.quenching.factor": factor})
    print(
        f"quenching factor {factor:.2f}: {changed.predict(sm).signal.sum():.0f} counts"
    )

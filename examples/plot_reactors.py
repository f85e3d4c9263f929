"""
Reactors: spectra, yields, rates
================================

Reactor antineutrino spectra from several models, measured rates, and the dependence of
the yield on the fuel.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.models import SterileNeutrino

# %%
# Yields of inverse beta decay per fission of a typical power reactor: models differ by
# more than the errors of measurements.

ends = {"low_energy": "none", "lowest": "1.8 MeV", "highest": "10 MeV"}
for model in ("huber-mueller", "kopeikin-2021", "summation", "hkss"):
    source = nu.flux("reactor", model=model, **ends)
    print(f"{model:15} {nu.ibd.per_unit(source):.3e} cm2 per fission")

# %%
# Only the summation spectrum extends beyond 10 MeV.

spectrum = plotting.plot_flux(nu.flux("reactor", model="summation", low_energy="model"))

# %%
# Rates at 7 to 95 m are 5 % below the conversion model, but this does not require
# oscillations: a smaller yield fits as well.

rates = nu.experiment("reactor-rates")
light = rates.predict(SterileNeutrino(0.089, 0.41))
anomaly = plotting.plot_reactor_rates(
    rates.predict(),
    compared={"sterile neutrino, 0.41 eV²": light},
    references=rates.references,
)

# %%
# At Daya Bay the deficit shrinks with more plutonium in the fuel, so it is the
# prediction for uranium that is too high.

evolution = nu.experiment("daya-bay-evolution")
fuel = plotting.plot_reactor_rates(
    evolution.predict(analysis="yields"), references=evolution.references
)
result = evolution.fit(free=["yield.U235", "yield.Pu239"], analysis="yields")
print(result)

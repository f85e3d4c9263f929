"""Disappearance of neutrinos over short baselines: spectra, ratios of detectors and
source rates with a sterile neutrino."""

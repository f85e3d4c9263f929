"""Posterior samples: priors, the sampler, and what a chain says."""

from nuprobe.inference.chain.priors import Flat, LogFlat, Normal, Prior
from nuprobe.inference.chain.result import ParameterSummary, SampleResult
from nuprobe.inference.chain.sampler import sample

__all__ = [
    "Flat",
    "LogFlat",
    "Normal",
    "ParameterSummary",
    "Prior",
    "SampleResult",
    "sample",
]

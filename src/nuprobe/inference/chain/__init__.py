"""Posterior samples: priors, the sampler, and summaries of chains."""

from nuprobe.inference.chain.priors import Flat, LogFlat, Normal, Prior
from nuprobe.inference.chain.result import SampleResult
from nuprobe.inference.chain.sampler import sample
from nuprobe.inference.chain.summary import ParameterSummary

__all__ = [
    "Flat",
    "LogFlat",
    "Normal",
    "ParameterSummary",
    "Prior",
    "SampleResult",
    "sample",
]

"""Sets of experiments that are fitted individually and together, compared with the
published limits of the catalogue."""

from nuprobe.sets.core import DEFAULT, ExperimentSet, Opened, experiment_set, set_names
from nuprobe.sets.cost import Costs, costs_of, global_cost
from nuprobe.sets.file import Comparison, SetFile
from nuprobe.sets.ladder import GlobalResult, Step, global_limits
from nuprobe.sets.published import Published

__all__ = [
    "DEFAULT",
    "Comparison",
    "Costs",
    "ExperimentSet",
    "GlobalResult",
    "Opened",
    "Published",
    "SetFile",
    "Step",
    "costs_of",
    "experiment_set",
    "global_cost",
    "global_limits",
    "set_names",
]

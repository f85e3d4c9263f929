"""Constants of processes as fit parameters, in addition to those of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.models import Couplings, Model
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.processes.interface import Process

__all__ = ["WithConstants", "check_units", "constants_of", "with_constants"]


@public
@quick_methods
@dataclass(frozen=True)
class WithConstants:
    """A model together with processes whose constants are free; fits and scans treat it
    as a model with more parameters.

    Attributes
    ----------
    model : gives the couplings.
    processes : their `parameters` are added to those of the model; a constant with the
        same name and range in several processes is one parameter.

    Examples
    --------
    >>> import nuprobe as nu
    >>> both = WithConstants(nu.StandardModel(), (nu.process("cevns"),))
    >>> [p.name for p in both.parameters]
    ['sin2_theta_w']
    """

    model: Model
    processes: tuple[Process, ...]

    def __post_init__(self) -> None:
        names = [p.name for p in (*self.model.parameters, *self._own)]
        double = next((n for n in names if names.count(n) > 1), None)
        if double is not None:
            raise InputError(
                "the model and a process, or two processes, share a parameter"
                f" {double!r}: rename one of them"
            )

    @property
    def _own(self) -> tuple[Parameter, ...]:
        # a constant shared by several processes, such as L_1A of both currents, counts
        # once
        every = (p for process in self.processes for p in process.parameters)
        return tuple(dict.fromkeys(every))

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.model.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the model, then those of each process."""
        return (*self.model.parameters, *self._own)

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Those of the model."""
        return self.model.mass_parameters

    def with_values(self, values: Mapping[str, FloatArray]) -> WithConstants:
        """Return the same at other `values` of the parameters, by name."""
        processes, rest = [], dict(values)
        for process in self.processes:
            names = {p.name for p in process.parameters}
            own = {n: x for n, x in values.items() if n in names}
            rest = {n: x for n, x in rest.items() if n not in names}
            processes.append(process.with_values(own) if own else process)
        model = self.model.with_values(rest) if rest else self.model
        return replace(self, model=model, processes=tuple(processes))

    def couplings(self, anti: bool = False) -> Couplings:
        """Those of the model, for antineutrinos if `anti`."""
        return self.model.couplings(anti)

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Those of the model, for antineutrinos if `anti`."""
        return self.model.coupling_derivatives(anti)


@public
def with_constants(model: Model, processes: Sequence[Process]) -> Model:
    """A model with the constants of some processes among its parameters; the model
    itself if they have none.

    Parameters
    ----------
    model : gives the couplings.
    processes : what scatters.

    Examples
    --------
    >>> import nuprobe as nu
    >>> model = nu.StandardModel()
    >>> with_constants(model, [nu.process("cevns")]) is model
    True
    """
    own = tuple(process for process in processes if process.parameters)
    if not own or isinstance(model, WithConstants):
        return model
    return WithConstants(model, own)


@public
def constants_of(model: Model, process: Process) -> Process:
    """The process with its constants set to the values carried by a model.

    Parameters
    ----------
    model : a model, or one that `with_constants` made.
    process : what scatters.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cevns = nu.process("cevns")
    >>> constants_of(nu.StandardModel(), cevns) is cevns
    True
    """
    if isinstance(model, WithConstants):
        return next((p for p in model.processes if p.name == process.name), process)
    return process


def check_units(process: Process, options: Mapping[str, object]) -> None:
    """Reject bare numbers for constants with a unit in written options: in files and on
    the command line.

    Parameters
    ----------
    process : made with the options.
    options : by name, as they were written.

    Examples
    --------
    >>> import nuprobe as nu
    >>> made = nu.process("deuteron-nc", l1a=4, scheme="nnlo")
    >>> check_units(made, {"l1a": 4})
    Traceback (most recent call last):
    nuprobe.errors.InputError: l1a = 4 has no unit: write '4 fm3'
    """
    for key, unit in getattr(process, "UNITS", {}).items():
        given = options.get(key)
        if isinstance(given, int | float):
            raise InputError(f"{key} = {given:g} has no unit: write '{given:g} {unit}'")
    for constant in process.parameters:
        key = constant.name.partition(".")[0]
        given = options.get(key)
        if constant.unit and isinstance(given, int | float):
            raise InputError(
                f"{key} = {given:g} has no unit: write '{given:g} {constant.unit}'"
            )

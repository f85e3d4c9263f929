"""The operators of a WCxf file as a model with a name, for model files and
``--model``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, shown
from nuprobe.models.contact import ContactOperators
from nuprobe.models.couplings import Couplings
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.models.wcxf import read_wcxf
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["WcxfFile"]


@public
@quick_methods
@dataclass(frozen=True)
class WcxfFile(Stacked):
    """Contact operators of a WCxf file, as read by `read_wcxf`, on a base model.

    Attributes
    ----------
    file : path of the file, from where the command runs.
    base : what the operators are added to.
    factor : multiplies all coefficients, a number or shape (points,).
    label : precedes the names of the parameters, which are those of `ContactOperators`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "one.yaml"
    ...     head = "{eft: WET, basis: JMS, scale: 5, values: "
    ...     _ = file.write_text(head + "{VnueLL_2222: 1.0e-6}}")
    ...     v = WcxfFile(str(file)).lepton_couplings(Vertex(1, 1, 1, 1)).vector
    >>> round(float(v), 4)
    0.9321
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "wcxf": ModelName("four-fermion operators of a WCxf file")
    }

    file: str
    base: Any = field(default_factory=StandardModel)
    factor: float | FloatArray = setting(1.0, kw_only=True)
    label: str = setting("", kw_only=True)

    def __post_init__(self) -> None:
        check_base(self.base)
        if not isinstance(self.file, str):
            raise InputError(
                f"file must be the path of a WCxf file, got {shown(self.file)}"
            )
        # read now, so that a bad file is rejected when the model is created
        assert self.operators is not None

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "wcxf"

    @cached_property
    def operators(self) -> ContactOperators:
        """The operators that the file has, on the base."""
        return replace(
            read_wcxf(self.file), base=self.base, factor=self.factor, label=self.label
        )

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return those of the operators."""
        return self.operators.own_parameters()

    # with coefficients other than those of the file they become operators without a
    # file
    def with_values(self, values: Mapping[str, float | FloatArray]) -> Any:
        """Return the operators at other `values` of their parameters, which are in
        their units; arrays give one model for many points."""
        return self.operators.with_values(values)

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivatives, of antineutrinos if `anti`, in the parameters; sizes
        as `below`."""
        return self.operators.slopes(below, anti)

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, shifted by the
        operators with two electrons."""
        return self.operators.added(below, anti)

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` shifted by the operators of a `vertex`."""
        return self.operators.added_leptons(below, vertex)

"""How a model declares the names and fields that files and the command line may set.

A model is a dataclass. Its fields become keys of model files and of ``--param``: types,
defaults and docstring are read from the class itself, so that nothing about a model is
written twice. Only what the type cannot say (a unit, elements of a matrix) is declared,
with `setting`; `ModelName` gives the names under which `nuprobe.model` finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any, Literal

from nuprobe.reprs import readable

__all__ = ["Kind", "ModelName", "setting"]

Kind = Literal["", "elements", "flavours", "mixing", "operators"]


@readable
@dataclass(frozen=True)
class ModelName:
    """One name of a model.

    Attributes
    ----------
    what : in a few words, for lists.
    sets : values of fields that belong to the name and cannot be given again.

    Examples
    --------
    >>> ModelName("gauged B - L", {"charges": "b-l"}).sets["charges"]
    'b-l'
    """

    what: str
    sets: Mapping[str, Any] = field(default_factory=dict)


def setting(
    default: Any = MISSING,
    *,
    default_factory: Callable[[], Any] | None = None,
    unit: str = "",
    kind: Kind = "",
    kw_only: bool = False,
) -> Any:
    """Field of a model with information that its type cannot express.

    Parameters
    ----------
    default, default_factory : as in `dataclasses.field`; without them the value is
        required.
    unit : of a quantity: files and the command line then ask for it (``"10 MeV"``).
        ``"cm2"``, ``"e"``, ``"muB"`` and ``"1/MeV2"`` are the units of plain numbers.
    kind : how a file writes the value: ``"elements"`` of a matrix by name,
        ``"flavours"`` (a number for each of e, mu, tau), ``"mixing"`` (an ordering, or
        the arguments of `PMNS`), ``"operators"`` (numbers by four flavour indices such
        as ``"1111"``); empty: as its type says.
    kw_only : whether Python takes it by keyword only.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Dark:
    ...     mass: float = setting(10.0, unit="MeV")
    >>> Dark().mass
    10.0
    """
    metadata = {"unit": unit, "kind": kind}
    if default_factory is not None:
        return field(
            default_factory=default_factory, metadata=metadata, kw_only=kw_only
        )
    return field(default=default, metadata=metadata, kw_only=kw_only)

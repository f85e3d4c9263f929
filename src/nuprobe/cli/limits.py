"""Options of a limit: the mediator and the level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.constructions import METHOD_OPTIONS, MethodSpec
from nuprobe.cli.options import grouped
from nuprobe.cli.specs import PARAMETERS, ModelSpec, make_mixing
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment, Limit
    from nuprobe.experiments.scanned import Scanned


@dataclass(frozen=True)
class FamilySpec:
    """A mediator whose mass and coupling vary.

    Attributes
    ----------
    family : name of a model, or None for the default.
    mixing : kinetic mixing as typed, or None.
    params, model_file, sin2_theta_w : of the model, as in `ModelSpec`.
    """

    family: str | None = None
    mixing: str | None = None
    params: tuple[str, ...] = ()
    model_file: Path | None = None
    sin2_theta_w: float | None = None

    def build(self, experiments: Sequence[AnyExperiment]) -> Scanned:
        """Return the family; the default depends on the experiments."""
        from nuprobe.experiments.limits import default_family
        from nuprobe.experiments.scanned import Scanned

        mixing = make_mixing("0" if self.mixing is None else self.mixing)
        if self.params or self.model_file is not None or self.sin2_theta_w is not None:
            return self._with_keys(experiments, mixing)
        if self.family is None:
            return Scanned.of(default_family(experiments, mixing))
        if "scalar" in self.family and self.mixing is not None:
            raise InputError(
                "--mixing requires a vector: a scalar does not mix with the photon"
            )
        return Scanned.of(self.family, mixing)

    def _with_keys(self, experiments: Sequence[AnyExperiment], mixing: Any) -> Scanned:
        """The family of a model with its own keys, or from a file."""
        from nuprobe.experiments.limits import default_family
        from nuprobe.experiments.scanned import Scanned
        from nuprobe.models import named

        if self.model_file is not None:
            if self.mixing is not None:
                raise InputError(
                    "--model-file already defines the model; drop --mixing"
                )
            given = ModelSpec(
                self.family or "sm", self.params, self.model_file, self.sin2_theta_w
            )
            return Scanned.of(given.build())
        name = self.family
        if name is None:
            name = named.name_of(default_family(experiments, mixing))
        # the mass and the coupling vary: their initial values do not matter
        varied = {"mass": "mass=100 MeV", "coupling": "coupling=1e-3"}
        for pair in self.params:
            if pair.partition("=")[0].strip() in varied:
                raise InputError(
                    f"--param {pair}: a limit varies the mass and the coupling; give"
                    " masses with --masses, or both with --grid"
                )
        fields = {f.name for f in named.model_fields(name)}
        params = [text for key, text in varied.items() if key in fields]
        if self.mixing is not None:
            params.append(f"mixing={self.mixing}")
        spec = ModelSpec(name, (*params, *self.params), None, self.sin2_theta_w)
        return Scanned.of(spec.build())


@dataclass(frozen=True)
class LevelSpec:
    """Confidence level and analyses of a limit.

    Attributes
    ----------
    cl : confidence level.
    sides : 1 or 2, as typed.
    with_projections : also combine projections.
    intervals, toys, seed : as in `MethodSpec`.
    analyses : chosen, by name of experiment.
    """

    cl: float
    sides: str
    intervals: str = "wilks"
    toys: int | None = None
    seed: int = 1
    with_projections: bool = False
    analyses: Mapping[str, str] = field(default_factory=dict)

    def method(self) -> MethodSpec:
        """Return the construction of limits; that with toys determines the sides
        itself."""
        found = MethodSpec(self.intervals, self.toys, self.seed)
        found.check()
        if found.by_toys and self.sides == "1":
            raise InputError(
                "--sides is for --intervals wilks: feldman-cousins is two-sided, cls"
                " one-sided; leave it out"
            )
        return found


family_options = grouped(
    "family",
    FamilySpec,
    click.option(
        "--model",
        "--family",
        "family",
        help="A model with a mediator, b-l, scalar, ... [default: lmu-ltau with"
        " tridents or --mixing, else b-l]",
    ),
    *PARAMETERS,
    click.option("--mixing", help="Kinetic mixing: a number, or loop [default: 0]."),
)
"""Add ``--model`` with its keys and ``--mixing``, as `FamilySpec` ``family``."""

level_options = grouped(
    "level",
    LevelSpec,
    click.option("--cl", default=0.95, show_default=True, help="Confidence level."),
    click.option(
        "--sides",
        type=click.Choice(["1", "2"]),
        default="2",
        show_default=True,
        help="One- or two-sided.",
    ),
    *METHOD_OPTIONS,
)
"""Add ``--cl``, ``--sides``, ``--intervals``, ``--toys`` and ``--seed``, as `LevelSpec`
``level``."""


def silent_notes(limit: Limit, experiments: Sequence[AnyExperiment]) -> list[str]:
    """Why experiments without any limit have none, where their counts are the same
    with any coupling: a coupling to neutrinos that they do not have."""
    import numpy as np

    notes = []
    for one in experiments:
        curve = next((c for c in limit.curves if c.label == one.name), None)
        if curve is None or np.isfinite(curve.coupling).any():
            continue
        flux = getattr(one, "flux", None)
        if not getattr(limit.family, "MASS_BY_MASS", False) or flux is None:
            continue
        cost = one.cost(limit.family, ["coupling"])
        counts = (cost.expected([value]) for value in (0.0, 1.0))
        if all(np.array_equal(a, b) for a, b in zip(*counts, strict=True)):
            names = ", ".join(str(f) for f in flux.flavours)
            notes.append(
                f"{one.name}: its neutrinos ({names}) do not have this coupling"
            )
    return notes

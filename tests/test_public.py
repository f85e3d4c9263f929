"""The public face: one table of names, reached by ``nu.``."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import nuprobe as nu


def test_the_table_and_the_imports_for_type_checkers_agree() -> None:
    tree = ast.parse(Path(nu.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed: dict[str, str] = {}
    for node in block.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                place = node.module or ""
                if place == "nuprobe":
                    place = f"nuprobe.{alias.name}"
                typed[alias.name] = place
        elif isinstance(node, ast.Assign):
            (target,) = node.targets
            new_names = target.elts if isinstance(target, ast.Tuple) else [target]
            value = node.value
            old_names = value.elts if isinstance(value, ast.Tuple) else [value]
            for new, old in zip(new_names, old_names, strict=True):
                assert isinstance(new, ast.Name)
                assert isinstance(old, ast.Name)
                typed[new.id] = typed.pop(old.id)
    table = {name: place.partition(":")[0] for name, place in nu._TABLE.items()}
    assert typed.keys() == table.keys()
    # a package may pass on what one of its files defines
    for name, place in table.items():
        assert f"{typed[name]}.".startswith(f"{place}."), name
    assert list(table) == sorted(table)


@pytest.mark.parametrize("name", nu.__all__)
def test_every_public_name_is_reached(name: str) -> None:
    assert getattr(nu, name) is not None
    assert name in dir(nu)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'fluxs'"):
        nu.fluxs  # noqa: B018


def test_names_are_listed_also_once_the_packages_are_imported() -> None:
    for package in ("fluxes", "experiments", "processes"):
        importlib.import_module(f"nuprobe.{package}")
    assert "sns" in nu.fluxes()
    assert "coherent-csi-2017" in nu.experiments()
    assert "cevns" in nu.processes()
    assert nu.isotopes()[0] == "H1"
    assert nu.flux(nu.fluxes()[0]).name == nu.fluxes()[0]
    assert nu.isotope(nu.isotopes()[-1]).name == nu.isotopes()[-1]


def test_decays_are_reached_without_an_import_of_their_own() -> None:
    code = "import nuprobe as nu; nu.cosmology.decay.sterile_decay"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "decay" in dir(nu.cosmology)

"""What ``nuprobe xsec NAME`` assumes of a process."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nuprobe.cli.main import cli
from nuprobe.cli.xsec.process import process_command
from nuprobe.cli.xsec.process_tables import default_flavour
from nuprobe.processes import process


@pytest.mark.parametrize(
    ("name", "flavour"),
    [("deuteron-cc", "nu_e"), ("ibd", "nubar_e"), ("cevns", "nu_e")],
)
def test_the_flavour_is_one_that_takes_part(name: str, flavour: str) -> None:
    assert default_flavour(process(name)) == flavour


def test_inverse_beta_decay_is_not_zero_without_a_flavour() -> None:
    found = CliRunner().invoke(cli, ["xsec", "ibd", "--energy", "10 MeV", "--json"])
    (row,) = json.loads(found.stdout)["rows"]
    # Strumia and Vissani, g_A = 1.2754, computed independently
    assert row["sigma [cm2]"] == pytest.approx(6.7968e-42, rel=2e-3)


def test_the_example_has_a_target_where_one_is_needed() -> None:
    assert "--target" not in str(process_command("ibd").epilog)
    assert "--target Ar40" in str(process_command("cevns").epilog)

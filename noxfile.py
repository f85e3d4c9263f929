"""Test sessions over Python versions and dependency versions: `nox -l` lists them."""

from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "tests"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
EXTRAS = "cluster,sampling,events,explore"
TEST_TOOLS = nox.project.dependency_groups(PYPROJECT, "test")
PYTHONS = nox.project.python_versions(PYPROJECT)


def install_locked(session: nox.Session) -> None:
    session.install("-r", "requirements.lock")
    session.install("--no-deps", "--no-build-isolation", "-e", ".")


def run_tests(session: nox.Session, *options: str) -> None:
    session.run(
        "python",
        "-m",
        "pytest",
        *options,
        *(session.posargs or ["-n", "2", "--dist", "worksteal"]),
    )


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests with the locked versions on every supported Python."""
    install_locked(session)
    run_tests(session)


@nox.session(python=PYTHONS[0])
def tests_oldest(session: nox.Session) -> None:
    """The tests with the lower bound of every dependency (needs uv, which can resolve
    to it)."""
    if session.venv_backend != "uv":
        session.error("tests_oldest needs uv: install it and run again")
    # the tools of the tests come second: their own lower bounds are not a promise to
    # users, and they must not raise those that are
    lowest = str(Path(session.create_tmp()) / "lowest.txt")
    session.run_always(
        *("uv", "pip", "compile", "--quiet", "--resolution", "lowest-direct"),
        *("--extra", "cluster", "--extra", "sampling", "--extra", "events"),
        *("--python-version", PYTHONS[0], "pyproject.toml", "--output-file", lowest),
        external=True,
    )
    session.install("-r", lowest)
    session.install("--no-deps", "-e", ".")
    session.install("--constraint", lowest, *TEST_TOOLS)
    session.run("python", "tools/lower_bounds.py")
    # old releases use what newer releases of their own dependencies deprecate
    run_tests(session, "-W", "ignore::DeprecationWarning")


@nox.session
def tests_newest(session: nox.Session) -> None:
    """The tests with the newest release of every dependency, whatever the lock says."""
    session.install("--upgrade", "-e", f".[{EXTRAS}]", *TEST_TOOLS)
    run_tests(session)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Damaged and hostile input for every parser: 100 000 texts and files."""
    install_locked(session)
    session.run("python", "tools/fuzz.py", *(session.posargs or ["--number", "100000"]))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting, types and the import contract."""
    install_locked(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation with its gallery and doctests, warnings as errors."""
    install_locked(session)
    session.run(
        "sphinx-build",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "docs",
        "docs/_build/html",
    )
    session.run(
        "python", "-m", "pytest", "-q", "tests/test_docs.py", "README.md", "docs/guide"
    )


@nox.session
def release(session: nox.Session) -> None:
    """Build sdist and wheel, check both, write the bill of materials, and run the tests
    against the installed wheel; all of it lands in dist/."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "release"))
    dist = Path("dist")
    for old in dist.glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--outdir", str(dist))
    session.run("twine", "check", "--strict", *map(str, sorted(dist.iterdir())))
    session.run(
        *("cyclonedx-py", "requirements", "requirements.lock"),
        *("--output-reproducible", "--of", "JSON", "-o", str(dist / "sbom.cdx.json")),
    )
    (wheel,) = dist.glob("*.whl")
    session.install(f"{wheel}[{EXTRAS}]", *TEST_TOOLS)
    # the package that is tested is the wheel's: src/ is not on the path
    session.run(
        *("python", "-c"),
        "import nuprobe; assert 'site-packages' in nuprobe.__file__, nuprobe.__file__",
    )
    run_tests(session, "tests", "README.md", "docs/guide")

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.inference import SampleResult
from nuprobe.numerics import FloatArray
from nuprobe.plotting import figure_of, plot_corner, save
from nuprobe.plotting.corner import density_1d, density_2d, height_of

RHO = 0.8


def chain_of(samples: FloatArray) -> SampleResult:
    """A result with these samples, (walkers, steps, 3)."""
    n = samples.shape[2]
    return SampleResult(
        cost="toy",
        names=("rn", "g", "a-long-name-of-a-nuisance")[:n],
        latex=("R_n", "g'", "")[:n],
        units=("fm", "", "")[:n],
        parameters=2,
        lower=np.full(n, -np.inf),
        upper=np.full(n, np.inf),
        priors=("flat",) * n,
        logarithmic=(False,) * n,
        fixed={},
        treatment="sampled",
        chain=samples,
        log_posterior=-0.5 * (samples**2).sum(axis=2),
        burn=0,
        seed=1,
        fingerprint="",
    )


@pytest.fixture(scope="module")
def result() -> SampleResult:
    rng = np.random.default_rng(1)
    covariance = [[1, RHO, 0], [RHO, 1, 0], [0, 0, 0.01]]
    return chain_of(rng.multivariate_normal([5, 3, 0], covariance, (20, 2000)))


def test_densities_are_those_of_a_gaussian(result: SampleResult) -> None:
    x, y = result["rn"] - 5, result["g"] - 3
    at, density = density_1d(x, -4.0, 4.0, len(x))
    np.testing.assert_allclose(density, norm.pdf(at), atol=0.01)
    at_x, at_y, plane = density_2d(x, y, (-4.0, 4.0, -4.0, 4.0), len(x))
    exact = np.exp(
        -0.5
        * (at_x[:, None] ** 2 + at_y**2 - 2 * RHO * at_x[:, None] * at_y)
        / (1 - RHO**2)
    )
    exact /= 2 * np.pi * (1 - RHO**2) ** 0.5
    np.testing.assert_allclose(plane, exact, atol=0.06 * exact.max())
    # the region of probability p of two Gaussian parameters ends where the density is 1
    # − p of its peak
    for p in (0.68, 0.95):
        assert height_of(exact[1:-1, 1:-1], p) / exact.max() == pytest.approx(
            1 - p, abs=0.01
        )
        assert height_of(plane[1:-1, 1:-1], p) / exact.max() == pytest.approx(
            1 - p, abs=0.03
        )


def test_a_density_that_ends_at_a_limit_does_not_fall_towards_it() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 1, (2, 40_000))
    np.testing.assert_allclose(density_1d(x, 0.0, 1.0, 40_000)[1], 1.0, atol=0.06)
    # the kernel spans some 600 samples in the middle, a quarter of it at a corner
    np.testing.assert_allclose(
        density_2d(x, y, (0.0, 1.0, 0.0, 1.0), 40_000)[2], 1.0, atol=0.25
    )


def test_panels_labels_titles_and_markers(result: SampleResult) -> None:
    figure = figure_of(
        plot_corner(
            result,
            markers={"rn": 5.5},
            marker_label="RMF",
            references=["COHERENT:2017ipa"],
        )
    )
    axes = np.array(figure.axes).reshape(3, 3)
    assert [[ax.get_visible() for ax in row] for row in axes] == [
        [True] + [False] * 2,
        [True] * 2 + [False],
        [True] * 3,
    ]
    assert axes[2, 0].get_xlabel() == "$R_n$ [fm]"
    assert axes[1, 0].get_ylabel() == "$g′$"
    assert "nuisance" in axes[2, 2].get_xlabel()
    assert axes[0, 0].get_title().startswith("$R_n$ = $5.")
    assert axes[0, 0].get_title().endswith("$ fm")
    labels = [
        text.get_text() for legend in figure.legends for text in legend.get_texts()
    ]
    assert labels == ["68 % credible", "95 % credible", "RMF"]
    assert [line.get_xdata()[0] for line in axes[1, 0].lines] == [5.5]
    assert "COHERENT:2017ipa" in figure.get_supxlabel()
    assert "NOT CONVERGED" not in figure.get_supxlabel()
    # the outer contour of (rn, g) holds 95 % of the samples
    contours = axes[1, 0].collections[-1]
    outer = contours.get_paths()[0]
    inside = outer.contains_points(result.samples[:, :2]).mean()
    assert inside == pytest.approx(0.95, abs=0.015)


def test_many_columns_show_the_parameters(result: SampleResult) -> None:
    """A corner of nineteen columns is unreadable and takes a minute."""
    more = replace(
        result,
        names=(*result.names, *(f"n{i}" for i in range(6))),
        latex=(*result.latex, *[""] * 6),
        units=(*result.units, *[""] * 6),
        lower=np.full(9, -np.inf),
        upper=np.full(9, np.inf),
        priors=(*result.priors, *["normal 0 +- 1"] * 6),
        logarithmic=(False,) * 9,
        chain=np.concatenate([result.chain] * 3, axis=2),
        parameters=2,
    )
    figure = figure_of(plot_corner(more))
    assert len(figure.axes) == 4
    assert "7 columns not shown" in figure.get_supxlabel()
    assert len(figure_of(plot_corner(more, ["rn", "g", "n0"])).axes) == 9
    assert "not shown" not in figure_of(plot_corner(result)).get_supxlabel()


def test_one_column_a_choice_and_a_logarithm(
    result: SampleResult, tmp_path: Path
) -> None:
    assert len(figure_of(plot_corner(result, ["g"])).axes) == 1
    figure = figure_of(plot_corner(result, ["g", "rn"]))
    assert figure.axes[2].get_xlabel() == "$g′$"
    powers = replace(
        result,
        chain=10.0**result.chain,
        logarithmic=(True, False, True),
        lower=np.array([1e-3, -np.inf, 1e-3]),
        upper=np.array([1e12, np.inf, 1e3]),
    )
    figure = figure_of(
        plot_corner(powers, ["rn", "a-long-name-of-a-nuisance"], markers={"rn": 1e5})
    )
    assert figure.axes[2].get_xlabel() == r"$\log_{10}(R_n/\mathrm{fm})$"
    assert figure.axes[2].get_xlim() == pytest.approx(
        figure_of(plot_corner(result, ["rn"])).axes[0].get_xlim(), rel=1e-6
    )
    assert figure.axes[0].lines[-1].get_xdata()[0] == 5  # type: ignore[index]
    save(figure, tmp_path / "corner.pdf")
    assert (tmp_path / "corner.pdf").read_bytes().startswith(b"%PDF")


def test_a_chain_that_has_not_converged_says_so(result: SampleResult) -> None:
    apart = replace(result, chain=result.chain + np.arange(20)[:, None, None])
    assert "NOT CONVERGED" in figure_of(plot_corner(apart, ["rn"])).get_supxlabel()


def test_bad_input_is_refused(result: SampleResult) -> None:
    for options, message in (
        ({"names": []}, "one or more different columns"),
        ({"names": ["rn", "rn"]}, "one or more different columns"),
        ({"levels": []}, "credible levels"),
        ({"levels": [0.5, 1.0]}, "credible levels"),
        ({"markers": {"rn": np.nan}}, "the markers"),
    ):
        with pytest.raises(InputError, match=message):
            plot_corner(result, **options)
    with pytest.raises(UnknownNameError):
        plot_corner(result, ["r"])
    with pytest.raises(InputError, match="same value in all samples"):
        plot_corner(replace(result, chain=np.ones_like(result.chain)), ["rn"])

"""Quantiles that are computed without SciPy, against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from watchroom.domain.laws import KOLMOGOROV_RARE, NORMAL_95, NORMAL_RARE, RARE_CHANCE, chi2_rare, t_95, t_below, wilson


def test_chi_square_quantiles_are_those_of_scipy_for_whole_and_broken_degrees_of_freedom():
    df = np.concatenate([np.arange(1, 210), np.geomspace(0.3, 4000, 97)])
    np.testing.assert_allclose(chi2_rare(df), stats.chi2.isf(RARE_CHANCE, df), rtol=2e-4)
    assert chi2_rare(0) == 0


@pytest.mark.parametrize("df", [1, 1.37, 2, 3, 4, 5, 8, 8.25, 13, 50, 101, 4321.5])
def test_students_quantiles_are_those_of_scipy(df):
    assert t_95(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-10)


@pytest.mark.parametrize("df", [1, 1.5, 3, 7.7, 40, 1234.5, 1e6])
@pytest.mark.parametrize("t", [-30.0, -2.5, -1e-3, 0.0, 0.4, 1.96, 12.0, np.inf, -np.inf])
def test_students_law_is_that_of_scipy_far_out_too(t, df):
    assert t_below(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-9, abs=1e-300)


def test_the_constants_are_those_of_scipy():
    assert stats.norm.ppf(0.975) == pytest.approx(NORMAL_95)
    assert stats.norm.isf(RARE_CHANCE) == pytest.approx(NORMAL_RARE)
    assert stats.kstwobign.isf(RARE_CHANCE) == pytest.approx(KOLMOGOROV_RARE)


@pytest.mark.parametrize(("seen", "n"), [(0, 5), (1, 30), (7, 12), (200, 200), (333, 4000)])
def test_the_interval_of_a_share_is_wilsons(seen, n):
    expected = stats.binomtest(seen, n).proportion_ci(method="wilson")
    assert [float(end) for end in wilson(seen / n, n)] == pytest.approx([expected.low, expected.high])


def test_a_share_of_nothing_has_no_interval():
    assert np.isnan(wilson(np.nan, 0)).all()

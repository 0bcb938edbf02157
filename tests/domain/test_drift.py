"""Drift distances, against the definitions on raw values, SciPy, and what must hold for any counts."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from tests.domain.samples import category_bins, count_numbers, number_bins
from watchroom.domain.drift import METHODS, Bins, distances, drift_status, method_for, moved_share
from watchroom.domain.vocabulary import DRIFT_LIMITS

NUMBER_METHODS = [name for name in METHODS if "number" in METHODS[name].kinds]
CATEGORY_METHODS = [name for name in METHODS if "category" in METHODS[name].kinds]
RNG = np.random.default_rng(20)
REFERENCES = {
    "continuous": RNG.normal(size=4000),
    "skewed": RNG.exponential(size=4000) ** 2,
    "few values": RNG.poisson(2, 4000).astype(float),
    "a heap at zero": np.where(RNG.random(4000) < 0.6, 0, RNG.exponential(size=4000)),
    "gaps": np.where(RNG.random(4000) < 0.1, np.nan, RNG.normal(size=4000)),
}


def value_of(method: str, bins: Bins, counts: np.ndarray) -> float:
    return float(distances(method, bins, counts).value[0])


def light_of(method: str, bins: Bins, counts: np.ndarray) -> str:
    found = distances(method, bins, counts)
    return str(drift_status(found.value, found.noise, *DRIFT_LIMITS[method])[0])


def deciles_by_hand(reference: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts over the reference's deciles as PSI is defined: left-closed, outer bins open, missing last."""
    edges = np.unique(np.quantile(reference[~np.isnan(reference)], np.arange(1, 10) / 10))
    both = []
    for values in (reference, current):
        place = np.searchsorted(edges, values[~np.isnan(values)], side="right")
        both.append(np.append(np.bincount(place, minlength=edges.size + 1), np.isnan(values).sum()))
    return both[0], both[1]


@pytest.fixture(params=REFERENCES)
def pair(request):
    """A reference and a current period that has moved and misses some values."""
    reference = REFERENCES[request.param]
    current = np.random.default_rng(3).choice(reference, 900) * 1.2 + 0.3
    current[:20] = np.nan
    return reference, current


def test_the_methods_are_those_of_the_model_file():
    assert METHODS.keys() == DRIFT_LIMITS.keys()


@pytest.mark.parametrize("name", METHODS)
def test_a_method_that_does_not_fit_gives_way_to_one_that_does(name):
    assert method_for(name, "number") == name
    assert method_for(name, "category") == (name if name in CATEGORY_METHODS else "js")


def test_psi_is_its_definition_on_the_raw_values(pair):
    before, now = (np.maximum(part / part.sum(), 1e-4) for part in deciles_by_hand(*pair))
    bins = number_bins(pair[0])
    assert value_of("psi", bins, count_numbers(bins, pair[1])) == pytest.approx(
        ((now - before) * np.log(now / before)).sum()
    )


def test_jensen_shannon_is_scipys_with_base_two(pair):
    before, now = deciles_by_hand(*pair)
    bins = number_bins(pair[0])
    assert value_of("js", bins, count_numbers(bins, pair[1])) == pytest.approx(jensenshannon(now, before, base=2))


def test_chi_square_is_scipys_two_sample_statistic_as_an_effect_size():
    bins = category_bins([500, 300, 150, 50])
    now, before = np.array([40, 45, 20, 15]), np.array([500, 300, 150, 50])
    statistic = stats.chi2_contingency([now, before], correction=False).statistic
    assert value_of("chi2", bins, np.array([[0, 0, 0, 0, *now]])) == pytest.approx(
        np.sqrt(statistic * (1 / 120 + 1 / 1000))
    )


def test_chi_square_puts_cells_together_that_expect_fewer_than_five():
    bins = category_bins([700, 280, 6, 4, 5, 5])
    now, before = np.array([60, 30, 6, 4]), np.array([700, 280, 10, 10])
    both = [[*now[:2], 10], [*before[:2], 20]]
    expected = np.sqrt(stats.chi2_contingency(both, correction=False).statistic * (1 / 100 + 1 / 1000))
    unseen = np.array([[0, 0, 0, 0, 60, 30, 4, 3, 2, 1]])
    # 30 of 1,100 are in small cells: 2.7 of a hundred, too few even together, so they are left out
    assert value_of("chi2", bins, unseen) < expected
    many = unseen * 3
    both = [[180, 90, 30], [700, 280, 20]]
    expected = np.sqrt(stats.chi2_contingency(both, correction=False).statistic * (1 / 300 + 1 / 1000))
    assert value_of("chi2", bins, many) == pytest.approx(expected)


@pytest.mark.parametrize("reference", ["few values", "continuous", "skewed", "a heap at zero", "gaps"])
def test_ks_and_wasserstein_are_close_to_scipys_on_the_raw_values(reference):
    raw = REFERENCES[reference]
    kept = raw[~np.isnan(raw)]
    current = np.random.default_rng(5).choice(kept[kept > np.median(kept)], 700)
    current = np.concatenate([current, np.random.default_rng(6).choice(kept, 700)])
    bins = number_bins(raw)
    counts = count_numbers(bins, current)
    bin_share = 0.01 + 1e-9 if not bins.exact else 1e-12  # ECDFs are known at the edges, 1 % of the reference apart
    assert value_of("ks", bins, counts) == pytest.approx(stats.ks_2samp(current, kept).statistic, abs=2 * bin_share)
    scaled = stats.wasserstein_distance(current, kept) / kept.std()
    assert value_of("wasserstein", bins, counts) == pytest.approx(scaled, abs=0.02 if not bins.exact else 1e-9)


def test_wasserstein_takes_what_is_out_of_range_as_lying_at_its_edge():
    bins = number_bins([0.0, 1.0, 2.0, 3.0])
    moved = distances("wasserstein", bins, count_numbers(bins, [1e12] * 4, [3.0] * 4)).value
    assert moved == pytest.approx(1.5 / np.std([0, 1, 2, 3]))


@pytest.mark.parametrize("method", NUMBER_METHODS)
@pytest.mark.parametrize("reference", [[7.0] * 500, [np.nan] * 500, [0.1] * 499 + [np.nan], [0.0] * 250 + [1.0] * 250])
def test_nothing_moved_raises_no_light_and_no_warning(method, reference):
    bins = number_bins(reference)
    for current in (reference, reference[:3], reference[:1], []):
        assert light_of(method, bins, count_numbers(bins, current)) in ("stable", "no data")
    assert not value_of(method, bins, count_numbers(bins, reference)) > 0


@pytest.mark.parametrize("method", NUMBER_METHODS)
@pytest.mark.parametrize("moved_to", [6.0, 8.0])
def test_a_constant_that_becomes_another_has_drifted(method, moved_to):
    bins = number_bins([7.0] * 5000)
    assert light_of(method, bins, count_numbers(bins, [moved_to] * 500)) == "drifted"


@pytest.mark.parametrize("method", NUMBER_METHODS)
def test_a_few_decisions_never_raise_a_light_by_one_of_them(method):
    bins = number_bins([7.0] * 5000)
    assert light_of(method, bins, count_numbers(bins, [7.0, 7.0, 8.0])) == "no data"


@pytest.mark.parametrize("method", CATEGORY_METHODS)
def test_a_single_category_is_stable_and_an_unseen_one_in_its_place_has_drifted(method):
    bins = category_bins([1000])
    same, unseen = np.zeros((2, 1, 5), np.int64)
    same[0, 4], unseen[0, 1] = 400, 400
    assert light_of(method, bins, same) == "stable"
    assert light_of(method, bins, unseen) == "drifted"


@pytest.mark.parametrize("method", ["psi", "js", "chi2"])
def test_missing_values_alone_can_make_a_feature_drift_and_invalid_ones_count_as_missing(method):
    bins = number_bins(REFERENCES["continuous"])
    counts = count_numbers(bins, np.append(REFERENCES["continuous"][:1000], [np.nan] * 400))
    assert light_of(method, bins, counts) == "drifted"
    invalid = counts.copy()
    invalid[0, 2], invalid[0, 3] = counts[0, 3], 0
    assert value_of(method, bins, invalid) == value_of(method, bins, counts)


@pytest.mark.parametrize("method", NUMBER_METHODS)
def test_a_reference_without_rows_and_a_period_without_decisions_have_no_value(method):
    bins = number_bins(REFERENCES["few values"])
    assert light_of(method, bins, 0 * bins.reference[None]) == "no data"
    empty = replace(bins, reference=0 * bins.reference)
    assert light_of(method, empty, bins.reference[None]) == "no data"


@pytest.mark.parametrize("method", NUMBER_METHODS)
@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("n", [8, 30, 100, 500])
def test_without_drift_chance_exceeds_the_noise_about_once_in_a_thousand(method, reference, n):
    bins = number_bins(REFERENCES[reference])
    shares = bins.reference / bins.reference.sum()
    bins = replace(bins, reference=bins.reference * 25)  # as large as references are, so that its own chance is small
    found = distances(method, bins, np.random.default_rng(n).multinomial(n, shares, 4000))
    assert (found.value >= found.noise).mean() <= 0.006


@pytest.mark.parametrize(
    ("value", "noise", "light"),
    [
        (0.05, 0.01, "stable"),
        (0.1, 0.01, "watch"),
        (0.25, 0.01, "drifted"),
        (0.3, 0.31, "no data"),  # chance alone gives as much
        (0.05, 0.2, "no data"),  # too small to tell
        (0.2, 0.2, "watch"),
        (np.nan, 0.01, "no data"),
        (0.3, np.nan, "no data"),
    ],
)
def test_a_light_needs_both_the_limit_and_more_than_chance(value, noise, light):
    assert drift_status(value, noise, 0.1, 0.25).tolist() == light
    assert drift_status([value, value], [noise, noise], 0.1, 0.25).tolist() == [light, light]


def test_the_moved_share_is_what_lies_where_the_reference_would_not():
    bins = category_bins([600, 400])
    counts = np.array([[0, 0, 0, 0, 60, 40], [0, 0, 0, 0, 40, 60], [0, 100, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    assert moved_share(bins, counts).tolist()[:3] == pytest.approx([0, 0.2, 1])
    assert np.isnan(moved_share(bins, counts)[3])


@st.composite
def counted(draw):
    """A reference of any kind, with the counts of a few periods."""
    numbers = st.lists(
        st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6), st.just(np.nan)), min_size=1, max_size=60
    )
    if draw(st.booleans()):
        bins = number_bins(draw(numbers))
    else:
        bins = category_bins(draw(st.lists(st.integers(1, 500), min_size=1, max_size=8)), draw(st.integers(0, 30)))
    periods = draw(st.integers(1, 4))
    cells = st.lists(st.integers(0, 200), min_size=bins.bin.size, max_size=bins.bin.size)
    return bins, np.array([draw(cells) for _ in range(periods)], np.int64)


def methods_of(bins: Bins) -> list[str]:
    return NUMBER_METHODS if bins.kind == "number" else CATEGORY_METHODS


@given(counted())
def test_drift_of_the_reference_against_itself_is_none(case):
    bins, _ = case
    for method in methods_of(bins):
        found = distances(method, bins, np.stack([bins.reference, bins.reference * 3]))
        assert not (found.value > 1e-6).any()
        assert set(drift_status(found.value, found.noise, *DRIFT_LIMITS[method])) <= {"stable", "no data"}


@given(counted(), st.randoms(use_true_random=False))
def test_neither_the_order_of_periods_nor_of_bins_changes_anything(case, random):
    bins, counts = case
    rows, columns = list(range(len(counts))), list(range(bins.bin.size))
    random.shuffle(rows)
    random.shuffle(columns)
    parts = {name: getattr(bins, name)[columns] for name in ("bin", "lower", "upper", "decile", "reference")}
    for method in methods_of(bins):
        plain = distances(method, bins, counts)
        mixed = distances(method, replace(bins, **parts), counts[rows][:, columns])
        np.testing.assert_allclose(mixed.value, plain.value[rows], atol=1e-7)
        np.testing.assert_allclose(mixed.noise, plain.noise[rows], atol=1e-9)


@given(counted())
def test_every_value_is_within_its_bounds(case):
    bins, counts = case
    for method in methods_of(bins):
        found = distances(method, bins, counts)
        assert not (found.value < 0).any()
        assert not np.isinf(found.value).any()
        assert (found.n == counts.sum(axis=1)).all()
        if method in ("js", "ks"):
            assert not (found.value > 1).any()
    moved = moved_share(bins, counts)
    assert not ((moved < 0) | (moved > 1 + 1e-12)).any()


def test_twenty_five_features_of_half_a_year_take_no_time():
    bins = number_bins(REFERENCES["continuous"])
    counts = np.random.default_rng(1).integers(0, 50, (180, bins.bin.size))
    distances("psi", bins, counts)
    start = time.perf_counter()
    for _ in range(25):
        distances("psi", bins, counts)
    assert time.perf_counter() - start < 0.25  # some 10 ms on an idle core

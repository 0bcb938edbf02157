"""Curves keep their peaks, their gaps and their order when they are thinned, and are smoothed as TensorBoard does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.curves import GRID, NO_TIME, Curve, View, band, grid, shaped, thinned
from watchroom.domain.downsample import kept
from watchroom.domain.smoothing import smoothed

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf]))
CURVES = st.lists(st.tuples(st.integers(0, 400), VALUES), min_size=1, max_size=300)


def as_arrays(points: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    points = sorted(points, key=lambda point: point[0])
    return np.array([x for x, _ in points], float), np.array([y for _, y in points])


def bucket_of(x: np.ndarray, buckets: int) -> np.ndarray:
    """Which of so many stretches of one width each point lies in, one by one."""
    width = x[-1] - x[0]
    return np.array([0 if width == 0 else min(int((at - x[0]) / width * buckets), buckets - 1) for at in x])


class TestThinning:
    @given(CURVES, st.integers(1, 40))
    def test_the_least_and_the_greatest_of_every_stretch_survive(self, points, buckets):
        x, y = as_arrays(points)
        places = kept(x, y, buckets)
        of = bucket_of(x, buckets)
        for one in np.unique(of):
            mine = y[of == one]
            finite = mine[np.isfinite(mine)]
            stay = y[places][of[places] == one]
            if len(finite):
                assert finite.min() in stay
                assert finite.max() in stay

    @given(CURVES, st.integers(1, 40))
    def test_order_ends_and_the_bound_are_kept(self, points, buckets):
        x, y = as_arrays(points)
        places = kept(x, y, buckets)
        assert (np.diff(places) > 0).all()
        assert places[0] == 0
        assert places[-1] == len(x) - 1
        assert len(places) <= max(3 * buckets + 2, 2 * buckets)

    @given(CURVES, st.integers(1, 40))
    def test_a_stretch_with_a_gap_keeps_a_gap(self, points, buckets):
        x, y = as_arrays(points)
        of = bucket_of(x, buckets)
        places = kept(x, y, buckets)
        assert set(of[~np.isfinite(y)]) == set(of[places][~np.isfinite(y[places])])

    def test_few_points_are_all_kept(self):
        assert list(kept(np.arange(6.0), np.ones(6), 3)) == list(range(6))

    def test_one_spike_in_a_million_points_is_drawn(self):
        y = np.zeros(1_000_000)
        y[777_777] = 9
        _, drawn = thinned(np.arange(1_000_000.0), y, 300)
        assert drawn.max() == 9
        assert len(drawn) < 1_000

    def test_a_logarithmic_axis_keeps_more_of_the_first_steps(self):
        x = np.arange(1.0, 10_001)
        y = np.sin(x)
        early = [(drawn < 100).sum() for drawn in (thinned(x, y, 50, log_x=log)[0] for log in (False, True))]
        assert early[1] > 10 * early[0]


def tensorboards(values: list[float], weight: float) -> list[float]:
    """TensorBoard's loop, word for word."""
    last, seen, found = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            found.append(value)
            continue
        last = last * weight + (1 - weight) * value
        seen += 1
        found.append(last / (1.0 if weight == 1 else 1 - weight**seen))
    return found


class TestSmoothing:
    @given(st.lists(VALUES, max_size=60), st.sampled_from([0.1, 0.6, 0.9, 0.99]))
    def test_it_is_what_tensorboard_draws(self, values, weight):
        found = smoothed(np.array(values), weight)
        np.testing.assert_allclose(found, tensorboards(values, weight), rtol=1e-6, atol=1e-3)

    def test_none_leaves_every_value_as_it_is(self):
        values = np.array([3.0, math.nan, 1.0])
        assert smoothed(values, 0.0) is values

    def test_a_constant_stays_what_it_is(self):
        assert smoothed(np.full(50, 0.25), 0.99) == pytest.approx(np.full(50, 0.25))


def curve(steps: list[int], values: list[float], seconds: list[int] | None = None, run_id: str = "a") -> Curve:
    times = np.array(seconds if seconds is not None else steps, np.int64) * 1_000_000
    return Curve(run_id, np.array(steps, np.int64), times, np.array(values, float))


class TestShaping:
    points = curve([5, 6, 8], [1.0, 2.0, 4.0], [100, 110, 160])

    @pytest.mark.parametrize(
        ("view", "started", "x"),
        [
            (View(), None, [5, 6, 8]),
            (View(align="first"), None, [0, 1, 3]),
            (View(align="last"), None, [-3, -2, 0]),
            (View(axis="time"), None, [100, 110, 160]),
            (View(axis="relative"), 90_000_000, [10, 20, 70]),
            (View(axis="relative"), None, [0, 10, 60]),
            (View(axis="relative", align="last"), 90_000_000, [-60, -50, 0]),
        ],
    )
    def test_each_axis_and_alignment_places_points_by_its_own_rule(self, view, started, x):
        assert list(shaped(self.points, view, started).x) == x

    def test_over_time_points_go_by_time_whatever_their_steps(self):
        found = shaped(curve([1, 2, 3], [1.0, 2.0, 3.0], [30, 10, 20]), View(axis="time"))
        assert list(found.raw) == [2.0, 3.0, 1.0]

    def test_what_a_logarithmic_axis_has_no_place_for_is_counted(self):
        found = shaped(curve([0, 1, 2, 3], [5.0, -1.0, 2.0, 0.0]), View(log_x=True, log_y=True))
        assert found.off == 3
        assert list(found.x) == [1, 2, 3]
        assert np.isnan(found.y).tolist() == [True, False, True]

    def test_points_that_are_not_finite_are_gaps_with_marks(self):
        found = shaped(curve([1, 2, 3], [1.0, math.nan, -math.inf]), View())
        assert np.isnan(found.y).tolist() == [False, True, True]
        assert list(found.odd_x) == [2, 3]
        assert found.odd_y[1] == -math.inf


class TestMeans:
    def test_the_mean_and_deviation_of_each_step_are_numpys(self):
        rng = np.random.default_rng(1)
        values = rng.normal(size=(12, 30))
        found = band([shaped(curve(list(range(30)), list(row)), View()) for row in values], "deviation")
        np.testing.assert_allclose(found.mean, values.mean(axis=0))
        np.testing.assert_allclose(found.high - found.mean, values.std(axis=0, ddof=1))

    def test_the_range_is_the_least_and_the_greatest(self):
        some = [shaped(curve([0, 1], pair), View()) for pair in ([1.0, 5.0], [3.0, 2.0])]
        found = band(some, "range")
        assert (list(found.low), list(found.high)) == ([1, 2], [3, 5])

    def test_a_run_counts_only_where_it_has_a_line(self):
        long, short = curve([0, 1, 2, 3], [0.0, 0, 0, 0]), curve([1, 3], [2.0, 4.0])
        broken = curve([0, 1, 2, 3], [9.0, math.nan, math.nan, 9.0])
        found = band([shaped(one, View()) for one in (long, short, broken)], "deviation")
        assert list(found.n) == [2, 2, 2, 3]
        assert found.mean[2] == pytest.approx(1.5), "read on the line between its points at 1 and 3"

    def test_one_run_alone_has_no_deviation(self):
        found = band([shaped(curve([0, 1], [1.0, 2.0]), View())], "deviation")
        assert np.isnan(found.low).all()

    def test_many_steps_are_read_at_a_bounded_number_of_places(self):
        assert len(grid([np.arange(10_000.0)])) == GRID
        assert list(grid([np.array([1.0, 2.0]), np.array([2.0, 3.0])])) == [1, 2, 3]
        assert len(grid([])) == 0


@pytest.mark.parametrize(("axis", "places", "timeless"), [("step", 3, 0), ("time", 2, 1), ("relative", 2, 1)])
def test_a_point_without_a_time_has_a_place_over_steps_alone(axis, places, timeless):
    points = Curve("a", np.arange(3), np.array([10**6, NO_TIME, 3 * 10**6]), np.ones(3))
    found = shaped(points, View(axis))
    assert (len(found.x), found.timeless) == (places, timeless)
    assert found.x.min() >= 0

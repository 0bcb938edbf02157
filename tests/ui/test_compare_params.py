"""Parameters of compared runs in words: seeds are no evidence of their own, and what tells most is offered first."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from watchroom.domain.configurations import averaged
from watchroom.domain.param_importance import Importance, Weight, matters, strength
from watchroom.domain.run_groups import Values
from watchroom.store.queries.run_params import Params
from watchroom.ui.compare_params_many import map_words
from watchroom.ui.compare_params_order import closest
from watchroom.ui.compare_params_scatter import rank_words
from watchroom.ui.compare_params_subject import Subject, clicked
from watchroom.ui.compare_params_words import answer, evidence, silent

PLACES = [place for place in range(10) for _ in range(3)]
RNG = np.random.default_rng(4)


def numbers(key: str, found: list[float]) -> Values:
    return Values(key, tuple(map(repr, found)), np.array(found), is_number=True)


def texts(key: str, found: list[str]) -> Values:
    return Values(key, tuple(found), np.full(len(found), np.nan), is_number=False)


def found(configurations: int, runs: int, *weights: Weight, r2: float = 0.5) -> Importance:
    return Importance(runs, configurations, r2, weights, ("seed",))


class TestSeeds:
    x = numbers("x", [float(place) for place in PLACES])
    metric = np.array([[4.0, 2, 0, 9, 1, 5, 7, 3, 8, 6][place] for place in PLACES])

    def test_a_correlation_that_only_the_seeds_make_certain_is_told_from_no_chance(self):
        of, means = averaged(self.x, self.metric, PLACES)
        rank = np.corrcoef(np.argsort(np.argsort(of.numbers)), np.argsort(np.argsort(means)))[0, 1]
        assert abs(rank) * math.sqrt(len(PLACES) - 1) > 1.96 > abs(rank) * math.sqrt(10 - 1)
        text = rank_words(self.x, self.metric, PLACES, "rmse")
        assert text.startswith("rmse hardly goes with x: rank correlation 0.")
        assert text.endswith("over 10 configurations, 30 runs, no more than chance gives.")

    def test_each_run_counts_where_it_is_a_configuration_of_its_own(self):
        text = rank_words(self.x, self.metric, range(30), "rmse")
        assert "over 30 runs." in text

    def test_means_are_of_the_runs_of_a_configuration(self):
        of, means = averaged(numbers("x", [1.0, 2.0, 1.0, 2.0]), np.array([1.0, 5.0, 3.0, 5.0]), [7, 3, 7, 3])
        assert dict(zip(of.numbers, means, strict=True)) == {1.0: 2.0, 2.0: 5.0}


class TestOrder:
    def test_the_parameter_that_goes_closest_with_the_metric_is_first_and_junk_is_not(self):
        x, junk = RNG.uniform(size=(2, 30))
        kind = ["b" if one > 0.5 else "a" for one in x]
        every = [numbers("a_junk", junk.tolist()), texts("kind", kind), numbers("x", x.tolist())]
        assert list(closest(every, 2 - x, range(30))) == ["x", "kind", "a_junk"]

    def test_a_texts_strength_is_the_root_of_epsilon_squared(self):
        kinds, metric = [*"aaabbbccc"], np.array([1.0, 2, 3, 2, 5, 6, 7, 8, 9])
        from scipy.stats import kruskal

        groups = [metric[start:end] for start, end in pairwise((0, 3, 6, 9))]
        h = kruskal(*groups).statistic
        assert strength(texts("kind", kinds), metric) == pytest.approx(math.sqrt((h - 3 + 1) / (9 - 3)))

    def test_a_text_that_is_another_one_in_each_run_tells_nothing(self):
        assert math.isnan(strength(texts("path", [*"abcd"]), np.arange(4.0)))


class TestMap:
    def subject(self, places: list[int]) -> Subject:
        ids = tuple(f"r{place}" for place in range(len(places)))
        return Subject(ids, len(ids), "rmse", "last", "lower", Params((), 0), tuple(places), 0)

    sides = (texts("a", [*"xxxxyyyyyy"]), texts("b", [*"pppppppppp"]))
    metric = np.array([1.0, 1, 1, 1, 2, 2, 2, 3, 3, 3])

    def test_many_seeds_of_one_configuration_are_never_the_best_cell(self):
        text = map_words(self.subject([0, 0, 0, 0, 1, 2, 3, 4, 5, 6]), list(self.sides), self.metric)
        assert text.startswith("Best mean rmse: 2.5 at a y, b p (6 runs); 2 of 2 cells have runs.")
        assert text.endswith("1 cell with fewer than 3 configurations not looked at.")

    def test_without_a_cell_of_enough_configurations_none_is_called_best(self):
        text = map_words(self.subject([0, 0, 0, 0, 1, 1, 1, 2, 2, 2]), list(self.sides), self.metric)
        assert text == "2 of 2 cells have runs, none of them 3 configurations: none is called best."


class TestWords:
    junk = Weight("junk", 0.02, -0.1, 0.2, -0.03, math.nan)
    x = Weight("x1", 0.6, 0.2, 0.9, 0.4, 0.9)

    def test_evidence_is_told_in_configurations_where_they_are_not_the_runs(self):
        assert evidence(40, 120) == "40 configurations, 120 runs"
        assert evidence(40, 40) == "40 runs"

    def test_many_runs_of_few_configurations_are_not_enough(self):
        assert silent(found(20, 60), "rmse").startswith("20 configurations, 60 runs have a finite rmse; with fewer")

    def test_what_is_not_told_from_chance_is_not_told(self):
        assert not matters(self.junk)
        assert "junk" not in answer(found(40, 120, self.x, self.junk), "rmse")
        assert answer(found(40, 120, self.junk, r2=0.02), "rmse").startswith("No parameter stands out for rmse.")


@pytest.mark.parametrize("given", ["run", ["run"]])
def test_a_click_gives_what_the_point_stands_for(given):
    assert clicked({"selection": {"points": [{"customdata": given}]}}) == "run"
    assert clicked({"selection": {"points": []}}) == ""

from __future__ import annotations

import json
from dataclasses import replace

from optuna.distributions import FloatDistribution

from cavia.optuna._request import Question, request_of
from cavia.optuna._results import Result


def question(results: list[Result], parameter_count: int = 1, directions: tuple[str, ...] = ("minimize",)) -> Question:
    space = {f"parameter {i}": FloatDistribution(0, 1) for i in range(parameter_count)}
    return Question(space, {}, directions, results, [], {}, 0, 1)


def results(values: list[list[float] | None], parameter_count: int = 1) -> list[Result]:
    return [
        Result({f"parameter {k}": i / 7919 for k in range(parameter_count)}, value) for i, value in enumerate(values)
    ]


def kept(of: Question) -> list[int]:
    return [round(one["params"]["p0"] * 7919) for one in request_of(of)["history"]]


def test_keeps_the_best_half_and_the_newest_half_in_their_order() -> None:
    # The older a result, the better.
    assert kept(question(results([[float(i)] for i in range(3000)]))) == [*range(500), *range(2500, 3000)]


def test_counts_a_result_once_that_is_both() -> None:
    assert kept(question(results([[-float(i)] for i in range(3000)]))) == [*range(2000, 3000)]


def test_leaves_out_infeasible_ones_first() -> None:
    values: list[list[float] | None] = [[1.0] if i < 600 else None for i in range(3000)]
    assert kept(question(results(values)))[:500] == [*range(100, 600)]


def test_keeps_the_best_on_every_objective() -> None:
    of = question(results([[float(i), float(i)] for i in range(3000)]), directions=("minimize", "maximize"))
    assert kept(of) == [*range(333), *range(2333, 3000)]


def test_fits_what_the_service_reads() -> None:
    of = question(results([[float(i)] for i in range(1000)], 100), 100)
    open_params = [params for params, _ in of.results]
    for asked in (of, replace(of, open_params=open_params)):
        request = request_of(asked)
        assert 200_000 < len(json.dumps(request)) < 256 * 1024
        assert len(request["history"]) > 40


def test_keeps_the_newest_of_the_trials_that_run() -> None:
    of = replace(question([]), open_params=[{"parameter 0": i / 7919} for i in range(300)])
    assert [round(params["p0"] * 7919) for params in request_of(of)["pending"]] == [*range(50, 300)]

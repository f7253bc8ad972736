"""Suggestions of the service for studies of Optuna."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Callable, Literal, NamedTuple

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from .._client import Client
from ..errors import UnavailableError, UnreachableError
from ._conditions import Conditions, Space, conditions_in, is_whole, possible
from ._parameters import Value, external_of, is_free, value_in
from ._request import Question, request_of, short_names
from ._results import INFEASIBLE, SUGGESTED, constraints_attribute, open_params_in, params_in, results_in

_PARAMETER_COUNT_MAX = 100
_OBJECTIVE_COUNT_MAX = 4
_TRY_COUNT_MAX = 8

_logger = optuna.logging.get_logger(__name__)


class Moment(NamedTuple):
    """A study as a trial finds it."""

    study: Study
    trial: FrozenTrial
    trials: list[FrozenTrial]


class CaviaSampler(BaseSampler):
    """Asks the service for params. Trials stay in Optuna's storage; the service stores nothing.

    A configuration is suggested once at most while there are others. Pruned trials count with the last value that they
    reported; those that failed, or violate a constraint, are infeasible, and the model keeps away from them. Running
    trials are taken into account, of other workers on the same storage too. Parameters that depend on others are found
    out from the trials and suggested together with them.

    Args:
        url: where the service is; CAVIA_URL, or this machine's port 8787, when left out.
        key: an API key; CAVIA_KEY when left out.
        seed: equal seeds and histories give equal params. Workers on one storage had better have the same.
        fallback: ``"random"`` to go on with random params while the service cannot be reached. Without it,
            `UnreachableError` is raised after the retries.
        constraints_func: as the samplers of Optuna have it: more than 0 violates. From Optuna 5 on,
            ``trial.set_constraint`` does the same without it.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        key: str | None = None,
        seed: int | None = None,
        fallback: Literal["random"] | None = None,
        constraints_func: Callable[[FrozenTrial], Sequence[float]] | None = None,
    ) -> None:
        if fallback not in (None, "random"):
            raise ValueError(f'fallback must be "random" or None; got {fallback!r}.')
        self._url = url
        self._key = key
        self._seed = random.getrandbits(32) if seed is None else seed
        self._fallback = fallback
        self._constraints_func = constraints_func
        self._random = RandomSampler(seed=self._seed)
        self._open()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_client", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def reseed_rng(self) -> None:
        """Makes random params differ between workers. Suggestions do so by what the others have been given."""
        self._random.reseed_rng()

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """All parameters of the trials so far, but those that change their range or come and go without a reason."""
        trials = [other for other in study.get_trials(deepcopy=False) if _is_example(other)]
        space: dict[str, BaseDistribution] = {}
        changed = set()
        for other in trials:
            for name, distribution in other.distributions.items():
                if space.setdefault(name, distribution) != distribution:
                    changed.add(name)
        steady = [name for name in space if name not in changed and is_free(space[name])]
        space = {name: space[name] for name in steady[:_PARAMETER_COUNT_MAX]}
        _, unexplained = conditions_in(space, [params_in(other, space) for other in trials])
        return {name: distribution for name, distribution in space.items() if name not in unexplained}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Params for the whole search space, each where its condition holds."""
        if not search_space:
            return {}
        with self._lock:
            found = self._settled(study, trial, lambda moment: self._question_of_all(moment, search_space), {})
        if found is None:
            return {name: self._by_chance(study, trial, name, one) for name, one in search_space.items()}
        return {name: external_of(search_space[name], value) for name, value in found.items()}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """A value that goes with the params which the trial has already."""
        if not is_free(param_distribution):
            return self._by_chance(study, trial, param_name, param_distribution)
        with self._lock:
            before = study._storage.get_trial(trial._trial_id).system_attrs.get(SUGGESTED, {})
            found = self._settled(
                study, trial, lambda moment: self._question_of_one(moment, param_name, param_distribution), before
            )
        if found is None:
            return self._by_chance(study, trial, param_name, param_distribution)
        return external_of(param_distribution, found[param_name])

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """Notes what Optuna does not: that a trial failed while somebody watched, and its constraints."""
        self._random.after_trial(study, trial, state, values)
        if state == TrialState.FAIL:
            study._storage.set_trial_system_attr(trial._trial_id, INFEASIBLE, True)
        elif self._constraints_func is not None and state in (TrialState.COMPLETE, TrialState.PRUNED):
            attribute = constraints_attribute(self._constraints_func(trial))
            study._storage.set_trial_system_attr(trial._trial_id, *attribute)

    def _settled(
        self, study: Study, trial: FrozenTrial, question_of: Callable[[Moment], Question], before: dict[str, Value]
    ) -> dict[str, Value] | None:
        """The answer to a question, with params that no other process has got at the same time.

        Each looks after it has written down what it has, so at least one of two sees the other. Both may, and ask
        again: the later trial then leaves to the other what it would be given.
        """
        skipped = 0
        for _try in range(_TRY_COUNT_MAX):
            question = question_of(_moment(study, trial))
            is_decided = len(question.fixed) == len(question.space)
            found = question.fixed if is_decided else self._answer(replace(question, others=question.others + skipped))
            if found is None:
                return None
            self._note(study, trial, {**before, **found})
            holders = [] if is_decided else _others_with(found, _moment(study, trial), question.space)
            if not holders:
                break
            skipped += any(number < trial.number for number in holders)
        return found

    def _open(self) -> None:
        self._client = Client(self._url, self._key)
        # Two threads must not be given the same params.
        self._lock = threading.Lock()

    def _question_of_all(self, moment: Moment, space: dict[str, BaseDistribution]) -> Question:
        """A whole space, with what depends on what in it."""
        examples = [params_in(other, space) for other in moment.trials if _is_example(other)]
        conditions, _ = conditions_in(space, examples)
        return self._question(moment, space, conditions, possible(space, conditions, _enqueued(moment.trial, space)))

    def _question_of_one(self, moment: Moment, name: str, distribution: BaseDistribution) -> Question:
        """One parameter, seen together with those that the trial has already."""
        trial = moment.trial
        known = {one: trial.distributions[one] for one in trial.params if is_free(trial.distributions[one])}
        before = dict(list(known.items())[-_PARAMETER_COUNT_MAX + 1 :])
        space = {**before, name: distribution}
        question = self._question(moment, space, {}, params_in(trial, before))
        if question.results or question.open_params or question.others:
            return question
        # Nobody has had it: its first value is the middle, whatever the others are.
        return self._question(moment, {name: distribution}, {}, {})

    def _question(
        self,
        moment: Moment,
        space: dict[str, BaseDistribution],
        conditions: Conditions,
        fixed: dict[str, Value],
    ) -> Question:
        study, trial, trials = moment
        directions = [direction.name.lower() for direction in study.directions]
        if len(directions) > _OBJECTIVE_COUNT_MAX:
            raise ValueError(
                f"CaviaSampler takes at most {_OBJECTIVE_COUNT_MAX} objectives; this study has {len(directions)}."
            )
        results = [result for result in results_in(trials, space) if is_whole(space, conditions, result.params)]
        open_params = open_params_in(trials, space, without=trial)
        # They are about to be given something. Where there are results, what they have not yet may never be asked for.
        others = [params_in(other, space) for other in trials if _is_before(other, trial)]
        others = [params for params in others if not (params if results else is_whole(space, conditions, params))]
        return Question(
            space=space,
            conditions=conditions,
            directions=directions,
            results=results,
            open_params=[params for params in open_params if is_whole(space, conditions, params)],
            fixed=fixed,
            others=len(others),
            seed=self._seed,
        )

    def _answer(self, question: Question) -> dict[str, Value] | None:
        """The params for the last of all who ask; None when there are none left, or nobody to ask."""
        request = request_of(question)
        try:
            suggestions = self._client.suggest(request)["suggestions"]
        except (UnreachableError, UnavailableError) as error:
            if self._fallback is None:
                raise
            _logger.warning(f"The params are chosen at random: {error}")
            return None
        if len(suggestions) < request["count"]:
            return None
        params = suggestions[-1]["params"]
        return {name: params[one] for name, one in short_names(question.space).items() if one in params}

    def _by_chance(self, study: Study, trial: FrozenTrial, name: str, distribution: BaseDistribution) -> Any:
        return self._random.sample_independent(study, trial, name, distribution)

    def _note(self, study: Study, trial: FrozenTrial, params: dict[str, Value]) -> None:
        """Lets other workers see at once what this trial was given."""
        study._storage.set_trial_system_attr(trial._trial_id, SUGGESTED, params)


def _moment(study: Study, trial: FrozenTrial) -> Moment:
    return Moment(study, trial, study.get_trials(deepcopy=False))


def _is_example(trial: FrozenTrial) -> bool:
    return trial.state in (TrialState.COMPLETE, TrialState.PRUNED)


def _others_with(params: dict[str, Value], moment: Moment, space: Space) -> list[int]:
    """The numbers of other trials that have the same params."""
    others = (other for other in moment.trials if other.number != moment.trial.number)
    return [other.number for other in others if params_in(other, space) == params]


def _is_before(other: FrozenTrial, trial: FrozenTrial) -> bool:
    return other.state == TrialState.RUNNING and other.number < trial.number


def _enqueued(trial: FrozenTrial, space: dict[str, BaseDistribution]) -> dict[str, Value]:
    given = trial.system_attrs.get("fixed_params", {})
    values = {name: value_in(space[name], given[name]) for name in space if name in given}
    return {name: value for name, value in values.items() if value is not None}

import logging
import tempfile

from ConfigSpace import Categorical, ConfigurationSpace, Float, Integer, OrdinalHyperparameter
from ConfigSpace import EqualsCondition, InCondition
from ConfigSpace.conditions import AndConjunction
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialValue

from .peer import Study, cells, from_limits, is_range, limits, parents, versions

METHODS = ["smac"]


def version(_method):
    return versions("smac", "ConfigSpace")


def start(_method, space, seed, trial_count):
    return SmacStudy(space, seed, trial_count)


class SmacStudy(Study):
    """The facade for hyperparameters with its defaults, one evaluation a configuration."""

    def __init__(self, space, seed, trial_count):
        self.space = space
        self.folder = tempfile.TemporaryDirectory()
        scenario = Scenario(
            configspace(space, seed),
            deterministic=True,
            n_trials=trial_count,
            seed=seed,
            output_directory=self.folder.name,
        )
        self.facade = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, logging_level=logging.ERROR, overwrite=True
        )

    def ask(self):
        info = self.facade.ask()
        return info, {name: value_of(self.space[name], value) for name, value in dict(info.config).items()}

    def tell(self, token, value):
        self.facade.tell(token, TrialValue(cost=value))


def configspace(space, seed):
    made = ConfigurationSpace(seed=seed)
    made.add([hyperparameter(name, parameter) for name, parameter in space.items()])
    for name, parameter in space.items():
        conditions = [condition(made, space, name, *one) for one in parents(parameter)]
        if conditions:
            made.add(conditions[0] if len(conditions) == 1 else AndConjunction(*conditions))
    return made


def condition(made, space, name, parent, values):
    if not is_range(space[parent]):
        values = [cells(space[parent]).index(value) for value in values]
    if len(values) == 1:
        return EqualsCondition(made[name], made[parent], values[0])
    return InCondition(made[name], made[parent], values)


def hyperparameter(name, parameter):
    """What is not a range is known by its index, since the values may be of any type."""
    if is_range(parameter):
        low, high, is_log = limits(parameter)
        kind = Integer if parameter["type"] == "int" else Float
        return kind(name, (low, high), log=is_log)
    indices = list(range(len(cells(parameter))))
    if parameter["type"] == "ordinal":
        return OrdinalHyperparameter(name, indices)
    return Categorical(name, indices)


def value_of(parameter, value):
    return from_limits(parameter, value) if is_range(parameter) else cells(parameter)[int(value)]

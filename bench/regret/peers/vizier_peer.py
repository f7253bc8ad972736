import logging
import warnings

import jax
from vizier import algorithms as vza
from vizier import pyvizier as vz
from vizier._src.algorithms.designers.gp_ucb_pe import VizierGPUCBPEBandit

from .peer import Study, cells, from_limits, is_range, limits, versions

METHODS = ["vizier"]

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def version(_method):
    return versions("google-vizier", "jax")


def start(_method, space, seed, _trial_count):
    return VizierStudy(space, seed)


class VizierStudy(Study):
    """The designer that the service's default algorithm is, GP-UCB-PE; conditions are not told."""

    def __init__(self, space, seed):
        self.space = space
        statement = vz.ProblemStatement()
        for name, parameter in space.items():
            add(statement.search_space.root, name, parameter)
        statement.metric_information.append(vz.MetricInformation("loss", goal=vz.ObjectiveMetricGoal.MINIMIZE))
        self.designer = VizierGPUCBPEBandit(statement, rng=jax.random.PRNGKey(seed))
        self.count = 0

    def ask(self):
        (suggestion,) = self.designer.suggest(1)
        self.count += 1
        trial = suggestion.to_trial(self.count)
        values = {name: trial.parameters.get_value(name) for name in self.space}
        return trial, {name: value_of(parameter, values[name]) for name, parameter in self.space.items()}

    def tell(self, token, value):
        token.complete(vz.Measurement({"loss": value}))
        self.designer.update(vza.CompletedTrials([token]), vza.ActiveTrials())


def add(root, name, parameter):
    if is_range(parameter):
        low, high, is_log = limits(parameter)
        scale = vz.ScaleType.LOG if is_log else vz.ScaleType.LINEAR
        adder = root.add_int_param if parameter["type"] == "int" else root.add_float_param
        adder(name, low, high, scale_type=scale)
    elif parameter["type"] == "ordinal":
        root.add_discrete_param(name, list(range(len(cells(parameter)))))
    else:
        root.add_categorical_param(name, [str(i) for i in range(len(cells(parameter)))])


def value_of(parameter, value):
    return from_limits(parameter, value) if is_range(parameter) else cells(parameter)[int(float(value))]

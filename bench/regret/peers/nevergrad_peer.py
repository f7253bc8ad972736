import warnings

import nevergrad as ng

from .peer import Study, cells, from_limits, is_range, limits, versions

METHODS = ["nevergrad"]

warnings.filterwarnings("ignore")


def version(_method):
    return versions("nevergrad")


def start(_method, space, seed, trial_count):
    return NevergradStudy(space, seed, trial_count)


class NevergradStudy(Study):
    """NGOpt, which is told how many trials there will be; conditions are not told."""

    def __init__(self, space, seed, trial_count):
        self.space = space
        parametrization = ng.p.Dict(**{name: variable(parameter) for name, parameter in space.items()})
        parametrization.random_state.seed(seed)
        self.optimizer = ng.optimizers.NGOpt(parametrization, budget=trial_count)

    def ask(self):
        candidate = self.optimizer.ask()
        return candidate, {name: value_of(self.space[name], value) for name, value in candidate.value.items()}

    def tell(self, token, value):
        self.optimizer.tell(token, value)


def variable(parameter):
    if not is_range(parameter):
        choice = ng.p.TransitionChoice if parameter["type"] == "ordinal" else ng.p.Choice
        return choice(list(range(len(cells(parameter)))))
    low, high, is_log = limits(parameter)
    scalar = ng.p.Log(lower=low, upper=high) if is_log else ng.p.Scalar(lower=low, upper=high)
    return scalar.set_integer_casting() if parameter["type"] == "int" else scalar


def value_of(parameter, value):
    return from_limits(parameter, value) if is_range(parameter) else cells(parameter)[int(value)]

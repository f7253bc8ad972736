import warnings

from skopt import Optimizer
from skopt.space import Categorical, Integer, Real

from .peer import Study, cells, from_limits, is_range, limits, versions

METHODS = ["scikit-optimize"]

warnings.filterwarnings("ignore")


def version(_method):
    return versions("scikit-optimize")


def start(_method, space, seed, _trial_count):
    return SkoptStudy(space, seed)


class SkoptStudy(Study):
    """Optimizer with its defaults; knows no conditions."""

    def __init__(self, space, seed):
        self.space = space
        self.optimizer = Optimizer([dimension(parameter) for parameter in space.values()], random_state=seed)

    def ask(self):
        point = self.optimizer.ask()
        return point, {
            name: value_of(parameter, value) for (name, parameter), value in zip(self.space.items(), point)
        }

    def tell(self, token, value):
        self.optimizer.tell(token, value)


def dimension(parameter):
    if is_range(parameter):
        low, high, is_log = limits(parameter)
        prior = "log-uniform" if is_log else "uniform"
        return (Integer if parameter["type"] == "int" else Real)(low, high, prior=prior)
    if parameter["type"] == "ordinal":
        return Integer(0, len(cells(parameter)) - 1) if len(cells(parameter)) > 1 else Categorical([0])
    return Categorical([str(i) for i in range(len(cells(parameter)))])


def value_of(parameter, value):
    return from_limits(parameter, value) if is_range(parameter) else cells(parameter)[int(value)]

import logging
import warnings

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

from .peer import Study, cells, from_limits, is_range, limits, versions

METHODS = ["ax"]

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
logging.disable(logging.CRITICAL)


def version(_method):
    return versions("ax-platform", "botorch", "torch")


def start(_method, space, seed, _trial_count):
    return AxStudy(space, seed)


class AxStudy(Study):
    """Client with its default generation strategy; conditions are not told."""

    def __init__(self, space, seed):
        torch.manual_seed(seed)
        self.space = space
        self.client = Client(random_seed=seed)
        self.client.configure_experiment([config(name, parameter) for name, parameter in space.items()])
        self.client.configure_optimization("-loss")

    def ask(self):
        ((token, params),) = self.client.get_next_trials(1).items()
        return token, {name: value_of(parameter, params[name]) for name, parameter in self.space.items()}

    def tell(self, token, value):
        self.client.complete_trial(token, {"loss": value})


def config(name, parameter):
    if is_range(parameter):
        low, high, is_log = limits(parameter)
        scaling = "log" if is_log else "linear"
        return RangeParameterConfig(name=name, bounds=(low, high), parameter_type=parameter["type"], scaling=scaling)
    indices = list(range(len(cells(parameter))))
    is_ordered = parameter["type"] == "ordinal" or len(indices) == 2
    return ChoiceParameterConfig(name=name, values=indices, parameter_type="int", is_ordered=is_ordered)


def value_of(parameter, value):
    return from_limits(parameter, value) if is_range(parameter) else cells(parameter)[int(value)]

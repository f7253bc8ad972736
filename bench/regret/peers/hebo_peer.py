import warnings

import numpy as np
import pandas as pd
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

from .peer import Study, cells, from_limits, is_range, limits, versions

METHODS = ["hebo"]

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def version(_method):
    return versions("HEBO", "torch", "pymoo")


def start(_method, space, seed, _trial_count):
    return HeboStudy(space, seed)


class HeboStudy(Study):
    """HEBO with its defaults, one at a time; knows no conditions."""

    def __init__(self, space, seed):
        np.random.seed(seed)
        torch.manual_seed(seed)
        self.space = space
        design = DesignSpace().parse([dimension(name, parameter) for name, parameter in space.items()])
        self.optimizer = HEBO(design, scramble_seed=seed)

    def ask(self):
        suggested = self.optimizer.suggest(n_suggestions=1)
        row = suggested.iloc[0]
        return suggested, {name: value_of(parameter, row[name]) for name, parameter in self.space.items()}

    def tell(self, token: pd.DataFrame, value):
        self.optimizer.observe(token, np.array([[value]]))


def dimension(name, parameter):
    if is_range(parameter):
        low, high, is_log = limits(parameter)
        if parameter["type"] == "int":
            return {"name": name, "type": "pow_int" if is_log else "int", "lb": low, "ub": high}
        return {"name": name, "type": "pow" if is_log else "num", "lb": low, "ub": high}
    if parameter["type"] == "ordinal":
        return {"name": name, "type": "int", "lb": 0, "ub": len(cells(parameter)) - 1}
    return {"name": name, "type": "cat", "categories": [str(i) for i in range(len(cells(parameter)))]}


def value_of(parameter, value):
    return from_limits(parameter, value) if is_range(parameter) else cells(parameter)[int(value)]

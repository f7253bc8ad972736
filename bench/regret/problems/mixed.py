"""Spaces of several kinds of parameters, with conditions. The least value of each that has none other written is 0."""

import itertools
import math

import numpy as np

from .functions import camel, levy, rosenbrock
from .problem import Problem, category, exact, ordinal, real, switch, whole

VERSION = 1
FAMILY = "mixed"

RATE = real(1e-5, 1, "log")


def problems():
    return [
        exact("valley", FAMILY, VERSION, VALLEY, valley),
        exact("momentum", FAMILY, VERSION, MOMENTUM, momentum),
        exact("which_function", FAMILY, VERSION, WHICH_FUNCTION, which_function),
        exact("whole_levy", FAMILY, VERSION, WHOLE_LEVY, whole_levy),
        exact("pipeline", FAMILY, VERSION, PIPELINE, pipeline),
        exact("layers", FAMILY, VERSION, LAYERS, layers),
        exact("categories", FAMILY, VERSION, CATEGORIES, categories),
        exact("ordinals", FAMILY, VERSION, ORDINALS, ordinals),
        Problem("noisy_training", FAMILY, VERSION, TRAINING, noisy_training),
        exact("switches", FAMILY, VERSION, SWITCHES, switches),
    ]


VALLEY = {
    "learningRate": RATE,
    "width": whole(8, 1024, "log"),
    "optimizer": category(["sgd", "adam", "rmsprop"]),
}
VALLEY_OPTIMIZERS = {"sgd": (-1, 1, 0.2), "adam": (-3, 0.5, 0), "rmsprop": (-3.5, 2, 0.1)}


def valley(params):
    """Wider networks want smaller rates. 0 at adam, width 256, rate 10^-3.4."""
    rate, curvature, loss = VALLEY_OPTIMIZERS[params["optimizer"]]
    size = math.log2(params["width"])
    off_valley = math.log10(params["learningRate"]) - rate + 0.4 * (size - 7)
    return loss + curvature * off_valley**2 + 0.2 * (size - 8) ** 2


MOMENTUM = {
    "optimizer": category(["sgd", "adam"]),
    "learningRate": RATE,
    "momentum": real(0.5, 0.999, "reverseLog", when={"optimizer": ["sgd"]}),
}


def momentum(params):
    """What sgd steps by is rate / (1 - momentum). 0 at sgd, momentum 1 - 10^-1.3, rate 10^-1.3."""
    rate = math.log10(params["learningRate"])
    if params["optimizer"] == "adam":
        return 0.15 + 0.5 * (rate + 3) ** 2
    rest = math.log10(1 - params["momentum"])
    return (rate - rest) ** 2 + 0.5 * (rest + 1.3) ** 2


WHICH_FUNCTION = {
    "function": category(["camel", "rosenbrock", "levy"]),
    "sign": category(["plus", "minus", "swap", "both"]),
    "x": real(-2, 2),
    "y": real(-2, 2),
}
WHICH_SIGNS = {
    "plus": lambda x, y: (x, y, 0.3),
    "minus": lambda x, y: (-x, y, 0.1),
    "swap": lambda x, y: (y, x, 0.4),
    "both": lambda x, y: (-x, -y, 0),
}
WHICH_FUNCTIONS = {
    "camel": lambda x: 0.15 + camel(x),
    "rosenbrock": lambda x: rosenbrock(x) / 50,
    "levy": lambda x: 0.05 + levy(x),
}


def which_function(params):
    """0 at rosenbrock, both, (-1, -1)."""
    x, y, loss = WHICH_SIGNS[params["sign"]](params["x"], params["y"])
    return loss + WHICH_FUNCTIONS[params["function"]]([x, y])


WHOLE_LEVY = {
    **{f"k{i}": whole(-10, 10) for i in range(3)},
    **{f"x{i}": real(-10, 10) for i in range(3)},
}
WHOLE_LEVY_PLACE = [-4, 6, 3, -5.3, 3.7, 7.1]


def whole_levy(params):
    return levy([1 + value - place for value, place in zip(params.values(), WHOLE_LEVY_PLACE)])


PIPELINE = {
    "scaler": category(["none", "standard", "minmax", "rank"]),
    "model": category(["svm", "forest", "mlp"]),
    "c": real(1e-3, 1e3, "log", when={"model": ["svm"]}),
    "kernel": category(["linear", "rbf"], when={"model": ["svm"]}),
    "gamma": real(1e-5, 1, "log", when={"model": ["svm"], "kernel": ["rbf"]}),
    "trees": whole(10, 1000, "log", when={"model": ["forest"]}),
    "depth": whole(1, 20, when={"model": ["forest"]}),
    "rate": real(1e-5, 1, "log", when={"model": ["mlp"]}),
    "hidden": whole(4, 512, "log", when={"model": ["mlp"]}),
    "penalty": real(1e-8, 1e-1, "log", when={"model": ["mlp"]}),
}
PIPELINE_SCALERS = {
    "svm": {"none": 0.3, "standard": 0.04, "minmax": 0, "rank": 0.1},
    "forest": {"none": 0, "standard": 0, "minmax": 0.01, "rank": 0.02},
    "mlp": {"none": 0.4, "standard": 0, "minmax": 0.05, "rank": 0.15},
}


def pipeline(params):
    """0 at mlp after standard, rate 10^-2.2, 90 hidden, penalty 10^-4.5."""
    model = params["model"]
    loss = PIPELINE_SCALERS[model][params["scaler"]]
    if model == "forest":
        return loss + 0.12 + 0.02 * (math.log10(params["trees"]) - 2.6) ** 2 + 0.003 * (params["depth"] - 13) ** 2
    if model == "svm":
        c = math.log10(params["c"])
        if params["kernel"] == "linear":
            return loss + 0.2 + 0.03 * (c + 1) ** 2
        gamma = math.log10(params["gamma"])
        return loss + 0.03 + 0.05 * (c + gamma + 0.6) ** 2 + 0.02 * (gamma + 2) ** 2
    rate, size = math.log10(params["rate"]), math.log2(params["hidden"] / 90)
    return (
        loss
        + 0.15 * (rate + 2.2 + 0.15 * size) ** 2
        + 0.02 * size**2
        + 0.01 * (math.log10(params["penalty"]) + 4.5) ** 2
    )


LAYERS = {
    "rate": RATE,
    "layers": whole(1, 4),
    "width1": whole(8, 512, "log"),
    "width2": whole(8, 512, "log", when={"layers": [2, 3, 4]}),
    "width3": whole(8, 512, "log", when={"layers": [3, 4]}),
    "width4": whole(8, 512, "log", when={"layers": [4]}),
}
LAYER_LOSSES = {1: 0.5, 2: 0.15, 3: 0, 4: 0.1}
LAYER_WIDTHS = [200, 80, 24, 100]


def layers(params):
    """Deeper networks want smaller rates. 0 at three layers of 200, 80 and 24, rate 10^-2.6."""
    count = params["layers"]
    rate = math.log10(params["rate"]) + 2 + 0.2 * count
    widths = (math.log2(params[f"width{i + 1}"] / LAYER_WIDTHS[i]) for i in range(count))
    return LAYER_LOSSES[count] + 0.4 * rate**2 + sum(0.08 * width**2 for width in widths)


CATEGORY_COUNT, CHOICES = 7, ["a", "b", "c", "d"]
CATEGORIES = {f"c{i}": category(CHOICES) for i in range(CATEGORY_COUNT)}
_random = np.random.RandomState(2)
SINGLES = _random.rand(CATEGORY_COUNT, 4)
PAIRS = 0.8 * _random.rand(CATEGORY_COUNT - 1, 4, 4)


def chain(cells):
    return sum(SINGLES[i, cell] for i, cell in enumerate(cells)) + sum(
        PAIRS[i, one, next_one] for i, (one, next_one) in enumerate(zip(cells, cells[1:]))
    )


CHAIN_BEST = min(chain(cells) for cells in itertools.product(range(4), repeat=CATEGORY_COUNT))


def categories(params):
    """Each choice costs something, and each pair of neighbours; least of 4^7."""
    return float(chain([CHOICES.index(choice) for choice in params.values()]) - CHAIN_BEST)


ORDINALS = {
    "batch": ordinal([8, 16, 32, 64, 128, 256, 512, 1024]),
    "rate": ordinal([1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]),
    "decay": ordinal([0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2]),
    "size": ordinal(["tiny", "small", "medium", "large", "huge"]),
    "dropout": ordinal([0, 0.1, 0.2, 0.3, 0.4, 0.5]),
    "schedule": category(["constant", "cosine", "step"]),
}
SCHEDULES = {"constant": 0.3, "cosine": 0, "step": 0.1}


def ordinals(params):
    """0 at batch 64, rate 1e-3, decay 1e-4, large, dropout 0.3, cosine."""
    cells = [ORDINALS[name]["values"].index(value) for name, value in params.items() if name != "schedule"]
    batch, rate, decay, size, dropout = (cell - best for cell, best in zip(cells, [3, 4, 3, 3, 3]))
    return (
        SCHEDULES[params["schedule"]]
        + 0.15 * (rate - 0.7 * batch + 0.8 * size) ** 2
        + 0.05 * batch**2
        + 0.1 * size**2
        + 0.04 * (decay + dropout) ** 2
        + 0.02 * dropout**2
    )


TRAINING = {
    "rate": real(1e-5, 1, "log"),
    "decay": real(1e-7, 1e-1, "log"),
    "warmup": real(0, 0.5),
    "beta": real(0.8, 0.9999, "reverseLog"),
    "nesterov": switch(),
    "batch": ordinal([16, 32, 64, 128, 256]),
}


def noisy_training(params, seed, number):
    """The more rate, the better, until it diverges. 0 at the edge, rate 10^-1.8 with batch 64. Noise of 0.03."""
    rate = math.log10(params["rate"]) - 0.15 * (TRAINING["batch"]["values"].index(params["batch"]) - 2)
    over = rate + 1.8
    value = (
        (3 * over if over > 0 else 0.12 * over**2)
        + 0.01 * (math.log10(params["decay"]) + 3.7) ** 2
        + 0.8 * (params["warmup"] - 0.12) ** 2
        + 0.03 * (math.log10(1 - params["beta"]) + 2.1) ** 2
        + (0 if params["nesterov"] else 0.05)
        + 0.005 * (TRAINING["batch"]["values"].index(params["batch"]) - 2) ** 2
    )
    return value + 0.03 * np.random.RandomState([seed, number]).randn(), value


SWITCHES = {
    "rate": RATE,
    "dropout": switch(),
    "dropRate": real(0, 0.9, when={"dropout": True}),
    "augment": switch(),
    "strength": whole(1, 15, when={"augment": True}),
    "mixing": real(0.05, 5, "log", when={"augment": True}),
    "schedule": category(["constant", "step", "cosine"]),
    "steps": whole(1, 8, when={"schedule": ["step"]}),
    "warmup": real(0, 0.5, when={"schedule": ["cosine"]}),
}


def switches(params):
    """0 at dropout 0.25, strength 11, mixing 0.4, cosine with warmup 0.1, rate 10^-2.5."""
    loss = 0.2 * (math.log10(params["rate"]) + 2.5) ** 2
    loss += 2 * (params["dropRate"] - 0.25) ** 2 if params["dropout"] else 0.15
    if params["augment"]:
        loss += 0.004 * (params["strength"] - 11) ** 2 + 0.1 * math.log10(params["mixing"] / 0.4) ** 2
    else:
        loss += 0.2
    if params["schedule"] == "step":
        return loss + 0.05 + 0.02 * (params["steps"] - 5) ** 2
    return loss + (0.25 if params["schedule"] == "constant" else (params["warmup"] - 0.1) ** 2)

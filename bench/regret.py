"""Optuna's samplers with their defaults on the problems of bench/regret.ts: reads problems with points to check as JSON, writes what each trial told.
The functions are those of bench/regret-problems.ts written again; a value that differs ends the run.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import gzip
import json
import math
import sys
import time
import warnings
from pathlib import Path


def coordinates(params):
    return [params[f"x{i}"] for i in range(len(params))]


def branin(params):
    x, y = coordinates(params)
    bowl = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bowl * bowl + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_HEIGHTS = [1, 1.2, 3, 3.2]
HARTMANN_SCALES = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
HARTMANN_CENTRES = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann6(params):
    x = coordinates(params)
    return -sum(
        height * math.exp(-sum(s * (xi - c) ** 2 for xi, s, c in zip(x, scales, centres)))
        for height, scales, centres in zip(HARTMANN_HEIGHTS, HARTMANN_SCALES, HARTMANN_CENTRES)
    )


def rosenbrock(params):
    x = coordinates(params)
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def ackley(params):
    x = coordinates(params)
    mean_square = sum(xi * xi for xi in x) / len(x)
    mean_cosine = sum(math.cos(2 * math.pi * xi) for xi in x) / len(x)
    return -20 * math.exp(-0.2 * math.sqrt(mean_square)) - math.exp(mean_cosine) + 20 + math.e


def levy(params):
    w = [1 + (xi - 1) / 4 for xi in coordinates(params)]
    middle = sum((wi - 1) ** 2 * (1 + 10 * math.sin(math.pi * wi + 1) ** 2) for wi in w[:-1])
    return math.sin(math.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


MIXED_OPTIMIZERS = {"sgd": (-1, 1, 0.2), "adam": (-3, 0.5, 0), "rmsprop": (-3.5, 2, 0.1)}


def mixed(params):
    rate, curvature, loss = MIXED_OPTIMIZERS[params["optimizer"]]
    size = math.log2(params["width"])
    off_valley = math.log10(params["learningRate"]) - rate + 0.4 * (size - 7)
    return loss + curvature * off_valley**2 + 0.2 * (size - 8) ** 2


def conditional(params):
    rate = math.log10(params["learningRate"])
    if params["optimizer"] == "adam":
        return 0.15 + 0.5 * (rate + 3) ** 2
    rest = math.log10(1 - params["momentum"])
    return (rate - rest) ** 2 + 0.5 * (rest + 1.3) ** 2


FUNCTIONS = {
    "branin": branin,
    "hartmann6": hartmann6,
    "rosenbrock5": rosenbrock,
    "ackley5": ackley,
    "levy10": levy,
    "mixed": mixed,
    "conditional": conditional,
}


class Problem:
    def __init__(self, data):
        self.name, self.parameters = data["name"], data["parameters"]
        self.table = None
        if "table" in data:
            with gzip.open(Path(__file__).parent / "data" / data["table"]["file"]) as file:
                self.table = json.load(file)
            self.transform = math.log if data["table"]["transform"] == "log" else lambda value: -value

    def observe(self, params, seed, number):
        if self.table is None:
            return FUNCTIONS[self.name](params)
        row = self.row(params)
        return self.transform(row[(number + seed) % len(row)])

    def mean(self, params):
        if self.table is None:
            return FUNCTIONS[self.name](params)
        row = self.row(params)
        return self.transform(sum(row) / len(row))

    def row(self, params):
        key = (p.get("values", p.get("choices")).index(params[name]) for name, p in self.parameters.items())
        return self.table["".join(map(str, key))]

    def suggest(self, trial):
        params = {}
        for name, parameter in self.parameters.items():
            if all(params.get(parent) in values for parent, values in parameter.get("when", {}).items()):
                params[name] = suggest(trial, name, parameter)
        return params


def suggest(trial, name, parameter):
    kind, scale = parameter["type"], parameter.get("scale")
    if kind == "ordinal":
        return parameter["values"][trial.suggest_int(name, 0, len(parameter["values"]) - 1)]
    if kind == "categorical":
        return trial.suggest_categorical(name, parameter["choices"])
    low, high = parameter["low"], parameter["high"]
    if kind == "int":
        return trial.suggest_int(name, low, high, log=scale == "log")
    if scale == "reverseLog":
        return 1 - trial.suggest_float(name, 1 - high, 1 - low, log=True)
    return trial.suggest_float(name, low, high, log=scale == "log")


def check(problem, points):
    for point in points:
        params, seed, number = point["params"], point["seed"], point["number"]
        for theirs, ours in (
            (point["observed"], problem.observe(params, seed, number)),
            (point["mean"], problem.mean(params)),
        ):
            if abs(ours - theirs) > 1e-9 * abs(theirs):
                sys.exit(f"{problem.name} of {params} is {theirs} in TypeScript, {ours} in Python.")


def run(problem, sampler, seed, trial_count):
    told = []

    def objective(trial):
        params = problem.suggest(trial)
        value = problem.observe(params, seed, trial.number)
        told.append({"observed": value, "mean": problem.mean(params)})
        return value

    start = time.perf_counter()
    optuna.create_study(sampler=sampler(seed=seed)).optimize(objective, n_trials=trial_count)
    return {"told": told, "seconds": time.perf_counter() - start}


task = json.load(sys.stdin)
problems = [Problem(data) for data in task["problems"]]
for problem, data in zip(problems, task["problems"]):
    check(problem, data["points"])

runs = []
if task["samplers"]:
    import optuna
    import torch

    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for problem in problems:
        for name in task["samplers"]:
            for seed in task["seeds"]:
                result = run(problem, getattr(optuna.samplers, name), seed, task["trialCount"])
                runs.append({"problem": problem.name, "method": name, "seed": seed, **result})
print(json.dumps(runs))

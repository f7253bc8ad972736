"""PED-ANOVA by numpy and scipy, and the order that Optuna finds, for the tests of the
divergences and of PED-ANOVA in test/engine/importance.

    python3 test/golden/importance.py > test/golden/importance.json
"""
import json
import warnings
import numpy as np
import optuna
from scipy.stats import norm

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
BINS = 50


def bins_of(parameter, values):
    kind = parameter["type"]
    if kind == "categorical":
        return len(parameter["choices"]), np.array([parameter["choices"].index(v) for v in values])
    if kind == "int":
        count = parameter["high"] - parameter["low"] + 1
        if count <= BINS:
            return count, np.array(values) - parameter["low"]
        unit = (np.array(values) - parameter["low"] + 0.5) / count
    elif parameter["scale"] == "log":
        low, high = np.log(parameter["low"]), np.log(parameter["high"])
        unit = (np.log(values) - low) / (high - low)
    else:
        unit = (np.array(values) - parameter["low"]) / (parameter["high"] - parameter["low"])
    return BINS, np.minimum((unit * BINS).astype(int), BINS - 1)


def density(bins, count, is_category):
    n = len(bins)
    counts = np.bincount(bins, minlength=count).astype(float)
    if not is_category:
        ordered = np.sort(bins)
        iqr = ordered[int(np.ceil(0.75 * n)) - 1] - ordered[int(np.ceil(0.25 * n)) - 1]
        deviation = np.std(bins, ddof=1) if n > 1 else 0.0
        width = max(1.059 * min(deviation, iqr / 1.34) * n ** -0.2, 0.5 / 1.64)
        edges = np.arange(count + 1) - 0.5
        counts = np.zeros(count)
        for b in bins:
            cdf = norm.cdf((edges - b) / width)
            counts += np.diff(cdf) / (cdf[-1] - cdf[0])
    return (counts + 1 / count) / (n + 1)


def divergence(parameter, name, trials, top):
    active = [t for t in trials if name in t["params"]]
    best = [t for t in top if name in t["params"]]
    if not best:
        return 0.0
    is_category = parameter["type"] == "categorical"
    count, all_bins = bins_of(parameter, [t["params"][name] for t in active])
    _, top_bins = bins_of(parameter, [t["params"][name] for t in best])
    p, q = density(all_bins, count, is_category), density(top_bins, count, is_category)
    alpha, beta = len(best) / len(top), len(active) / len(trials)
    return alpha**2 / beta * float(np.sum((q - p) ** 2 / p))


space = {
    "rate": {"type": "float", "low": 1e-4, "high": 1.0, "scale": "log"},
    "momentum": {"type": "float", "low": 0.0, "high": 1.0, "scale": "linear"},
    "layers": {"type": "int", "low": 1, "high": 6},
    "width": {"type": "int", "low": 1, "high": 400},
    "kind": {"type": "categorical", "choices": ["a", "b", "c"]},
    "decay": {"type": "float", "low": 0.0, "high": 2.0, "scale": "linear", "when": {"kind": ["a", "b"]}},
}


def distribution(parameter):
    if parameter["type"] == "categorical":
        return optuna.distributions.CategoricalDistribution(parameter["choices"])
    if parameter["type"] == "int":
        return optuna.distributions.IntDistribution(parameter["low"], parameter["high"])
    return optuna.distributions.FloatDistribution(parameter["low"], parameter["high"], log=parameter["scale"] == "log")


def loss(params):
    value = 2 * abs(np.log10(params["rate"]) + 2) + 0.6 * (params["kind"] == "c") + 0.3 * abs(params["layers"] - 2)
    return value + (0.4 * params["decay"] if "decay" in params else 0.3)


def case(n, seed):
    rng = np.random.default_rng(seed)
    trials = []
    for _ in range(n):
        params = {
            "rate": float(10 ** rng.uniform(-4, 0)),
            "momentum": float(rng.uniform()),
            "layers": int(rng.integers(1, 7)),
            "width": int(rng.integers(1, 401)),
            "kind": str(rng.choice(["a", "b", "c"])),
        }
        if params["kind"] != "c":
            params["decay"] = float(rng.uniform(0, 2))
        trials.append({"params": params, "value": float(loss(params))})
    top_count = min(max(int(np.ceil(0.1 * n)), 20), n // 2)
    top = sorted(trials, key=lambda t: t["value"])[:top_count]
    study = optuna.create_study()
    for t in trials:
        study.add_trial(optuna.trial.create_trial(
            params=t["params"], value=t["value"],
            distributions={name: distribution(space[name]) for name in t["params"]}))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=top_count / n)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {
        "trials": trials,
        "topCount": top_count,
        "divergences": {name: divergence(space[name], name, trials, top) for name in space},
        "optunaOrder": list(found),
    }


print(json.dumps({
    "optuna": optuna.__version__,
    "space": space,
    "cases": [case(30, 1), case(120, 2), case(400, 3)],
}))

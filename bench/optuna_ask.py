"""Asks of Optuna's GPSampler on given histories, for bench/ask-growth.ts: reads them as JSON, writes the medians.

An ask after a result: each adds a trial first, as a study does, so the sampler begins from the hyperparameters of the
ask before.
"""

import json
import os
import statistics
import sys
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"

import optuna
import torch

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def trial_of(point, value, space):
    params = {name: low + (high - low) * u for (name, (low, high)), u in zip(space.items(), point)}
    distributions = {name: optuna.distributions.FloatDistribution(low, high) for name, (low, high) in space.items()}
    return optuna.trial.create_trial(params=params, distributions=distributions, value=value)


def ask_ms(history, asks, seed):
    d = len(history["points"][0])
    space = {f"x{i}": (0.0, 1.0) for i in range(d)}
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=seed))
    trials = [trial_of(*row, space) for row in zip(history["points"], history["values"])]
    study.add_trials(trials[:-asks])
    times = []
    for trial in trials[-asks:]:
        study.add_trial(trial)
        start = time.perf_counter()
        asked = study.ask()
        for name, (low, high) in space.items():
            asked.suggest_float(name, low, high)
        times.append(1000 * (time.perf_counter() - start))
        study.tell(asked, state=optuna.trial.TrialState.FAIL)
    # The first one has no hyperparameters to begin from.
    return statistics.median(times[1:])


asked = json.load(sys.stdin)
answer = {
    "version": optuna.__version__,
    "askMs": [ask_ms(history, asked["asks"], asked["seed"]) for history in asked["histories"]],
}
json.dump(answer, sys.stdout)

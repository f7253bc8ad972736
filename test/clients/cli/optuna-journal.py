"""What Optuna makes of a journal, or a journal that Optuna writes; in JSON on standard output."""

import json
import sys
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


def importances(study):
    return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())


def storage(path):
    return JournalStorage(JournalFileBackend(path))


def read(path, name):
    study = optuna.load_study(study_name=name, storage=storage(path))
    several = len(study.directions) > 1
    return {
        "directions": [direction.name for direction in study.directions],
        "metrics": study.metric_names,
        "best": None if several else [study.best_trial.number, study.best_value, study.best_params],
        "front": [trial.number for trial in study.best_trials],
        "importances": None if several else importances(study),
        "trials": [
            {
                "number": trial.number,
                "state": trial.state.name,
                "values": trial.values,
                "params": trial.params,
                "intermediate": trial.intermediate_values,
                "fixed": trial.system_attrs.get("fixed_params"),
                "hasTimes": trial.datetime_start is not None and trial.datetime_complete is not None,
            }
            for trial in study.trials
        ],
    }


def same_from_scratch(rows):
    """The importances of a study that Optuna made by itself, of the same trials."""
    study = optuna.create_study()
    distributions = {
        "lr": FloatDistribution(1e-4, 1e-1, log=True),
        "layers": IntDistribution(1, 4),
        "act": CategoricalDistribution(["relu", "tanh"]),
    }
    for params, value in rows:
        study.add_trial(create_trial(params=params, distributions=distributions, value=value))
    return importances(study)


def write(path):
    study = optuna.create_study(study_name="old", direction="maximize", storage=storage(path))
    study.set_metric_names(["accuracy"])
    study.enqueue_trial({"lr": 0.01, "optimizer": "adam"})

    def objective(trial):
        lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
        optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
        if optimizer == "sgd":
            trial.suggest_float("momentum", 0, 1, step=0.25)
        if trial.number == 3:
            raise optuna.TrialPruned()
        if trial.number == 4:
            raise ValueError("too wide")
        return lr

    sampler = optuna.samplers.RandomSampler(seed=3)
    study.sampler = sampler
    study.optimize(objective, n_trials=12, catch=(ValueError,))
    study.enqueue_trial({"lr": 0.02, "optimizer": "adam"})
    study.ask()
    study.enqueue_trial({"lr": 0.03, "optimizer": "adam"})
    return [[trial.state.name, trial.params, trial.values] for trial in study.trials if trial.state != TrialState.RUNNING]


command, *arguments = sys.argv[1:]
if command == "read":
    print(json.dumps(read(*arguments)))
elif command == "scratch":
    print(json.dumps(same_from_scratch(json.load(sys.stdin))))
else:
    print(json.dumps(write(*arguments)))

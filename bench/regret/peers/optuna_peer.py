import warnings

import optuna

from .peer import Study, cells, from_limits, is_range, limits, parents, versions

METHODS = {
    "optuna-random": optuna.samplers.RandomSampler,
    "optuna-tpe": optuna.samplers.TPESampler,
    "optuna-gp": optuna.samplers.GPSampler,
}

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def version(method):
    return versions("optuna", "torch", "scipy") if method == "optuna-gp" else versions("optuna")


def start(method, space, seed, _trial_count):
    return OptunaStudy(METHODS[method](seed=seed), space)


class OptunaStudy(Study):
    def __init__(self, sampler, space):
        self.study, self.space = optuna.create_study(sampler=sampler), space

    def ask(self):
        trial = self.study.ask()
        params = {}
        for name, parameter in self.space.items():
            if all(params.get(parent) in values for parent, values in parents(parameter)):
                params[name] = drawn(trial, name, parameter)
        return trial, params

    def tell(self, token, value):
        self.study.tell(token, value)


def drawn(trial, name, parameter):
    if is_range(parameter):
        low, high, is_log = limits(parameter)
        draw = trial.suggest_int if parameter["type"] == "int" else trial.suggest_float
        return from_limits(parameter, draw(name, low, high, log=is_log))
    if parameter["type"] == "ordinal":
        return cells(parameter)[trial.suggest_int(name, 0, len(cells(parameter)) - 1)]
    return trial.suggest_categorical(name, cells(parameter))

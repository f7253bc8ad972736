"""A table by boosted trees: breast cancer, 30 measurements, log loss in 5-fold cross-validation."""

import sys

import xgboost
from sklearn.datasets import load_breast_cancer

import cavia

BUDGET = int(sys.argv[1]) if len(sys.argv) > 1 else 30
TABLE = xgboost.DMatrix(*load_breast_cancer(return_X_y=True))


def log_loss(rounds=100, **params):
    params = {"objective": "binary:logistic", "nthread": 1, "verbosity": 0, **params}
    folds = xgboost.cv(params, TABLE, rounds, nfold=5, stratified=True, seed=1, as_pandas=False)
    return folds["test-logloss-mean"][-1]


study = cavia.study(
    "xgboost-table",
    minimize="log_loss",
    budget=BUDGET,
    space={
        "eta": cavia.log(0.01, 0.5, default=0.3),
        "max_depth": cavia.integer(1, 10, default=6),
        "min_child_weight": cavia.log(0.1, 20, default=1),
        "subsample": cavia.uniform(0.4, 1, default=1),
        "colsample_bytree": cavia.uniform(0.2, 1, default=1),
        "reg_lambda": cavia.log(0.01, 100, default=1),
        "rounds": cavia.integer(20, 300, log=True, default=100),
    },
)
study.minimize(lambda trial: log_loss(**trial.params))

print(f"default: log loss {log_loss():.4f}")
print(f"best:    log loss {study.best.value:.4f} with {study.best.params}")

"""Handwritten digits by a support vector machine: how wrong it is in 5-fold cross-validation."""

import sys

from sklearn.datasets import load_digits
from sklearn.model_selection import KFold, cross_val_score
from sklearn.svm import SVC

import cavia

BUDGET = int(sys.argv[1]) if len(sys.argv) > 1 else 30
X, y = load_digits(return_X_y=True)
FOLDS = KFold(5, shuffle=True, random_state=1)


def error_percent(**params):
    return 100 * (1 - cross_val_score(SVC(**params), X, y, cv=FOLDS).mean())


study = cavia.study(
    "digits-svc",
    minimize="error_percent",
    budget=BUDGET,
    space={
        "C": cavia.log(0.1, 1000),
        "gamma": cavia.log(1e-5, 1e-1),
    },
)
study.minimize(lambda trial: error_percent(**trial.params))

print(f"default: {error_percent():.2f} %")
print(f"best:    {study.best.value:.2f} % with {study.best.params}")

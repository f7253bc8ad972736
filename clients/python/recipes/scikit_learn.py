"""scikit-learn: a pipeline by cross-validation."""

from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import cavia

X, y = load_wine(return_X_y=True)


def accuracy(trial):
    pipeline = make_pipeline(StandardScaler(), SVC(**trial.params))
    return cross_val_score(pipeline, X, y, cv=5).mean()


if __name__ == "__main__":
    study = cavia.study(
        "scikit-learn",
        maximize="accuracy",
        budget=20,
        space={"C": cavia.log(1e-3, 1e3, default=1), "gamma": cavia.log(1e-5, 10), "kernel": ["rbf", "sigmoid"]},
    )
    study.maximize(accuracy, workers=2)
    print(study.best.value, study.best.params)

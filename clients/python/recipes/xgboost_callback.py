"""XGBoost: a callback that reports each round and stops the training when it is told to."""

import xgboost
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

import cavia


class Report(xgboost.callback.TrainingCallback):
    def __init__(self, trial, metric):
        self.trial, self.metric = trial, metric

    def after_iteration(self, model, epoch, evals_log):
        """Returns whether to stop."""
        return epoch % 10 == 9 and self.trial.report(epoch, evals_log["validation"][self.metric][-1])


X, X_validation, y, y_validation = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
train, validation = xgboost.DMatrix(X, y), xgboost.DMatrix(X_validation, y_validation)
study = cavia.study(
    "xgboost",
    minimize="rmse",
    budget=15,
    space={"eta": cavia.log(0.01, 1), "max_depth": cavia.integer(1, 8), "subsample": cavia.uniform(0.3, 1)},
)
for trial in study:
    with trial as params:
        results = {}
        xgboost.train(
            {**params, "seed": trial.seed % 2**31, "nthread": 1},
            train,
            num_boost_round=50,
            evals=[(validation, "validation")],
            evals_result=results,
            verbose_eval=False,
            callbacks=[Report(trial, "rmse")],
        )
        trial.tell(results["validation"]["rmse"][-1])
print(study.best.value, study.best.params)

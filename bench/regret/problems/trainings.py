"""Real trainings with scikit-learn on the data sets that it ships, kept small: a part of the rows, few iterations, one
fixed cross-validation. The same params give the same loss; the seed of a study has no say.
"""

import math
import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from .problem import category, exact, ordinal, real, switch, whole

warnings.filterwarnings("ignore")

VERSION = 1
FAMILY = "trainings"
FOLDS = 2
SEED = 7
# What a training that failed counts as, and the most that one counts: so many times the loss of saying the mean.
LOSS_MAX = 3.0

LOADERS = {"cancer": load_breast_cancer, "diabetes": load_diabetes, "digits": load_digits, "wine": load_wine}


def problems():
    return [
        training("svm_digits", "digits", 300, SVM, svm, error_rate),
        training("svm_cancer", "cancer", 240, SVM, svm, one_minus_auc),
        training("svr_diabetes", "diabetes", 300, SVR_SPACE, svr, squared_error),
        training("mlp_digits", "digits", 200, MLP, mlp(MLPClassifier), cross_entropy),
        training("mlp_wine", "wine", 178, MLP, mlp(MLPClassifier), cross_entropy),
        training("mlp_diabetes", "diabetes", 240, MLP, mlp(MLPRegressor), squared_error),
        training("boosting_cancer", "cancer", 300, BOOSTING, boosting(GradientBoostingClassifier), cross_entropy),
        training("boosting_diabetes", "diabetes", 300, BOOSTING, boosting(GradientBoostingRegressor), squared_error),
    ]


def training(name, data_set, rows, parameters, model_of, loss_of):
    x, y = LOADERS[data_set](return_X_y=True)
    kept = np.random.RandomState(SEED).permutation(len(y))[:rows]
    x, y = x[kept], y[kept]
    if data_set == "diabetes":
        y = (y - y.mean()) / y.std()
    folds = list(KFold(FOLDS, shuffle=True, random_state=SEED).split(x))

    def loss(params):
        try:
            losses = []
            for train, test in folds:
                model = make_pipeline(StandardScaler(), model_of(params)).fit(x[train], y[train])
                losses.append(loss_of(model, x[test], y[test]))
            value = sum(losses) / FOLDS
        except ValueError:
            return LOSS_MAX
        return min(value, LOSS_MAX) if math.isfinite(value) else LOSS_MAX

    return exact(name, FAMILY, VERSION, parameters, loss)


def error_rate(model, x, y):
    return 1 - model.score(x, y)


def one_minus_auc(model, x, y):
    return 1 - roc_auc_score(y, model.decision_function(x))


def squared_error(model, x, y):
    return mean_squared_error(y, model.predict(x))


def cross_entropy(model, x, y):
    """As a share of what saying nothing loses."""
    return log_loss(y, model.predict_proba(x), labels=model.classes_) / math.log(len(model.classes_))


SVM = {
    "C": real(1e-3, 1e3, "log"),
    "kernel": category(["rbf", "poly", "sigmoid"]),
    "gamma": real(1e-5, 1e1, "log"),
    "degree": whole(2, 5, when={"kernel": ["poly"]}),
    "coef0": real(-1, 1, when={"kernel": ["poly", "sigmoid"]}),
    "shrinking": switch(),
}
SVR_SPACE = {
    "C": real(1e-3, 1e3, "log"),
    "epsilon": real(1e-3, 1, "log"),
    "kernel": category(["rbf", "poly", "sigmoid", "linear"]),
    "gamma": real(1e-5, 1e1, "log", when={"kernel": ["rbf", "poly", "sigmoid"]}),
    "degree": whole(2, 5, when={"kernel": ["poly"]}),
}
ITERATIONS_SVM = 2000


def svm(params):
    return SVC(**params, max_iter=ITERATIONS_SVM)


def svr(params):
    return SVR(**params, max_iter=ITERATIONS_SVM)


MLP = {
    "rate": real(1e-4, 1e-1, "log"),
    "penalty": real(1e-6, 1e1, "log"),
    "activation": category(["relu", "tanh", "logistic"]),
    "batch": ordinal([8, 16, 32, 64]),
    "layers": whole(1, 3),
    "width1": whole(4, 64, "log"),
    "width2": whole(4, 64, "log", when={"layers": [2, 3]}),
    "width3": whole(4, 64, "log", when={"layers": [3]}),
    "beta1": real(0.5, 0.99, "reverseLog"),
}
EPOCHS = 6


def mlp(model):
    return lambda params: model(
        hidden_layer_sizes=[params[f"width{i + 1}"] for i in range(params["layers"])],
        activation=params["activation"],
        alpha=params["penalty"],
        batch_size=params["batch"],
        learning_rate_init=params["rate"],
        beta_1=params["beta1"],
        max_iter=EPOCHS,
        random_state=SEED,
    )


BOOSTING = {
    "learning_rate": real(1e-3, 1, "log"),
    "n_estimators": whole(4, 32),
    "max_depth": whole(1, 6),
    "min_samples_leaf": whole(1, 40, "log"),
    "subsample": real(0.3, 1),
    "max_features": real(0.1, 1),
}


def boosting(model):
    return lambda params: model(**params, random_state=SEED)

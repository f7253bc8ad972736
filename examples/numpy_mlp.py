"""A network in NumPy that learns a spiral: its learning curves, and trials that are not worth going on with."""

import sys

import numpy as np

import cavia

BUDGET = int(sys.argv[1]) if len(sys.argv) > 1 else 30
EPOCHS = 60
CHANCE = np.log(3)  # the loss of a guess among three arms


def spiral(count, random):
    """Points on three arms, and which arm each is on."""
    arm = random.integers(3, size=count)
    radius = random.uniform(0.05, 1, count)
    angle = 4 * radius + arm * 2 * np.pi / 3 + random.normal(0, 0.15, count)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), arm


def log_softmax(scores):
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


TRAIN, VALIDATION = spiral(600, np.random.default_rng(0)), spiral(600, np.random.default_rng(1))


def losses(seed, *, learning_rate, width, batch_size, decay, momentum):
    """Trains, and gives the loss on the validation set after each epoch."""
    random = np.random.default_rng(seed)
    weights = [random.normal(0, 1, (2, width)), np.zeros(width), random.normal(0, width**-0.5, (width, 3)), np.zeros(3)]
    velocity = [np.zeros_like(weight) for weight in weights]
    (X, y), (X_validation, y_validation) = TRAIN, VALIDATION
    for _ in range(EPOCHS):
        for batch in np.array_split(random.permutation(len(y)), max(1, len(y) // batch_size)):
            hidden = np.tanh(X[batch] @ weights[0] + weights[1])
            error = np.exp(log_softmax(hidden @ weights[2] + weights[3]))
            error[np.arange(len(batch)), y[batch]] -= 1
            error /= len(batch)
            back = error @ weights[2].T * (1 - hidden**2)
            gradients = [X[batch].T @ back, back.sum(0), hidden.T @ error, error.sum(0)]
            for weight, speed, gradient in zip(weights, velocity, gradients):
                speed[:] = momentum * speed - learning_rate * (gradient + decay * weight)
                weight[:] = weight + speed
        scores = log_softmax(np.tanh(X_validation @ weights[0] + weights[1]) @ weights[2] + weights[3])
        yield -scores[np.arange(len(y_validation)), y_validation].mean()


study = cavia.study(
    "numpy-mlp",
    minimize="loss",
    budget=BUDGET,
    space={
        "learning_rate": cavia.log(1e-3, 10, default=0.01),
        "width": cavia.integer(4, 128, log=True, default=16),
        "batch_size": cavia.ordinal(8, 16, 32, 64, 128, default=32),
        "decay": cavia.log(1e-6, 1e-1, default=1e-4),
        "momentum": cavia.reverse_log(0.1, 0.99, default=0.5),
    },
)
for trial in study:
    with trial as params:
        for epoch, loss in enumerate(losses(trial.seed, **params)):
            # The service may say to stop; and this much is known here: by then it should be better than a guess.
            if trial.report(epoch, loss) or (epoch >= 10 and not loss < CHANCE):
                trial.prune()
                break
        else:
            trial.tell(loss)

*_, default = losses(study.trial(0).seed, learning_rate=0.01, width=16, batch_size=32, decay=1e-4, momentum=0.5)
pruned = sum(1 for _ in study.trials("pruned"))
print(f"default: loss {default:.3f}")
print(f"best:    loss {study.best.value:.3f} with {study.best.params}; {pruned} trials pruned")

"""Writes problems/references.json: what regret is measured against, the least loss of each problem and the median of
random params.

Of tables both are known, and of functions the least loss is 0. The least loss of a training is the least that is
known, of random params and of all results so far, and a little less, so that the one run that found it does not
stand out. Run it again when there are more results.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import math
import random
import statistics
import sys
from pathlib import Path

from problems import tables
from problems.catalogue import REFERENCES, all_problems
from problems.problem import active

RESULTS = Path(__file__).parent.parent / "results" / "regret"
COUNTS = {"trainings": 400}
COUNT = 2000
# How much less than the least that is known, as a share of the way from the median.
MARGIN = 1e-3


def main():
    found = {}
    for problem in all_problems():
        found[problem.name] = reference(problem)
        print(problem.name, found[problem.name], file=sys.stderr)
    REFERENCES.write_text("{\n" + ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n")


def reference(problem):
    if problem.family in tables.SPACES:
        losses = tables.every_loss(problem.family, problem.name.removeprefix(problem.family + "_"))
        return {"best": min(losses), "median": statistics.median(losses)}
    source = random.Random(problem.name)
    losses = []
    for number in range(COUNTS.get(problem.family, COUNT)):
        params = {name: drawn(parameter, source) for name, parameter in problem.parameters.items()}
        losses.append(problem.evaluate(active(problem.parameters, params), 0, number)[1])
    median = statistics.median(losses)
    if problem.family != "trainings":
        return {"best": 0, "median": median}
    least = min(losses + known_losses(problem))
    return {"best": least - MARGIN * (median - least), "median": median}


def drawn(parameter, source):
    kind = parameter["type"]
    if kind == "boolean":
        return source.random() < 0.5
    if kind in ("ordinal", "categorical"):
        return source.choice(parameter.get("values", parameter.get("choices")))
    low, high, scale = parameter["low"], parameter["high"], parameter["scale"]
    if kind == "int":
        low, high = low - 0.499, high + 0.499
    if scale == "log":
        value = math.exp(source.uniform(math.log(low), math.log(high)))
    elif scale == "reverseLog":
        value = 1 - math.exp(source.uniform(math.log(1 - high), math.log(1 - low)))
    else:
        value = source.uniform(low, high)
    return round(value) if kind == "int" else value


def known_losses(problem):
    losses = []
    for file in RESULTS.glob(f"*/{problem.name}.json"):
        results = json.loads(file.read_text())
        if results["problemVersion"] == problem.version:
            losses += [loss for run in results["runs"].values() for loss in run.get("true", run["told"])]
    return losses


main()

"""Evaluates the problems for whoever asks, a line of JSON for a line of JSON, so that all methods have the very same
ones.

{"list": true} answers every problem with its space; {"problem", "params", "seed", "number"} answers [told, true].
Params that are not active are left out of account.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys

from problems import bbob
from problems.catalogue import all_problems, references, splits
from problems.problem import active


def main():
    problems = {problem.name: problem for problem in all_problems()}
    for line in sys.stdin:
        question = json.loads(line)
        if "list" in question:
            answer = described(problems.values())
        else:
            name = question["problem"]
            problem = problems.get(name) or problems.setdefault(name, bbob.problem(name))
            params = active(problem.parameters, question["params"])
            answer = problem.evaluate(params, question["seed"], question["number"])
        print(json.dumps(answer), flush=True)


def described(problems):
    split_of, reference_of = splits(problems), references()
    return [
        {
            "name": problem.name,
            "family": problem.family,
            "split": split_of[problem.name],
            "version": problem.version,
            "parameters": problem.parameters,
            **reference_of.get(problem.name, {"best": 0, "median": 1}),
        }
        for problem in problems
    ]


main()

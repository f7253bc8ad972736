"""All problems, and their two halves.

The engine is designed on `dev`; `held-out` is there to see whether what was learnt holds elsewhere. What was looked
at before there were two halves is dev (USED). In each family the others, in the order of their names, go by turns
to the half that has fewer, to held-out when both have as many.
"""

import json
from pathlib import Path

from . import diverging, functions, mixed, tables, trainings

REFERENCES = Path(__file__).parent / "references.json"

# Some were moved or made harder since, but the function is the one that was seen.
USED = {
    "branin", "hartmann6", "rosenbrock5", "ackley5", "levy10", "valley", "momentum",
    "hpobench_australian", "hpobench_car", "hpolib_slice_localization", "nasbench201_cifar10",
    "exploding_rate",
}  # fmt: skip


def all_problems():
    return [p for family in (functions, mixed, diverging, tables, trainings) for p in family.problems()]


def splits(problems):
    """By name: dev or held-out."""
    found = {}
    for family in dict.fromkeys(p.family for p in problems):
        names = sorted(p.name for p in problems if p.family == family)
        dev = [name for name in names if name in USED]
        held_out = []
        for name in names:
            if name not in USED:
                (dev if len(dev) < len(held_out) else held_out).append(name)
        found.update({name: "dev" for name in dev} | {name: "held-out" for name in held_out})
    return found


def references():
    """By name: the least loss and the median loss, see find_references.py."""
    return json.loads(REFERENCES.read_text()) if REFERENCES.exists() else {}

"""Runs peers on the functions of BBOB, in bench/results/regret-bbob: only what is not there yet.

Of each function and instance it keeps after how many evaluations each target was hit, 50 for each dimension at most.
All functions with the first instance come first, then all with the second, so that one may stop at any time.
"""

import argparse
import time

from peers.runs import RESULTS, Problems, arguments_of, kept, peer_of, write

EVALUATIONS_PER_DIMENSION = 50
FUNCTION_COUNT = 24
# From 100 to 1e-8, five to a power of ten, as coco-experiment counts them.
TARGETS = [10 ** (2 - i / 5) for i in range(51)]


def main():
    parser = arguments_of(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--dimensions", default="2,5,10,20")
    parser.add_argument("--instances", default="1:4", help="from:to, without the last")
    asked = parser.parse_args()
    problems = Problems(asked.problems_python)
    deadline = time.monotonic() + 60 * asked.minutes
    for instance in range(*map(int, asked.instances.split(":"))):
        for d in map(int, asked.dimensions.split(",")):
            for method in asked.methods.split(","):
                peer = peer_of(method)
                file = RESULTS / "regret-bbob" / method / f"d{d}.json"
                for function in range(1, FUNCTION_COUNT + 1):
                    if time.monotonic() > deadline:
                        return
                    results = kept(file, {"method": method, "version": peer.version(method), "d": d})
                    name = f"f{function}_i{instance}"
                    if name not in results["runs"]:
                        results["runs"][name] = run(peer, method, problems, f"bbob_{name}_d{d}", d, instance)
                        write(file, results)
                        print(method, name, d, flush=True)


def run(peer, method, problems, name, d, seed):
    """-> by target, the evaluation that hit it; 0 if none did."""
    count = EVALUATIONS_PER_DIMENSION * d
    space = {f"x{i}": {"type": "float", "low": -5, "high": 5, "scale": "linear"} for i in range(d)}
    study = peer.start(method, space, seed, count)
    hits = [0] * len(TARGETS)
    for number in range(count):
        token, params = study.ask()
        value, _ = problems.ask({"problem": name, "params": params, "seed": seed, "number": number})
        study.tell(token, value)
        hits = [hit or (number + 1 if value <= target else 0) for hit, target in zip(hits, TARGETS)]
        if hits[-1]:
            break
    return hits


main()

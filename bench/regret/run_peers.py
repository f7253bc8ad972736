"""Runs peers on the problems and keeps what each trial told, in bench/results/regret: only what is not there yet.

A run is one method on one problem with one seed. Runs of another version of the peer or of the problem do not count.
All problems with the first seed come first, then all with the second, so that one may stop at any time.
"""

import argparse
import itertools
import time

from peers.runs import RESULTS, Problems, arguments_of, kept, peer_of, write

TRIAL_COUNT = 60
FLOAT_FORMAT = ".7g"

def main():
    asked = arguments()
    problems = Problems(asked.problems_python)
    chosen = [p for p in interleaved(problems.listed()) if asked.only is None or p["name"] in asked.only.split(",")]
    deadline = time.monotonic() + 60 * asked.minutes
    for seed in range(*map(int, asked.seeds.split(":"))):
        for method in asked.methods.split(","):
            peer = peer_of(method)
            for problem in chosen:
                if time.monotonic() > deadline:
                    return
                file = RESULTS / "regret" / method / f"{problem['name']}.json"
                head = {"method": method, "version": peer.version(method)}
                results = kept(file, {**head, "problem": problem["name"], "problemVersion": problem["version"]})
                if str(seed) in results["runs"]:
                    continue
                results["runs"][str(seed)] = run(peer, method, problems, problem, seed)
                write(file, results)
                print(method, problem["name"], seed, f"{results['runs'][str(seed)]['seconds']} s", flush=True)


def arguments():
    parser = arguments_of(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--seeds", default="0:8", help="from:to, without the last")
    parser.add_argument("--only", help="names of problems, by commas")
    return parser.parse_args()


def interleaved(problems):
    """Families and halves by turns, so that a part of the list is a fair part."""
    groups = {}
    for problem in problems:
        groups.setdefault((problem["family"], problem["split"]), []).append(problem)
    return [p for row in itertools.zip_longest(*groups.values()) for p in row if p is not None]


def run(peer, method, problems, problem, seed):
    study = peer.start(method, problem["parameters"], seed, TRIAL_COUNT)
    told, true, seconds = [], [], 0.0
    for number in range(TRIAL_COUNT):
        start = time.perf_counter()
        token, params = study.ask()
        seconds += time.perf_counter() - start
        answer = problems.ask({"problem": problem["name"], "params": params, "seed": seed, "number": number})
        told.append(answer[0])
        true.append(answer[1])
        start = time.perf_counter()
        study.tell(token, answer[0])
        seconds += time.perf_counter() - start
    found = {"seconds": round(seconds, 2), "told": list(map(short, told))}
    return found if told == true else {**found, "true": list(map(short, true))}


def short(value):
    return float(format(value, FLOAT_FORMAT))


main()

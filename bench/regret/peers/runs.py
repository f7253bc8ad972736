"""What runs of peers have in common: which there are, who evaluates, how results are kept."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import importlib
import json
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent.parent.parent / "results"

MODULES = {
    "optuna-random": "optuna_peer",
    "optuna-tpe": "optuna_peer",
    "optuna-gp": "optuna_peer",
    "smac": "smac_peer",
    "scikit-optimize": "skopt_peer",
    "nevergrad": "nevergrad_peer",
    "ax": "ax_peer",
    "hebo": "hebo_peer",
    "vizier": "vizier_peer",
}


def peer_of(method):
    """Only now, since each environment has some of them."""
    return importlib.import_module(f"peers.{MODULES[method]}")


def arguments_of(parser):
    parser.add_argument("--methods", required=True, help="by commas; of " + ", ".join(MODULES))
    parser.add_argument("--minutes", type=float, default=1e6, help="start no run after so many")
    parser.add_argument("--problems-python", default=os.environ.get("PYTHON", sys.executable))
    return parser


class Problems:
    """The process that evaluates, which is the same for every method."""

    def __init__(self, python):
        script = Path(__file__).parent.parent / "serve_problems.py"
        self.process = subprocess.Popen([python, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def listed(self):
        return self.ask({"list": True})

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def kept(file, head):
    """What the file has, if it begins like this; else nothing yet."""
    if file.exists():
        results = json.loads(file.read_text())
        if {key: results[key] for key in head} == head:
            return results
    return {**head, "runs": {}}


def write(file, results):
    """One line a run, and at once or not at all."""
    head = ",\n".join(f' "{key}": {json.dumps(value)}' for key, value in results.items() if key != "runs")
    in_order = sorted(results["runs"].items(), key=lambda item: (len(item[0]), item[0]))
    runs = ",\n".join(f'  "{name}": {json.dumps(run)}' for name, run in in_order)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(f'{{\n{head},\n "runs": {{\n{runs}\n }}\n}}\n')
    part.replace(file)

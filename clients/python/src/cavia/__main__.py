"""`python -m cavia sync` and `python -m cavia worker`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ._say import say
from .errors import CaviaError


def main(arguments: Sequence[str]) -> int:
    """Does what the arguments say. Returns the exit code: 0 done, 1 failed, 2 wrong arguments."""
    own, command = _split(arguments)
    options = _parser().parse_args(own)
    try:
        if options.verb == "sync":
            return _sync(options)
        from ._worker import work

        return work(command, options.study, options.url, options.key)
    except CaviaError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is before the first ``--``, and the command after it."""
    given = list(arguments)
    if "--" not in given:
        return given, []
    at = given.index("--")
    return given[:at], given[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cavia", description="Client of the Cavia service.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    sync = verbs.add_parser("sync", help="tell the results that were kept on disk while the service was away")
    worker = verbs.add_parser(
        "worker",
        usage="python -m cavia worker [--study NAME] [--url URL] [--key KEY] -- PROGRAM [ARGUMENT …]",
        help="train trials with a program: {name} in an argument is a parameter, {*} is --name value for all of them",
    )
    worker.add_argument("--study", help="its name or id; the trial of the environment in a job of the service")
    for verb in (sync, worker):
        verb.add_argument("--url", help="where the service is; CAVIA_URL, or http://127.0.0.1:8787, when left out")
        verb.add_argument("--key", help="an API key; CAVIA_KEY when left out")
    return parser


def _sync(options: argparse.Namespace) -> int:
    from ._client import Client
    from ._telling import replay

    answered, waiting = replay(Client(options.url, options.key))
    say(f"{answered} results were told, {waiting} wait.")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

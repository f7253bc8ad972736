"""A tell is never lost: it is on disk before it is sent, and until it is answered."""

from __future__ import annotations

from pathlib import Path

from ._client import Client
from ._say import say
from ._spool import SpooledTell, waiting_tells, write_down
from ._transport import Json, new_key, plain
from .errors import CaviaError, ForbiddenError, RefusedError, UnauthenticatedError, UnavailableError

SYNC_COMMAND = "python -m cavia sync"

_complained_of: set[Path] = set()
"""What a loop tries again and again is said once."""


def tell_for_good(client: Client, study: str, number: int, result: Json) -> Json | None:
    """Tells, or keeps the tell for later and says so. Returns None for one that was kept.

    Raises:
        RefusedError: the service's refusal. The tell is kept where another key could help.
    """
    # As it travels, so that what is written down is what is sent.
    result = plain(result)
    key = new_key()
    spooled = _written_down(client, study, number, result, key)
    try:
        trial = client.tell(study, number, result, key)
    except CaviaError as error:
        if spooled is None or is_for_good(error):
            _forget(spooled)
            raise
        _keep(spooled, study, number, str(error))
        if isinstance(error, RefusedError) and not isinstance(error, UnavailableError):
            raise
        return None
    except BaseException:
        if spooled is not None:
            _keep(spooled, study, number, "the program was ended while it was being told")
        raise
    _forget(spooled)
    return trial


def replay(client: Client) -> tuple[int, int]:
    """Sends the tells that wait for this client's service, the oldest first. Says what becomes of each.

    Returns:
        How many have been answered, by a result or a refusal, and how many still wait.
    """
    answered = waiting = 0
    for spooled in waiting_tells():
        if spooled.url != client.url or waiting > 0:
            # When one cannot be sent now, the others cannot either.
            waiting += spooled.url == client.url
            spooled.keep()
        elif _is_replayed(client, spooled):
            answered += 1
        else:
            waiting += 1
    return answered, waiting


def is_for_good(error: CaviaError) -> bool:
    """Whether the same tell will never be taken, by no key."""
    is_of_the_key = isinstance(error, (UnauthenticatedError, ForbiddenError))
    return isinstance(error, RefusedError) and not isinstance(error, UnavailableError) and not is_of_the_key


def _is_replayed(client: Client, spooled: SpooledTell) -> bool:
    place = f"The result of trial {spooled.number} of study {spooled.study}, which was kept on disk,"
    try:
        client.tell(spooled.study, spooled.number, spooled.result, spooled.idempotency_key)
    except CaviaError as error:
        if not is_for_good(error):
            if spooled.path not in _complained_of:
                say(f"{place} could not be told yet: {error}")
            _complained_of.add(spooled.path)
            spooled.keep()
            return False
        kept = spooled.set_aside(str(error))
        say(f"{place} was refused for good, and is kept in {kept}: {error}")
        return True
    except BaseException:
        spooled.keep()
        raise
    say(f"{place} has been told.")
    spooled.remove()
    return True


def _written_down(client: Client, study: str, number: int, result: Json, key: str) -> SpooledTell | None:
    try:
        return write_down(client.url, study, number, result, key)
    except OSError as error:
        say(f"The result of trial {number} cannot be kept on disk meanwhile: {error}. Set CAVIA_SPOOL to a folder.")
        return None


def _forget(spooled: SpooledTell | None) -> None:
    if spooled is not None:
        spooled.remove()


def _keep(spooled: SpooledTell, study: str, number: int, reason: str) -> None:
    spooled.keep()
    say(
        f"The result of trial {number} of study {study} is kept in {spooled.path}, because {reason} "
        f"It is told when a program opens a study there next, or by: {SYNC_COMMAND}"
    )

"""Tells that wait on disk until the service has answered them.

A tell is written down before it is sent and taken away when it is answered, so that it outlives the process. Each is a
file of its own, written under another name first. Whoever sends one holds a lock on it, so that another process does
not send it meanwhile; sending it twice would do no harm. Keys and tokens are never written down.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows: without the lock a tell may be sent twice, which does no harm.
    fcntl = None  # type: ignore[assignment]

_VERSION = 1
_WAITING, _REFUSED = ".tell.json", ".refused.json"


@dataclass
class SpooledTell:
    """A tell on disk, and the lock on it."""

    path: Path
    file: IO[bytes]
    url: str
    study: str
    number: int
    result: dict[str, Any]
    idempotency_key: str

    def remove(self) -> None:
        """It has been answered."""
        self.path.unlink(missing_ok=True)
        self.file.close()

    def keep(self) -> None:
        """It will be sent later."""
        self.file.close()

    def set_aside(self, reason: str) -> Path:
        """It was refused for good. What it said is kept, beside the reason."""
        kept = self.path.with_name(self.path.name.replace(_WAITING, _REFUSED))
        _write_whole(kept, {**_document_of(self), "refused": reason}).close()
        self.remove()
        return kept


def spool_folder() -> Path:
    """CAVIA_SPOOL, or a folder among the user's state."""
    given = os.environ.get("CAVIA_SPOOL")
    if given:
        return Path(given)
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(state) / "cavia" / "spool"


def write_down(url: str, study: str, number: int, result: dict[str, Any], idempotency_key: str) -> SpooledTell:
    """A tell on disk that survives a crash of the machine. Raises OSError when it cannot be written."""
    folder = spool_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{idempotency_key}{_WAITING}"
    document = {
        "version": _VERSION,
        "url": url,
        "study": study,
        "number": number,
        "result": result,
        "idempotencyKey": idempotency_key,
    }
    return SpooledTell(path, _write_whole(path, document), url, study, number, result, idempotency_key)


def waiting_tells() -> Iterator[SpooledTell]:
    """Those that nobody is sending, the oldest first, each locked until it is removed or kept."""
    for path in sorted(_files_in(spool_folder()), key=_age_of):
        tell = _taken(path)
        if tell is not None:
            yield tell


def _files_in(folder: Path) -> list[Path]:
    return list(folder.glob(f"*{_WAITING}")) if folder.is_dir() else []


def _age_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0


def _taken(path: Path) -> SpooledTell | None:
    try:
        file = path.open("rb")
    except OSError:
        return None
    # It may have been answered between opening and locking.
    if not _lock(file) or not path.exists():
        file.close()
        return None
    try:
        document = json.load(file)
        if document["version"] != _VERSION:
            raise ValueError("another version's")
        place = document["url"], document["study"], document["number"]
        return SpooledTell(path, file, *place, document["result"], document["idempotencyKey"])
    except (ValueError, KeyError, TypeError):
        # Of a later version, or not ours: whoever wrote it can read it.
        file.close()
        return None


def _lock(file: IO[bytes]) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system may have no locks.
        return not isinstance(error, BlockingIOError)
    return True


def _document_of(tell: SpooledTell) -> dict[str, Any]:
    tell.file.seek(0)
    document: dict[str, Any] = json.loads(tell.path.read_bytes())
    return document


def _write_whole(path: Path, document: dict[str, Any]) -> IO[bytes]:
    """The file is there as a whole or not at all, and locked from the moment in which it is there."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    file = os.fdopen(descriptor, "wb")
    try:
        _lock(file)
        file.write(json.dumps(document, ensure_ascii=False, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
        os.replace(part, path)
        _sync_folder(path.parent)
    except BaseException:
        file.close()
        Path(part).unlink(missing_ok=True)
        raise
    return file


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

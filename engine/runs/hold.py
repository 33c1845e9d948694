"""The claim on a run's folder: while one program writes a run, others may only look at it."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from pathlib import Path

from engine.errors import ModelFileError
from engine.io.locks import Held, lock
from engine.runs import names

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


class Hold:
    """The claim of this process; it ends with the process, however that ends.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        """Claim the folder ``path``.

        Raises:
            ModelFileError: another program writes there; the message says which.
            OSError: there is no such folder, or it cannot be written.
        """
        self.path = path
        self._stack = ExitStack()
        self.renew()

    def renew(self) -> None:
        """Claim the folder again, which may have been taken away and made anew; raises as at first."""
        self.release()
        try:
            self._stack.enter_context(lock(self.path / names.LOCK))
        except Held:
            from engine.runs.folder import held_by  # in most cases nobody asks

            raise ModelFileError(held_by(self.path)) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:  # on a disk without locks, whose runs are left to their owner
                raise

    def release(self) -> None:
        """Let go of the folder; more than once does no harm."""
        self._stack.close()


def is_held(path: Path) -> bool:
    """Return whether some program writes the run in ``path``."""
    if not (path / names.LOCK).exists():
        return False
    try:
        Hold(path).release()
    except ModelFileError:
        return True
    except OSError:  # a folder that cannot be written is not written by others of this user either
        return False
    return False

"""Where a result really goes whose place is a link: to what the link points to, so that the link stays."""

import os
import sys
from pathlib import Path

from wamigrate.errors import TargetExistsError


def real_place(path: Path, advice: str) -> Path:
    """Return the absolute place of a path: of a link, that of what it points to, as ``cp`` writes there.

    ``.`` and ``..`` get a name, too: they have none that something could be moved to.

    Args:
        path: as given.
        advice: what to do where that will not do, for messages.

    Raises:
        TargetExistsError: a link points to nothing, or is somebody else's and could point anywhere.

    """
    if path.name in ("", ".."):
        return path.resolve()
    if not os.path.islink(path):  # noqa: PTH114 - what cannot be looked at is an error later, with a way out
        return path.absolute()
    real = os.path.realpath(path)
    if not os.path.exists(real):  # noqa: PTH110 - a loop of links makes pathlib raise
        raise TargetExistsError(f"{path}: is a link to {real}, which is not there; {advice}")
    if is_foreign_link(path):
        raise TargetExistsError(f"{path}: is a link that another user made; {advice}")
    return Path(real)


def is_foreign_link(path: Path) -> bool:
    """Tell whether a link is another user's, who may want a file of ours to be overwritten.

    Raises:
        OSError: it cannot be looked at.

    """
    if sys.platform == "win32":
        return False
    return path.lstat().st_uid not in (os.getuid(), 0)

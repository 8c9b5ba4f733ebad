"""What ``migrate --json`` prints: what was made in a folder, or sent to a server."""

from typing import Final, Literal

from msgspec import Struct

from wamigrate.direct_import import DirectImport
from wamigrate.migration import Migration

MIGRATION: Final = "wamigrate-migration/1"


class MigrationReport(Struct, frozen=True):
    """What ``migrate --json`` prints; where nothing could be made there is an error and no JSON."""

    schema: Literal["wamigrate-migration/1"]
    """``wamigrate-migration/1``."""
    made: Migration | None = None
    """The folder that was made; null with ``--url``."""
    sent: DirectImport | None = None
    """What was sent to a server; null without ``--url``."""


def report_migration(found: Migration | DirectImport) -> MigrationReport:
    """Wrap what a migration came to."""
    if isinstance(found, Migration):
        return MigrationReport(MIGRATION, made=found)
    return MigrationReport(MIGRATION, sent=found)

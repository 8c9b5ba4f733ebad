"""What readers of archives demand: a table of rules with the programs that each one matters to."""

from wamigrate.archived import Finding
from wamigrate.tables import read_table


class Rules:
    """The rules of one format; ``reader_rules.toml`` holds them.

    >>> Rules("chatgpt").broken("metadata-object", "conversations.json[0]").readers
    ('LibreChat',)
    """

    def __init__(self, exporter: str) -> None:
        self._rules: dict[str, dict[str, object]] = read_table("reader_rules.toml")[exporter]

    def broken(self, rule: str, where: str) -> Finding:
        """Say that a rule does not hold.

        Args:
            rule: its key in the table.
            where: place in the archive.

        Raises:
            KeyError: the table has no such rule.

        """
        entry = self._rules[rule]
        text, readers = entry["text"], entry.get("readers", [])
        assert isinstance(text, str)
        assert isinstance(readers, list)
        return Finding(rule, where, text, tuple(str(reader) for reader in readers))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - the table's lists hold strings

"""What the tables around ``message`` hold for single messages."""

import json
from collections.abc import Iterator, Mapping
from typing import Final, cast

from wamigrate.database import Cell, Database, as_float, as_int, as_text
from wamigrate.rich_answers import rich_answer
from wamigrate.stored_body import Parts, Place, StoredFile

_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "ai_rich_response_message_core_info": ("ai_rich_response_core_blob",),
    "message_album": ("image_count", "video_count"),
    "message_call_log": ("call_log_row_id",),
    "message_ephemeral_setting": ("setting_duration",),
    "message_event": ("name", "description", "location_name", "location_address", "join_link"),
    "message_group_invite": ("group_name",),
    "message_location": (
        "latitude", "longitude", "place_name", "place_address", "url", "live_location_share_duration",
    ),
    "message_media": (
        "file_path", "mime_type", "media_name", "media_caption", "raw_transcription_text",
    ),
    "message_mentions": ("jid_row_id", "display_name"),
    "message_order": ("order_title", "message"),
    "message_poll_option": ("_id", "option_name", "vote_total"),
    "message_product": ("title", "description", "body", "footer", "url"),
    "message_revoked": ("admin_jid_row_id",),
    "message_system": ("action_type",),
    "message_system_block_contact": ("is_blocked",),
    "message_system_business_state": ("privacy_message_type",),
    "message_system_chat_participant": ("user_jid_row_id",),
    "message_system_group": ("is_me_joined",),
    "message_system_initial_privacy_provider": ("biz_state_id",),
    "message_system_number_change": ("old_jid_row_id", "new_jid_row_id"),
    "message_system_value_change": ("old_data",),
    "message_template": ("content_text_data", "footer_text_data"),
    "message_template_button": ("text_data", "extra_data"),
    "message_ui_elements": ("element_content", "description", "footer_text", "button_text"),
    "message_ui_elements_reply": ("reply_description",),
    "message_vcard": ("vcard",),
    "message_view_once_media": ("state",),
    "missed_call_logs": ("video_call",),
}  # fmt: skip
"""Tables whose rows belong to a message, with the columns that are read."""
_KEY: Final = "message_row_id"


class Details:
    """Rows of the tables around ``message``, by message.

    Args:
        database: the database.

    Attributes:
        messages: numbers of the messages that have any.

    """

    def __init__(self, database: Database) -> None:
        self._rows = {table: database.by_key(table, _KEY, *columns) for table, columns in _TABLES.items()}
        self.messages = frozenset[int]().union(*self._rows.values())

    def all(self, table: str, message: int) -> list[tuple[Cell, ...]]:
        """Return the rows that a table has for a message."""
        return self._rows[table].get(message, [])

    def first(self, table: str, message: int) -> tuple[Cell, ...] | None:
        """Return the first row that a table has for a message, if there is one."""
        rows = self._rows[table].get(message)
        return rows[0] if rows else None

    def number(self, table: str, message: int) -> int:
        """Return the first value that a table has for a message, as a number; 0 where there is none."""
        rows = self._rows[table].get(message)
        return as_int(rows[0][0]) if rows else 0

    def fill(self, parts: Parts, message: int) -> None:
        """Add what is stored around a message to its parts."""
        parts.file = self._file(message)
        parts.place = self._place(message)
        parts.contacts = [as_text(vcard) for (vcard,) in self.all("message_vcard", message) if vcard]
        options = sorted(self.all("message_poll_option", message), key=lambda row: as_int(row[0]))
        parts.options = [
            (as_text(name), None if votes is None else as_int(votes)) for _, name, votes in options
        ]
        lines = dict.fromkeys(line for line in self._lines(message) if line and line != parts.text)
        parts.lines = tuple(lines)
        if self.first("message_view_once_media", message):
            parts.flags.append("view-once")
        if not parts.text and (answer := self._answer(message)):
            parts.text = answer

    def has_unread_answer(self, message: int) -> bool:
        """Tell whether there is an answer of Meta AI for a message that cannot be read."""
        return bool(self.all("ai_rich_response_message_core_info", message)) and not self._answer(message)

    def _answer(self, message: int) -> str | None:
        row = self.first("ai_rich_response_message_core_info", message)
        return rich_answer(row[0]) if row and isinstance(row[0], bytes) else None

    def _file(self, message: int) -> StoredFile | None:
        row = self.first("message_media", message)
        if row is None:
            return None
        path, media_type, name, caption, transcript = map(as_text, row)
        return StoredFile(path or None, media_type or None, name or None, caption, transcript)

    def _place(self, message: int) -> Place | None:
        row = self.first("message_location", message)
        if row is None:
            return None
        latitude, longitude, name, address, url, live = row
        details = tuple(text for text in (as_text(name), as_text(address), as_text(url)) if text)
        return Place(as_float(latitude), as_float(longitude), details, live=as_int(live) > 0)

    def _lines(self, message: int) -> Iterator[str]:
        """Yield what templates, buttons, products, orders, invitations and events say."""
        for table in ("message_template", "message_product", "message_order", "message_event"):
            for row in self.all(table, message):
                yield from map(as_text, row)
        for (group,) in self.all("message_group_invite", message):
            yield f"Invitation to the group “{as_text(group)}”"
        for content, *words in self.all("message_ui_elements", message):
            yield from map(as_text, words[:1])
            yield from _elements(as_text(content))
            yield from map(as_text, words[1:])
        for text, extra in self.all("message_template_button", message):
            yield _button(as_text(text), as_text(extra))
        for (answer,) in self.all("message_ui_elements_reply", message):
            yield as_text(answer)


def _elements(content: str) -> Iterator[str]:
    """Yield what a message with buttons or a list shows, stored as JSON."""
    fields = _json(content)
    for key in ("title", "sub_title", "description", "body", "footer", "footer_text"):
        yield _string(fields.get(key))
    for section in _items(fields.get("sections")):
        for row in _items(_fields(section).get("rows")):
            yield _button(_string(_fields(row).get("title")), _string(_fields(row).get("description")))
    flow = _fields(fields.get("native_flow_content"))
    for button in (*_items(flow.get("buttons")), *_items(fields.get("buttons"))):
        yield _parameters(_fields(button))


def _parameters(button: Mapping[str, object]) -> str:
    """Return a button's words and address; its parameters are JSON inside the JSON."""
    inside = _json(_string(button.get("params")))
    words = _string(inside.get("display_text")) or _string(button.get("display_text"))
    return _button(words, _string(inside.get("url")))


def _button(words: str, more: str) -> str:
    return ": ".join(part for part in (words, more) if part)


def _json(text: str) -> Mapping[str, object]:
    """Read an object; an empty one where there is none."""
    try:
        return _fields(json.loads(text or "{}"))
    except (ValueError, RecursionError):
        return {}


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _items(value: object) -> tuple[object, ...]:
    return tuple(cast("tuple[object, ...]", value)) if isinstance(value, list) else ()


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

"""Invented chats as files: what two phones, WhatsApp Web, a clipboard and a database would hold of them."""

import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from chat_copies import NAMES, Form, Line
from stored_cases import ANDROID

PICTURE: Final = b"\xff\xd8\xff\xe0 a picture"
ENGLISH: Final = (
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read "
    "or listen to them."
)
GERMAN: Final = (
    "\u200eNachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie "
    "lesen oder anhören, nicht einmal WhatsApp."
)


def write_form(
    folder: Path, lines: Sequence[Line], form: Form, held: Sequence[int], hours: float = 0
) -> Path:
    """Write what a form holds of a chat.

    Args:
        folder: of the file.
        lines: the chat.
        form: of the file.
        held: which lines it holds.
        hours: by how much its clock is ahead of UTC.

    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(lines[number], lines[number].time + timedelta(hours=hours), number) for number in held]
    return WRITERS[form](folder, rows)


Rows = Iterable[tuple[Line, datetime, int]]


def _name(form: Form, line: Line) -> str:
    return NAMES[form][line.role == "assistant"]


def android(folder: Path, rows: Rows) -> Path:
    """Write an export of an Android phone with media."""
    path = folder / "WhatsApp Chat with ChatGPT.zip"
    with zipfile.ZipFile(path, "w") as archive:
        text = ""
        for line, time, number in rows:
            text = text or f"{time:%d/%m/%Y, %H:%M} - {ENGLISH}\n"
            body = line.text
            if line.kind == "media":
                name = picture(number)
                body = f"{name} (file attached)" + (f"\n{body}" if body else "")
                archive.writestr(name, PICTURE + str(number).encode())
            text += f"{time:%d/%m/%Y, %H:%M} - {_name('android', line)}: {body}\n"
        archive.writestr("WhatsApp Chat with ChatGPT.txt", text)
    return path


def picture(number: int) -> str:
    """Return the name of the picture that a line of a chat is."""
    return f"IMG-20240101-WA{number:04}.jpg"


def ios(folder: Path, rows: Rows) -> Path:
    """Write an export of a German iPhone without media."""
    path = folder / "WhatsApp Chat - ChatGPT.zip"
    text = ""
    for line, time, _ in rows:
        text = text or f"[{time:%d.%m.%y, %H:%M:%S}] ChatGPT: {GERMAN}\r\n"
        body = line.text if line.kind == "text" else f"{line.text} \u200eBild weggelassen".lstrip(" ")
        lead = "\u200e" if line.kind == "media" else ""
        text += f"{lead}[{time:%d.%m.%y, %H:%M:%S}] {_name('ios', line)}: {body}\r\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", text)
    return path


def web(folder: Path, rows: Rows) -> Path:
    """Write an export of WhatsApp Web."""
    path = folder / "ChatGPT.zip"
    text = f"{ENGLISH}\n"
    for line, time, _ in rows:
        body = f"<image omitted> {line.text}".rstrip() if line.kind == "media" else line.text
        stamp = f"{time.month}/{time.day}/{time:%y}, {time.hour % 12 or 12}:{time:%M:%S %p}"
        text += f"[{stamp}] {_name('web', line)}: {body}\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("chat.txt", text)
    return path


def paste(folder: Path, rows: Rows) -> Path:
    """Write what the clipboard of WhatsApp for Windows would be pasted as."""
    path = folder / "pasted.txt"
    text = ""
    for line, time, _ in rows:
        body = "" if line.kind == "media" else line.text.replace("`", "").strip()
        text += f"[{time:%H:%M, %d/%m/%Y}] {_name('paste', line)}: {body}\n"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def database(folder: Path, rows: Rows) -> Path:
    """Write a database of an Android phone."""
    path = folder / "msgstore.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(ANDROID)
        connection.execute("INSERT INTO props VALUES (1, 'user_push_name', 'Mira')")
        for line, time, number in rows:
            stamp = int(time.replace(tzinfo=UTC).timestamp()) * 1000 + number
            picture_, own = line.kind == "media", line.role != "assistant"
            text = None if picture_ else line.text
            connection.execute(
                "INSERT INTO message VALUES (?, 1, ?, ?, 0, ?, ?, ?, 0, 0, ?)",
                (number + 1, own, f"K{number}", stamp, int(picture_), text, number + 1),
            )
            if picture_:
                caption = line.text or None
                connection.execute(
                    "INSERT INTO message_media VALUES (?, ?, 'image/jpeg', NULL, ?)",
                    (number + 1, f"Media/WhatsApp Images/{picture(number)}", caption),
                )
        connection.commit()
    return path


WRITERS: Final[dict[Form, Callable[[Path, Rows], Path]]] = {
    "android": android,
    "ios": ios,
    "web": web,
    "paste": paste,
    "database": database,
}

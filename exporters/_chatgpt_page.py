"""``chat.html`` of a ChatGPT archive: which conversations there are, and where their text is."""

from datetime import datetime
from html import escape
from typing import Final

from wamigrate.origin import generator_words
from wamigrate.wording import count_words, date_words

_HEAD: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conversations from WhatsApp</title>
<style>body {{ font: 1rem/1.5 sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }}</style>
</head>
<body>
<h1>Conversations from WhatsApp</h1>
<p>Written by {generator}. The texts are in <code>conversations.json</code>.</p>
<ul>
"""
_TAIL: Final = "</ul>\n</body>\n</html>\n"


class Page:
    """Collects a line for each conversation."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, title: str, start: datetime, messages: int) -> None:
        """Add a conversation."""
        words = f"{date_words(start)}, {count_words(messages, 'message')}"
        self._lines.append(f'<li dir="auto">{escape(title)} <small>{words}</small></li>\n')

    def html(self) -> bytes:
        """Return the page."""
        return (_HEAD.format(generator=escape(generator_words())) + "".join(self._lines) + _TAIL).encode()

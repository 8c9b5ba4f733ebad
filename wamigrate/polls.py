"""Polls, told by their structure, which is the same in every language."""

import re
from typing import Final

from wamigrate.phrases import BLANK
from wamigrate.words import unmarked

_HEADING: Final = re.compile(r"([^\W\d_][^:\uff1a\n]{0,30}?)\s?[:\uff1a]")
_OPTION: Final = re.compile(r"([^\W\d_][^:\uff1a\n]{0,30}?)\s?[:\uff1a] .*\([^\d()]{0,20}\d+[^\d()]{0,20}\)")
_FEWEST: Final = 2


def poll_text(body: str) -> str | None:
    r"""Return a poll as printed, without invisible marks, or None if the body is none.

    A poll is a heading in capitals, a question, and options that all begin with the same word in capitals
    and end with a number of votes; the words are in the phone's language.

    >>> poll_text("POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)")
    'POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)'
    >>> poll_text("NOTE:\nTea?\nYes (2)\nNo (0)") is None
    True
    """
    if not body.endswith(")") or "\n" not in body:
        return None
    heading = _HEADING.fullmatch(body.partition("\n")[0].strip(BLANK))
    if heading is None:
        return None
    text = unmarked(body)
    lines = [line.rstrip(" \r") for line in text.split("\n")]
    words: list[str] = []
    for line in reversed(lines[1:]):
        option = _OPTION.fullmatch(line)
        if option is None:
            break
        words.append(option[1])
    if len(words) < _FEWEST or len(words) > len(lines) - 2:
        return None
    return text if len(set(words)) == 1 and _is_upper(heading[1]) and _is_upper(words[0]) else None


def _is_upper(word: str) -> bool:
    """Tell whether a word is in capitals, or in a script that has none."""
    return word == word.upper()

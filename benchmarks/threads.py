"""Invented threads between a person and an assistant whose conversations are known.

Topics and small talk come from ``topics.toml``. The train part and the test part of the benchmark have
different topics, different small talk and different seeds; only the rhythms are the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from benchmarks.dice import Dice
from benchmarks.tables import read_table
from wamigrate.model import Conversation, Message, Participant

Part = Literal["train", "test"]
LANGUAGES: Final = ("en", "de", "es", "fr", "pt")
_START: Final = datetime(2025, 1, 6)  # noqa: DTZ001 - phones export wall clocks without a zone
_PEOPLE: Final = (Participant("Nora", "user"), Participant("ChatGPT", "assistant", "chatgpt"))


class Rhythm(NamedTuple):
    """When somebody writes. Pauses are minutes, chances are of a thousand."""

    sessions: tuple[int, int]
    """Conversations of one sitting."""
    turns: tuple[int, int]
    """Questions of one conversation."""
    inside: tuple[int, int]
    """Pause before a further question."""
    between: tuple[int, int]
    """Pause between two conversations of one sitting."""
    days: tuple[int, int]
    """Days from one sitting to the next."""
    hours: tuple[int, int]
    """When a sitting begins."""
    late: int
    """Chance that a conversation goes on hours later."""


RHYTHMS: Final = {
    "morning one-shots": Rhythm((1, 2), (1, 2), (0, 4), (1, 20), (1, 3), (6, 9), 60),
    "long evenings": Rhythm((1, 3), (4, 10), (0, 12), (0, 20), (1, 4), (18, 20), 60),
    "all-day work": Rhythm((4, 8), (1, 6), (0, 25), (10, 150), (1, 2), (8, 10), 120),
    "sparse months": Rhythm((1, 1), (1, 5), (0, 30), (5, 60), (4, 40), (7, 21), 150),
    "no pauses": Rhythm((2, 4), (2, 5), (0, 6), (0, 5), (1, 3), (12, 21), 40),
    "changing": Rhythm((1, 5), (1, 7), (0, 40), (0, 240), (1, 12), (6, 16), 100),
}


class Thread(NamedTuple):
    """A thread and the truth about it."""

    name: str
    rhythm: str
    chat: Conversation
    starts: tuple[int, ...]
    """Indexes of the messages at which the second and each later conversation starts."""


def make_threads(part: Part, count: int) -> list[Thread]:
    """Make threads of every language and rhythm, the same on every machine."""
    names = list(RHYTHMS)
    return [
        make_thread(part, LANGUAGES[number % len(LANGUAGES)], names[number % len(names)], number)
        for number in range(count)
    ]


def make_thread(part: Part, language: str, rhythm: str, seed: int) -> Thread:
    """Make one thread of 12 to 30 conversations."""
    writer = _Writer(part, language, RHYTHMS[rhythm], seed)
    writer.write(writer.dice.between(12, 30))
    name = f"{part} {language} {rhythm} {seed}"
    chat = as_chat(writer.messages)
    return Thread(name, rhythm, chat, tuple(writer.starts[1:]))


def as_chat(messages: Sequence[Message]) -> Conversation:
    """Put messages into a chat with ChatGPT."""
    return Conversation("thread", "ChatGPT", "chatgpt", _PEOPLE, None, None, tuple(messages), "benchmark")


def half(items: Sequence[Any], part: Part) -> list[Any]:
    """Return the items of a part: those at even places to train, the others to test."""
    return list(items[0 if part == "train" else 1 :: 2])


class _Writer:
    """Writes one thread."""

    def __init__(self, part: Part, language: str, rhythm: Rhythm, seed: int) -> None:
        table = read_table("topics.toml")
        self.dice = Dice("threads", part, language, seed)
        self.messages: list[Message] = []
        self.starts: list[int] = []
        self._topics = half([one for one in table["topics"] if one["language"] == language], part)
        self._talk = {kind: half(lines, part) for kind, lines in table["small_talk"][language].items()}
        self._rhythm = rhythm
        self._time = _START
        self._unsaid: list[str] = []
        """What the assistant has not said yet in this conversation: answers do not repeat themselves."""

    def write(self, conversations: int) -> None:
        """Write conversations, sitting by sitting, never two about the same topic in a row."""
        dice, topic = self.dice, -1
        while conversations > 0:
            hour = dice.between(*self._rhythm.hours)
            day = self._time + timedelta(days=dice.between(*self._rhythm.days))
            self._time = max(day.replace(hour=hour, minute=dice.below(60)), self._time + timedelta(hours=3))
            for number in range(dice.between(*self._rhythm.sessions)):
                if number:
                    self._wait(self._rhythm.between)
                topic = (topic + 1 + dice.below(len(self._topics) - 1)) % len(self._topics)
                self._conversation(self._topics[topic], follows=number > 0)
                conversations -= 1

    def _conversation(self, topic: dict[str, Any], *, follows: bool) -> None:
        dice = self.dice
        self.starts.append(len(self.messages))
        turn = dice.below(len(topic["say"]))
        self._unsaid = [*topic["say"][turn:], *topic["say"][:turn]]
        question = self._opening(topic, follows=follows)
        self._exchange(question)
        late = dice.between(1, 4) if dice.chance(self._rhythm.late) else 0
        more = list(topic["more"])
        for number in range(1, dice.between(*self._rhythm.turns) + (late > 0)):
            if number == late:
                self._later(topic, more)
                continue
            self._wait(self._rhythm.inside)
            self._exchange(self._further(topic, more))
        if dice.chance(300):
            self._wait((0, 8))
            self._say("user", dice.pick(self._talk["thanks"]))
            self._say("assistant", dice.pick(self._talk["replies"]))

    def _opening(self, topic: dict[str, Any], *, follows: bool) -> str:
        dice = self.dice
        question: str = dice.pick(topic["open"])
        if dice.chance(15):
            self._say("user", "/reset")
            self._say("assistant", dice.pick(self._talk["openings"]))
        elif dice.chance(80):
            self._photo()
        elif dice.chance(150):
            question = dice.pick(self._talk["greetings"]) + question
        elif follows and dice.chance(120):
            question = dice.pick(self._talk["turns"]) + question
        return question

    def _further(self, topic: dict[str, Any], more: list[str]) -> str:
        dice = self.dice
        if dice.chance(130):
            text: str = dice.pick(topic["open"])
        elif dice.chance(200):
            text = dice.pick(self._talk["stories"])
        elif more and dice.chance(650):
            text = more.pop(dice.below(len(more)))
        else:
            text = dice.pick(self._talk["follow" if dice.chance(650) else "thanks"])
        if dice.chance(60):
            self._photo()
        return text

    def _later(self, topic: dict[str, Any], more: list[str]) -> None:
        """Go on with the same after hours, as people do: by name, with thanks, or with a further question."""
        dice = self.dice
        self._wait((90, 840))
        further = more.pop() if more else dice.pick(self._talk["follow"])
        if dice.chance(400):
            named = dice.pick(self._talk["returns"]).replace("{name}", topic["name"])
            self._exchange(named + further)
        elif dice.chance(500):
            self._exchange(dice.pick(self._talk["thanks"]) + " " + further)
        else:
            self._exchange(further)

    def _exchange(self, question: str) -> None:
        dice = self.dice
        self._say("user", question)
        if dice.chance(20):
            return
        lines = [dice.pick(self._talk["openings"])] if dice.chance(350) or not self._unsaid else []
        lines += [self._unsaid.pop() for _ in range(min(len(self._unsaid), dice.between(1, 2)))]
        lines += [dice.pick(self._talk["closings"])] if dice.chance(400) else []
        self._say("assistant", " ".join(lines))

    def _photo(self) -> None:
        self._say("user", "", media=True)

    def _say(self, role: Literal["user", "assistant"], text: str, *, media: bool = False) -> None:
        number = len(self.messages)
        if role == "assistant" and self.dice.chance(300):
            self._time += timedelta(minutes=1)
        author = _PEOPLE[role == "assistant"].name
        kind: Literal["media", "text"] = "media" if media else "text"
        self.messages.append(Message(str(number), role, author, self._time, kind, text))

    def _wait(self, minutes: tuple[int, int]) -> None:
        """Let time pass; short pauses are more frequent than long ones."""
        low, high = minutes
        step = min(self.dice.below(1000), self.dice.below(1000)) * (high - low + 1) // 1000
        self._time += timedelta(minutes=low + step)

"""What the invented people and assistants say."""

from typing import Any, Final

from benchmarks.dice import Dice
from benchmarks.tables import read_table

_BLOCKS: Final = (("item", 520), ("code", 130), ("table", 40), ("quote", 40))
"""Blocks of an answer beside its paragraphs, and in how many of a thousand answers they stand."""


def phrases() -> dict[str, Any]:
    """Return ``phrases.toml``."""
    return read_table("phrases.toml")


class Speaker:
    """Makes up text."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._phrases = phrases()

    def one(self, kind: str) -> str:
        """Return a phrase of a kind, with its gaps filled."""
        text: str = self._dice.pick(self._phrases[kind])
        if "{" not in text:
            return text
        things = self._phrases["thing"]
        for gap, value in (("{thing}", self._dice.pick(things)), ("{other}", self._dice.pick(things))):
            text = text.replace(gap, value)
        if "{number}" in text:
            text = text.replace("{number}", str(self._dice.between(2, 99)))
        if "{digit}" in text:
            text = text.replace("{digit}", str(self._dice.between(1, 8)))
        return text

    def question(self) -> str:
        """Return what a person writes: mostly one short line."""
        dice = self._dice
        if dice.chance(60):
            return self.one("foreign")
        text = self.one("user")
        if dice.chance(180):
            text += f" {self.one('sentence')}"
        if dice.chance(70):
            text += "\n" + "\n".join(self.one("item") for _ in range(dice.between(1, 3)))
        return text

    def answer(self) -> str:
        """Return what an assistant writes: paragraphs, lists, code."""
        dice = self._dice
        blocks: list[str] = []
        if dice.chance(600):
            blocks.append(self.one("opening"))
        blocks += (self.paragraph() for _ in range(dice.between(1, 3)))
        for kind, in_thousand in _BLOCKS:
            if dice.chance(in_thousand):
                blocks.append(self.listing() if kind == "item" else self.one(kind))
        if dice.chance(450):
            blocks.append(self.one("closing"))
        return "\n\n".join(blocks)

    def paragraph(self) -> str:
        """Return one to six sentences."""
        count = self._dice.between(1, 5) + self._dice.chance(150)
        return " ".join(self.one("sentence") for _ in range(count))

    def listing(self) -> str:
        """Return a list, mostly under a heading."""
        dice = self._dice
        bullet = dice.pick(("- ", "* ", "• ", "{}. ", "{}. ", "{}) "))
        lines = [f"{bullet.format(number)}{self.one('item')}" for number in range(1, dice.between(3, 8))]
        if dice.chance(700):
            lines.insert(0, self.one("heading"))
        return "\n".join(lines)

"""Writes what a person sees, without any marks."""

from wamigrate.markup_tree import (
    Code,
    CodeBlock,
    Document,
    Gap,
    Heading,
    Inlines,
    Item,
    Link,
    Notation,
    Paragraph,
    Quote,
    Rule,
    Text,
    Url,
)


def to_plain(document: Document) -> str:
    """Write plain text.

    >>> from wamigrate.markup_whatsapp import parse_person
    >>> to_plain(parse_person("*a* `b` _c_"))
    'a b c'
    """
    parts: list[str] = []
    for block in document.blocks:
        match block:
            case Gap(text):
                parts.append("\n" * text.count("\n"))
            case Paragraph(children) | Heading(_, children):
                parts.append(plain_inline(children))
            case Item(mark, children):
                sign = "•" if block.number is None else mark.strip()
                parts.append(f"{'  ' * block.depth}{sign} {plain_inline(children)}")
            case Quote(_, children):
                parts.append("> " * block.level + plain_inline(children))
            case CodeBlock():
                parts.append(block.code)
            case Rule():
                parts.append("---")
            case _:
                parts.append("\n".join([_row(row) for row in block.cells]))
    return "".join(parts)


def plain_inline(children: Inlines) -> str:
    """Write the text inside lines; an address follows the text that links to it."""
    parts: list[str] = []
    for node in children:
        match node:
            case Text(text) | Url(text) | Code(text):
                parts.append(text)
            case Notation():
                parts.append(node.shown)
            case Link():
                label = plain_inline(node.children)
                parts.append(label if label == node.address else f"{label} ({node.address})")
            case _:
                parts.append(plain_inline(node.children))
    return "".join(parts)


def _row(row: tuple[Inlines, ...]) -> str:
    return "\t".join([plain_inline(cell).strip() for cell in row])

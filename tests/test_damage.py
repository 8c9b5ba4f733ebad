"""Damage to answers is recognised where it shows, nowhere else, and undone only where that is certain."""

import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.damage import find_damage, mark_damage, repair, repair_damage
from wamigrate.dollars import eat_dollars, eats_dollars, has_lost_dollars, restore_dollars
from wamigrate.fences import code_blocks, count_fences
from wamigrate.indents import restore_indents
from wamigrate.model import Conversation, Message, Part, Participant, Role, Span, replace
from wamigrate.notes import Notes
from wamigrate.rejoin import rejoin

START = datetime(2025, 3, 25, 21, 4)  # noqa: DTZ001 - the phone's wall clock


def answer(text: str, role: Role = "assistant") -> Message:
    return Message("id", role, "Bot", START, "text", text, spans=(Span("s", 7, 0, 9),))


def chat(*texts: str, service: str | None = "chatgpt") -> Conversation:
    people = (Participant("Ana", "user"), Participant("Bot", "assistant", service))
    messages: list[Message] = []
    for index, text in enumerate(texts):
        time = START + timedelta(hours=index)
        line = 2 * index + 1
        messages += (
            Message(f"q{index}", "user", "Ana", time, "text", "?", spans=(Span("s", line, 0, 1),)),
            Message(f"a{index}", "assistant", "Bot", time, "text", text, spans=(Span("s", line + 1, 0, 1),)),
        )
    return Conversation("", None, service, people, None, None, tuple(messages), "s")


def fence(language: str, code: str) -> str:
    return f"Like this:\n```{language}\n{code}\n```\nDoes it work?"


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("`${first} and ${second}`", "`first and{second}`"),
        ("`Hello ${name}!`", "`Hello ${name}!`"),
        ("costs $5 to $10", "costs 5 to10"),
        ("$x$ and $y$ and $5", "x and y and $5"),
        ("f() { $a }\ng() { $b }", "f() { a \ng()b }"),
        ("nothing", "nothing"),
    ],
)
def test_pairs_of_dollars_take_braces_and_blanks_with_them(text: str, damaged: str) -> None:
    assert eat_dollars(text) == damaged


CODE = {
    "js": "const greet = (first, last) => {\n  console.log(`Hello ${first} and ${last}!`);\n};",
    "ts": "function url(host: string, port: number) {\n  return `${host}:${port}/`;\n}",
    "javascript": '$("#menu").on("click", () => {\n  $(".panel").toggleClass("open");\n});',
    "bash": 'for file in *.txt; do\n  name=$(basename "$file")\n  echo "${name}"\ndone\nrm "$file"',
    "sh": 'target="${HOME}/backup"\nmkdir -p "$target"\ncp notes.txt "$target"',
    "php": "<?php\nclass Cart {\n  public function add($item) {\n    $this->items[] = $item;\n  }\n}",
    "perl": "my $count = 0;\nprint $count;",
    "makefile": "CC = gcc\n\napp: app.c\n\t$(CC) -o app app.c\n\nclean:\n\t$(RM) app",
    "powershell": "$files = Get-ChildItem\nforeach ($file in $files) { $file.Name }",
    "csharp": 'Console.WriteLine($"Hello {name}");\nConsole.WriteLine($"Bye {name}");',
    "dart": "print('Hello ${user.name}, ${user.age}');",
    "hcl": 'name = "${var.region}-${var.zone}"',
    "yaml": "steps:\n  - run: echo ${{ matrix.os }} ${{ secrets.KEY }}",
}


@pytest.mark.parametrize("language", CODE)
def test_code_that_lost_its_dollars_is_recognised_and_sound_code_is_not(language: str) -> None:
    sound = fence(language, CODE[language])
    assert sound.count("$") > 1
    assert not has_lost_dollars(sound)
    damaged = eat_dollars(sound)
    assert has_lost_dollars(damaged)
    assert find_damage(answer(damaged), "chatgpt") == ("lossy-math",)


def test_code_without_the_name_of_its_language_is_recognised_by_its_looks() -> None:
    assert has_lost_dollars(eat_dollars(fence("", CODE["js"])))
    assert has_lost_dollars(eat_dollars(fence("", CODE["php"])))


def test_a_formula_that_lost_its_braces_is_recognised() -> None:
    assert has_lost_dollars(eat_dollars("So $\\frac{a}{b}$ is the slope."))
    assert not has_lost_dollars("So \\(\\frac{a}{b}\\) is the slope.")
    assert not has_lost_dollars("Write `\\frac12` for a half.")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("js", "const text = `Hello {name}`.replace('{name}', name);"),
        ("js", "const query = gql`query { user { name } }`;\nconst name = 1;"),
        ("js", "const f = ({ name }) => name;\nconst a = `x`;\nconst b = { name };\nconst c = `y`;"),
        ("js", 'promise\n  .then((value) => value)\n  .catch(("#x"));'),
        ("css", ".a { color: red; }"),
        ("python", 'name = "x"\nprint(f"{name} and {name}")'),
        ("bash", "cp a.{txt,md} /tmp\nfind . -exec rm {} +\nawk '{print}' file\ngit stash drop stash@{0}"),
        ("bash", "export PORT=3000\nexport HOST=local\nnpm start"),
        ("bash", 'read -p "name" name'),
        ("php", "<?php\nconst LIMIT = 3;\necho strtoupper('x');"),
        ("yaml", "title: '{{ page.title }}'"),
        ("csharp", 'logger.LogInformation("User {Name} came", name);\nConsole.WriteLine("{0}", name);'),
        ("makefile", "all:\n\tgcc -o app app.c"),
        ("hcl", 'name = "fixed"\ntags = { a = var.b }'),
    ],
)
def test_sound_code_without_dollars_is_never_taken_for_damaged(language: str, code: str) -> None:
    assert not has_lost_dollars(fence(language, code))


NAMES = st.sampled_from(["user", "total", "city", "firstName", "count"])
WORDS = st.sampled_from(["Hello ", " and ", " costs ", ": ", " of ", "/"])


@given(st.lists(st.tuples(WORDS, NAMES), min_size=2, max_size=6))
def test_template_literals_are_flagged_if_and_only_if_they_are_damaged(pieces: list[tuple[str, str]]) -> None:
    names = {name for _, name in pieces}
    literal = "".join(f"{word}${{{name}}}" for word, name in pieces)
    sound = fence("js", "\n".join(f"const {name} = 1;" for name in sorted(names)) + f"\nshow(`{literal}`);")
    assert not has_lost_dollars(sound)
    assert has_lost_dollars(eat_dollars(sound))


@given(st.text())
def test_any_text_is_looked_at_and_repaired_without_an_error(text: str) -> None:
    for whole in (text, fence("js", text), fence("sh", text)):
        has_lost_dollars(whole)
        restored, count = restore_dollars(whole)
        assert (restored == whole) == (count == 0)
        assert restored.count("$") == whole.count("$") + count


def test_only_the_service_that_ate_dollars_is_suspected() -> None:
    damaged = eat_dollars(fence("js", CODE["js"]))
    assert eats_dollars("chatgpt")
    assert find_damage(answer(damaged), "copilot") == ()
    assert find_damage(answer(damaged), None) == ()
    assert find_damage(answer(damaged, "user"), "chatgpt") == ()


@pytest.mark.parametrize("text", ["AI message", "[AI message]", "<AI message>", " [AI message]\n"])
def test_a_placeholder_is_flagged(text: str) -> None:
    assert find_damage(answer(text), "meta-ai") == ("placeholder",)
    assert find_damage(answer(text, "user"), "meta-ai") == ()


def test_an_answer_that_speaks_of_a_placeholder_is_not_one() -> None:
    assert find_damage(answer("An AI message is what I write."), "meta-ai") == ()


WINDOWS = "Here you go:\n\npython\nimport time\nfor n in range(3):\n    print(n)\n\nRun it."


def test_a_copy_without_backticks_is_flagged() -> None:
    assert find_damage(answer(WINDOWS), "chatgpt") == ("lost-fence",)
    assert find_damage(answer(WINDOWS.replace("python\n", "Bash\n\n")), None) == ("lost-fence",)
    assert find_damage(answer('json\n{\n  "a": 1\n}'), None) == ("lost-fence",)


@pytest.mark.parametrize(
    "text",
    [
        "My favourites:\n\nPython\nit reads well and has a large library\nand many people know it\n\nJava",
        "Go\n\nThat is all there is to say.\nReally.",
        "Use `x`:\n\npython\nimport time\nx = 1\n",
        "python\nx = 1",
    ],
)
def test_a_language_among_prose_is_no_lost_fence(text: str) -> None:
    assert find_damage(answer(text), "chatgpt") == ()


def test_a_chat_with_backticks_anywhere_is_no_copy_without_them() -> None:
    assert mark_damage(chat(WINDOWS)).messages[1].flags == ("lost-fence",)
    assert mark_damage(chat(WINDOWS, "Use `x`.")).messages[1].flags == ()


def test_findings_sum_up_by_kind_and_name_the_first_line() -> None:
    notes = Notes()
    damaged = eat_dollars(fence("js", CODE["js"]))
    found = mark_damage(chat("Fine.", damaged, "[AI message]", damaged), notes)
    assert [message.flags for message in found.messages[1::2]] == [
        (),
        ("lossy-math",),
        ("placeholder",),
        ("lossy-math",),
    ]
    assert [(note.code, note.line, note.source) for note in notes.items] == [
        ("lossy-math", 4, "s"),
        ("placeholder", 6, "s"),
    ]
    assert notes.items[0].text.startswith("2 answers show code")
    assert notes.items[1].text.startswith("1 answer is a placeholder")


def test_a_sound_chat_stays_the_same_object() -> None:
    notes = Notes()
    sound = chat("Fine.", fence("js", CODE["js"]))
    assert mark_damage(sound, notes) is sound
    assert repair_damage(sound, notes) == sound
    assert notes.items == []


def test_finding_damage_changes_no_text() -> None:
    asked = chat(eat_dollars(fence("js", CODE["js"])), WINDOWS)
    found = mark_damage(asked)
    assert [message.text for message in found.messages] == [message.text for message in asked.messages]


@pytest.mark.parametrize(
    ("language", "damaged", "restored"),
    [
        ("js", "const a = 1;\nx(`one and{a}`);", "const a = 1;\nx(`one and${a}`);"),
        ("js", "const a = {b};\nx(`one and{a.b}`);", "const a = {b};\nx(`one and${a.b}`);"),
        ("js", 'x;(".panel").hide();', 'x;$(".panel").hide();'),
        ("sh", 'name=x\ncp a "{name}"', 'name=x\ncp a "${name}"'),
        ("sh", 'for f in *; do cat "f"; done', 'for f in *; do cat "$f"; done'),
        ("php", "return this->name;", "return $this->name;"),
        ("make", "CC = gcc\nall:\n\t(CC) a.c", "CC = gcc\nall:\n\t$(CC) a.c"),
    ],
)
def test_a_dollar_is_put_back_where_the_code_tells_its_place(
    language: str, damaged: str, restored: str
) -> None:
    assert restore_dollars(fence(language, damaged)) == (fence(language, restored), 1)


def test_a_repair_keeps_the_body_and_says_so() -> None:
    notes = Notes()
    damaged = eat_dollars(fence("js", CODE["js"]))
    found = repair_damage(mark_damage(chat("Fine.", damaged)), notes)
    repaired = found.messages[3]
    assert repaired.text == damaged.replace("and{last}", "and${last}")
    assert repaired.raw == damaged
    assert repaired.flags == ("lossy-math", "repaired")
    assert [(note.code, note.line, note.text) for note in notes.items] == [
        ("repaired", 4, "1 dollar sign put back into code")
    ]


def test_what_is_not_certain_is_not_repaired() -> None:
    placeholder = mark_damage(chat("[AI message]", WINDOWS))
    assert repair_damage(placeholder) == placeholder
    assert repair(answer(eat_dollars(fence("js", CODE["js"])))).flags == ()  # not flagged, so not touched


def test_the_one_indentation_that_makes_python_is_restored() -> None:
    first = "Run:\n```python\ndef f():\n    try:\n        g()"
    second = 'except OSError as error:\n        print("x")\n```\nGood luck.'
    notes = Notes()
    asked = chat(first)
    tail = Message("b", "assistant", "Bot", START, "text", second, spans=(Span("s", 9, 0, 1),))
    whole = rejoin(
        Conversation("", None, "chatgpt", asked.participants, None, None, (*asked.messages, tail), "s")
    )
    found = repair_damage(mark_damage(whole), notes).messages[1]
    assert found.text == f"{first}\n    {second}"
    assert found.raw == f"{first}\n{second}"
    assert "repaired" in found.flags
    assert [note.text for note in notes.items] == ["indentation of code restored where the answer was cut"]


@pytest.mark.parametrize(
    "text",
    [
        "```py\nfor x in y:\n    f(x)\n@g(x)\n```",  # inside the loop, or after it
        "```js\nif (x) {\n@f();\n}\n```",
        "```py\nthis is no\n@python at all\n```",
        "```py\nfor x in y:\n@f(x)",
    ],
)
def test_an_indentation_that_is_not_certain_stays_lost(text: str) -> None:
    start = text.index("@")
    text = text.replace("@", "")
    assert restore_indents(text, [start]) == text


def test_code_that_was_cut_too_often_to_try_every_indentation_stays_as_it_is() -> None:
    def cut(times: int) -> tuple[str, list[int]]:
        head = "```py\ndef f():\n    if x:\n        g()\n"
        tail = "".join(f"@else:\n        g({number})\n    if x:\n        h()\n" for number in range(times))
        text, starts = head, list[int]()
        for piece in tail.split("@")[1:]:
            starts.append(len(text))
            text += piece
        return f"{text}```", starts

    few, starts = cut(2)
    assert restore_indents(few, starts) == few.replace("else", "    else")
    many, starts = cut(6)
    assert restore_indents(many, starts) == many


def test_only_what_was_repaired_is_said_to_be() -> None:
    first = (
        eat_dollars(fence("js", CODE["js"])).removesuffix("Does it work?") + "```py\nfor x in y:\n    f(x)\n"
    )
    whole = answer(f"{first}g(x)\n```")
    parts = (Part("a", 0, 0, len(first) - 1), Part("b", 1, len(first), len(whole.text)))
    damaged = replace(whole, parts=parts, flags=("lossy-math", "lost-indent"))
    notes = Notes()
    found = repair_damage(replace(chat(), messages=(damaged,)), notes)
    assert found.messages[0].text == whole.text.replace("and{last}", "and${last}")
    assert [note.text for note in notes.items] == ["1 dollar sign put back into code"]


def test_blocks_of_code_are_found_beside_code_inside_lines() -> None:
    text = "Type ```x``` first\n```PY\na `b` c\n```\nand ```\nopen"
    assert [(block.language, block.code, block.closed) for block in code_blocks(text)] == [
        ("py", "a `b` c\n", True),
        ("", "open", False),
    ]
    assert all(text[block.start : block.end] == block.code for block in code_blocks(text))
    assert count_fences(text) == 5


@pytest.mark.parametrize("piece", ["`", "```\n", "awk ", "`{a} ", "\n\npython\n", '"a" '])
def test_a_long_run_of_anything_is_looked_at_in_no_time(piece: str) -> None:
    for language in ("", "js", "sh"):
        text = fence(language, piece * (60_000 // len(piece)))
        begun = time.process_time()
        find_damage(answer(text), "chatgpt")
        find_damage(answer(piece * (60_000 // len(piece))), "chatgpt")
        assert time.process_time() - begun < 5

import pytest

from wamigrate.polls import poll_text


@pytest.mark.parametrize(
    "body",
    [
        "POLL:\nTea or coffee?\nOPTION: Tea (2 votes)\nOPTION: Coffee (0 votes)",
        "ANKET:\nÇay mı?\nSEÇENEK: Evet (1 oy)\nSEÇENEK: Hayır (0 oy)",
        "SONDAGE :\nThé ?\nOPTION : Oui (1 vote)\nOPTION : Non (2 votes)",
        "投票：\n喝茶吗？\n选项： 是 (2 票)\n选项： 否 (0 票)",
        "POLL:\nTwo\nlines?\nOPTION: (a) yes (1 vote)\nOPTION: b: no (12 votes)\nOPTION: c (3 votes)",
    ],
)
def test_a_poll_is_known_by_its_structure_in_any_language(body: str) -> None:
    assert poll_text(body) == body


def test_marks_inside_a_poll_are_taken_out() -> None:
    body = "POLL:\nTea?\n\u200eOPTION: Yes (\u200e2 votes)\n\u200eOPTION: No (\u200e0 votes)"
    assert poll_text(body) == "POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)"


@pytest.mark.parametrize(
    "body",
    [
        "POLL:\nTea?",
        "POLL: Tea? (2 votes)",
        "POLL:\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)",
        "POLL:\nTea?\nOPTION: Yes (2 votes)",
        "POLL:\nTea?\nOPTION: Yes\nOPTION: No",
        "Poll:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)",
        "POLL:\nTea?\nYES: really (2 votes)\nNO: never (0 votes)",
        "POLL:\nTea?\nOption: Yes (2 votes)\nOption: No (0 votes)",
        "POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)\nWhat do you say?",
    ],
)
def test_what_lacks_a_part_of_a_poll_is_text(body: str) -> None:
    assert poll_text(body) is None

"""Leaving messages out, and counting them."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import conversations

from wamigrate.errors import OptionError
from wamigrate.filters import Filter, left_out_words, parse_date
from wamigrate.formats import find_exporter
from wamigrate.model import Conversation, Message, Role, replace
from wamigrate.settings import Settings
from wamigrate.zones import find_zone


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2025, 3, number, hour)  # noqa: DTZ001 - the phone's wall clock


def chat(*times: datetime | None, role: Role = "user") -> Conversation:
    messages = tuple(Message(str(n), role, None, time, "text", "") for n, time in enumerate(times))
    return Conversation("id", "Title", None, (), times[0], times[-1], messages, "s")


def kept(found: Filter, conversation: Conversation) -> list[str]:
    return [message.id for piece in found.keep([conversation])[0] for message in piece.messages]


def test_after_is_the_first_day_that_is_kept_and_before_the_first_that_is_not() -> None:
    conversation = chat(day(1), day(2), day(2, 23), day(3))
    assert kept(Filter(after=day(2)), conversation) == ["1", "2", "3"]
    assert kept(Filter(before=day(3)), conversation) == ["0", "1", "2"]
    assert kept(Filter(after=day(2), before=day(3)), conversation) == ["1", "2"]


def test_what_is_left_out_is_counted_by_reason() -> None:
    notices = chat(day(2), role="notice")
    left_out = Filter(day(2), day(3), notices=False).keep([chat(day(1), day(2), day(4), day(5)), notices])[1]
    assert left_out == {"after": 1, "before": 2, "notices": 1}


def test_words_of_a_service_stay_in_folders_and_go_only_where_no_notices_is_asked_for() -> None:
    whatsapp, service = chat(day(1), role="notice"), chat(day(1), role="notice")
    flagged = replace(service.messages[0], flags=("service-notice",), id="service")
    both = replace(whatsapp, messages=(*whatsapp.messages, flagged))
    folder, document = find_exporter("markdown"), find_exporter("json")
    assert kept(Settings().filter_for(folder), both) == ["service"]
    assert kept(Settings().filter_for(document), both) == ["0", "service"]
    for exporter in (folder, document):
        assert kept(Settings(notices=True).filter_for(exporter), both) == ["0", "service"]
        _, left_out = Settings(notices=False).filter_for(exporter).keep([both])
        assert left_out == {"notices": 1, "service-notices": 1}


@pytest.mark.parametrize(
    ("reason", "count", "words"),
    [
        ("notices", 2, "2 of WhatsApp's own notices were left out"),
        ("service-notices", 1, "1 of the service's notices was left out"),
        ("before", 1, "1 message was left out because of --before"),
    ],
)
def test_what_was_left_out_is_said_in_words(reason: str, count: int, words: str) -> None:
    assert left_out_words(reason, count) == words


def test_a_message_without_a_time_goes_with_the_one_before() -> None:
    conversation = chat(None, day(1), None, day(3), None)
    assert kept(Filter(after=day(2)), conversation) == ["0", "3", "4"]


def test_conversations_keep_id_and_title_and_tell_their_new_times() -> None:
    ((found,), _) = Filter(after=day(2)).keep([chat(day(1), day(2), day(3))])
    assert (found.id, found.title, found.started_at, found.ended_at) == ("id", "Title", day(2), day(3))


def test_conversations_that_lose_everything_are_left_out() -> None:
    assert Filter(after=day(9)).keep([chat(day(1))])[0] == ()


def test_a_limit_is_of_the_zone_of_the_phone() -> None:
    berlin = find_zone("Europe/Berlin")
    conversation = chat(day(1, 23).replace(tzinfo=berlin), day(2).replace(tzinfo=berlin))
    assert kept(Filter(after=day(2)), conversation) == ["1"]
    assert kept(Filter(after=datetime(2025, 3, 1, 22, 30, tzinfo=UTC)), conversation) == ["1"]
    assert kept(Filter(after=day(2).replace(tzinfo=UTC)), chat(day(1), day(2))) == ["1"]


@given(
    st.lists(conversations(), max_size=3),
    st.booleans(),
    st.none() | st.datetimes(),
    st.none() | st.datetimes(),
)
def test_every_message_is_kept_or_counted(
    found: list[Conversation], notices: bool, after: datetime | None, before: datetime | None
) -> None:
    remaining, left_out = Filter(after, before, notices).keep(found)
    count = sum(len(conversation.messages) for conversation in found)
    assert count == sum(len(conversation.messages) for conversation in remaining) + left_out.total()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-01", day(1)),
        ("2025-03-01 18:00", day(1, 18)),
        ("2025-03-01T18:00", day(1, 18)),
        ("1 March 2025", day(1)),
        ("March 1, 2025", day(1)),
        ("March 2025", day(1)),
        ("25/03/2025", day(25)),
        ("3/25/2025", day(25)),
        ("2025", datetime(2025, 1, 1)),  # noqa: DTZ001 - the phone's wall clock
        (date(2025, 3, 1), day(1)),
        (day(1, 5), day(1, 5)),
    ],
)
def test_dates_are_read_as_people_write_them(text: str | date | datetime, expected: datetime) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "Monday", "18:30", "3 March", "2025-13-01", "31/31/2025", "9" * 40]
)
def test_what_is_no_full_date_is_an_error(text: str) -> None:
    with pytest.raises(OptionError, match="write it like 2025-03-01"):
        parse_date(text)


def test_a_date_that_could_be_two_is_an_error() -> None:
    with pytest.raises(OptionError, match="--after 3/4/2025: could be 2025-03-04 or 2025-04-03"):
        parse_date("3/4/2025", "--after")


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_an_error_of_ours(text: str) -> None:
    with suppress(OptionError):
        assert isinstance(parse_date(text), datetime)

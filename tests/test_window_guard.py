"""Nobody but the person who opened the window gets an answer from it."""

import pytest
from window_client import CHAT, HOST, ORIGIN, Visitor, Window

from wamigrate.window_guard import POLICY, Keys


@pytest.mark.parametrize(
    "path", ["/", "/static/window.js", "/static/window.css", "/?key=", "/?key=guess", "/x/"]
)
def test_nothing_is_shown_without_the_key(window: Window, path: str) -> None:
    answer = window.client().get(path)
    assert (answer.status_code, "wamigrate printed" in answer.text) == (403, True)


def test_a_key_given_twice_opens_nothing(window: Window) -> None:
    key = window.keys.lasting
    assert window.client().get(f"/?key={key}&key={key}").status_code == 403


def test_the_key_is_exchanged_for_a_cookie_that_no_script_and_no_other_page_can_use(window: Window) -> None:
    answer = window.client().get(f"/?key={window.keys.lasting}", follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_the_key_stands_in_no_page(window: Window, visitor: Visitor) -> None:
    assert window.keys.lasting not in visitor.page
    assert window.keys.lasting not in visitor.base


def test_the_key_for_the_browser_is_good_for_one_use() -> None:
    keys = Keys()
    key = keys.once()
    assert [keys.take(key), keys.take(key), keys.take(keys.lasting), keys.take(keys.lasting)] == [
        True,
        False,
        True,
        True,
    ]


def test_a_key_of_odd_characters_is_no_key() -> None:
    assert not Keys().take("\udc80é")


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1", "localhost:8000", "127.0.0.1:8001", "evil.127.0.0.1:8000", ""]
)
def test_another_host_name_is_refused(visitor: Visitor, host: str) -> None:
    answer = visitor.get("", headers={"Host": host})
    assert answer.status_code == 421


def test_two_host_names_are_refused(visitor: Visitor) -> None:
    headers = [("Host", HOST), ("Host", "example.com")]
    assert visitor.client.get(visitor.base, headers=headers).status_code == 421


@pytest.mark.parametrize(
    "origin", ["http://example.com", "null", "http://127.0.0.1:9000", "https://127.0.0.1:8000"]
)
def test_another_origin_is_refused(visitor: Visitor, origin: str) -> None:
    assert (
        visitor.client.request("POST", f"{visitor.base}clear", headers={"Origin": origin}).status_code == 403
    )
    assert visitor.get("view", headers={"Origin": origin}).status_code == 403


def test_what_changes_anything_must_say_where_it_comes_from(visitor: Visitor) -> None:
    assert visitor.client.request("POST", f"{visitor.base}clear").status_code == 403
    assert visitor.client.request("PUT", f"{visitor.base}file?path=a.txt", content=b"x").status_code == 403
    assert (
        visitor.client.request("POST", f"{visitor.base}clear", headers={"Origin": ORIGIN}).status_code == 200
    )


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_another_page_starts_is_refused(visitor: Visitor, site: str) -> None:
    assert (
        visitor.get("result", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}).status_code
        == 403
    )
    assert (
        visitor.get("result", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status_code
        == 403
    )


@pytest.mark.parametrize("path", ["", "view", "state", "result", "nothing", "/../..", "file"])
def test_every_answer_has_the_headers_that_keep_it_in(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


def test_refusals_have_these_headers_too(window: Window) -> None:
    for answer in (window.client().get("/"), window.client().get("/", headers={"Host": "example.com"})):
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"


def test_the_policy_allows_no_inline_script_or_style_and_nothing_from_elsewhere() -> None:
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_the_page_keeps_to_its_policy(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    page = visitor.get("").text
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count('<script src="/static/') == 1
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


def test_every_tab_has_a_session_of_its_own_that_nobody_can_guess(window: Window) -> None:
    client = window.client()
    first = client.get(f"/?key={window.keys.lasting}").url.path
    second = client.get("/").url.path
    assert first != second
    assert len(first.strip("/")) >= 24


@pytest.mark.parametrize("path", ["view", "state", "result", "conversations", "conversation"])
def test_a_session_that_does_not_exist_answers_nothing(visitor: Visitor, path: str) -> None:
    assert visitor.client.get(f"/AAAAAAAAAAAAAAAAAAAAAAAA/{path}").status_code == 410


def test_a_page_of_an_old_session_leads_to_a_new_one(visitor: Visitor) -> None:
    answer = visitor.client.get("/AAAAAAAAAAAAAAAAAAAAAAAA/")
    assert answer.status_code == 200
    assert answer.url.path not in {visitor.base, "/AAAAAAAAAAAAAAAAAAAAAAAA/"}


@pytest.mark.parametrize("name", ["window_app.py", "..%2fwindow_app.py", "window.jinja", "bots.toml"])
def test_only_the_two_files_of_the_page_are_served(visitor: Visitor, name: str) -> None:
    assert visitor.client.get(f"/static/{name}").status_code == 404

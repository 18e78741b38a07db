"""Search over HTTP, gRPC and /rpc: word forms, phrases, prefixes, names as written, filters, marks, pages, and what
strangers may type.
"""

import random

import pytest

from support.checks import assert_problem
from support.fixtures import make_room
from support.search import OVER, SearchRefused, ids_of, over_http, wait_until_indexed


@pytest.fixture(params=OVER)
def search(request):
    return OVER[request.param]


def send(server, room, *contents):
    """The ids of new messages."""
    ids = []
    with server.api() as api:
        for content in contents:
            sent = api.post(f"/api/v1/rooms/{room}/messages", json={"content": content})
            assert sent.status_code == 201, sent.content
            ids.append(sent.json()["id"])
    return ids


TEXTS = {
    "plans": "Обсудили новые планы на зиму",
    "dogs": "Running dogs wrote in C++20, see report.pdf",
    "link": "look at https://example.com/a?b=1 now",
    "yolka": "Ёлка стояла в углу",
    "cat": "the cat sat on the mat",
    "branch": "feature/PLT-3699-fix-login on 192.168.10.25, state-of-the-art 🚀",
    "china": "我家在上海东边",
    "korea": "\u1112\u1161\u11ab\u1100\u116e\u11a8 ＡＢＣ ἀρχὴ ѓавол",
}
FOUND_BY = {
    "план": {"plans"},
    "ПЛАНОВ зима": {"plans"},
    '"новые планы"': {"plans"},
    "«новые планы»": {"plans"},
    '"планы новые"': set(),
    '"новый план"': set(),  # as written
    "план dogs": set(),
    "run": {"dogs"},
    "dog": {"dogs"},
    "C++20": {"dogs"},
    "c++": {"dogs"},  # a part of a name
    "c#": set(),
    "report.pdf": {"dogs"},
    "report": {"dogs"},
    "https://example.com/a?b=1": {"link"},
    "example.com": {"link"},
    "exam*": {"link"},
    "елка": {"yolka"},
    "ёлки": {"yolka"},
    "ёл*": {"yolka"},
    "обсуж*": set(),
    '"cat sat on"': {"cat"},
    "PLT-3699": {"branch"},
    "PLT-36*": {"branch"},
    "fix-login": {"branch"},
    "192.168": {"branch"},
    "192.169": set(),
    '"state of the art"': {"branch"},
    "🚀": {"branch"},
    "🚀 dogs": set(),
    "上海": {"china"},
    "海上": set(),
    "我家在上海东边我家在上海东边我家在上海": set(),
    "한국": {"korea"},
    "abc αρχη": {"korea"},
    "г\u0301авол": {"korea"},
    "sat OR dogs": set(),  # no operators: all three are words
}


@pytest.mark.parametrize("kind", ["memory_server", "sqlite_server"])
def test_words_phrases_prefixes_and_names(request, kind, search):
    server = request.getfixturevalue(kind)
    room = make_room(server)
    ids = dict(zip(TEXTS, send(server, room, *TEXTS.values())))
    wait_until_indexed(server)
    for query, names in FOUND_BY.items():
        found = ids_of(search(server, q=query, room=room))
        assert set(found) == {ids[name] for name in names}, query
        assert found == sorted(found, reverse=True)


def test_hits_are_marked(server, room, search):
    send(server, room, "Вот планы: план А, C++20")
    wait_until_indexed(server)
    (hit,) = search(server, q="план c++20", room=room)
    assert hit["message"]["room"] == room and hit["message"]["content"] == "Вот планы: план А, C++20"
    assert [(part["text"], part["hit"]) for part in hit["parts"]] == [
        ("Вот ", False),
        ("планы", True),
        (": ", False),
        ("план", True),
        (" А, ", False),
        ("C++20", True),
    ]
    assert (hit["cut_before"], hit["cut_after"]) == (False, False)


def test_a_long_text_is_cut_around_the_hit(server, room, search):
    send(server, room, "слово " * 500 + "иголка " + "сено " * 500)
    wait_until_indexed(server)
    (hit,) = search(server, q="иголки", room=room)
    assert (hit["cut_before"], hit["cut_after"]) == (True, True)
    assert [part["text"] for part in hit["parts"] if part["hit"]] == ["иголка"]
    shown = "".join(part["text"] for part in hit["parts"])
    assert shown in hit["message"]["content"] and len(shown.encode()) <= 320


def test_filters_by_room_and_time(server, search):
    rooms = [make_room(server) for _ in range(2)]
    word = f"слово{rooms[0].replace('-', '')}"
    first, second = (send(server, room, word)[0] for room in rooms)
    with server.api() as api:
        moment = api.get(f"/api/v1/messages/{second}").json()["created_at"]
    wait_until_indexed(server)
    assert ids_of(search(server, q=word)) == [second, first]
    assert ids_of(search(server, q=word, room=rooms[0])) == [first]
    assert ids_of(search(server, q=word, **{"from": moment})) == [second]
    assert ids_of(search(server, q=word, to=moment)) == [first]
    assert ids_of(search(server, q=word, to="-1m")) == []
    assert ids_of(search(server, q=word, **{"from": "-1m"})) == [second, first]


def test_pages(server, room):
    ids = send(server, room, *["постранично"] * 25)
    wait_until_indexed(server)
    seen, before = [], {}
    with server.api() as api:
        while True:
            params = {"q": "постранично", "room": room, "limit": 7, **before}
            answer = api.get("/api/v1/search", params=params).json()
            assert len(answer["hits"]) <= 7
            seen += ids_of(answer["hits"])
            if "next" not in answer:
                break
            before = {"before": answer["next"]}
    assert seen == ids[::-1]
    assert len(over_http(server, q="постранично", room=room)) == 20


def test_what_changes_is_found_as_it_is_now(any_server, search):
    server = any_server
    room = make_room(server)
    edited, deleted, kept = send(server, room, "старый текст", "старый текст", "старый текст")
    wait_until_indexed(server)
    admin = {"user_id": 1}
    with server.api() as api:
        assert api.patch(f"/api/v1/messages/{edited}", json={"content": "новый", **admin}).status_code == 200
        assert api.delete(f"/api/v1/messages/{deleted}", params=admin).status_code == 200
    assert ids_of(search(server, q="старый", room=room)) == [kept], "at once"
    wait_until_indexed(server)
    assert ids_of(search(server, q="старый", room=room)) == [kept]
    assert ids_of(search(server, q="новый", room=room)) == [edited]
    with server.api() as api:
        assert api.delete(f"/api/v1/rooms/{room}", params=admin).status_code == 200
    with pytest.raises(SearchRefused) as refused:
        search(server, q="старый", room=room)
    assert refused.value.code == "not_found"
    assert not {edited, kept} & set(ids_of(search(server, q="текст")))


def test_trimmed_messages_are_not_found(any_server):
    room = make_room(any_server, message_limit=3)
    ids = send(any_server, room, *["слово"] * 10)
    assert set(ids_of(over_http(any_server, q="слово", room=room))) <= set(ids[-3:]), "at once"
    wait_until_indexed(any_server)
    assert ids_of(over_http(any_server, q="слово", room=room)) == ids[:-4:-1]


def test_the_answer_tells_what_is_on_its_way(start_server):
    server = start_server()
    with server.api() as api:
        wait_until_indexed(server)
        sent = api.post("/api/v1/rooms/lobby/messages", json={"content": "слово"}).json()
        answer = api.get("/api/v1/search", params={"q": "слово"}).json()
        assert answer.get("indexed_through") in (None, sent["created_at"])
        assert answer["hits"] or "indexed_through" in answer


REFUSED = {
    "nothing": ({}, "q"),
    "empty": ({"q": ""}, "q"),
    "too long": ({"q": "a" * 1_025}, "q"),
    "too many words": ({"q": " ".join(f"w{n}" for n in range(17))}, "q"),
    "limit 0": ({"q": "a", "limit": 0}, "limit"),
    "limit 101": ({"q": "a", "limit": 101}, "limit"),
    "limit below": ({"q": "a", "limit": -1}, "limit"),
    "before 0": ({"q": "a", "before": 0}, "before"),
    "from": ({"q": "a", "from": "yesterday"}, "from"),
    "to": ({"q": "a", "to": "-1"}, "to"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(server, search, name):
    request, field = REFUSED[name]
    with pytest.raises(SearchRefused) as refused:
        search(server, **request)
    assert (refused.value.code, refused.value.fields) == ("invalid_argument", [field])


@pytest.mark.parametrize("query", ["?! ... ---", "*" * 1_000, "\u0082", "\u200b"])
def test_punctuation_finds_nothing(server, search, query):
    assert search(server, q=query) == []


def test_an_unknown_room(server, search):
    with pytest.raises(SearchRefused) as refused:
        search(server, q="a", room="no-such-room")
    assert refused.value.code == "not_found"


SYNTAX = [
    '"', '""', '"a', 'a"', '"a" "', "'", "';--", "'; DROP TABLE messages; --", "a OR 1=1", "a AND b", "NOT a", "a NEAR b",
    "NEAR(a b, 5)", "content : a", "room : 1", "{content room} : a", "a + b", "-a", "^a", "(a", "a)", "()", "a*b", "**a",
    "a**", "a *", '"a"*', '"a*"', "%", "_", "a%", "a_b", "\\", "\\a", "~a", "a:b", "\x01", "a\tb\nc", "\u200b", "👍", "«a", "a»",
    "\ufeffa", "a\u0301", "؀a", "ａ", "🇷🇺", "a\u2028b",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["memory_server", "sqlite_server"])
def test_syntax_is_text(request, kind, search):
    server = request.getfixturevalue(kind)
    room = make_room(server)
    send(server, room, "a b")
    wait_until_indexed(server)
    for query in SYNTAX:
        try:
            hits = search(server, q=query, room=room)
            assert all("a" in hit["message"]["content"] for hit in hits), query
        except SearchRefused as refused:
            assert (refused.code, refused.fields) == ("invalid_argument", ["q"]), query


def test_random_characters(server, room):
    chance = random.Random(7)
    send(server, room, "a b")
    wait_until_indexed(server)
    for _ in range(300):
        query = "".join(chance.choice("a*\"'(){}:-+^~ \\%_;AND OR NEAR«»ё\u0301\ud7ff👍") for _ in range(30))
        try:
            over_http(server, q=query, room=room)
        except SearchRefused as refused:
            assert (refused.code, refused.fields) == ("invalid_argument", ["q"]), query


@pytest.mark.parametrize("path", ["%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80", "a%80"])
def test_bytes_that_are_no_text(server, path):
    with server.api() as api:
        answer = api.get("/api/v1/search?q=" + path)
        assert answer.status_code in (200, 400), answer.content
        if answer.status_code == 400:
            assert answer.json()["code"] == "invalid_argument"


def test_a_megabyte_of_stars(server):
    for search in (OVER["grpc"], OVER["rpc"]):
        with pytest.raises(SearchRefused) as refused:
            search(server, q="*" * 50_000)
        assert (refused.value.code, refused.value.fields) == ("invalid_argument", ["q"])
    with pytest.raises(SearchRefused) as refused:
        OVER["grpc"](server, q="*" * 1_000_000)
    assert refused.value.code in ("invalid_argument", "resource_exhausted")
    with server.api() as api:
        assert 400 <= api.get("/api/v1/search", params={"q": "*" * 1_000_000}).status_code < 500
        assert api.get("/health").status_code == 200

# SPDX-License-Identifier: Apache-2.0
"""Forms are spooled and hashed whatever blocks they arrive in, bounded in every dimension, and never left on disk."""

import asyncio
import hashlib
import json
import resource
import threading
import tracemalloc

import pytest

from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.edge.bodies import BadBody, FormSpooler, Pace, SpoolLimits, TextBudget, read_body
from cheeseshop.edge_contract.protocols import Reply, RequestHead
from tests.support.asgi import Response, post
from tests.support.edge_site import LIMIT, EchoUploads

TYPE = "multipart/form-data; boundary=xyz"
DATA = bytes(range(256)) * 400


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    tail = "" if filename is None else f'; filename="{filename}"'
    return f'--xyz\r\nContent-Disposition: form-data; name="{name}"{tail}\r\n\r\n'.encode() + value + b"\r\n"


END = b"--xyz--\r\n"
FORM = part("name", b"demo") + part("content", DATA, "demo.whl") + part("tag", b"a") + part("tag", b"bb") + END


def upload(edge: Edge, body: bytes, *, size: int = 65536, length: int | None = None, **more: object) -> Response:
    headers = {"authorization": "x", "content-type": str(more.pop("kind", TYPE))}
    if length != -1:
        headers["content-length"] = str(len(body) if length is None else length)
    blocks = [body[at : at + size] for at in range(0, len(body), size)]
    return post(edge, "/legacy/", headers, blocks, cut=bool(more.pop("cut", False)))


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
@pytest.mark.parametrize("length", [None, -1])
def test_a_form_is_the_same_in_any_blocks(edge: Edge, paths: EdgePaths, size: int, length: int | None) -> None:
    reply = upload(edge, FORM, size=size, length=length)
    assert reply.status == 200
    assert json.loads(reply.body) == {
        "fields": {"name": [4], "tag": [1, 2]},
        "misplaced": [],
        "content": [
            "demo.whl",
            len(DATA),
            hashlib.md5(DATA).hexdigest(),
            hashlib.sha256(DATA).hexdigest(),
            hashlib.blake2b(DATA, digest_size=32).hexdigest(),
        ],
    }
    assert list(paths.spool.iterdir()) == []


def test_who_may_not_upload_is_told_before_the_body_is_read(edge: Edge, paths: EdgePaths) -> None:
    reply = post(edge, "/legacy/", {"content-type": TYPE}, [FORM] * 100)
    assert (reply.status, reply.body, reply.header("connection")) == (403, b"Who are you?", "close")
    assert list(paths.spool.iterdir()) == []


@pytest.mark.parametrize("waits", [True, False])
def test_a_client_that_waits_to_be_admitted_is_not_told_to_send(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    asked, seen = threading.Event(), []

    def admit(_self: EchoUploads, _head: RequestHead) -> Reply:
        seen.append(asked.is_set() if waits else asked.wait(10))
        return Reply(403, "Who are you?")

    async def receive() -> dict[str, object]:
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: object) -> None: ...

    monkeypatch.setattr(EchoUploads, "admit", admit)
    headers = [(b"host", b"localhost"), *([(b"expect", b"100-continue")] if waits else [])]
    scope = {"type": "http", "method": "POST", "path": "/legacy/", "query_string": b"", "headers": headers}
    asyncio.run(edge(scope, receive, send))
    assert seen == [not waits]


@pytest.mark.parametrize(
    ("body", "options", "reason"),
    [
        (FORM, {"kind": "multipart/form-data"}, "boundary"),
        (FORM, {"kind": "multipart/form-data; boundary="}, "boundary"),
        (FORM, {"kind": "multipart/form-data; boundary=" + "x" * 300}, "boundary"),
        (FORM, {"kind": "application/x-www-form-urlencoded"}, "multipart/form-data"),
        (FORM, {"kind": ""}, "multipart/form-data"),
        (FORM, {"kind": "multipart/form-data; boundary=other"}, "ends early"),
        (FORM[: len(FORM) // 2], {}, "ends early"),
        (FORM[: -len(END)], {"length": -1}, "ends early"),
        (b"", {}, "ends early"),
        (FORM, {"length": len(FORM) + 1}, "Content-Length says"),
        (FORM, {"length": len(FORM) - 1}, ""),
        (part("x" * 9000, b"") + END, {}, "limit"),
        (part("a", b"") * 10_001 + END, {}, "limit"),
        (part("a", bytes(9_000_000)) + END, {}, "too long"),
        (part("attestations", bytes(300_000)) + END, {}, "it may have 256 KiB"),
        (b"".join(part(f"a{n}", bytes(6_000_000)) for n in range(3)) + END, {}, "too long"),
        (part("content", b"", "a") + part("content", b"", "b") + END, {}, "more than one file"),
        (part("content", bytes(LIMIT + 1), "a") + END, {}, "File too large"),
        (part("other", bytes(LIMIT + 33 * 1024 * 1024), "a") + END, {"length": -1}, "File too large"),
        (FORM, {"length": 10**15}, "File too large"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(
    edge: Edge, paths: EdgePaths, body: bytes, options: dict[str, object], reason: str
) -> None:
    reply = upload(edge, body, **options)  # type: ignore[arg-type]
    assert reply.status == 400
    assert reason in reply.body.decode()
    assert reply.header("connection") == "close"
    assert list(paths.spool.iterdir()) == []


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "²"])
def test_a_length_that_is_no_number_is_refused(edge: Edge, length: str) -> None:
    headers = {"authorization": "x", "content-type": TYPE, "content-length": length}
    assert post(edge, "/legacy/", headers, [FORM]).status == 400


@pytest.mark.parametrize("size", [0, 1, LIMIT])
def test_sizes_up_to_the_limit_pass(edge: Edge, size: int) -> None:
    reply = upload(edge, part("content", bytes(size), "a") + END)
    assert (reply.status, json.loads(reply.body)["content"][1]) == (200, size)


def test_many_fields_pass(edge: Edge) -> None:
    reply = upload(edge, b"".join(part(f"n{n}", b"v") for n in range(1000)) + END)
    assert len(json.loads(reply.body)["fields"]) == 1000


def test_files_in_other_places_are_named_and_not_kept(edge: Edge) -> None:
    reply = upload(edge, part("name", b"1234", "evil") + part("content", b"x", "a") + END)
    told = json.loads(reply.body)
    assert (told["misplaced"], told["fields"], told["content"][1]) == (["name"], {}, 1)


def test_names_of_files_do_not_choose_a_place(edge: Edge, paths: EdgePaths) -> None:
    reply = upload(edge, part("content", b"x", "../../evil") + END)
    assert json.loads(reply.body)["content"][0].endswith("evil")
    assert not list(paths.spool.parent.rglob("evil"))


@pytest.mark.parametrize("share", [0, 10, 90])
def test_a_client_that_goes_away_leaves_nothing(edge: Edge, paths: EdgePaths, share: int) -> None:
    assert upload(edge, FORM[: len(FORM) * share // 100], length=len(FORM), cut=True).status == 0
    assert list(paths.spool.iterdir()) == []


def test_a_flow_that_fails_is_a_500_without_details_and_leaves_nothing(
    edge: Edge, paths: EdgePaths, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the password is 1234")

    edge._uploads._uploads.accept = fail  # type: ignore[method-assign,union-attr]
    reply = upload(edge, FORM)
    assert (reply.status, reply.body) == (500, b"Internal Server Error")
    assert list(paths.spool.iterdir()) == []
    assert "the password is 1234" in caplog.text


def test_too_many_at_once_are_asked_to_come_back(edge: Edge) -> None:
    edge._uploads._inside = 10**6  # type: ignore[union-attr]
    reply = upload(edge, FORM)
    assert (reply.status, reply.header("retry-after"), reply.header("connection")) == (503, "5", "close")


def test_a_full_disk_is_said_and_leaves_nothing(edge: Edge, paths: EdgePaths) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(DATA) // 2, hard))
    try:
        reply = upload(edge, FORM)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (reply.status, reply.header("retry-after")) == (503, "5")
    assert b"a retry is safe" in reply.body
    assert list(paths.spool.iterdir()) == []
    assert upload(edge, FORM).status == 200


def test_the_text_of_all_uploads_together_is_bounded(edge: Edge) -> None:
    budget = edge._uploads._text  # type: ignore[union-attr]
    everything = budget._left
    budget.take(everything - 5)
    reply = upload(edge, FORM)
    assert (reply.status, reply.header("retry-after")) == (503, "5")
    budget.give_back(everything - 5)
    assert upload(edge, FORM).status == 200
    assert budget._left == everything  # nothing is kept, whether an upload went well or not


@pytest.mark.parametrize(("first", "of"), [(part("name", b"demo"), " for project 'demo'"), (b"", "")])
def test_a_file_that_is_too_large_is_said_with_the_project_if_it_is_known(edge: Edge, first: bytes, of: str) -> None:
    reply = upload(edge, first + part("content", bytes(LIMIT + 1), "demo.whl") + END)
    assert reply.status == 400
    assert reply.body.decode().startswith(f"File too large. Limit{of} is ")


def test_legacy_without_its_slash_keeps_the_method(edge: Edge) -> None:
    reply = post(edge, "/legacy", {}, [])
    assert (reply.status, reply.header("location")) == (308, "/legacy/")


def read_at(moments: list[tuple[float, int]], pace: Pace) -> str:
    """Read blocks that arrive at these moments on a loop whose clock only moves when it waits."""
    loop = _SkippingLoop()

    async def read() -> str:
        began = loop.time()
        coming = list(moments)

        async def receive() -> dict[str, object]:
            at, size = coming[0] if coming else (10**9, 0)
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            coming.pop(0)
            return {"type": "http.request", "body": bytes(size), "more_body": bool(coming)}

        try:
            return str(sum([len(block) async for block in read_body(receive, pace)]))
        except BadBody as bad:
            return f"{bad.status} {bad}"

    try:
        return loop.run_until_complete(read())
    finally:
        loop.close()


class _SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop that skips over waiting: no test of time takes time."""

    skipped = 0.0

    def time(self) -> float:
        return self.skipped

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.skipped = max(self.skipped, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("moments", "answer"),
    [
        ([(0, 10), (1, 10)], "20"),
        ([(t, 1000) for t in range(1, 60)], "59000"),
        ([(1, 1000), (9, 1), (21, 5)], "408 The upload was too slow."),
        ([(0, 5000), (11, 5000), (12, 1)], "10001"),  # a pause over the end of a window that was fast enough
        ([(t, 1) for t in range(1, 60)], "408 The upload was too slow."),
        ([(0, 10)] + [(t, 5000) for t in range(1, 200)], "408 The upload took too long."),
        ([(500, 10)], "408 The upload was too slow."),
    ],
)
def test_deadline_and_rate(moments: list[tuple[float, int]], answer: str) -> None:
    assert read_at(moments, Pace(deadline=100, rate=100)) == answer


def test_the_deadline_holds_where_no_rate_is_asked_for() -> None:
    assert read_at([(500, 10)], Pace(deadline=30, rate=0)) == "408 The upload took too long."


def test_text_in_tiny_blocks_takes_the_room_of_the_text(paths: EdgePaths) -> None:
    spooler = FormSpooler(TYPE, -1, SpoolLimits(paths.spool, LIMIT, TextBudget(10**6)))
    spooler.feed(part("summary", b"")[:-2])
    tracemalloc.start()
    for number in range(10_000):
        spooler.feed(b"%04d" % number)  # each an object of its own
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 200_000  # an object for each block would be 450 kB
    spooler.feed(b"\r\n" + END)
    assert spooler.finish().fields == {"summary": ["".join(f"{number:04}" for number in range(10_000))]}

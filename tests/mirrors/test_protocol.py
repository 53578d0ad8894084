# SPDX-License-Identifier: Apache-2.0
"""XML-RPC from strangers: read, or refused with a fault, and never anything else."""

import xmlrpc.client
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.mirrors.protocol import PARSE_ERROR, Call, Fault, answer, failure, parse

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"))
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("key"), inner),
    max_leaves=10,
)  # fmt: skip


@given(st.from_regex(r"[a-z_.]{1,30}", fullmatch=True), st.lists(_VALUES, max_size=4))
def test_what_the_library_writes_is_read_back(method: str, arguments: list[object]) -> None:
    written = xmlrpc.client.dumps(tuple(arguments), method, allow_none=True, encoding="utf-8").encode("utf-8")
    assert parse(written) == Call(method, tuple(arguments))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(Fault) as refused:
        parse(body)
    assert refused.value.code == PARSE_ERROR


_TAGS = ["methodCall", "methodName", "params", "param", "value", "int", "string", "array", "data", "struct", "member",
         "name", "nil", "i8", "double", "dateTime.iso8601", "base64", "boolean", "fault"]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(_TAGS), st.booleans(), st.text("019aé.-<&", max_size=5)), max_size=20))
def test_tags_in_any_order_are_read_or_refused(parts: list[tuple[str, bool, str]]) -> None:
    body = "<?xml version='1.0'?><methodCall>" + "".join(
        f"<{'/' if closing else ''}{tag}>{text}" for tag, closing, text in parts
    )
    for each in (body, body + "</methodCall>"):
        with suppress(Fault):  # and nothing but a fault
            assert isinstance(parse(each.encode()), Call)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<?xml version='1.0'?><!DOCTYPE m [<!ENTITY a 'b'>]><methodCall><methodName>&a;</methodName></methodCall>",
        b"<?xml version='1.0'?><!DOCTYPE m SYSTEM 'file:///etc/passwd'><methodCall/>",
        b"<methodCall><methodName>a</methodName><params>" + b" " * 1024 * 1024 + b"</params></methodCall>",
        b"<methodCall><methodName>a</methodName><params><param><value><int>x</int></value></param></params></methodCall>",
        b"<methodResponse><params/></methodResponse>",
        b"<value>" * 5000,
    ],
)  # fmt: skip
def test_hostile_documents_are_refused(body: bytes) -> None:
    with pytest.raises(Fault):
        parse(body)


def test_text_that_xml_cannot_hold_is_left_out() -> None:
    (value,), _ = xmlrpc.client.loads(answer("a\x00\x0bb\ufffec"))
    assert value == "abc"
    with pytest.raises(xmlrpc.client.Fault, match="ab"):
        xmlrpc.client.loads(failure(Fault(1, "a\x00b")))

# SPDX-License-Identifier: Apache-2.0
"""XML-RPC calls: read from bytes that anybody may have sent, written back as a value or a fault."""

import re
import xmlrpc.client
from dataclasses import dataclass
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

CLIENT_ERROR = -32602
SERVER_ERROR = -32500
PARSE_ERROR = -32700
UNKNOWN_METHOD = -32601

_MAX_BODY = 1024 * 1024
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Fault(Exception):  # noqa: N818 - the protocol's own word
    """What a call is answered with when it can't be done. The HTTP status is 200 all the same."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    """A method's name and its arguments, of the types that XML-RPC has."""

    method: str
    arguments: tuple[Any, ...]


def parse(body: bytes) -> Call:
    """Read a call. Documents that define entities or are too large are not read.

    Raises:
        Fault: for anything but one well-formed call.
    """
    if len(body) > _MAX_BODY:
        raise Fault(PARSE_ERROR, "parse error; the call is too large")
    values = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(values, forbid_dtd=True)
    try:
        parser.feed(body)
        parser.close()
        arguments = values.close()
        method = values.getmethodname()
    except DefusedXmlException as error:
        raise Fault(PARSE_ERROR, "parse error; document types and entities are not allowed") from error
    except Exception as error:
        raise Fault(PARSE_ERROR, "parse error; not a well-formed call") from error
    if not isinstance(method, str) or not method:
        raise Fault(PARSE_ERROR, "parse error; the call names no method")
    return Call(method, tuple(arguments))


def answer(value: Any) -> bytes:  # noqa: ANN401 - whatever XML-RPC can write
    """Write a method's value. Characters that XML can't hold are left out."""
    written = xmlrpc.client.dumps((value,), methodresponse=True, allow_none=True, encoding="utf-8")
    return _NOT_XML.sub("", written).encode("utf-8")


def failure(fault: Fault) -> bytes:
    """Write a fault."""
    written = xmlrpc.client.dumps(xmlrpc.client.Fault(fault.code, fault.message), encoding="utf-8")
    return _NOT_XML.sub("", written).encode("utf-8", "replace")

"""A file at an address of the web, from any byte on.

Proxies are those of the environment (https_proxy, no_proxy and so on), as Python knows them. A server that has no
use for ranges sends all of the file, and what is here already is passed over. Compressed answers and web pages are
refused: they are not the file.
"""

from __future__ import annotations

import http.client
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from models.fetching.sources import NoAnswer, Waiting

SILENCE = 30.0
"""Seconds without a byte after which a server is given up."""
CHUNK = 1 << 16
"""Bytes that are taken at most at once."""
SAFE = ("http", "https")
"""What an address begins with, and what one may be sent on to."""


class Web:
    """One address.

    Args:
        token: who asks; it goes to this address only, not where that sends one on to.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        self._token = token
        self.name = _host(url) or url

    def read(self, offset: int, waiting: Waiting) -> Iterator[bytes]:
        """See Source."""
        with _explained(), self._ask(offset) as response:
            passed_over = offset - _start(response, offset)
            while chunk := response.read1(CHUNK):
                skipped = min(passed_over, len(chunk))
                passed_over -= skipped
                if skipped < len(chunk):
                    yield chunk[skipped:]

    def _ask(self, offset: int) -> HTTPResponse:
        if urlsplit(self._url).scheme not in SAFE:
            raise NoAnswer(f"has an address that is not of the web ({self._url})", reachable=False)
        request = urllib.request.Request(
            self._url, headers={"User-Agent": "tertulia", "Accept-Encoding": "identity"}
        )
        if offset:
            request.add_header("Range", f"bytes={offset}-")
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        response: HTTPResponse = _opener().open(request, timeout=SILENCE)
        return response


def _host(url: str) -> str:
    """Whom an address names; empty where it is none, as `read` says."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _opener() -> urllib.request.OpenerDirector:
    """What asks: http and https only, wherever a server sends one on to."""
    opener = urllib.request.OpenerDirector()
    handlers: list[Any] = [
        urllib.request.ProxyHandler, urllib.request.UnknownHandler, urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler, urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ]  # fmt: skip
    for handler in handlers:
        opener.add_handler(handler())
    return opener


def _start(response: HTTPResponse, offset: int) -> int:
    """The byte that an answer begins at. Raises NoAnswer where it is not the file."""
    if (packed := response.headers.get("Content-Encoding", "identity").lower()) != "identity":
        raise NoAnswer(f"sends it compressed ({packed})")
    if response.headers.get_content_type() == "text/html":
        raise NoAnswer("answered with a web page instead of the file")
    if response.status == http.client.OK:
        return 0
    if response.status != http.client.PARTIAL_CONTENT:
        raise NoAnswer(f"answered {response.status} {response.reason}")
    spans = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if spans is None or int(spans[1]) != offset:
        raise NoAnswer("sent another part of the file than it was asked for")
    return offset


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what may happen on the web into NoAnswer."""
    try:
        yield
    except HTTPError as error:
        with error:
            raise NoAnswer(_refusal(error)) from error
    except URLError as error:  # before any answer
        raise NoAnswer(f"could not be reached ({_reason(error.reason)})", reachable=False) from error
    except TimeoutError as error:
        raise NoAnswer(f"was silent for {SILENCE:.0f} seconds") from error
    except (http.client.HTTPException, OSError) as error:
        raise NoAnswer(f"broke off ({_reason(error)})") from error
    except (ValueError, UnicodeError) as error:  # an address or a proxy that is none
        raise NoAnswer(f"could not be asked ({error})", reachable=False) from error


def _refusal(error: HTTPError) -> str:
    if error.code in (301, 302, 303, 307, 308):
        return "sends one on in a circle, or to an address that is not of the web"
    if error.code in (401, 403):
        return f"does not let you have it ({error.code} {error.reason}; HF_TOKEN says who you are to the hub)"
    if error.code == 416:
        return "has a shorter file"
    return f"answered {error.code} {error.reason}"


def _reason(error: object) -> str:
    """What an error says of itself, in few words."""
    if isinstance(error, TimeoutError):
        return f"silent for {SILENCE:.0f} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, http.client.IncompleteRead):
        return "the connection ended"
    return str(error) or type(error).__name__

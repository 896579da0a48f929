"""Somebody who looks at the demonstration's console as people do: signs in with password and second factor, then reads.

Plain HTTP and the console's own pages, so that what it has seen a person can see. Must not know the database.
"""

from __future__ import annotations

import html
import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from appliance.console.people.totp import code_at
from appliance.errors import ApplianceError

_FORM = re.compile(r'name="csrf" value="([^"]+)"')
_SECRET = re.compile(r'otpauth://totp/[^"?]*\?secret=([A-Z2-7]+)')
_WAIT_S = 30.0


class VisitError(ApplianceError):
    """The console doesn't let the visitor in, or doesn't answer."""


class Visitor:
    """One browser. `url`: people's address of the console."""

    def __init__(self, url: str) -> None:
        self._url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def sign_in(self, person: str, password: str) -> None:
        """For the first time: the second factor is set up. Raises VisitError."""
        page = self._post("/sign-in", name=person, password=password)
        form, secret = _FORM.search(page), _SECRET.search(html.unescape(page))
        if form is None or secret is None:
            raise VisitError("the console shows no second factor to set up; look at its log")
        self._post("/sign-in/factor", csrf=form[1], code=code_at(secret[1], time.time()))
        if self.status("/api/v1/branches") != 200:
            raise VisitError("the console doesn't let the visitor in; look at its log")

    def status(self, path: str) -> int:
        """What a look at the path is answered with."""
        try:
            self.read(path)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def read(self, path: str) -> str:
        """A page or document. Raises urllib.error.HTTPError."""
        with self._opener.open(self._url + path, timeout=_WAIT_S) as answer:
            text: str = answer.read().decode()
            return text

    def document(self, path: str) -> Any:
        """A JSON document, None where there is none yet."""
        try:
            return json.loads(self.read(path))
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def _post(self, path: str, **fields: str) -> str:
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self._url + path, data=body, headers={"Origin": self._url})
        try:
            with self._opener.open(request, timeout=_WAIT_S) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            raise VisitError(f"the console answers {path} with {error.code}; look at its log") from error

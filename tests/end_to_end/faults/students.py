"""A student at a site under test, as far as HTTP is concerned."""

import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlencode

RIGHT = """\
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        client, _ = listener.accept()
        with client:
            while data := client.recv(4096):
                client.sendall(data)
"""
WRONG = RIGHT.replace("sendall(data)", "sendall(data.upper())")
# It never sleeps, so it is given a while to answer: two seconds for each scenario.
SLOW = RIGHT.replace("while data", "while True:\n                pass\n            while data")
# Django compares the cookie with what the form sends; it does not mind who drew it.
CSRF = "f" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    port: int
    name: str
    session: str

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the text."""
        status, _, text = self._ask("GET", path, {})
        return status, text

    def submit(self, program: str, *, exercise: str = "echo") -> int:
        """Hand a program in; return the attempt's number in its address."""
        form = {"program": program, "language": "python"}
        status, location, text = self._ask("POST", f"/courses/faults/queue/{exercise}/", form)
        assert status == 302, (status, text[:2000])
        found = re.fullmatch(r"/attempts/(\d+)/", location)
        assert found, location
        return int(found[1])

    def try_to_submit(self, program: str) -> tuple[int, str]:
        """Hand a program in that will perhaps not be taken; return the status and the text."""
        form = {"program": program, "language": "python"}
        status, _, text = self._ask("POST", "/courses/faults/queue/echo/", form)
        return status, text

    def cancel(self, run: int) -> int:
        """Take a run back; return the status."""
        status, _, _ = self._ask("POST", f"/runs/{run}/cancel/", {})
        return status

    def _ask(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()

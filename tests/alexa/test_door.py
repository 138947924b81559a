"""The door as a whole: each case of `test_verification` at the app itself, by its HTTP status.

The README's table of refusals is made here, of the same cases (`table`).
"""

import pytest

from skill.alexa.verification import Verifier
from skill.bootstrap import Service
from skill.coaching.values import replace
from skill.web import create_app
from tests.alexa.test_verification import CASES, NOW, SKILL, WELCOME, Case, Make, Request
from tests.simulators.amazon import Amazon

REFUSED, LET_IN = 400, 200
KINDS = {
    "header": "The signature headers",
    "URL": "The certificates' address",
    "signature": "The signature",
    "certificates": "The certificates",
    "time": "The time",
    "skill": "The skill's id",
}


def table() -> str:
    """Return the README's table: each kind of case, with what it is answered with."""
    rows = ["| | Cases | Answered |", "|---|---|---|"]
    for kind, title in KINDS.items():
        names = [
            name for case in CASES for of, _, name in [case.name.partition(": ")] if of == kind
        ]
        rows.append(f"| {title} | {'; '.join(names)} | {REFUSED} |")
    rows.append(f"| As Alexa does, or may | {'; '.join(WELCOME)} | {LET_IN} |")
    return "\n".join(rows) + "\n"


def knock(service: Service, amazon: Amazon, request: Request) -> tuple[int, str]:
    """Send a request to the app, at its own time; return status and body."""
    settings = replace(service.settings, skill_id=SKILL)
    service = replace(service, clock=lambda: request.now)
    verifier = Verifier(amazon.fetch, amazon.roots)
    door = create_app(settings, service=service, verifier=verifier).test_client()
    variables: dict[str, str] = {}
    for name, value in request.headers:
        variable = f"HTTP_{name.upper().replace('-', '_')}"
        # A header sent twice is joined, as WSGI servers do it.
        variables[variable] = f"{variables[variable]},{value}" if variable in variables else value
    answer = door.post("/alexa", data=request.body, environ_overrides=variables)
    return answer.status_code, answer.text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(case: Case, service: Service):
    """Whatever Alexa would not send gets HTTP 400, never 500, and nothing of it comes back."""
    amazon = Amazon(NOW)
    status, text = knock(service, amazon, case.make(amazon))
    assert status == REFUSED
    assert "Atza" not in text
    assert case.error.code in text


@pytest.mark.parametrize("make", WELCOME.values(), ids=WELCOME)
def test_let_in(make: Make, service: Service):
    """Whatever Alexa sends, or may, is answered."""
    amazon = Amazon(NOW)
    assert knock(service, amazon, make(amazon))[0] == LET_IN


def test_every_kind_has_its_row():
    """No case is left out of the table."""
    assert {case.name.partition(": ")[0] for case in CASES} == set(KINDS)
    assert all(case.name.partition(": ")[2] in table() for case in CASES)

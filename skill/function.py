"""The function's door: an event is the JSON of a request, and Amazon has verified its sender."""

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

from skill import logs
from skill.alexa.admission import NotFromAlexaError, check_application
from skill.bootstrap import Service, build
from skill.coaching.errors import CoachError
from skill.settings import PREFIX, Settings

Handler = Callable[[object, object], dict[str, Any]]

FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME"

log = logging.getLogger(__name__)


def start(environment: Mapping[str, str]) -> Handler:
    """Set up the log, build the service and return its handler.

    Raise what says why that cannot be: Lambda then takes the function for broken.
    """
    function = environment.get(FUNCTION_NAME, "")
    logs.set_up("INFO", sys.stdout, function)
    try:
        settings = Settings.from_env(environment)
        logs.set_up(settings.log_level, sys.stdout, function)
        return make_handler(build(settings, is_packaged=True))
    except CoachError as reason:
        log.critical("the coach cannot start: %s (%s)", reason, reason.code)
        raise


def make_handler(service: Service) -> Handler:
    """Return what answers events with a service's conversation."""

    def handle(event: object, context: object) -> dict[str, Any]:
        """Answer a request of Alexa's to our skill; raise `CoachError` for any other event.

        Lambda makes an error of that, and nothing is answered.
        """
        try:
            _admit(event, service.settings.skill_id)
            with logs.request(event, invocation=str(getattr(context, "aws_request_id", ""))):
                return service.conversation.answer(event)
        except CoachError as refused:
            log.warning("refused: %s (%s)", refused, refused.code)
            raise
        except Exception:
            log.exception("failed")
            raise

    return handle


def _admit(event: object, skill_id: str) -> None:
    if not skill_id:
        raise NotFromAlexaError(f"no skill is served yet: set {PREFIX}SKILL_ID to its id")
    check_application(event, skill_id)

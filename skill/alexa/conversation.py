"""The conversation: the SDK's skill with our handlers. Request JSON in, response JSON out."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

from ask_sdk_core.dispatch_components import AbstractExceptionHandler, AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import RequestEnvelope, Response

from skill.alexa.access import Access
from skill.alexa.envelope import (
    CARRIED,
    MalformedRequestError,
    RequestType,
    read_complaint,
    read_envelope,
)
from skill.alexa.reading import (
    has_screen,
    is_spoken,
    read_access,
    read_event,
    read_moment,
    read_user,
    request_type,
)
from skill.alexa.responding import Responder
from skill.alexa.serialising import serialise
from skill.coaching.events import OutOfReach, PermissionAnswered, ReminderAnswered
from skill.coaching.lines import line
from skill.coaching.outcomes import CancelReminders, Outcome, SetReminders
from skill.coaching.routines import Catalogue
from skill.coaching.runner import Runner
from skill.coaching.schedules import ReminderAnswer
from skill.coaching.values import replace
from skill.ports import ShelfError
from skill.records import encode_carried
from skill.sessions import SessionManager, following

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
RunErrand = Callable[[SetReminders | CancelReminders, Access | None, str, datetime], ReminderAnswer]
"""Runs an errand, in time, and tells how it ended: with the access that came with a request, the
text that a reminder says, and the time."""

REFUSALS = (PermissionAnswered(granted=False), ReminderAnswered(ReminderAnswer.NOT_ALLOWED))
"""After these a runner has to know where the permission can still be given."""


class Conversation:
    """Answers Alexa's requests."""

    def __init__(
        self,
        manager: SessionManager,
        catalogue: Catalogue,
        responder: Responder,
        run_errand: RunErrand,
        clock: Clock,
    ) -> None:
        builder = SkillBuilder()
        builder.add_request_handler(Coaching(manager, catalogue, responder, run_errand, clock))
        builder.add_exception_handler(Apology(responder))
        self._skill = builder.create()

    def answer(self, document: object) -> dict[str, Any]:
        """Return the response to a request; raise `MalformedRequestError` for what is none."""
        envelope = read_envelope(document)
        complaint = read_complaint(document)
        if complaint:
            log.warning("Alexa reports %.80r: %.300r", *complaint)
        return cast("dict[str, Any]", serialise(self._skill.invoke(envelope, None)))


class Coaching(AbstractRequestHandler):
    """Every request: translate in, one call, translate out."""

    def __init__(
        self,
        manager: SessionManager,
        catalogue: Catalogue,
        responder: Responder,
        run_errand: RunErrand,
        clock: Clock,
    ) -> None:
        self._manager = manager
        self._catalogue = catalogue
        self._responder = responder
        self._run_errand = run_errand
        self._clock = clock

    def can_handle(self, handler_input: HandlerInput) -> bool:  # noqa: ARG002
        """Any request: what each means stands in one table."""
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        """Let the event happen and answer with what follows; no event, no answer.

        If that is an errand it is run, and how it ended happens too; once, and no more. Whatever
        is to be played and cannot be had: that happens too, and is told after what led to it.
        """
        envelope = handler_input.request_envelope
        event = read_event(envelope.request, self._catalogue)
        if event is None:
            log.info("no answer to a request of type %.80r", request_type(envelope.request))
            return Response()
        user, moment = read_user(envelope), read_moment(envelope, self._clock())
        outcome = self._manager.handle(user, event, moment)
        if isinstance(outcome.errand, SetReminders | CancelReminders):
            event = ReminderAnswered(self._run(outcome.errand, envelope))
            if not outcome.forgets:  # nothing more can happen to who is forgotten
                outcome = self._manager.handle(user, event, following(outcome, moment))
        if request_type(envelope.request) == RequestType.PERMISSION_ANSWERED:
            # Just asked: Alexa would say yes at once, for one who gave it before, and so on.
            outcome = replace(outcome, errand=None)
        respond = partial(
            self._responder.respond,
            aloud=is_spoken(envelope.request),
            eliciting=request_type(envelope.request) == RequestType.INTENT,
            on_screen=has_screen(envelope),
            with_card=event in REFUSALS,
        )
        try:
            response = respond(outcome)
        except ShelfError as away:
            log.error("nothing can be played: %s", away)  # noqa: TRY400
            waiting = self._manager.handle(user, OutOfReach(), following(outcome, moment))
            outcome = replace(waiting, lines=(*outcome.lines, *waiting.lines))
            response = respond(outcome)
        if envelope.session:
            handler_input.attributes_manager.session_attributes = _to_carry(outcome)
        return response

    def _run(
        self, errand: SetReminders | CancelReminders, envelope: RequestEnvelope
    ) -> ReminderAnswer:
        text = self._responder.wording.say(line("reminder"))
        return self._run_errand(errand, read_access(envelope), text, self._clock())


def _to_carry(outcome: Outcome) -> dict[str, object]:
    """Return what Alexa is to hand in with the answer to a question, if the store has missed it."""
    return {CARRIED: encode_carried(outcome.runner)} if outcome.ask and not outcome.is_kept else {}


class Apology(AbstractExceptionHandler):
    """The catch-all of this entry point: a fault of ours is heard as a sentence, and logged."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    def can_handle(self, handler_input: HandlerInput, exception: Exception) -> bool:  # noqa: ARG002
        """Any fault but a malformed request, which the door answers."""
        return not isinstance(exception, MalformedRequestError)

    def handle(self, handler_input: HandlerInput, exception: Exception) -> Response:
        """Say that something went wrong; whatever plays goes on."""
        request = handler_input.request_envelope.request
        kind = request_type(request)
        log.error("failed to answer a request of type %.80r", kind, exc_info=exception)
        aloud = is_spoken(request)
        return self._responder.respond(Outcome(Runner(), (line("trouble"),)), aloud=aloud)

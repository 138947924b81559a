"""Runs the coach on any WSGI host, `gunicorn --threads 8 skill.wsgi` for one: `application`.

Settings come from the environment. The service is built as this module is imported, once in each
of the host's processes; they share what the settings name, a DynamoDB table or an SQLite file.
"""

import logging
import os
from collections.abc import Mapping

from flask import Flask

from skill import logs
from skill.coaching.errors import CoachError
from skill.settings import Settings
from skill.web import create_app

log = logging.getLogger(__name__)


def start(environment: Mapping[str, str]) -> Flask:
    """Set up the log and make the app; raise what says why that cannot be, having logged it."""
    logs.set_up("INFO")
    try:
        settings = Settings.from_env(environment)
        logs.set_up(settings.log_level)
        return create_app(settings)
    except CoachError as reason:
        log.critical("the coach cannot start: %s (%s)", reason, reason.code)
        raise


application = start(os.environ)

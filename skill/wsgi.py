"""Runs the coach on any WSGI host, `gunicorn --threads 8 skill.wsgi` for one: `application`.

Settings come from the environment. The service is built as this module is imported, once in each
of the host's processes; they share what the settings name, a DynamoDB table or an SQLite file.
"""

import os
import sys
from collections.abc import Mapping

from flask import Flask

from skill import logs
from skill.coaching.errors import CoachError
from skill.settings import PREFIX, SettingError, Settings
from skill.web import create_app


def start(environment: Mapping[str, str]) -> Flask:
    """Set up the log and make the app; end with a sentence that says why that cannot be.

    Unsigned requests are for `./scripts/serve` alone: some hosts take away the headers by which
    it is told that a request has come through a proxy.
    """
    logs.set_up("INFO")
    try:
        settings = Settings.from_env(environment)
        if settings.unsigned:
            raise SettingError(f"{PREFIX}UNSIGNED is for ./scripts/serve alone")
        logs.set_up(settings.log_level)
        return create_app(settings)
    except CoachError as reason:
        sys.exit(f"The coach cannot start: {reason}")


application = start(os.environ)

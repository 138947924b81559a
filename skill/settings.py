"""Settings: the only reader of the environment. Every variable begins `GLUTE_COACH_`.

But for a table's region, which Amazon's own variables tell where ours does not.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skill.coaching.errors import CoachError
from skill.coaching.values import value_class

PREFIX = "GLUTE_COACH_"
PROJECT = Path(__file__).resolve().parent.parent
PORTS = range(1, 65536)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOCALES = ("en-US",)
"""What is spoken and understood: there are lines, and an interaction model, for each."""
OF_SERVERS = ("unsigned", "host", "port", "log_level")
"""What only matters where others connect to."""

_PUBLIC_URL = r"(?ai)https://[a-z0-9.-]+(:[0-9]{1,5})?(/[\w.~/-]*)?"
_TABLE = r"(?a)[\w.-]{3,255}"
_BUCKET = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_REGION = r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}"
_AMAZONS_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINT = r"(?a)https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?"


class SettingError(CoachError):
    """A setting that cannot be used; the message names it, its value and the good ones."""

    code = "bad-setting"


@value_class
class Settings:
    """What the service needs to know of its surroundings.

    `skill_id` is empty until a skill exists; until then signed requests are refused.
    `public_url` is where Alexa's devices reach this service, without a slash at its end.
    Runners are remembered in the DynamoDB `table`, or, where none is named, in the `database`.
    Guides lie in the S3 bucket `guides_bucket`, to be fetched under `public_url`; where none is
    named, this service serves them.
    With `unsigned`, requests without a signature are taken from this machine, and from
    nowhere else.
    """

    skill_id: str = ""
    public_url: str = ""
    unsigned: bool = False
    host: str = "127.0.0.1"
    port: int = 8080
    database: Path = PROJECT / ".glute-coach" / "runners.sqlite3"
    table: str = ""
    region: str = ""
    table_endpoint: str = ""
    guides_bucket: str = ""
    guides_endpoint: str = ""
    audio: Path = PROJECT / "audio" / "rendered"
    locale: str = "en-US"
    log_level: str = "INFO"

    @classmethod
    def from_env(cls, environment: Mapping[str, str], *, serves: bool = True) -> "Settings":
        """Read the settings; raise `SettingError` for a value that cannot be used.

        A variable with our prefix that is no setting is refused too: it is a typing slip. Whoever
        does not serve is not stopped by what only matters to servers, which is not read then.
        """
        chosen: dict[str, Any] = {}
        for name, value in environment.items():
            if not name.startswith(PREFIX):
                continue
            field = name.removeprefix(PREFIX).lower()
            if field not in _READERS:
                raise SettingError(f"{name} is no setting; there are {', '.join(variables())}")
            if not value.strip() or (field in OF_SERVERS and not serves):
                continue
            chosen[field] = _read(name, field, value)
        _complete(chosen, environment)
        return cls(**chosen)

    @property
    def base_url(self) -> str:
        """Where the guides are fetched from: the public address, or the local one."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        return self.public_url or f"http://{host}:{self.port}"


def variables() -> list[str]:
    """Return the name of every variable that is read."""
    return [f"{PREFIX}{field.upper()}" for field in _READERS]


def _complete(chosen: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Add the region where something of Amazon's is chosen; raise `SettingError` without."""
    of_amazon = [field for field in ("table", "guides_bucket") if field in chosen]
    if of_amazon and "region" not in chosen:
        name = next((name for name in _AMAZONS_REGION if environment.get(name, "").strip()), "")
        if not name:
            field = of_amazon[0].upper()
            raise SettingError(f"{PREFIX}{field} needs a region: set {PREFIX}REGION")
        chosen["region"] = _read(name, "region", environment[name])
    if "guides_bucket" in chosen and "public_url" not in chosen:
        raise SettingError(f"{PREFIX}GUIDES_BUCKET needs {PREFIX}PUBLIC_URL")


def _read(name: str, field: str, value: str) -> object:
    try:
        return _READERS[field](value.strip())
    except ValueError as wrong:
        raise SettingError(f"{name} takes {wrong}, not {value!r}") from None


def _skill_id(value: str) -> str:
    if not value.startswith("amzn1.ask.skill."):
        raise ValueError("the skill's id, which begins amzn1.ask.skill.")
    return value


def _public_url(value: str) -> str:
    if not re.fullmatch(_PUBLIC_URL, value):
        raise ValueError("an address such as https://coach.example, since Alexa needs https")
    return value.rstrip("/")


def _flag(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ValueError("true or false")
    return value.lower() == "true"


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) not in PORTS:
        raise ValueError(f"a number from {PORTS.start} to {PORTS.stop - 1}")
    return int(value)


def _table(value: str) -> str:
    if not re.fullmatch(_TABLE, value):
        raise ValueError("the name of a DynamoDB table, such as glute-coach")
    return value


def _region(value: str) -> str:
    if not re.fullmatch(_REGION, value):
        raise ValueError("a region of AWS, such as eu-west-1")
    return value


def _table_endpoint(value: str) -> str:
    if not re.fullmatch(_ENDPOINT, value):
        raise ValueError("where DynamoDB answers, such as http://127.0.0.1:8000")
    return value


def _guides_bucket(value: str) -> str:
    if not re.fullmatch(_BUCKET, value):
        raise ValueError("the name of an S3 bucket, such as glute-coach-guides")
    return value


def _guides_endpoint(value: str) -> str:
    if not re.fullmatch(_ENDPOINT, value):
        raise ValueError("where S3 answers, such as http://127.0.0.1:9000")
    return value


def _locale(value: str) -> str:
    if value not in LOCALES:
        raise ValueError(" or ".join(LOCALES))
    return value


def _log_level(value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise ValueError(f"one of {', '.join(LOG_LEVELS)}")
    return value.upper()


_READERS: Mapping[str, Callable[[str], object]] = {
    "skill_id": _skill_id,
    "public_url": _public_url,
    "unsigned": _flag,
    "host": str,
    "port": _port,
    "database": Path,
    "table": _table,
    "region": _region,
    "table_endpoint": _table_endpoint,
    "guides_bucket": _guides_bucket,
    "guides_endpoint": _guides_endpoint,
    "audio": Path,
    "locale": _locale,
    "log_level": _log_level,
}


def main(arguments: Sequence[str]) -> int:
    """Say whether a coach, or a talk, could start with the settings there are: 1 if not.

    For commands that do something first, which is in vain with a setting that is refused later.
    """
    (who,) = arguments
    try:
        Settings.from_env(os.environ, serves=who == "coach")
    except SettingError as reason:
        print(f"The {who} cannot start: {reason}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

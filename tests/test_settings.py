"""Settings: what each variable takes, and how what it does not take is refused."""

from pathlib import Path

import pytest

from skill.coaching.values import replace
from skill.settings import PREFIX, PROJECT, SettingError, Settings, variables

GOOD = {
    "SKILL_ID": ("amzn1.ask.skill.1-2-3", "amzn1.ask.skill.1-2-3"),
    "PUBLIC_URL": ("https://coach.example/", "https://coach.example"),
    "UNSIGNED": ("true", True),
    "HOST": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - read, not listened on
    "PORT": ("443", 443),
    "DATABASE": ("/var/lib/coach.sqlite3", Path("/var/lib/coach.sqlite3")),
    "TABLE": ("glute-coach-Runners-1A2B", "glute-coach-Runners-1A2B"),
    "REGION": ("eu-west-1", "eu-west-1"),
    "TABLE_ENDPOINT": ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    "GUIDES_BUCKET": ("glute-coach-guides-1a2b", "glute-coach-guides-1a2b"),
    "GUIDES_ENDPOINT": ("http://[::1]:9000", "http://[::1]:9000"),
    "AUDIO": ("rendered", Path("rendered")),
    "LOCALE": ("en-US", "en-US"),
    "LOG_LEVEL": ("debug", "DEBUG"),
}
ALONG = {"TABLE": ("REGION",), "GUIDES_BUCKET": ("REGION", "PUBLIC_URL")}
"""What has to be set along with what."""
BAD = {
    "SKILL_ID": ["my-skill", "amzn1.ask.account.X", "https://coach.example"],
    "PUBLIC_URL": [
        "http://coach.example",
        "coach.example",
        "https://",
        "https://[",
        "https://[::1]:8080",
        "https://coach.example:https",
        "https://coach.example:999999",
        "https://coach.example?",
        "https://coach.example/?a=b",
        "https://coach.example/#top",
        "https://user:secret@coach.example",
        "https://coach example",
        'https://coach.example/"><audio',
        "ftp://coach.example",
    ],
    "UNSIGNED": ["yes", "1", "on", "truee"],
    "PORT": ["0", "65536", "-1", "8080.0", "http", "८०८०", "0x50", "9" * 5_000],
    "TABLE": ["t", "my table", "r" * 256, "runners/1"],
    "REGION": ["ireland", "eu-west", "EU-WEST-1", "eu-west-1a"],
    "TABLE_ENDPOINT": ["127.0.0.1:8000", "http://", "http://127.0.0.1:8000/x"],
    "GUIDES_BUCKET": ["g", "My-Guides", "a.bucket.with.dots", "-guides", "g" * 64, "guides/made"],
    "GUIDES_ENDPOINT": ["s3", "https://s3.example/guides"],
    "LOCALE": ["en", "de-DE", "english", "en_US", "EN-us", "../../etc", "en-US/.."],
    "LOG_LEVEL": ["loud", "10", "WARN"],
}
NAMED = {
    "SKILL_ID": "amzn1.ask.skill.",
    "PUBLIC_URL": "https://",
    "UNSIGNED": "true or false",
    "PORT": "1 to 65535",
    "TABLE": "glute-coach",
    "REGION": "eu-west-1",
    "TABLE_ENDPOINT": "http://127.0.0.1:8000",
    "GUIDES_BUCKET": "glute-coach-guides",
    "GUIDES_ENDPOINT": "http://127.0.0.1:9000",
    "LOCALE": "en-US",
    "LOG_LEVEL": "DEBUG, INFO, WARNING, ERROR",
}


def test_every_setting_has_a_variable():
    """Each field of the settings is read from one variable, and there are no others."""
    assert variables() == [f"{PREFIX}{name.upper()}" for name in Settings.__match_args__]
    assert {f"{PREFIX}{name}" for name in GOOD} == set(variables())


def test_nothing_set():
    """With nothing set, the coach listens to this machine alone and serves no skill."""
    settings = Settings.from_env({"PATH": "/bin", "HOME": "/root", "GLUTES": "strong"})
    assert settings == Settings()
    assert (settings.host, settings.unsigned, settings.skill_id) == ("127.0.0.1", False, "")
    assert settings.database.is_relative_to(PROJECT)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("padding", ["", "  ", "\n"], ids=["bare", "spaces", "newline"])
def test_each_variable_is_read(name, padding):
    """Each variable sets its field and no other, with blanks around it or without."""
    value, expected = GOOD[name]
    along = {f"{PREFIX}{other}": GOOD[other][0] for other in ALONG.get(name, ())}
    settings = Settings.from_env({f"{PREFIX}{name}": f"{padding}{value}{padding}", **along})
    assert settings == replace(Settings.from_env(along), **{name.lower(): expected})


@pytest.mark.parametrize(
    ("name", "missing"), [(name, other) for name, others in ALONG.items() for other in others]
)
def test_what_has_to_be_set_along_is_named(name, missing):
    """A table or bucket of which it is not known where it is, or is fetched, is refused."""
    along = [other for other in ALONG[name] if other != missing]
    environment = {f"{PREFIX}{it}": GOOD[it][0] for it in (name, *along)}
    with pytest.raises(SettingError, match=rf"{PREFIX}{name} needs .*{PREFIX}{missing}"):
        Settings.from_env(environment)


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_may_come_from_amazon(name):
    """Functions and other tools have it in a variable of Amazon's; our own comes first."""
    table = {f"{PREFIX}TABLE": "runners", name: "us-west-2"}
    assert Settings.from_env(table).region == "us-west-2"
    assert Settings.from_env({**table, f"{PREFIX}REGION": "eu-west-1"}).region == "eu-west-1"
    assert Settings.from_env({name: "us-west-2"}) == Settings()
    with pytest.raises(SettingError, match=f"{name} takes a region of AWS"):
        Settings.from_env({**table, name: "Oregon"})


def test_all_of_them_together():
    """All variables can be set at once."""
    environment = {f"{PREFIX}{name}": value for name, (value, _) in GOOD.items()}
    expected = {name.lower(): value for name, (_, value) in GOOD.items()}
    assert Settings.from_env(environment) == Settings(**expected)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("blank", ["", " ", "\t\n"], ids=repr)
def test_what_is_blank_is_not_set(name, blank):
    """A variable with nothing in it is as good as none."""
    assert Settings.from_env({f"{PREFIX}{name}": blank}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in BAD.items() for value in values],
    ids=lambda text: ascii(text[:30]),
)
def test_a_bad_value_is_named_with_the_good_ones(name, value):
    """A value that cannot be used is refused by variable, value and what would do."""
    with pytest.raises(SettingError) as refused:
        Settings.from_env({f"{PREFIX}{name}": value})
    message = str(refused.value)
    assert message.startswith(f"{PREFIX}{name} takes ")
    assert NAMED[name] in message
    assert repr(value) in message


@pytest.mark.parametrize("value", ["", "8080"], ids=["blank", "set"])
@pytest.mark.parametrize("name", ["PROT", "PORT_", "", "ENV"])
def test_an_unknown_variable_is_refused(name, value):
    """A variable of ours that is no setting is a slip of the pen: all good ones are named."""
    with pytest.raises(SettingError) as refused:
        Settings.from_env({f"{PREFIX}{name}": value})
    assert str(refused.value).startswith(f"{PREFIX}{name} is no setting; there are ")
    assert all(variable in str(refused.value) for variable in variables())


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "http://127.0.0.1:8080"),
        (Settings(host="::1", port=80), "http://[::1]:80"),
        (Settings(host="localhost", port=9), "http://localhost:9"),
        (Settings(public_url="https://coach.example", port=9), "https://coach.example"),
    ],
    ids=["default", "IPv6", "name", "public"],
)
def test_where_guides_are_fetched(settings, address):
    """Guides come from the public address, or else from where this machine listens."""
    assert settings.base_url == address


@pytest.mark.parametrize("path", ["/coach", "/a/b-c_d~e.f/"])
def test_a_public_address_below_another(path):
    """The service may live below a path of its host."""
    settings = Settings.from_env({f"{PREFIX}PUBLIC_URL": f"https://example.com:8443{path}"})
    assert settings.public_url == f"https://example.com:8443{path.rstrip('/')}"

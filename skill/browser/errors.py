"""What the browser's door refuses, each with the HTTP status it is refused with."""

from skill.coaching.errors import CoachError


class BrowserError(CoachError):
    """A request of a page that is not answered; the message can be shown to the runner."""

    code = "browser"
    status = 400


class UnfitCommandError(BrowserError):
    """JSON that is no command of ours; the message names what is wrong and what would do."""

    code = "unfit-command"


class NotJsonError(BrowserError):
    """A body of another type: only a page's script can send JSON, a form of another site cannot."""

    code = "not-json"
    status = 415


class ForeignPageError(BrowserError):
    """A request that a page of another site has made."""

    code = "foreign-page"
    status = 403


class NotNowError(BrowserError):
    """What is needed to know a runner cannot be reached; the page asks again by itself."""

    code = "not-now"
    status = 503

"""The coach's function: starts, answers a request, says what took how long, and is gone."""

import time

BEGAN = time.perf_counter()

import json  # noqa: E402 - importing is measured
import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from ending import end  # noqa: E402


def main(request: Path, audio: str, store: str) -> None:
    """Answer one request, with the cues in a folder.

    `store`: where table and bucket answer, or else the file of a database.
    """
    event = json.loads(request.read_text())
    os.environ.update(
        GLUTE_COACH_AUDIO=audio,
        GLUTE_COACH_PUBLIC_URL="https://coach.example",
        GLUTE_COACH_SKILL_ID=event["context"]["System"]["application"]["applicationId"],
    )
    if store.startswith("http"):
        os.environ.update(
            AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
            AWS_SECRET_ACCESS_KEY="example",  # noqa: S106 - the stub asks for no key
            AWS_REGION="eu-west-1",
            GLUTE_COACH_GUIDES_BUCKET="guides",
            GLUTE_COACH_GUIDES_ENDPOINT=store,
            GLUTE_COACH_TABLE="runners",
            GLUTE_COACH_TABLE_ENDPOINT=store,
        )
    else:
        os.environ["GLUTE_COACH_DATABASE"] = store
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - pathlib would be part of what is measured

    from skill.aws_lambda import handler  # noqa: PLC0415

    built = time.perf_counter()
    answer = handler(event, None)
    answered = time.perf_counter()
    if not answer["response"].get("directives"):
        sys.exit("the coach does not play the routine that was asked for")
    told = {
        "it is imported and wired": built - BEGAN,
        "the first request is answered": answered - built,
    }
    end(**told)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

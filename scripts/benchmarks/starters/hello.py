"""The SDK's hello world, as its documentation has it: starts, answers a request, is gone."""

import json
import sys
from pathlib import Path

from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import Response
from ending import end

builder = SkillBuilder()


@builder.request_handler(can_handle_func=lambda _: True)
def hello(handler_input: HandlerInput) -> Response:
    """Say hello."""
    return handler_input.response_builder.speak("Hello World!").response


handler = builder.lambda_handler()

if __name__ == "__main__":
    print(handler(json.loads(Path(sys.argv[1]).read_text()), None))
    end()

"""The SDK's hello world that reads and writes an item with boto3, then answers, and is gone."""

import json
import sys
from pathlib import Path

import boto3
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_core.utils import get_user_id
from ask_sdk_model import Response
from ending import end

builder = SkillBuilder()
client = boto3.client(
    "dynamodb",
    region_name="eu-west-1",
    endpoint_url=sys.argv[2],
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",  # noqa: S106 - the stub asks for no key
)


@builder.request_handler(can_handle_func=lambda _: True)
def hello(handler_input: HandlerInput) -> Response:
    """Say hello, having remembered the user."""
    user = get_user_id(handler_input)
    client.get_item(TableName="runners", Key={"runner": {"S": user}}, ConsistentRead=True)
    client.put_item(TableName="runners", Item={"runner": {"S": user}, "document": {"B": b"{}"}})
    return handler_input.response_builder.speak("Hello World!").response


handler = builder.lambda_handler()

if __name__ == "__main__":
    print(handler(json.loads(Path(sys.argv[1]).read_text()), None))
    end()

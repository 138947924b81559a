"""The bucket of guides, as the studio writes it: Amazon S3, by Amazon's own library.

Region and credentials are found as every AWS tool finds them. Each file is sent with its
digest, so that S3 takes it as it was meant or not at all.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from audio.amazon import told, what_mends
from audio.publishing import PublishError, Stored

_SECONDS_TO_CONNECT, _SECONDS_TO_ANSWER, _ATTEMPTS = 10, 60, 5
_CONNECTIONS = 32


class S3Bucket:
    """Implements the publication's `Bucket`; safe to use from several threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        with _complaints(f"The bucket {name}"):
            self._client = connect("s3")

    def files(self, prefix: str) -> Mapping[str, Stored]:
        """Return all files whose keys begin so."""
        found = {}
        with _complaints(f"The bucket {self._name}"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._name, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    found[entry["Key"]] = Stored(entry["Size"], entry["ETag"].strip('"'))
        return found

    def read(self, key: str) -> bytes | None:
        """Return a file's content; None where there is none."""
        with _complaints(f"{key} in the bucket {self._name}"):
            try:
                answer = self._client.get_object(Bucket=self._name, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            content: bytes = answer["Body"].read()
            return content

    def write(self, key: str, content: bytes, mimetype: str, caching: str) -> None:
        """Write a file: whole, or not at all."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        with _complaints(f"{key} in the bucket {self._name}"):
            self._client.put_object(
                Bucket=self._name,
                Key=key,
                Body=content,
                ContentType=mimetype,
                CacheControl=caching,
                ChecksumSHA256=digest,
            )

    def delete(self, key: str) -> None:
        """Delete a file; one that is not there stays so."""
        with _complaints(f"{key} in the bucket {self._name}"):
            self._client.delete_object(Bucket=self._name, Key=key)


def stack_outputs(stack: str) -> Mapping[str, str]:
    """Return what a stack of CloudFormation's says of itself; raise `PublishError`."""
    with _complaints(f"The stack {stack}"):
        answer = connect("cloudformation").describe_stacks(StackName=stack)
        outputs = answer["Stacks"][0].get("Outputs", ())
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def connect(service: str) -> Any:
    """Return a client of one of Amazon's services."""
    import boto3  # noqa: PLC0415 - it takes long to load
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        service,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_ANSWER,
            max_pool_connections=_CONNECTIONS,
        ),
    )


@contextmanager
def _complaints(what: str) -> Iterator[None]:
    """Turn Amazon's complaints into our own sentences."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        hint = (
            "; do your AWS credentials belong to the account that has it?"
            if status == HTTPStatus.FORBIDDEN
            else ""
        )
        raise PublishError(f"{what} cannot be used: {told(error)}{hint}") from error
    except ResponseParserError as error:
        raise PublishError(f"{what} cannot be had: what answered is not Amazon") from error
    except BotoCoreError as error:
        raise PublishError(f"{what} cannot be had: {told(error)}; {what_mends(error)}") from error

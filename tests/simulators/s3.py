"""Amazon S3 for the tests: moto's server, over real HTTP, with the studio's view of its buckets.

It holds no one to permissions unless `permitted` is around: then every request is checked, its
signature by botocore and its action by the policy, as Amazon does.
"""

import json
import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from moto.core.authorization import enable_iam_authentication
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"
ADMIN = {
    "AWS_ACCESS_KEY_ID": "AKIAADMIN",
    "AWS_SECRET_ACCESS_KEY": "of the owner",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class S3:
    """A server, and one bucket in it."""

    endpoint: str
    bucket: str
    client: Any

    @property
    def environment(self) -> dict[str, str]:
        """What leads Amazon's own tools here, as the bucket's owner."""
        return {**ADMIN, "AWS_ENDPOINT_URL": self.endpoint}

    def listed(self, prefix: str = "") -> set[str]:
        """All keys that begin so."""
        pages = self.client.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.bucket, Prefix=prefix)
        return {entry["Key"] for page in found for entry in page.get("Contents", ())}

    def file(self, key: str) -> dict[str, Any]:
        """A file: its content as `Body`, and its headers by boto3's names."""
        answer = self.client.get_object(Bucket=self.bucket, Key=key)
        return {**answer, "Body": answer["Body"].read()}

    @contextmanager
    def permitted(self, policy: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        """Check everyone, and yield the credentials of one who may do what a policy says."""
        name = f"coach-{secrets.token_hex(4)}"
        iam = boto3.client("iam", endpoint_url=self.endpoint, **OWNER)
        iam.create_user(UserName=name)
        iam.put_user_policy(
            UserName=name, PolicyName="policy", PolicyDocument=json.dumps(dict(policy))
        )
        key = iam.create_access_key(UserName=name)["AccessKey"]
        iam.close()
        with enable_iam_authentication():
            yield {
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            }


OWNER = {
    "aws_access_key_id": ADMIN["AWS_ACCESS_KEY_ID"],
    "aws_secret_access_key": ADMIN["AWS_SECRET_ACCESS_KEY"],
    "region_name": REGION,
    "config": Config(retries={"total_max_attempts": 1}, proxies={}),
}


@contextmanager
def serving_s3() -> Iterator[S3]:
    """Run a server with a bucket of its own."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint, bucket = f"http://{host}:{port}", f"guides-{secrets.token_hex(6)}"
    client = boto3.client("s3", endpoint_url=endpoint, **OWNER)
    try:
        client.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield S3(endpoint, bucket, client)
    finally:
        client.close()
        server.stop()

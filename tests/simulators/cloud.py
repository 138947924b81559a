"""The coach in the cloud: the function's own door, and guides in a bucket that Echos fetch from."""

import json

from botocore.exceptions import ClientError

from scripts.echo.requests import Device
from skill.bootstrap import build
from skill.coaching.values import replace
from skill.function import make_handler
from tests.simulators.coach import PUBLIC_URL, Coach
from tests.simulators.s3 import REGION, S3


class CloudCoach(Coach):
    """A coach whose answers come from the function, and whose guides from S3.

    Credentials are those of the environment; without any, the bucket is out of reach.
    """

    def __init__(self, s3: S3, device: Device | None = None) -> None:
        self.s3 = s3
        super().__init__(device=device)

    def restart(self) -> None:
        """Begin with a new instance of the function: only store and bucket are as they were."""
        settings = replace(
            self._settings,
            guides_bucket=self.s3.bucket,
            guides_endpoint=self.s3.endpoint,
            region=REGION,
        )
        service = build(
            settings,
            store=self.store,
            clock=lambda: self.echo.clock,
            run_errand=self._reminders.run,
        )
        self.close = service.shelf.close
        self._handler = make_handler(service)
        self.repertoire = service.repertoire
        self.wording = service.wording
        self.editions = service.editions

    def _send(self, body: bytes) -> tuple[int, bytes]:
        return 200, json.dumps(self._handler(json.loads(body), None)).encode()

    def _fetch(self, url: str) -> tuple[int, bytes]:
        """Fetch as the content network does: by the path, and nothing else."""
        assert "?" not in url
        try:
            return 200, self.s3.file(url.removeprefix(f"{PUBLIC_URL}/"))["Body"]
        except ClientError as refused:
            return refused.response["ResponseMetadata"]["HTTPStatusCode"], b""

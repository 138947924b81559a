"""The command `scripts/publish_audio.py`, against S3 over real HTTP."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from audio.publishing import FEED
from skill.guides.editions import standard_plans
from skill.guides.published import FOREVER, TYPES, keeps_its_promise
from skill.pictures.art import art_files
from tests.simulators.s3 import S3, serving_s3

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "scripts" / "publish_audio.py"
URL = "https://guides.example"
VOICE = "espeak:en-us"
STACK = """\
<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
 <DescribeStacksResult><Stacks><member><StackName>coach</StackName>
  <StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-20T00:00:00Z</CreationTime>
  <Outputs>{outputs}</Outputs>
 </member></Stacks></DescribeStacksResult>
</DescribeStacksResponse>"""
OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"


@pytest.fixture
def s3() -> Iterator[S3]:
    with serving_s3() as served:
        yield served


@pytest.fixture(scope="module")
def output(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rendered audio, to publish from."""
    output = tmp_path_factory.mktemp("output")
    shutil.copytree(rendered, output / "en-US", ignore=shutil.ignore_patterns("guides"))
    return output


def environment(changes: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of a machine that knows of no other AWS account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "HOME": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        **changes,
    }


class Publisher:
    """Runs the command as the owner of a bucket."""

    def __init__(self, s3: S3, output: Path, home: Path) -> None:
        self.environment = environment(s3.environment, home)
        self.command = [sys.executable, COMMAND, "--voice", VOICE, "--output", output]
        self.here = ["--bucket", s3.bucket, "--url", URL]

    def run(self, *arguments: str, **changes: str | None) -> subprocess.CompletedProcess:
        changed = self.environment | changes
        return subprocess.run(
            [*self.command, *(arguments or self.here)],
            env={name: value for name, value in changed.items() if value is not None},
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [*self.command, *self.here],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def publisher(s3: S3, output: Path, tmp_path: Path) -> Publisher:
    return Publisher(s3, output, tmp_path)


def wait_until_written(s3: S3, files: int) -> None:
    end = time.monotonic() + 30
    while len(s3.listed()) < files:
        assert time.monotonic() < end
        time.sleep(0.005)


def check(s3: S3) -> None:
    """Every file is whole, is what its name promises, and has its type and cache header."""
    for key in s3.listed("guides/") - {FEED}:
        file = s3.file(key)
        assert keeps_its_promise(key, file["Body"])
        assert file["ContentType"] == TYPES[key.rpartition(".")[2]]
        assert file["CacheControl"] == FOREVER


def test_everything_is_published_once(publisher, s3, service):
    """The first run writes every file as it should be, the second run nothing."""
    catalogue = service.wording.catalogue
    files = 3 * len(list(standard_plans(catalogue))) + len(art_files(catalogue)) + 2
    done = publisher.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{files} files written, 0 were there, 0 deleted: {s3.bucket}\n" in done.stdout
    assert len(s3.listed()) == files
    check(s3)
    feed = s3.file(FEED)
    assert (feed["ContentType"], feed["CacheControl"]) == (TYPES["xml"], "public, max-age=300")
    written = {key: s3.file(key)["LastModified"] for key in s3.listed()}
    time.sleep(1.1)  # S3 tells whole seconds
    done = publisher.run()
    assert f"0 files written, {files} were there, 0 deleted" in done.stdout
    assert {key: s3.file(key)["LastModified"] for key in s3.listed()} == written


def test_a_publication_killed_at_any_moment_is_gone_on_with(publisher, s3):
    """After SIGKILL all files are whole and the feed is not there; the next run does the rest."""
    for files in (1, 30):
        with publisher.start() as process:
            wait_until_written(s3, files)
            process.kill()
        assert FEED not in s3.listed()
        check(s3)
    begun = len(s3.listed())
    assert begun >= 30
    done = publisher.run()
    # What was on its way when it was killed may have come after the count.
    found = re.search(r", (\d+) were there, 0 deleted", done.stdout)
    assert found
    assert int(found[1]) >= begun
    assert FEED in s3.listed()
    check(s3)


def test_an_interrupted_publication_says_that_nothing_is_lost(publisher, s3):
    """Ctrl-C ends with a sentence and exit code 130, not with a traceback."""
    with publisher.start() as process:
        wait_until_written(s3, 1)
        os.killpg(process.pid, signal.SIGINT)
        told = process.stderr.read()
    assert told.endswith("Interrupted; what was published is kept.\n")
    assert "Traceback" not in told
    assert process.returncode == 130


def test_a_dry_run_touches_nothing(publisher, s3):
    """It tells every file that would be written, and writes none."""
    done = publisher.run(*publisher.here, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 cues would be recorded" in done.stdout
    assert f"would write   {FEED}\n" in done.stdout
    assert "files to write, 0 were there, 0 to delete" in done.stdout
    assert not s3.listed()


def test_a_dry_run_records_nothing(publisher, tmp_path):
    """What would be recorded, by the voice of the cloud if none is named, is only counted."""
    folder = tmp_path / "nothing yet"
    arguments = ["--only-render", "--dry-run", "--output", str(folder), "--voice", "polly:Ruth"]
    done = publisher.run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert " cues would be recorded, 0 are there: " in done.stdout
    assert not folder.exists()


def test_before_there_is_a_bucket_it_only_renders(publisher, s3, output):
    """The first package needs the cues, and knows of no bucket yet."""
    done = publisher.run("--only-render")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f" were there: {output / 'en-US'}\n")
    assert not s3.listed()


def test_the_stack_tells_the_bucket(publisher, s3):
    """Named the stack, it finds bucket and address by itself."""
    with serving_stack(GuidesBucket=s3.bucket, GuidesUrl=URL) as endpoint:
        done = publisher.run("--stack", "coach", AWS_ENDPOINT_URL_CLOUDFORMATION=endpoint)
    assert (done.returncode, done.stderr) == (0, "")
    assert FEED in s3.listed()
    assert f"{URL}/guides/".encode() in s3.file(FEED)["Body"]


def test_a_stack_of_somebody_else_is_refused(publisher):
    """A stack that does not say where its guides are is none of ours."""
    with serving_stack(SomethingElse="x") as endpoint:
        done = publisher.run("--stack", "coach", AWS_ENDPOINT_URL_CLOUDFORMATION=endpoint)
    assert done.returncode == 2
    assert done.stderr == "Not published: the stack coach says no 'GuidesBucket'; is it ours?\n"


@pytest.mark.parametrize(
    ("arguments", "changes", "complaint"),
    [
        ([], {}, "one of the arguments --stack --bucket --only-render is required"),
        (["--bucket", "mine"], {}, "--bucket and --url go together"),
        (["--bucket", "mine", "--url", "guides.example"], {}, "is no address such as https://"),
        (["--only-render", "--voice", "siri"], {}, "There is no voice 'siri'"),
        (["--bucket", "nobodys", "--url", URL], {}, "nobodys cannot be used: .*NoSuchBucket"),
        (
            ["--bucket", "mine", "--url", URL],
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "cannot be had: Unable to locate credentials; run `aws configure`",
        ),
        (
            ["--stack", "coach"],
            {"AWS_DEFAULT_REGION": None, "AWS_ENDPOINT_URL": None},
            "You must specify a region; set AWS_DEFAULT_REGION",
        ),
    ],
)
def test_what_is_wrong_is_one_clear_sentence(publisher, s3, arguments, changes, complaint):
    """It names what was wrong and what would be right, on stderr, without a traceback."""
    done = publisher.run(*(arguments or ["--dry-run"]), **changes)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()[-1]) < 300
    assert re.search(complaint, done.stderr)
    assert not s3.listed()


def test_without_its_packages_it_says_what_adds_them(tmp_path):
    """Run by any Python, before anything is installed: one sentence, exit code 2."""
    copy = tmp_path / "scripts" / COMMAND.name
    copy.parent.mkdir()
    shutil.copy(COMMAND, copy)
    done = subprocess.run(
        [sys.executable, "-I", "-S", copy], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Publishing needs boto3, tqdm; ")
    assert done.stderr.count("\n") == 1


@contextmanager
def serving_stack(**outputs: str) -> Iterator[str]:
    """CloudFormation, as far as one stack and its outputs go."""
    told = STACK.format(outputs="".join(OUTPUT.format(*pair) for pair in outputs.items()))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert b"Action=DescribeStacks" in asked
            assert b"StackName=coach" in asked
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write(told.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()

"""The template of the cloud: what it makes fits the code, and lets nobody do more than needed."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
import yaml

from scripts.package_function import PYTHON
from skill import logs
from skill.aws.credentials import Credentials
from skill.bootstrap import utc_now
from skill.guides.bucket import S3Bucket
from skill.guides.published import Published
from skill.guides.shelves import MADE, MADE_KEPT, PUBLISHED, BucketShelf
from skill.ports import ShelfError
from skill.settings import PROJECT, Settings, variables
from skill.stores.dynamodb import EXPIRES, RUNNER, TABLE, DynamoStore
from tests.simulators.s3 import OWNER, REGION, S3, serving_s3

TEMPLATE = PROJECT / "template.yaml"
SKILL_ID = "amzn1.ask.skill.0b1f7d5e-3c1a-4f0e-9d59-6a2f6c1f0c0e"
ALEXA_GIVES_UP = 8
TOOLS = PROJECT / ".cloud-tools" / "installed"


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions as what they stand for."""


def _function(loader: yaml.Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - a safe loader


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return template["Resources"]


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as served:
        yield served


def properties(resources: dict[str, Any], name: str) -> dict[str, Any]:
    return resources[name]["Properties"]


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by their names."""
    return {name: it["Properties"] for name, it in resources.items() if it["Type"] == kind}


class TestFunction:
    def test_runs_our_handler_on_what_the_package_is_made_for(self, resources):
        """Handler, Python and processor are those that the package has."""
        function = properties(resources, "CoachFunction")
        assert function["Handler"] == "skill.aws_lambda.handler"
        assert function["Runtime"] == f"python{PYTHON}"
        assert function["Architectures"] == ["arm64"]
        assert (PROJECT / function["CodeUri"] / "Makefile").is_file()

    def test_has_the_time_that_alexa_waits(self, resources):
        """An answer that Alexa does not wait for would only cost."""
        assert properties(resources, "CoachFunction")["Timeout"] == ALEXA_GIVES_UP

    def test_starts_from_a_snapshot_of_a_published_version(self, template, resources):
        """New instances come from a snapshot, by an alias that the trigger points at."""
        function = properties(resources, "CoachFunction")
        assert function["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
        assert template["Parameters"]["SnapStart"]["Default"] == "PublishedVersions"
        assert function["AutoPublishAlias"]
        assert template["Outputs"]["FunctionArn"]["Value"] == {"Ref": "CoachFunction.Alias"}

    def test_only_our_skill_may_call_it(self, template, resources):
        """The only trigger is Alexa's, and names the skill, which has to be given."""
        events = properties(resources, "CoachFunction")["Events"]
        assert list(events.values()) == [
            {"Type": "AlexaSkill", "Properties": {"SkillId": {"Ref": "SkillId"}}}
        ]
        parameter = template["Parameters"]["SkillId"]
        assert "Default" not in parameter
        assert re.fullmatch(parameter["AllowedPattern"], SKILL_ID)
        for wrong in ("", "amzn1.ask.skill.", "*", SKILL_ID.upper(), f"{SKILL_ID} "):
            assert not re.fullmatch(parameter["AllowedPattern"], wrong)
        assert not of_type(resources, "AWS::Lambda::Permission")

    def test_is_given_settings_that_there_are(self, resources):
        """Each variable is a setting, and together they are enough to start with."""
        given = properties(resources, "CoachFunction")["Environment"]["Variables"]
        assert set(given) <= set(variables())
        values = {
            "GLUTE_COACH_SKILL_ID": SKILL_ID,
            "GLUTE_COACH_PUBLIC_URL": "https://d111111abcdef8.cloudfront.net",
            "GLUTE_COACH_GUIDES_BUCKET": "glute-coach-guidesbucket-1a2b3c4d5e6f",
            "GLUTE_COACH_TABLE": "glute-coach-Runners-1A2B3C4D5E6F",
            "GLUTE_COACH_LOG_LEVEL": "INFO",
        }
        assert values.keys() == given.keys()
        settings = Settings.from_env({**values, "AWS_REGION": "eu-west-1"})
        assert (settings.table, settings.guides_bucket, settings.region) == (
            values["GLUTE_COACH_TABLE"],
            values["GLUTE_COACH_GUIDES_BUCKET"],
            "eu-west-1",
        )


class TestRunners:
    def test_is_the_table_that_the_store_writes(self, resources):
        """Keys, price and time of expiry are as the store has them."""
        table = properties(resources, "Runners")
        assert {name: table[name] for name in TABLE} == TABLE
        assert table["TimeToLiveSpecification"] == {"AttributeName": EXPIRES, "Enabled": True}

    def test_is_not_lost(self, resources):
        """It can be taken back to any second of the last week, and outlives the stack."""
        table = properties(resources, "Runners")
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
        assert table["DeletionProtectionEnabled"] is True
        assert table["SSESpecification"] == {"SSEEnabled": True}
        for name in ("Runners", "GuidesBucket"):
            kept = resources[name]
            assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")


class TestPermissions:
    def test_is_all_that_the_service_needs(self, resources, s3, service):
        """Under just this policy runners are remembered, and guides put where they are fetched."""
        policy = resolved(resources, s3.bucket)
        database = boto3.client("dynamodb", endpoint_url=s3.endpoint, **OWNER)
        database.create_table(TableName="runners", **TABLE)
        database.close()
        with s3.permitted(policy) as keys:
            store = DynamoStore("runners", REGION, keys, s3.endpoint)
            with closing(store):
                store.save("a", b"one", None)
                first = store.load("a")
                store.save("a", b"two", first.version)
                second = store.load("a")
                store.keep_aside("a", second)
                store.delete("a", second.version)
                assert (first.document, second.document) == (b"one", b"two")
                assert store.load("a") is None
            bucket = S3Bucket(s3.bucket, REGION, Credentials(keys), s3.endpoint)
            with closing(BucketShelf(service.editions, bucket, "https://x.example", utc_now)) as it:
                custom = service.repertoire.timeline("post-run_h44")
                assert it.guide(custom).startswith(f"https://x.example/{MADE}/")
                assert it.clip(custom, 0, 0).startswith(f"https://x.example/{MADE}/")

    def test_is_no_more(self, resources, s3):
        """What the studio has published the service cannot overwrite."""
        file = Published.of("pre-run", "mp3", b"another guide")
        with s3.permitted(resolved(resources, s3.bucket)) as keys:
            bucket = S3Bucket(s3.bucket, REGION, Credentials(keys), s3.endpoint)
            with closing(bucket), pytest.raises(ShelfError, match="AccessDenied"):
                bucket.put(f"{PUBLISHED}/{file.name}", file, b"another guide", soon())

    def test_no_statement_is_for_everything(self, resources):
        """No action and no resource of the role is a mere star."""
        for statement in statements(resources):
            assert statement["Effect"] == "Allow"
            for action in as_list(statement["Action"]):
                assert "*" not in action
            for resource in as_list(statement["Resource"]):
                assert re.match(r"\$\{(Runners|GuidesBucket|CoachLogs)\.Arn\}", named(resource))


class TestGuides:
    def test_what_is_made_on_demand_is_dropped_when_the_shelf_thinks_so(self, resources):
        """Bucket and shelf agree on the days; what is published no rule drops."""
        rules = properties(resources, "GuidesBucket")["LifecycleConfiguration"]["Rules"]
        expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
        assert expiring == {f"{MADE}/": MADE_KEPT.days}
        assert all("Prefix" in rule or "ExpirationInDays" not in rule for rule in rules)

    def test_the_bucket_is_private(self, resources):
        """Nobody reads it but our own content network, encrypted on the way, and only guides."""
        bucket = properties(resources, "GuidesBucket")
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        read, *denied = properties(resources, "GuidesBucketPolicy")["PolicyDocument"]["Statement"]
        assert read["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert read["Action"] == "s3:GetObject"
        assert "GuidesNetwork" in str(read["Condition"]["StringEquals"]["AWS:SourceArn"])
        assert [named(resource) for resource in read["Resource"]] == [
            f"${{GuidesBucket.Arn}}/{PUBLISHED}/*",
            f"${{GuidesBucket.Arn}}/{MADE}/*",
        ]
        assert [statement["Effect"] for statement in denied] == ["Deny", "Deny"]
        assert [statement["Condition"] for statement in denied] == [
            {"Bool": {"aws:SecureTransport": "false"}},
            {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        ]

    def test_the_network_takes_https_alone_and_signs_what_it_asks(self, resources):
        """Viewers come by HTTPS, by TLS 1.2 or newer on a domain of one's own."""
        network = properties(resources, "GuidesNetwork")["DistributionConfig"]
        behaviour, (origin,) = network["DefaultCacheBehavior"], network["Origins"]
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert origin["OriginAccessControlId"] == {"Fn::GetAtt": "GuidesAccess.Id"}
        _, own, amazons = network["ViewerCertificate"]["Fn::If"]
        assert own["MinimumProtocolVersion"].startswith("TLSv1.2")
        assert amazons == {"CloudFrontDefaultCertificate": True}
        access = properties(resources, "GuidesAccess")["OriginAccessControlConfig"]
        assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")

    def test_what_is_not_there_yet_is_not_remembered_as_missing(self, resources):
        """A guide may be put there a moment after somebody asked for it."""
        network = properties(resources, "GuidesNetwork")["DistributionConfig"]
        told = {it["ErrorCode"]: it["ErrorCachingMinTTL"] for it in network["CustomErrorResponses"]}
        assert told == {403: 0, 404: 0}

    def test_scripts_of_any_page_may_read_captions(self, resources):
        """Podcast players in web pages load captions and chapters from elsewhere."""
        headers = properties(resources, "GuidesHeaders")["ResponseHeadersPolicyConfig"]
        cors = headers["CorsConfig"]
        assert cors["AccessControlAllowOrigins"] == {"Items": ["*"]}
        assert cors["AccessControlAllowCredentials"] is False
        assert "Range" in cors["AccessControlAllowHeaders"]["Items"]


class TestWatching:
    def test_logs_go_where_they_end(self, resources):
        """The function writes into a group that deletes after a while."""
        function = properties(resources, "CoachFunction")
        assert function["LoggingConfig"]["LogGroup"] == {"Ref": "CoachLogs"}
        assert properties(resources, "CoachLogs") == {
            "RetentionInDays": {"Ref": "LogRetentionDays"}
        }

    def test_there_are_alarms_for_what_runners_would_notice(self, resources):
        """Failures, throttling, slowness, faults that were answered, and a store that is away."""
        alarms = of_type(resources, "AWS::CloudWatch::Alarm")
        watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms.values()}
        ours = {(logs.NAMESPACE, name) for name in ("Faults", "StoreAway")}
        assert watched == ours | {
            ("AWS/Lambda", name) for name in ("Errors", "Throttles", "Duration")
        }
        assert {name for _, name in ours} <= set(logs.METRICS)

    def test_alarms_watch_the_function(self, resources):
        """Each by the dimension its metric has, without crying while nobody calls."""
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values():
            (dimension,) = alarm["Dimensions"]
            ours = alarm["Namespace"] == logs.NAMESPACE
            assert dimension["Name"] == (logs.DIMENSION if ours else "FunctionName")
            assert dimension["Value"] == {"Ref": "CoachFunction"}
            assert alarm["TreatMissingData"] == "notBreaching"
            assert alarm["AlarmActions"] == {
                "Fn::If": ["HasAlarmEmail", [{"Ref": "Alarms"}], {"Ref": "AWS::NoValue"}]
            }

    def test_slowness_is_told_before_alexa_gives_up(self, resources):
        """The alarm for slow answers goes off while they still arrive in time."""
        slow = properties(resources, "SlowAnswers")
        assert slow["ExtendedStatistic"] == "p99"
        assert slow["Unit"] == "Milliseconds"
        assert 0.5 * ALEXA_GIVES_UP < slow["Threshold"] / 1000 < ALEXA_GIVES_UP


class TestWhole:
    def test_what_the_publishing_command_asks_for_is_told(self, template):
        """The outputs have bucket and address by the names it looks for."""
        assert {"GuidesBucket", "GuidesUrl", "FunctionArn"} <= template["Outputs"].keys()

    def test_every_check_that_is_left_out_has_its_reason(self, resources):
        """Whoever reads the template sees beside each why."""
        for resource in resources.values():
            for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", ()):
                assert len(skip["comment"]) > 30

    def test_the_runner_table_is_named_alike_everywhere(self, resources):
        """The key that the store writes is the key of the table."""
        assert properties(resources, "Runners")["KeySchema"][0]["AttributeName"] == RUNNER

    @pytest.mark.skipif(not TOOLS.exists(), reason="./scripts/check_template sets the tools up")
    def test_aws_and_checkov_find_no_fault(self):
        """`cfn-lint`, `sam validate --lint` and `checkov` all pass."""
        done = subprocess.run(
            [PROJECT / "scripts" / "check_template"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "is a valid SAM Template" in done.stdout
        assert "Failed checks: 0" in done.stdout


def soon() -> float:
    return time.monotonic() + 5


def statements(resources: dict[str, Any]) -> list[dict[str, Any]]:
    """All that the function's role may do."""
    (policy,) = properties(resources, "CoachRole")["Policies"]
    return policy["PolicyDocument"]["Statement"]


def resolved(resources: dict[str, Any], bucket: str) -> dict[str, Any]:
    """The function's policy as it is in a stack."""
    names = {
        "${GuidesBucket.Arn}": f"arn:aws:s3:::{bucket}",
        "${Runners.Arn}": "*",  # moto asks for no table's name
        "${CoachLogs.Arn}": f"arn:aws:logs:{REGION}:123456789012:log-group:coach:*",
    }

    def arn(resource: Any) -> str:
        text = named(resource)
        for name, value in names.items():
            text = text.replace(name, value)
        assert "$" not in text
        return text

    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": statement["Effect"],
                "Action": as_list(statement["Action"]),
                "Resource": [arn(resource) for resource in as_list(statement["Resource"])],
            }
            for statement in statements(resources)
        ],
    }


def named(resource: dict[str, str]) -> str:
    """A resource as text, whichever function names it."""
    ((function, name),) = resource.items()
    return name if function == "Fn::Sub" else f"${{{name}}}"


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

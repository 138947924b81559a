"""Shelves: an address is given away only of what is there, within the time an answer has."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from skill.aws.credentials import Credentials
from skill.bootstrap import Service, utc_now
from skill.coaching.plans import Choices, Plan
from skill.coaching.timeline import Timeline
from skill.guides.bucket import S3Bucket
from skill.guides.editions import standard_plans
from skill.guides.published import Published, keeps_its_promise
from skill.guides.shelves import LISTENED, MADE_KEPT, REMEMBERED, BucketShelf, LocalShelf
from skill.ports import ShelfError
from tests.simulators.s3 import ADMIN, REGION, S3, serving_s3

URL = "https://guides.example"
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
CUSTOM = "post-run_h44_brief_tight-left"


class Cupboard:
    """A bucket in memory that tells what it was asked; it can be out of reach."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[datetime, bytes]] = {}
        self.asked: list[str] = []
        self.now = NOW
        self.away = False

    def written(self, key: str, deadline: float) -> datetime | None:
        self._ask(f"HEAD {key}", deadline)
        return self.files[key][0] if key in self.files else None

    def put(self, key: str, file: Published, content: bytes, deadline: float) -> None:
        self._ask(f"PUT {key}", deadline)
        assert keeps_its_promise(key, content)
        assert file.name == key.partition("/")[2]
        self.files[key] = self.now, content

    def close(self) -> None:
        self.away = True

    def _ask(self, request: str, deadline: float) -> None:
        assert deadline > time.monotonic()
        self.asked.append(request)
        if self.away:
            raise ShelfError("the cupboard is locked")


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as served:
        yield served


@pytest.fixture
def cupboard() -> Cupboard:
    return Cupboard()


@pytest.fixture
def shelf(service: Service, cupboard: Cupboard) -> BucketShelf:
    return BucketShelf(service.editions, cupboard, URL, lambda: cupboard.now)


@pytest.fixture
def standard(service: Service) -> Timeline:
    return service.repertoire.timeline("pre-run")


@pytest.fixture
def custom(service: Service) -> Timeline:
    timeline = service.repertoire.timeline(CUSTOM)
    assert CUSTOM not in {plan.id for plan in standard_plans(service.wording.catalogue)}
    return timeline


def key_of(address: str) -> str:
    """The key under which the bucket has what lies at an address."""
    assert address.startswith(f"{URL}/")
    return urlsplit(address).path.removeprefix("/")


def publish(cupboard: Cupboard, service: Service, plan_id: str) -> str:
    """Have a guide published as the studio does; return its key."""
    content = service.editions.mp3(plan_id)
    key = f"guides/{Published.of(plan_id, 'mp3', content).name}"
    cupboard.files[key] = cupboard.now - timedelta(days=300), content
    return key


class TestStandardGuides:
    def test_a_published_one_is_looked_for_once(self, shelf, cupboard, service, standard):
        """It is not put again, however old it is; and what was there is remembered for a while."""
        key = publish(cupboard, service, "pre-run")
        assert [shelf.guide(standard) for _ in range(3)] == [f"{URL}/{key}"] * 3
        assert cupboard.asked == [f"HEAD {key}"]
        cupboard.now += REMEMBERED
        assert shelf.guide(standard) == f"{URL}/{key}"
        assert cupboard.asked == [f"HEAD {key}"] * 2

    def test_one_that_is_not_published_is_made(self, shelf, cupboard, service, standard, caplog):
        """A stack that nobody has published to coaches all the same, and its log says so."""
        key = key_of(shelf.guide(standard))
        assert key.startswith("made/pre-run.")
        assert cupboard.files[key][1] == service.editions.mp3("pre-run")
        assert "is not published yet" in caplog.text

    def test_out_of_reach_it_is_taken_to_be_there(self, shelf, cupboard, service, standard):
        """It was published ahead, and the content network has it: runners notice nothing."""
        key = publish(cupboard, service, "pre-run")
        cupboard.away = True
        assert shelf.guide(standard) == f"{URL}/{key}"


class TestGuidesMadeOnDemand:
    def test_is_there_before_its_address_is_given_away(self, shelf, cupboard, service, custom):
        """A plan of one's own is joined, put under a name that promises it, and remembered."""
        key = key_of(shelf.guide(custom))
        assert cupboard.files[key][1] == service.editions.mp3(CUSTOM)
        assert cupboard.asked == [f"HEAD {key}", f"PUT {key}"]
        assert shelf.guide(custom) == f"{URL}/{key}"
        assert len(cupboard.asked) == 2

    def test_another_instance_finds_it(self, shelf, cupboard, service, custom):
        """What one instance has put there no other puts again."""
        address = shelf.guide(custom)
        cupboard.asked.clear()
        other = BucketShelf(service.editions, cupboard, URL, lambda: cupboard.now)
        assert other.guide(custom) == address
        assert cupboard.asked == [f"HEAD {key_of(address)}"]

    @pytest.mark.parametrize(
        ("age", "again"),
        [
            (MADE_KEPT - LISTENED - timedelta(minutes=1), False),
            (MADE_KEPT - LISTENED, True),
            (MADE_KEPT, True),
        ],
    )
    def test_what_will_soon_be_dropped_is_put_again(self, shelf, cupboard, custom, age, again):
        """Whoever is given an address can listen for a day, before the bucket clears it away."""
        key = key_of(shelf.guide(custom))
        cupboard.now += age
        cupboard.asked.clear()
        shelf.guide(custom)
        assert cupboard.asked == [f"HEAD {key}", *([f"PUT {key}"] if again else [])]

    def test_what_was_dropped_is_put_again(self, shelf, cupboard, custom):
        """A place kept for a season is still played on."""
        key = key_of(shelf.guide(custom))
        cupboard.files.clear()
        cupboard.now += timedelta(days=90)
        assert key_of(shelf.guide(custom)) == key
        assert key in cupboard.files

    def test_out_of_reach_is_an_error(self, shelf, cupboard, custom):
        """No address is given away of what may not be there."""
        cupboard.away = True
        with pytest.raises(ShelfError, match="the cupboard is locked"):
            shelf.guide(custom)

    def test_many_of_them_do_not_fill_the_memory(self, cupboard, service):
        """Of what is there no more than so much is remembered; the rest is asked for again."""
        shelf = BucketShelf(service.editions, cupboard, URL, lambda: cupboard.now, remembered=3)
        routine = service.wording.catalogue.routines["desk"]
        for seconds in range(21, 29):
            plan = Plan(routine, service.wording.catalogue, Choices(hold_seconds=seconds))
            shelf.guide(service.repertoire.timeline(plan.id))
        assert len(cupboard.files) == 8
        assert len(shelf._good_until) <= 3  # noqa: SLF001 - nothing else tells


class TestClips:
    def test_is_there_before_its_address_is_given_away(self, shelf, cupboard, service, custom):
        """One step is put there as a file of its own, once."""
        start = custom.spans[2].start
        key = key_of(shelf.clip(custom, 2, start))
        assert cupboard.files[key][1] == service.library.clip(custom, 2)
        assert key.startswith(f"made/{CUSTOM}.2.")
        assert key_of(shelf.clip(custom, 2, start)) == key
        assert cupboard.asked == [f"HEAD {key}", f"PUT {key}"]

    def test_the_rest_of_a_step_is_another_file(self, shelf, cupboard, service, custom):
        """A clip that is gone on with has its own name and content."""
        start = custom.spans[2].start + 12_345
        key = key_of(shelf.clip(custom, 2, start))
        assert cupboard.files[key][1] == service.library.clip(custom, 2, start)

    def test_out_of_reach_is_an_error(self, shelf, cupboard, standard):
        """Clips are never published ahead."""
        cupboard.away = True
        with pytest.raises(ShelfError):
            shelf.clip(standard, 0, 0)


class TestOverHttp:
    def test_what_is_given_away_can_be_fetched(self, s3, service, custom):
        """The file at the address is the guide, with its type."""
        bucket = S3Bucket(s3.bucket, REGION, Credentials(ADMIN), s3.endpoint)
        with closing(BucketShelf(service.editions, bucket, URL, utc_now)) as shelf:
            guide = s3.file(key_of(shelf.guide(custom)))
            clip = s3.file(key_of(shelf.clip(custom, 1, custom.spans[1].start)))
        assert guide["Body"] == service.editions.mp3(CUSTOM)
        assert clip["Body"] == service.library.clip(custom, 1)
        assert {guide["ContentType"], clip["ContentType"]} == {"audio/mpeg"}

    def test_a_bucket_that_is_silent_is_given_up_in_time(self, service, standard, custom):
        """Whoever waits for Alexa's answer has one before the eight seconds are over."""
        with closing(_Silent()) as silent:
            bucket = S3Bucket("guides", REGION, Credentials(ADMIN), silent.endpoint)
            with closing(BucketShelf(service.editions, bucket, URL, utc_now)) as shelf:
                started = time.monotonic()
                assert key_of(shelf.guide(standard)).startswith("guides/pre-run.")
                with pytest.raises(ShelfError):
                    shelf.guide(custom)
                assert time.monotonic() - started < 5


class TestLocalShelf:
    def test_everything_is_where_this_service_serves_it(self, custom):
        """Guides, whole steps and the rest of a step have the addresses of the web door."""
        shelf = LocalShelf("http://127.0.0.1:8080", "abc")
        start = custom.spans[1].start
        guides = f"http://127.0.0.1:8080/guides/{CUSTOM}"
        assert shelf.guide(custom) == f"{guides}.mp3?v=abc"
        assert shelf.clip(custom, 1, start) == f"{guides}/1.mp3?v=abc"
        assert shelf.clip(custom, 1, start + 24) == f"{guides}/1.mp3?v=abc&from={start + 24}"
        assert shelf.cover() == "http://127.0.0.1:8080/guides/cover.png"


class _Silent:
    """A server that takes connections and never says a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.close()

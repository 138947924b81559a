"""The address that a page's script asks: what it takes, answers and refuses."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest

from skill import records
from skill.browser.answers import KEPT_SECONDS, Answers
from skill.browser.commands import NOTICES, PRESSES
from skill.browser.pages import LARGEST_COMMAND, SUGGESTIONS
from skill.browser.runners import _KEY_STORED_UNDER, COOKIE
from skill.coaching.runner import LONGEST_HISTORY, Completed, Question
from skill.coaching.schedules import Day, Schedule
from skill.coaching.values import replace
from skill.ports import StoreError
from skill.records import decode, encode
from skill.web import STRANGERS
from tests.browser.conftest import ORIGIN, START, House


class TestARoutine:
    def test_by_buttons(self, page, house):
        """From start to finish by the next button, each step is named once and in its order."""
        told = page.press("start", routine="pre-run")
        assert told["player"] == {"do": "play", "offset": 0, "until": None, "retried_at": None}
        assert "not medical advice" in " ".join(told["said"])
        seen = [page.step["title"]]
        for _ in page.routine["steps"][1:]:
            house.wait(seconds=5)
            told = page.press("next", aloud=False)
            assert told["said"] == []
            seen.append(page.step["title"])
        assert seen == [step["title"] for step in page.routine["steps"]]
        told = page.notice("finished", offset=page.routine["duration"], ended=True)
        assert told["session"]["phase"] == "idle"

    def test_by_typing(self, page):
        """Typed phrases start, ask, move about, wish and pause."""
        assert page.say("coach, start the post run stretch")["player"]["do"] == "play"
        left = page.routine["steps"][0]
        assert "left" in " ".join(page.say("how long left?", offset=left["begin"] + 5000)["said"])
        page.say("other side")
        assert page.step["side"] == "right"
        page.say("hold it longer")
        assert page.routine["plan"].startswith("post-run_h")
        told = page.say("I need a break")
        assert told["player"] == {"do": "stop"}
        assert told["session"]["phase"] == "paused"

    def test_resumed_on_another_day_at_the_same_second(self, page, house):
        """A place that was paused is offered, and gone on with, to the second."""
        page.press("start", routine="post-run")
        held = page.routine["steps"][1]["begin"] + 12_345
        page.press("pause", offset=held, aloud=False)
        house.wait(days=3)
        again = house.page(page.client)
        opened = again.press("open")
        assert opened["ask"]["question"] == "go-on"
        assert abs(opened["session"]["offset"] - held) < 50
        assert opened["routine"]["plan"] == "post-run"
        told = again.press("resume")
        assert abs(told["player"]["offset"] - held) < 50

    def test_waiting_for_the_runner(self, page):
        """Where the coach waits, a part of the guide is played and a question asked after it."""
        page.say("wait for me")
        told = page.press("start", routine="post-run")
        first = page.routine["steps"][0]
        assert told["player"]["until"] == first["end"]
        assert told["ask"]["question"] == "next-step"
        told = page.press("yes", offset=first["end"])
        assert told["player"]["offset"] == page.routine["steps"][1]["start"]

    def test_a_guide_that_fails(self, page):
        """A guide that fails is played once more; failing again, the place is kept."""
        page.press("start", routine="post-run")
        assert page.notice("failed", offset=40_000)["player"]["offset"] == pytest.approx(
            40_000, abs=30
        )
        told = page.notice("failed", offset=41_000)
        assert told["player"] is None
        assert told["session"]["phase"] == "paused"
        for button in ("resume", "next", "previous"):
            assert page.press(button, aloud=False)["player"]["do"] == "play"

    @pytest.mark.parametrize(
        "words",
        [
            "remind me",
            "remind me on tuesdays",
            "remind me on tuesdays at seven in the morning",
            "cancel my reminders",
            "when are my reminders",
        ],
    )
    def test_reminders_are_for_alexa_devices(self, page, words):
        """A page says at once that it can neither remind nor cancel, and asks no day or time."""
        page.press("start", routine="post-run")
        told = page.say(words)
        assert "Alexa device" in " ".join(told["said"])
        assert told["ask"] is None

    def test_reminders_that_were_offered_elsewhere(self, page):
        """A question that an older release has left open is answered: here nothing is set."""
        page.press("start", routine="post-run")
        change(
            page,
            lambda runner: replace(
                runner,
                session=replace(runner.session, asked=Question.REMIND_ME),
                proposed=Schedule((Day.TUESDAY,), time(7)),
            ),
        )
        told = page.press("yes")
        assert "Alexa device" in " ".join(told["said"])
        assert (told["ask"], told["session"]["asked"]) == (None, None)

    def test_a_history_is_not_read_for_every_command(self, page, monkeypatch):
        """The most of a record is history, and a page's commands have no use for it."""
        page.press("start", routine="post-run")
        done = tuple(Completed("desk", START) for _ in range(LONGEST_HISTORY))
        change(page, lambda runner: replace(runner, history=done))
        monkeypatch.setattr(records, "_completed", lambda _: pytest.fail("read"))
        for button in ("open", "next", "where", "pause", "resume"):
            page.press(button)

    def test_a_question_that_is_not_answered(self, page):
        """The page tells that nobody has answered, and the guide goes on: nothing is asked then."""
        page.press("start", routine="post-run")
        assert page.say("forget me")["session"]["asked"] == "forget-me"
        told = page.notice("unanswered")
        assert (told["session"]["asked"], told["session"]["phase"]) == (None, "playing")

    @pytest.mark.parametrize(
        ("words", "harm"),
        [
            ("it hurts", "pain"),
            ("i'm dizzy", "worse"),
            ("i can't breathe", "worse"),
            ("i'm pregnant", "worse"),
            ("pause", None),
        ],
    )
    def test_harm(self, page, words, harm):
        """Pain and what is worse are told, so that nothing invites to go on, until it does."""
        assert page.press("start", routine="post-run")["harm"] is None
        assert page.say(words, offset=40_000)["harm"] == harm
        assert page.say("where am i")["harm"] == harm
        assert page.house.page(page.client).press("open")["harm"] == harm
        if harm == "worse":
            told = page.press("resume")
            assert (told["harm"], told["ask"]["question"]) == (harm, "well-again")
            assert page.press("yes")["harm"] != harm
        assert page.press("resume")["harm"] is None

    @pytest.mark.parametrize("words", ["i'm dizzy", "i can't breathe", "i'm pregnant"])
    def test_harm_before_anything_plays(self, page, words):
        """With nothing under way it is remembered as well, until the runner has settled it."""
        assert page.say(words)["harm"] == "worse"
        told = page.press("start", routine="post-run")
        assert (told["harm"], told["player"]) == ("worse", None)
        assert page.press("yes")["harm"] is None

    def test_forgetting(self, page, house):
        """After a yes nothing is stored of the runner, and the cookie is gone."""
        page.press("start", routine="post-run")
        page.say("forget me")
        assert page.press("yes")["forgotten"]
        assert page.client.get_cookie(COOKIE) is None
        assert house.page(page.client).press("open")["runner"] == "new"


def change(page, how):
    """Change what is stored of the page's runner."""
    ((key, stored),) = (
        entry for entry in page.house.store.documents() if entry[0] != _KEY_STORED_UNDER
    )
    page.house.store.save(key, encode(how(decode(stored.document))), stored.version)


class TestWaitingForTheRunner:
    def test_asked_in_the_middle_of_a_step(self, page):
        """A question within a step leaves the step's own question open for its end."""
        page.say("wait for me")
        page.press("start", routine="post-run")
        told = page.say("how long left?")
        assert told["player"] is None
        assert told["ask"]["question"] == "next-step"

    def test_nobody_answers_after_a_step(self, page):
        """The step that was heard to its end is done: the next one is where the place is kept."""
        page.say("wait for me")
        page.press("start", routine="post-run")
        told = page.notice("unanswered", offset=page.routine["steps"][0]["end"])
        assert told["session"]["phase"] == "paused"
        assert told["session"]["offset"] == page.routine["steps"][1]["start"]

    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_answered_before_it_was_asked(self, page, answer):
        """A yes within a movement leads nowhere, and after its last second to the next one."""
        _, begin, end = in_first_step(page)
        for offset in (0, begin + 12_000):
            told = page.press(answer, offset=offset)
            assert told["player"] is None
            assert told["ask"]["question"] == "next-step"
            assert told["session"]["offset"] == offset
        assert page.press("yes", offset=end)["player"]["offset"] == end

    def test_what_is_left_in_the_middle_of_a_step(self, page):
        """The seconds are those that the page's player has still to play."""
        _, begin, _ = in_first_step(page)
        told = page.say("how long left?", offset=begin + 12_000)
        assert "18 seconds" in " ".join(told["said"])
        assert "right" in " ".join(page.say("what's next?")["said"])

    @pytest.mark.parametrize("offset", [0, 100, 40_000])
    def test_next_in_the_middle_of_a_step(self, page, offset):
        """It goes on to the next step from wherever in this one, be it before its begin."""
        _, _, end = in_first_step(page)
        assert page.press("next", offset=offset)["player"]["offset"] == end

    def test_paused_in_the_middle_of_a_step(self, page, house):
        """Paused, reloaded or merely refused by the browser, it goes on at that second."""
        first, begin, _ = in_first_step(page)
        held = pytest.approx(begin + 12_000, abs=30)
        told = page.press("resume", offset=begin + 12_000)
        assert (told["player"]["offset"], told["player"]["until"]) == (held, first["end"])
        page.press("pause")
        assert page.press("resume")["player"]["offset"] == held
        reloaded = house.page(page.client)
        reloaded.token, reloaded.offset = page.token, page.offset
        assert reloaded.press("open")["ask"]["question"] == "go-on"
        assert reloaded.press("yes")["player"]["offset"] == held

    @pytest.mark.parametrize(
        ("words", "since", "steps"),
        [
            ("hold it longer", 12_000, "waits"),
            ("run on", 12_000, "runs on"),
            ("ten more seconds", 12_000, "waits"),
        ],
    )
    def test_wishes_in_the_middle_of_a_step(self, page, words, since, steps):
        """A wish goes on with the step at the same second of its work, and skips nothing."""
        _, begin, _ = in_first_step(page)
        told = page.say(words, offset=begin + 12_000)
        first = page.routine["steps"][0]
        assert told["player"]["offset"] == pytest.approx(first["begin"] + since, abs=30)
        assert told["player"]["until"] == (first["end"] if steps == "waits" else None)


def in_first_step(page) -> tuple[dict[str, object], int, int]:
    """Have the first step of a routine played; return it, its begin and its end."""
    page.say("wait for me")
    page.press("start", routine="post-run")
    first = page.routine["steps"][0]
    return first, first["begin"], first["end"]


class TestCalling:
    @pytest.mark.parametrize("words", ["next", "ask glute coach next", "Hey coach, next pls!"])
    def test_by_whatever_name(self, page, words):
        """Called as on a speaker or as a person, the coach does what is asked."""
        page.press("start", routine="post-run")
        assert page.say(words)["meant"] == "AMAZON.NextIntent"

    def test_resumed_by_name(self, page):
        """Who resumes the coach goes on; who starts it is offered to."""
        page.press("start", routine="post-run")
        page.press("pause", offset=40_000)
        assert page.say("start glute coach")["ask"]["question"] == "go-on"
        assert page.say("resume glute coach")["player"]["do"] == "play"

    @pytest.mark.parametrize("words", ["Alexa, open glute coach", "hey glute coach", "coach?"])
    def test_and_nothing_else(self, page, words):
        """Who only calls the coach has opened it."""
        told = page.say(words)
        assert (told["meant"], told["ask"]["question"]) == ("open", "which-routine")


class TestRepeats:
    def test_a_command_sent_again_is_not_done_again(self, page):
        """The same id gets the same answer, and the place moves on once."""
        page.press("start", routine="pre-run")
        first = page.press("next", id="the-same-one")
        place = page.offset
        assert page.press("next", id="the-same-one") == first
        assert page.offset == place

    def test_at_the_same_time(self, page, house):
        """Sent twice at once, it is done once."""
        page.press("start", routine="pre-run")

        def send(_):
            client = house.app.test_client()
            client.set_cookie(COOKIE, page.client.get_cookie(COOKIE).value)
            return client.post(
                "/coach",
                json={"id": "the-same-one", "press": "next"},
                headers={"Origin": "http://localhost"},
            ).json["session"]

        with ThreadPoolExecutor(4) as pool:
            sessions = list(pool.map(send, range(8)))
        assert all(session == sessions[0] for session in sessions)

    def test_in_another_process(self, page, house):
        """What one process has done, another one does not do again, but tells where that led."""
        page.press("start", routine="pre-run")
        told = page.press("next", aloud=False, id="the-next-one")
        place = page.offset
        house.wait(seconds=9)
        elsewhere = House(house.store)
        elsewhere.now = house.now
        other = elsewhere.page()
        other.client.set_cookie(COOKIE, page.client.get_cookie(COOKIE).value)
        again = other.press("next", aloud=False, id="the-next-one")
        assert again["player"] == told["player"]
        assert (other.step["title"], other.offset) == (page.step["title"], place)
        assert again["session"]["generation"] > told["session"]["generation"]

    def test_in_two_processes_at_the_same_time(self, page, house):
        """Whichever process is first does it, and the other one finds it done."""
        page.press("start", routine="pre-run")
        processes = [house, House(house.store)]

        def send(number):
            client = processes[number % 2].app.test_client()
            client.set_cookie(COOKIE, page.client.get_cookie(COOKIE).value)
            told = {"id": "the-same-one", "press": "next"}
            return client.post("/coach", json=told, headers={"Origin": ORIGIN}).json["session"]

        with ThreadPoolExecutor(4) as pool:
            sessions = list(pool.map(send, range(8)))
        second = page.routine["steps"][1]["start"]
        assert all(session["offset"] == second for session in sessions)
        assert page.press("where")["session"]["offset"] == second

    @pytest.mark.parametrize(
        ("words", "player", "question"),
        [
            ("pause", "stop", None),
            ("it hurts", "stop", "skip-it"),
            ("hold it longer", "play", None),
            ("wait for me", "play", "next-step"),
            ("how long left", None, None),
        ],
    )
    def test_whatever_it_was(self, page, house, words, player, question):
        """In another process the page is told how things stand, and no wish counts twice."""
        page.press("start", routine="post-run")
        house.wait(seconds=40)
        told = page.say(words, id="the-same-one", offset=40_000)
        elsewhere = House(house.store)
        elsewhere.now = house.now
        other = elsewhere.page()
        other.client.set_cookie(COOKIE, page.client.get_cookie(COOKIE).value)
        again = other.say(words, id="the-same-one")
        assert again["said"] or again["ask"]
        assert (again["player"] or {}).get("do") == player
        assert (again["ask"] or {}).get("question") == question
        for name in ("plan", "phase", "waits"):
            assert again["session"][name] == told["session"][name]

    @pytest.mark.parametrize(
        ("before", "words", "player", "question"),
        [
            ((), "it hurts", "stop", None),
            ((), "stop", "stop", None),
            (("wait for me", "start pre-run"), "usual settings", None, "next-step"),
            (("wait for me", "start pre-run"), "never do this again", None, "next-step"),
            (("start pre-run", "forget me"), "no", None, None),
            (("forget me",), "no", None, "which-routine"),
        ],
    )
    def test_nothing_starts_and_nothing_is_lost(self, page, before, words, player, question):
        """In another process the same is stopped, said and asked, and nothing is played."""
        page.press("open")
        for said in before:
            page.say(said)
        offset = page.routine["steps"][0]["end"] if page.routine else 0
        told = page.say(words, id="the-same-one", offset=offset)
        other = House(page.house.store).page()
        other.client.set_cookie(COOKIE, page.client.get_cookie(COOKIE).value)
        again = other.say(words, id="the-same-one")
        for answer in (told, again):
            assert (answer["player"] or {}).get("do") == player
            assert (answer["ask"] or {}).get("question") == question
            assert answer["said"] or question
        if words == "it hurts":
            assert "see a professional" in again["said"][-1]
        assert again["session"] == told["session"]

    def test_another_runner_has_ids_of_their_own(self, page, house):
        """Two runners may use the same id."""
        page.press("start", routine="pre-run", id="the-same-one")
        told = house.page().press("start", routine="desk", id="the-same-one")
        assert told["routine"]["routine"] == "desk"

    def test_a_forgotten_runner_s_answers_are_forgotten(self, page, house):
        """Of who was forgotten nothing is left that could be asked for by an old id."""
        page.press("open")
        cookie = page.client.get_cookie(COOKIE).value
        page.press("start", routine="pre-run", id="the-same-one")
        page.say("forget me")
        page.press("yes")
        again = house.page()
        again.client.set_cookie(COOKIE, cookie)
        told = again.press("where", id="the-same-one")
        assert told["meant"] == "where"
        assert told["session"]["phase"] == "idle"


class TestAnswers:
    def test_kept_for_a_minute(self):
        """Within a minute a command is not done again; later nothing is left of its answer."""
        now = [0.0]
        answers = Answers(lambda: now[0])
        done = iter(range(9))
        assert answers.once(("a", "1"), lambda: {"n": next(done)}) == {"n": 0}
        now[0] = KEPT_SECONDS - 1
        assert answers.once(("a", "1"), lambda: {"n": next(done)}) == {"n": 0}
        now[0] = KEPT_SECONDS
        assert answers.once(("a", "1"), lambda: {"n": next(done)}) == {"n": 1}

    def test_never_more_than_so_many_bytes(self):
        """The oldest go first."""
        answers = Answers(lambda: 0, most_bytes=250)
        done = []
        for id_ in "1231":
            answers.once(("a", id_), lambda id_=id_: done.append(id_) or {"said": "x" * 100})
        assert done == ["1", "2", "3", "1"]
        answers.once(("a", "3"), lambda: pytest.fail("done twice"))

    def test_failed_it_is_tried_again(self):
        """A failure is no answer to be kept."""
        answers = Answers()
        with pytest.raises(ZeroDivisionError):
            answers.once(("a", "1"), lambda: {"n": 1 // 0})
        assert answers.once(("a", "1"), lambda: {"n": 1}) == {"n": 1}


class TestTwoTabs:
    def test_the_last_to_play_leads(self, page, house):
        """What an older tab's player tells changes nothing; its buttons still steer."""
        page.press("start", routine="pre-run")
        house.wait(seconds=2)
        other = house.page(page.client)
        other.press("open")
        other.press("resume")
        house.wait(seconds=2)
        before = other.press("where", offset=30_000)["session"]["offset"]
        told = page.notice("stopped", offset=90_000)
        assert told["session"]["generation"] > page.token["generation"]
        assert told["session"]["phase"] == "playing"
        assert told["session"]["offset"] < before + 5_000
        page.press("next", aloud=False)
        assert page.token["generation"] > other.token["generation"]


class TestWhoAsks:
    def test_a_cookie_only_browsers_keep(self, page):
        """The cookie is out of reach of scripts and of other sites, and lasts."""
        page.press("open")
        cookie = page.client.get_cookie(COOKIE)
        assert (cookie.http_only, cookie.same_site, cookie.secure) == (True, "Strict", False)
        assert cookie.max_age == 400 * 24 * 60 * 60

    def test_over_https_it_stays_there(self, rendered):  # noqa: ARG002 - as `house`
        """With a public address the cookie is never sent in the clear."""
        page = House(public_url="https://coach.example").page()
        page.press("open", headers={"Origin": "https://coach.example"})
        assert page.client.get_cookie(COOKIE).secure

    @pytest.mark.parametrize("false", ["x", "0" * 32 + "." + "0" * 64, "é", "a" * 3000])
    def test_a_forged_cookie(self, page, house, false):
        """A cookie that was not signed here stands for nobody, and is said to."""
        page.press("start", routine="pre-run")
        runner, _, signature = page.client.get_cookie(COOKIE).value.partition(".")
        for forged in (false, f"{runner[::-1]}.{signature}"):
            stranger = house.page()
            stranger.client.set_cookie(COOKIE, forged)
            told = stranger.press("open")
            assert told["runner"] == "unrecognised"
            assert told["session"]["phase"] == "idle"

    def test_a_lost_cookie_goes_on_by_the_player(self, page, house):
        """Who is not known any more goes on at the place that their player tells."""
        page.press("start", routine="post-run")
        stranger = house.page()
        stranger.token, stranger.offset = page.token, 50_000
        told = stranger.press("resume")
        assert told["runner"] == "new"
        assert told["player"]["offset"] == pytest.approx(50_000, abs=30)

    def test_a_lost_cookie_goes_on_after_other_commands(self, page, house):
        """Whatever is asked meanwhile, the place that the player tells is still gone back to."""
        page.press("start", routine="post-run")
        stranger = house.page()
        stranger.token, stranger.offset = page.token, 50_000
        for _ in range(2):
            stranger.press("help")
            stranger.say("hold it longer")
            stranger.notice("stopped")
            assert stranger.press("open")["session"]["phase"] == "idle"
        told = stranger.press("resume")
        assert told["player"]["offset"] == pytest.approx(50_000, abs=30)
        assert told["session"]["generation"] > page.token["generation"]

    def test_the_same_cookie_after_a_restart(self, page, house):
        """The key is kept with the runners: another process knows them by the same cookie."""
        page.press("start", routine="post-run")
        again = House(house.store).page()
        again.client.set_cookie(COOKIE, page.client.get_cookie(COOKIE).value)
        assert again.press("open")["runner"] == "known"

    def test_looking_in_stores_nothing(self, house):
        """Whoever only opens the page leaves no record behind, and is greeted all the same."""
        house.page().press("open")
        stored = house.store.documents()
        for _ in range(3):
            assert house.page().press("open")["ask"]["question"] == "which-routine"
        assert house.store.documents() == stored
        page = house.page()
        page.press("open")
        page.press("start", routine="pre-run")
        assert len(house.store.documents()) == len(stored) + 1

    def test_too_many_strangers(self, house):
        """One network's strangers are asked to wait; who is known goes on being coached."""
        known = house.page()
        known.press("open")
        for _ in range(2 * STRANGERS):  # it fills up again meanwhile
            response = house.app.test_client().post(
                "/coach", json={"id": "12345678", "press": "banana"}, headers={"Origin": ORIGIN}
            )
            if response.status_code != 400:
                break
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) >= 1
        assert "sent again" in response.json["message"]
        assert known.press("open")["runner"] == "known"

    @pytest.mark.parametrize("key", [b"", b"short", b"x" * 33])
    def test_a_key_that_is_none(self, house, page, key, caplog):
        """No cookie is signed, or believed, by a key that is not whole."""
        house.store.save(_KEY_STORED_UNDER, key, None)
        assert page.press("open", status=503)["error"] == "not-now"
        assert "key" in caplog.text

    def test_a_store_that_is_away(self, house, page, monkeypatch):
        """Who cannot be recognised just now is asked to come back, and not made a stranger."""

        def away(_key):
            raise StoreError("away")

        monkeypatch.setattr(house.store, "load", away)
        assert page.press("open", status=503)["error"] == "not-now"
        assert page.client.get_cookie(COOKIE) is None


class TestWhatAPageCarries:
    def test_a_question(self, house, page, monkeypatch):
        """What the store has missed the page hands in, so a yes still leaves out what hurts."""
        page.press("start", routine="post-run")
        assert "carried" not in page.press("where")

        def away(*_):
            raise StoreError("away")

        monkeypatch.setattr(house.store, "save", away)
        told = page.press("it-hurts", offset=page.routine["steps"][0]["begin"] + 5000)
        assert told["player"] == {"do": "stop"}
        told = page.press("yes", carried=told["carried"])
        assert told["player"]["do"] == "play"
        assert page.step["name"] == "Pigeon pose"

    @pytest.mark.parametrize("carried", ["", "{}", "null", '{"format":2', "é" * 100])
    def test_what_cannot_be_read(self, page, carried):
        """What another release, or nobody, has written is left out."""
        page.press("start", routine="post-run")
        assert page.press("pause", carried=carried)["session"]["phase"] == "paused"

    @pytest.mark.parametrize("carried", [None, 7, {}, "x" * 8_001])
    def test_what_no_page_carries(self, page, carried):
        """It is a text of bounded length."""
        assert page.press("pause", carried=carried, status=400)["error"] == "unfit-command"


class TestForgery:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:81"},
            {"Origin": "https://localhost"},
            {"Origin": "http://localhost:x"},
            {"Origin": "file://"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        ],
    )
    def test_another_site(self, page, headers):
        """A page of another site is refused, whatever cookie its reader's browser would send."""
        page.press("start", routine="pre-run")
        told = page.press("next", headers=headers, status=403)
        assert told["error"] == "foreign-page"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://localhost:80"},
            {"Origin": "HTTP://LOCALHOST"},
            {"Origin": "https://coach.example", "Sec-Fetch-Site": "same-origin"},
        ],
    )
    def test_our_own_page(self, page, headers):
        """The same address written otherwise is ours; so is one that the browser vouches for."""
        page.press("open", headers=headers)

    def test_nobody_says_whose_page(self, page):
        """A request that does not say whose page it is from is refused."""
        response = page.client.post("/coach", json={"id": "12345678", "press": "open"})
        assert response.status_code == 403

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_what_a_form_could_send(self, page, kind):
        """Only JSON is taken, which no form of another site can send."""
        response = page.client.post(
            "/coach",
            data=json.dumps({"id": "12345678", "press": "open"}),
            content_type=kind,
            headers={"Origin": "http://localhost"},
        )
        assert (response.status_code, response.json["error"]) == (415, "not-json")


class TestBadInput:
    @pytest.mark.parametrize(
        "command",
        [
            [],
            "open",
            {},
            {"press": "open", "say": "next"},
            {"press": "banana"},
            {"press": 7},
            {"press": "start"},
            {"press": "start", "routine": "banana"},
            {"notice": "exploded"},
            {"say": "x" * 501},
            {"say": None},
            {"press": "open", "id": "short"},
            {"press": "open", "id": "<script>alert(1)</script>"},
            {"press": "open", "aloud": "yes"},
            {"press": "open", "has": 5},
            {"press": "open", "playhead": []},
            {"press": "open", "playhead": {"plan": "../..", "digest": "ab"}},
            {"press": "open", "playhead": {"plan": "pre-run", "digest": "ab", "generation": -1}},
            {
                "press": "open",
                "playhead": {"plan": "pre-run", "digest": "ab", "generation": 1, "offset": 1e400},
            },
        ],
        ids=lambda command: str(command)[:60],
    )
    def test_is_refused_in_a_sentence(self, page, command):
        """What is no command is refused with what would be one, and changes nothing."""
        if isinstance(command, dict):
            command = {"id": "12345678", **command}
        response = page.client.post("/coach", json=command, headers={"Origin": "http://localhost"})
        assert (response.status_code, response.json["error"]) == (400, "unfit-command")
        assert len(response.json["message"]) < 400
        assert page.press("open")["session"]["phase"] == "idle"

    @pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 10_000, b" " * (LARGEST_COMMAND + 1)])
    def test_no_json(self, page, body):
        """Neither is what is no JSON, or far too long."""
        response = page.client.post(
            "/coach",
            data=body,
            content_type="application/json",
            headers={"Origin": "http://localhost"},
        )
        assert (response.status_code, response.json["error"]) == (400, "unfit-command")

    def test_a_plan_that_is_none(self, page):
        """A player that names a plan nobody coaches is no reason to fail."""
        page.token = {"plan": "banana", "digest": "ab", "generation": int(START.timestamp())}
        assert page.press("resume")["session"]["phase"] == "idle"

    @pytest.mark.parametrize("generation", [9_999_999_999, 10**12 - 1])
    def test_a_generation_from_days_to_come(self, page, generation):
        """A player that tells what cannot be is not believed, and all goes on as before."""
        page.press("start", routine="post-run")
        token, page.token = page.token, {**page.token, "generation": generation}
        told = page.press("where", offset=90_000)
        assert told["session"]["generation"] == token["generation"]
        assert told["session"]["offset"] < 1_000
        page.press("next")
        assert page.token["generation"] < generation

    @pytest.mark.parametrize("name", NOTICES)
    def test_a_stranger_s_notice(self, page, name):
        """A notice of a player that nobody knows starts nothing for a stranger."""
        told = page.notice(name)
        assert told["player"] is None
        assert told["said"] == []

    @pytest.mark.parametrize("button", PRESSES)
    @pytest.mark.parametrize("aloud", [True, False])
    def test_every_button_at_every_time(self, page, button, aloud):
        """Each button is answered before, in and after a routine, with words or a deed.

        Silently, only those can be that move the guide, and only while there is one.
        """
        moves = button in {"next", "next-movement", "previous", "pause", "resume", "stop"}

        def press(*, is_under_way):
            told = page.press(button, aloud=aloud)
            if aloud:
                assert told["said"] or told["ask"] or told["player"]
            else:
                assert not told["said"]
                assert not moves or not is_under_way or told["player"]

        press(is_under_way=False)
        page.press("start", routine="post-run")
        press(is_under_way=True)
        page.press("start", routine="post-run")
        page.press("stop")
        press(is_under_way=True)


@pytest.mark.parametrize(
    "phrase", [phrase for phrases in SUGGESTIONS.values() for phrase in phrases]
)
def test_what_is_suggested_is_understood(page, phrase):
    """Everything that the page proposes to say means something."""
    page.press("start", routine="post-run")
    assert page.say(phrase)["meant"] != "AMAZON.FallbackIntent"

"""The words of one language: what each cue is recorded from, and how each line is said.

Words are checked against the catalogue and the coach's vocabulary as they are read: every
movement, routine, cue and line has its words, and no words are left over.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from skill.coaching import cues
from skill.coaching.cues import Bed, Chime, Counted, Recipe, Speech
from skill.coaching.errors import ContentError
from skill.coaching.lines import (
    LINES,
    About,
    Ago,
    Count,
    Easier,
    Heard,
    Here,
    Instructions,
    Length,
    Line,
    Reason,
    Said,
    Spot,
    Together,
    Value,
    Wishes,
    WorkLeft,
)
from skill.coaching.movements import GEAR, REP_COUNTS, SECOND, Movement, Need, Side, Sidedness
from skill.coaching.plans import Detail, Plan, Step
from skill.coaching.routines import Catalogue, Routine
from skill.coaching.schedules import Schedule
from skill.coaching.values import value_class
from skill.content import phrases
from skill.content.catalogue import FOLDER, load_catalogue
from skill.content.entries import Entry, read_entries

LONGEST_HEARD = 50
"""Characters of what was heard that the coach says back."""


@value_class
class MovementWords:
    """What is said of one movement. `{side}` and `{other}` stand for the sides' names."""

    name: str
    synonyms: tuple[str, ...]
    full: str
    brief: str
    change: str | None
    reason: str
    easier: str
    care: str


@value_class
class RoutineWords:
    """What is said of one routine."""

    name: str
    synonyms: tuple[str, ...]
    when: str
    opening: str


@value_class
class Wording:
    """All words of one language."""

    locale: str
    catalogue: Catalogue
    movements: Mapping[str, MovementWords]
    routines: Mapping[str, RoutineWords]
    cue_lines: Mapping[str, tuple[str, ...]]
    things: Mapping[str, str]
    counts: tuple[str, ...]
    countdown: tuple[str, ...]
    needs: Mapping[str, str]
    answers: Mapping[str, tuple[str, ...]]

    def say(self, line: Line) -> str:
        """Return a line as a sentence; its `nth` takes the variants one after the other."""
        variants = self.answers[line.id]
        values = {name: self._value(value) for name, value in line.values.items()}
        sentence = variants[line.nth % len(variants)].format(**values)
        return phrases.capitalised(sentence)

    def spot(self, step: Step) -> str:
        """Name a step: "clam, left side", "glute bridge, set 2 of 3"."""
        spot = Spot(step.movement, step.side, step.set_number, step.sets, step.extra)
        return self._value(spot)

    def title(self, routine: Routine) -> str:
        """Name a routine as a title: "Pre-run routine"."""
        return phrases.capitalised(self.routines[routine.id].name)

    def plan_title(self, plan: Plan) -> str:
        """Name a plan as a title: "Post-run stretch, 45-second holds, no pigeon pose"."""
        return ", ".join([self.title(plan.routine), *self.plan_choices(plan)])

    def plan_choices(self, plan: Plan) -> list[str]:
        """Name what was chosen in a plan: "45-second holds", "no pigeon pose"."""
        chosen = plan.telling
        names = [words.name for id_, words in self.movements.items() if id_ in chosen.skipped]
        return list(phrases.choices(chosen, names))

    def plan_description(self, plan: Plan) -> str:
        """Say when a plan is for, and what is in it."""
        listed = self._value(Together(plan.movements))
        return f"{self.routines[plan.routine.id].when} {phrases.capitalised(listed)}."

    def step_title(self, step: Step) -> str:
        """Name a step as a title: "Glute bridge, set 2 of 3"."""
        return phrases.capitalised(self.spot(step))

    def script(self) -> dict[str, Recipe]:
        """Return what every cue is recorded from, by cue id."""
        return {
            f"{line}.{variant}": recipe
            for line, recipes in self._recipes()
            for variant, recipe in enumerate(recipes, start=1)
        }

    def _recipes(self) -> Iterator[tuple[str, tuple[Recipe, ...]]]:
        for line in cues.every_line(self.catalogue):
            kind, _, rest = line.partition("/")
            match kind:
                case "chime":
                    yield line, (Chime(rest),)
                case cues.BED:
                    yield line, (Bed(),)
                case "count":
                    yield line, (Speech(f"{self.counts[int(rest) - 1]}."),)
                case "countdown":
                    yield line, (Counted(self.countdown, SECOND),)
                case _:
                    yield line, tuple(map(Speech, self._spoken(line)))

    def _spoken(self, line: str) -> tuple[str, ...]:
        values: dict[str, str] = {}
        match line.split("/"):
            case ["set", number, sets]:
                line = "set/last" if number == sets else "set/next"
                values["number"], values["sets"] = (self.counts[int(n) - 1] for n in (number, sets))
            case ["gear", names]:
                line = "gear"
                things = [self.things[name] for name in names.split("-")]
                values["things"] = phrases.listed(things, "and")
            case ["opening", routine]:
                return (self.routines[routine].opening,)
            case ["name", movement, side]:
                spot = Spot(self.catalogue.movements[movement], Side(side))
                return (f"{self._value(spot)}.",)
            case ["instruct", movement, side, detail]:
                words_of = self.movements[movement]
                text = words_of.full if detail == Detail.FULL else words_of.brief
                return (_sided(text, Side(side)),)
            case ["change", movement, side]:
                return (_sided(self.movements[movement].change or "", Side(side)),)
        return tuple(text.format(**values) for text in self.cue_lines[line])

    def _value(self, value: Value) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind of value
        match value:
            case Movement():
                return self.movements[value.id].name
            case Routine():
                return self.routines[value.id].name
            case Spot(movement, side, number, sets, extra):
                sides = [] if side is Side.BOTH else [phrases.side(side, movement.sidedness)]
                which = [f"set {number} of {sets}"] if sets > 1 else []
                again = ["once more"] if extra else []
                return ", ".join([self._value(movement), *sides, *which, *again])
            case Together(members):
                return phrases.listed([self._value(member) for member in members], "and")
            case Side():
                return value.value
            case Need():
                return self.needs[value]
            case Said(cue):
                return self._said(cue)
            case Wishes(chosen, waits, skipped):
                names = [self._value(movement) for movement in skipped]
                return phrases.wishes(chosen, names, waits=waits)
            case Schedule():
                return phrases.schedule(value)
            case Count(number, of):
                return phrases.plural(number, of)
            case Here(other_side, sets):
                more = [phrases.plural(sets, "more set")] if sets else []
                return " and ".join([*(["the other side"] if other_side else []), *more])
            case Ago(milliseconds):
                return phrases.ago(milliseconds)
            case Instructions(movement, side):
                words = self.movements[movement.id]
                return f"{_sided(words.full, side)} {words.care}"
            case Easier(movement):
                return self.movements[movement.id].easier
            case Reason(movement):
                return self.movements[movement.id].reason
            case Length(milliseconds):
                return phrases.length(milliseconds)
            case WorkLeft(0, milliseconds):
                return phrases.length(milliseconds)
            case WorkLeft(reps):
                return phrases.plural(reps, "repetition")
            case About(milliseconds):
                return phrases.about(milliseconds)
            case Heard(text):
                return text[:LONGEST_HEARD]
            case tuple():
                return phrases.listed([self._value(member) for member in value], "or")
            case int():
                return str(value)

    def _said(self, cue: str) -> str:
        """Return what a cue says as a sentence of its own, which "Next," is not yet."""
        line, _, variant = cue.rpartition(".")
        text = self._spoken(line)[int(variant) - 1]
        return f"{text.rstrip('.,')}."


def _sided(text: str, side: Side) -> str:
    return text.format(side=side, other=side.other)


@lru_cache
def load_wording(locale: str = "en-US") -> Wording:
    """Read the words of a locale's language.

    Raise `ContentError` naming the file, the entry and the good values if words are missing,
    left over, or use a value that is not there.
    """
    language = locale.partition("-")[0]
    folder = FOLDER / language
    if not language.isalpha() or not folder.is_dir():
        spoken = sorted(entry.name for entry in FOLDER.iterdir() if (entry / "cues.toml").is_file())
        raise ContentError(
            f"there are no lines for locale {locale!r}; there are some for those that begin "
            f"{' or '.join(f'{language}-' for language in spoken)}, as en-US does"
        )
    return read_wording(locale, folder, load_catalogue())


def read_wording(locale: str, folder: Path, catalogue: Catalogue) -> Wording:
    """Read the words in a folder for a catalogue; raise `ContentError` as `load_wording`."""
    movements = _entries_for(folder / "movements.toml", catalogue.movements)
    routines = _entries_for(folder / "routines.toml", catalogue.routines)
    cue_entry = _entries_for(folder / "cues.toml", ["lines", "things", "counting"])
    counting = cue_entry["counting"]
    counting.require_keys(("counts", "countdown"))
    answer_entry = _entries_for(folder / "answers.toml", ["needs", "answers"])
    return Wording(
        locale=locale,
        catalogue=catalogue,
        movements={
            name: _movement_words(entry, catalogue.movements[name])
            for name, entry in movements.items()
        },
        routines={name: _routine_words(entry) for name, entry in routines.items()},
        cue_lines=_cue_lines(cue_entry["lines"]),
        things=_named(cue_entry["things"], GEAR),
        counts=_exactly(counting, "counts", len(REP_COUNTS)),
        countdown=_exactly(counting, "countdown", cues.COUNTDOWN_SECONDS),
        needs=_named(answer_entry["needs"], tuple(Need)),
        answers=_answers(answer_entry["answers"]),
    )


def _entries_for(file: Path, names: Collection[str]) -> dict[str, Entry]:
    entries = read_entries(file)
    Entry(f"{file.parent.name}/{file.name}", "the file", entries).require_keys(names)
    return entries


def _movement_words(entry: Entry, movement: Movement) -> MovementWords:
    changes = movement.sidedness is not Sidedness.TOGETHER
    entry.require_keys(
        ("name", "synonyms", "full", "brief", "reason", "easier", "care")
        + (("change",) if changes else ())
    )
    placed = {"side", "other"} if changes else set()
    for key in entry.table:
        if key != "synonyms":
            sided = key in {"full", "brief", "change"}
            entry.require_fields(key, entry.text(key), placed if sided else ())
    return MovementWords(
        name=entry.text("name"),
        synonyms=entry.texts("synonyms"),
        full=entry.text("full"),
        brief=entry.text("brief"),
        change=entry.text("change") if changes else None,
        reason=entry.text("reason"),
        easier=entry.text("easier"),
        care=entry.text("care"),
    )


def _routine_words(entry: Entry) -> RoutineWords:
    entry.require_keys(("name", "synonyms", "when", "opening"))
    for key in ("name", "when", "opening"):
        entry.require_fields(key, entry.text(key), ())
    return RoutineWords(
        name=entry.text("name"),
        synonyms=entry.texts("synonyms"),
        when=entry.text("when"),
        opening=entry.text("opening"),
    )


def _cue_lines(entry: Entry) -> dict[str, tuple[str, ...]]:
    written = [line for line in cues.COMMON_LINES if line != "countdown"]
    fields = {"set/next": {"number", "sets"}, "set/last": {"number", "sets"}, "gear": {"things"}}
    entry.require_keys([*written, *fields])
    for line in entry.table:
        for text in entry.texts(line):
            entry.require_fields(line, text, fields.get(line, ()))
    return {line: entry.texts(line) for line in entry.table}


def _named(entry: Entry, needs: Collection[Need]) -> dict[str, str]:
    entry.require_keys(needs)
    for need in needs:
        entry.require_fields(need, entry.text(need), ())
    return {need: entry.text(need) for need in needs}


def _answers(entry: Entry) -> dict[str, tuple[str, ...]]:
    entry.require_keys(LINES.keys())
    answers = {line: entry.texts(line) for line in LINES}
    for line, texts in answers.items():
        for text in texts:
            entry.require_fields(line, text, LINES[line])
    return answers


def _exactly(entry: Entry, key: str, number: int) -> tuple[str, ...]:
    texts = entry.texts(key)
    if len(texts) != number:
        raise entry.error(f"{key} takes {number} words, not {len(texts)}")
    return texts

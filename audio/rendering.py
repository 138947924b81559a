"""Rendering: every cue of a script that is not there yet, in parallel, then the manifest.

A cue's key is a digest of all that its sound depends on: recipe, voice, studio. Light to
import: an unchanged render is over before numpy would be loaded.
"""

import hashlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from audio.errors import CueError, StudioError
from audio.rendered_folder import RenderedFolder
from audio.voices.base import Voice
from skill.coaching.cues import Bed, Chime, Recipe
from skill.guides.manifest import CueFile, Manifest, recipe_record, words_digest

STUDIO_VERSION = 1
"""Count this up with every change to cutting, mastering, chimes or encoding that can be heard:
it has all cues recorded anew."""

Outcome = tuple[str, CueFile | StudioError]
"""A cue's key, and its file or what went wrong."""

Watch = Callable[[Iterator[Outcome], int], Iterator[Outcome]]
"""Passes outcomes on as they come; told how many there will be at most."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a render came to.

    `manifest` is the one now in force if every cue is there, and None if the one before stays.
    `found`, `recorded` and `untried` count cues; `failures` says by cue id what went wrong.
    """

    manifest: Manifest | None
    found: int
    recorded: int
    failures: Mapping[str, str]
    untried: int


def render(  # noqa: PLR0913, each is one thing the caller decides
    script: Mapping[str, Recipe],
    voice: Voice,
    folder: Path,
    *,
    locale: str,
    jobs: int = 1,
    force: bool = False,
    on_trial: bool = False,
    watch: Watch = lambda outcomes, _most: outcomes,
) -> Report:
    """Record the cues of a script that `folder` does not have, and put the manifest in force.

    `jobs` is how many processes record; with `force` all cues are recorded anew; `on_trial`,
    none are, and nothing is put in force. A cue that fails is reported and the others are
    recorded; if the voice or the folder fails, the rest is left. Either way the manifest in
    force stays. Raise `OutputError` if the folder cannot be used at all.
    """
    rendered = RenderedFolder(folder)
    if not on_trial:
        rendered.prepare()
    identity = voice.identity
    keys = {cue: cue_key(recipe, identity) for cue, recipe in script.items()}
    recipes = {keys[cue]: recipe for cue, recipe in script.items()}
    files = {} if force else rendered.find(recipes.keys())
    missing = {key: recipe for key, recipe in recipes.items() if key not in files}

    errors: dict[str, StudioError] = {}
    to_record = {} if on_trial else missing
    with closing(_record_all(to_record, voice, folder, jobs)) as outcomes:
        for key, outcome in watch(outcomes, len(to_record)):
            if isinstance(outcome, CueFile):
                files[key] = outcome
                continue
            errors[key] = outcome
            if not isinstance(outcome, CueError):
                break

    manifest = None
    if len(files) == len(recipes):
        cues = {cue: files[key] for cue, key in keys.items()}
        manifest = Manifest(locale, identity, words_digest(script), cues)
        if not on_trial:
            rendered.publish(manifest)
    return Report(
        manifest=manifest,
        found=sum(key not in missing for key in keys.values()),
        recorded=sum(key in missing and key in files for key in keys.values()),
        failures={cue: str(errors[key]) for cue, key in keys.items() if key in errors},
        untried=sum(key not in files and key not in errors for key in keys.values()),
    )


def cue_key(recipe: Recipe, identity: str) -> str:
    """Return a digest of all that a cue's sound depends on; no voice speaks a chime or the bed.

    `identity` is the voice's, which takes long to look up: once a render is enough.
    """
    origin = {
        "recipe": recipe_record(recipe),
        "voice": None if isinstance(recipe, Chime | Bed) else identity,
        "studio": STUDIO_VERSION,
    }
    return hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:32]


def _record_all(
    recipes: Mapping[str, Recipe], voice: Voice, folder: Path, jobs: int
) -> Generator[Outcome]:
    """Record cues by key and yield their outcomes as they come, in any order."""
    if min(jobs, len(recipes)) <= 1:
        for key, recipe in recipes.items():
            yield key, _record(key, recipe, voice, folder)
        return
    pool = ProcessPoolExecutor(
        min(jobs, len(recipes)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_live_with_parent,
    )
    try:
        with _interrupts_held_back():
            keys = {
                pool.submit(_record, key, recipe, voice, folder): key
                for key, recipe in recipes.items()
            }
        for future in as_completed(keys):
            yield keys[future], future.result()
    except BrokenProcessPool as error:
        raise StudioError(
            "A process that records cues was ended from outside; perhaps memory ran out. "
            "What is recorded is kept: render again to go on"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _record(key: str, recipe: Recipe, voice: Voice, folder: Path) -> CueFile | StudioError:
    """Record one cue and store it; return rather than raise what the studio knows can fail."""
    # Not at the top: it loads numpy and all the sound libraries.
    from audio.production import produce  # noqa: PLC0415

    try:
        return RenderedFolder(folder).store(key, produce(recipe, voice))
    except StudioError as error:
        return error
    except Exception as mistake:
        mistake.add_note(f"while recording {recipe}")
        raise


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Start processes that Ctrl-C never reaches, not even while they are starting.

    They inherit the blocked signal; here it arrives as soon as they are on their way.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live_with_parent() -> None:
    """End when the parent process ends, even if it is killed."""

    def follow() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()

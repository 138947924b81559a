"""Joining one guide over and over, in a process of its own: how long from plan to MP3.

The cues are in memory, as they are in the service; each guide is laid out and joined anew.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

from skill.coaching.movements import SECOND
from skill.coaching.timeline import lay_out
from skill.content.wording import load_wording
from skill.guides.editions import standard_plans
from skill.guides.library import FrameLibrary
from skill.guides.manifest import load, words_digest

WANTED = 10 * 60 * SECOND
TIMES = 200


def main(rendered: Path) -> None:
    """Join the standard guide that lasts most nearly ten minutes; print plan and seconds."""
    wording = load_wording(rendered.name)
    library = FrameLibrary(rendered, load(rendered, words_digest(wording.script())), kept_bytes=0)
    laid_out = [lay_out(plan, library.cue_sheet) for plan in standard_plans(wording.catalogue)]
    chosen = min(laid_out, key=lambda timeline: abs(timeline.duration - WANTED))
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        library.guide(lay_out(chosen.plan, library.cue_sheet))
        taken.append(time.perf_counter() - started)
    print(
        json.dumps(
            {
                "plan": chosen.plan.id,
                "lasts": chosen.duration / SECOND,
                "seconds": median(taken),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

// The stage: shows a routine at an offset. Everything shown is looked up from the timeline, as the
// sound is, so that picture, side and seconds cannot disagree with what is heard.

const CUES = {
  opening: "Welcome",
  announce: "Coming up",
  instruct: "Get into place",
  change: "Change sides",
  rest: "Rest",
  settle: "Get ready",
  release: "Let go",
  closing: "Well done",
};
// Why the routine stands still; nothing begins or is counted meanwhile.
const HARMS = { pain: "It hurts", worse: "Take care" };
const WORK = new Set(["begin", "half-way", "last"]);

const $ = (id) => document.getElementById(id);

// Write a text where another stands.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function clock(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// Return what is true at an offset.
export function placeAt(routine, offset) {
  const at = Math.min(Math.max(offset, 0), routine.duration);
  const last = (rows, startOf) => {
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (startOf(rows[middle]) <= at) low = middle;
      else high = middle - 1;
    }
    return rows[low];
  };
  const [beat, index] = last(routine.beats, (row) => row[2]);
  const step = routine.steps[index];
  const caption = last(routine.captions, (row) => row[0]);
  const workLeft = step.release - Math.min(Math.max(at, step.begin), step.release);
  return {
    at,
    beat,
    step,
    index,
    following: routine.steps[index + 1] ?? null,
    isWork: WORK.has(beat),
    workLeft,
    repsLeft: step.reps ? Math.min(step.reps, Math.ceil(workLeft / step.rep_length)) : 0,
    untilBegin: Math.max(step.begin - at, 0),
    left: routine.duration - at,
    caption: caption && caption[0] <= at && at < caption[1] + 1500 ? caption[2] : "",
  };
}

// Return the beginning of the step that comes next, for who waits between two; one that has not
// begun is still to come itself, and after the last there is none.
function placeBetween(routine, offset) {
  const place = placeAt(routine, offset);
  const coming = place.at < place.step.begin ? place.step : place.following;
  return coming ? { ...placeAt(routine, coming.start), caption: "", isAwaited: true } : place;
}

export class Stage {
  #routine = null;
  #pictureUrl;
  #pictures = new Map();
  #shown = "";
  #segments = [];
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  // `pictureUrl` gives the address of a picture's SVG.
  constructor(pictureUrl) {
    this.#pictureUrl = pictureUrl;
  }

  get routine() {
    return this.#routine;
  }

  set routine(routine) {
    this.#routine = routine;
    write($("routine-title"), routine.title + (routine.wishes.length ? `, ${routine.wishes.join(", ")}` : ""));
    this.#segments = routine.steps.map((step) => {
      const segment = document.createElement("li");
      segment.style.flexGrow = String(step.end - step.start);
      const fill = document.createElement("span");
      fill.className = "fill";
      const words = document.createElement("span");
      words.className = "visually-hidden";
      segment.append(fill, words);
      segment.title = step.title;
      return { segment, fill, words, step };
    });
    // Room for the longest caption, so that nothing moves as they change.
    write($("caption-room"), routine.captions.reduce((longest, [, , text]) => (text.length > longest.length ? text : longest), ""));
    $("strip").replaceChildren(...this.#segments.map(({ segment }) => segment));
  }

  // Show the routine at an offset; return the place. `isLoading`: its sound is still waited for.
  // `asksReady`: the coach waits for the runner, and the step that comes next is shown. `harm`: it
  // has stopped for pain, or worse.
  show(offset, { isPaused, isLoading, asksReady, harm }) {
    const place = (asksReady ? placeBetween : placeAt)(this.#routine, offset);
    const { step, isWork } = place;
    write($("routine-left"), `${clock(place.left)} to go`);
    write($("cue"), HARMS[harm] ?? (isLoading ? "Loading…" : isWork ? (step.reps ? "Move" : "Hold") : CUES[place.beat]));
    write($("movement"), step.name);
    write($("set"), step.sets > 1 ? `Set ${step.set} of ${step.sets}` : "");
    write($("side"), step.side_name);
    this.#count(place, harm);
    // While nothing is said, the pose is told in words.
    write($("caption"), place.caption || this.#pose());
    $("caption").dataset.says = place.caption ? "words" : "pose";
    write($("next"), place.following ? `Next: ${place.following.title}` : "This is the last one");
    $("stage").dataset.work = isWork && !harm ? "yes" : "no";
    $("stage").dataset.counts = place.isAwaited || harm ? "no" : "yes";
    $("stage").dataset.paused = isPaused ? "yes" : "no";
    this.#strip(place);
    this.#picture(place);
    return place;
  }

  #count({ step, isWork, isAwaited, workLeft, repsLeft, untilBegin, beat }, harm) {
    let [number, unit, share] = ["", "", 0];
    if (harm) {
      number = "Stopped";
    } else if (isAwaited) {
      number = "Ready?";
    } else if (isWork) {
      // A hold ends on a frame of the audio, so some milliseconds late.
      const seconds = Math.ceil(Math.round(workLeft / 100) / 10);
      [number, unit] = step.reps
        ? [repsLeft, `${repsLeft === 1 ? "repetition" : "repetitions"} left`]
        : [seconds, `${seconds === 1 ? "second" : "seconds"} left`];
      share = workLeft / (step.release - step.begin);
    } else if (untilBegin > 0) {
      const seconds = Math.ceil(untilBegin / 1000);
      [number, unit] = [seconds, `${seconds === 1 ? "second" : "seconds"} until it begins`];
      share = untilBegin / (step.begin - step.start);
    } else {
      [number, unit] = ["✓", beat === "closing" ? "routine done" : "done"];
    }
    write($("count"), String(number));
    write($("count-unit"), unit);
    $("ring").setAttribute("stroke-dashoffset", String(Math.round(1000 * (1 - share))));
  }

  #strip({ at, index }) {
    for (const [number, { segment, fill, words, step }] of this.#segments.entries()) {
      const share = Math.min(Math.max((at - step.start) / (step.end - step.start), 0), 1);
      fill.style.width = `${(share * 100).toFixed(1)}%`;
      const state = number < index ? "done" : number === index ? "now" : "to come";
      if (segment.dataset.state === state) continue;
      segment.dataset.state = state;
      if (state === "now") segment.setAttribute("aria-current", "step");
      else segment.removeAttribute("aria-current");
      words.textContent = `${step.title}, ${state}`;
    }
  }

  #pose() {
    return $("figure").querySelector(".seen desc")?.textContent ?? "";
  }

  // Both poses lie upon one another; the moment decides which is seen.
  #picture({ step, following, isWork, isAwaited, workLeft, at }) {
    const key = `${step.movement}-${step.side}`;
    if (this.#shown !== key) {
      this.#shown = key;
      this.#pair(step).then((pair) => {
        if (this.#shown === key) $("figure").replaceChildren(...pair.map((picture) => picture.cloneNode(true)));
      });
    }
    if (following) this.#pair(following);
    let isFull = true;
    if (!this.#still.matches && !isAwaited) {
      if (isWork && step.reps) {
        const passed = (step.release - step.begin - workLeft) % step.rep_length;
        isFull = passed > step.rep_length * 0.2 && passed < step.rep_length * 0.7;
      } else if (!isWork && at < step.begin) {
        isFull = Math.floor(at / 2500) % 2 === 1;
      }
    }
    const [start, full] = $("figure").children;
    if (!full) return;
    for (const [picture, isSeen] of [[start, !isFull], [full, isFull]]) {
      picture.classList.toggle("seen", isSeen);
      picture.setAttribute("aria-hidden", String(picture === start));
    }
  }

  #pair(step) {
    const key = `${step.movement}-${step.side}`;
    if (!this.#pictures.has(key)) {
      const load = async (stage) => {
        const response = await fetch(this.#pictureUrl(key, stage));
        if (!response.ok) throw new Error(`no picture: ${response.status}`);
        const parsed = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
        return document.importNode(parsed.documentElement, true);
      };
      const pair = Promise.all([load("start"), load("full")]);
      this.#pictures.set(key, pair);
      pair.catch(() => this.#pictures.delete(key));
    }
    return this.#pictures.get(key).catch(() => []);
  }
}

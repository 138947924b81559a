// The view: what is seen and read. It shows what it is told to, and knows nothing of why.

import { $, player, stage } from "./parts.js";
import { clock } from "./stage.js";

// How long it takes to read an answer while the guide plays, in milliseconds; a question stays.
const READING = (text) => 4000 + text.length * 70;
const YES_OR_NO = new Set(["go-on", "next-step", "skip-it", "remind-me", "forget-me"]);

let fading = null;

const shown = () => document.body.dataset.view;

// Show what the coach says, and the question that it ends with; `stays` until something else is said.
export function say(words, { asks = null, stays = Boolean(asks) } = {}) {
  const text = words.join(" ");
  $("said").textContent = text;
  clearTimeout(fading);
  if (text && !stays) fadeAfter(READING(text));
  offerReplies(asks);
  if (document.body.dataset.ready && words.length) $("answer").scrollIntoView({ block: "nearest" });
}

// What has been read makes room for the guide's own words; where none sound, it stays.
function fadeAfter(milliseconds) {
  fading = setTimeout(() => {
    if (shown() !== "stage") return;
    if (player.isSounding) {
      say([]);
      quote("");
    } else {
      fadeAfter(milliseconds);
    }
  }, milliseconds);
}

export function quote(words) {
  $("heard").textContent = words;
}

// Tell what is not the coach's to say: of the sound, the tabs, the cookie.
export function tell(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

export function tellOfNetwork(text) {
  if (text) $("network").textContent = text;
  $("network").hidden = !text;
}

function offerReplies(asks) {
  const replies = $("replies");
  const hadFocus = replies.contains(document.activeElement);
  const wereOffered = !replies.hidden;
  replies.hidden = !(asks && YES_OR_NO.has(asks.question));
  replies.replaceChildren();
  if (replies.hidden) {
    if (hadFocus) focusMain(shown());
    if (wereOffered) scrollTo(0, 0); // back to the picture
    return;
  }
  for (const [press, name] of [["yes", "Yes"], ["no", "No"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.dataset.press = press;
    replies.append(button);
  }
  if (hadFocus) replies.firstElementChild.focus({ preventScroll: true });
}

// Whoever is at a button that goes finds themselves at the one that matters most in the view.
const focusMain = (name) => $(name === "stage" ? "toggle" : "begin").focus({ preventScroll: true });

// Show the start or the stage, from its top; what the coach says is read in either.
export function show(name) {
  $("ending").hidden = true;
  if (shown() === name) return;
  const going = name === "stage" ? [$("start")] : [$("stage"), $("controls")];
  const hadFocus = going.some((part) => part.contains(document.activeElement));
  $("start").hidden = name !== "start";
  $("stage").hidden = $("controls").hidden = name !== "stage";
  $(`${name}-answer`).append($("answer"));
  document.body.dataset.view = name;
  if (hadFocus) focusMain(name);
  scrollTo(0, 0);
}

// The routine is over: whichever way it ended, these are the words.
export function showEnding(title) {
  show("start");
  $("ending-routine").textContent = title;
  $("ending").hidden = false;
  scrollTo(0, 0);
}

export const offerToGoBack = (isOffered) => ($("go-back").hidden = !isOffered);

// Show the routine where the player is; return the place, if the stage is seen.
export function draw(isPlaying) {
  if (shown() !== "stage" || !stage.routine) return null;
  const place = stage.show(player.offset, { isPaused: !player.isSounding, isLoading: player.isLoading });
  const [name, shows] = isPlaying ? ["Pause", "pause"] : ["Go on", "play"];
  if ($("toggle").dataset.shows !== shows) {
    $("toggle-name").textContent = name;
    $("toggle").dataset.shows = shows;
  }
  const title = `${clock(place.left)} · ${place.step.title} – Glute Coach`;
  if (document.title !== title) document.title = title;
  return place;
}

// Show what the routine chosen is called, needs and looks like.
export function showChosen() {
  const chosen = document.querySelector("#routines input:checked");
  $("begin-name").textContent = chosen.dataset.name;
  $("begin-hint").textContent = chosen.dataset.hint;
  $("hero-picture").replaceChildren(chosen.parentElement.querySelector("svg").cloneNode(true));
}

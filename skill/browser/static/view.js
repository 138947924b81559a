// The view: what is seen and read. It shows what it is told to, and knows nothing of why.

import { $, player, stage } from "./parts.js";
import { clock, write } from "./stage.js";

// How long it takes to read an answer while the guide plays, in milliseconds; a question stays.
const READING = (text) => 4000 + text.length * 70;
// Answers to press, by the question: what a button presses, or says for the runner.
const YES_OR_NO = [{ press: "yes", label: "Yes" }, { press: "no", label: "No" }];
const saying = (...labels) => labels.map((label) => ({ say: label, label }));
const REPLIES = {
  ...Object.fromEntries(["go-on", "next-step", "skip-it", "well-again", "remind-me", "forget-me", "same-again"].map((question) => [question, YES_OR_NO])),
  "which-side": saying("Left side", "Right side"),
  "how-long": saying("5 minutes", "10 minutes", "15 minutes"),
  "hold-seconds": saying("20 seconds", "30 seconds", "45 seconds"),
};
// What else there is to do about what hurts, as the coach says with its question.
const EASIER = { press: "easier", label: "Easier" };
const STOP = { press: "stop", label: "Stop" };

let fading = null;
let kept = null; // the place that is kept: its routine, and what is left of it in words

const shown = () => document.body.dataset.view;

// Show what the coach says, and the question that it ends with; `stays` until something else is
// said. `harm` keeps the runner from going on.
export function say(words, { asks = null, harm = null, stays = Boolean(asks) } = {}) {
  const text = words.join(" ");
  $("said").textContent = text;
  clearTimeout(fading);
  if (text && !stays) fadeAfter(READING(text));
  offerReplies(asks, harm);
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

function offerReplies(asks, harm) {
  const replies = $("replies");
  const hadFocus = replies.contains(document.activeElement);
  const wereOffered = !replies.hidden;
  const known = REPLIES[asks?.question];
  replies.hidden = !known;
  replies.dataset.asks = asks?.question ?? "";
  replies.replaceChildren();
  if (replies.hidden) {
    if (hadFocus) focusMain(shown());
    if (wereOffered) scrollTo(0, 0); // back to the picture
    return;
  }
  const others = asks.question !== "skip-it" ? [] : harm === "worse" ? [STOP] : [EASIER, STOP];
  for (const { label, ...does } of [...known, ...others]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    Object.assign(button.dataset, does);
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
  $(name === "stage" ? "stage-replies" : "answer").append($("replies"));
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

// Offer to go on with the routine whose place is kept, by its card; `place` is null where there is none.
export function offerToGoOn(place) {
  const card = place && cardOf(place.routine);
  // What the runner has chosen since stays chosen.
  if (card && (place.routine !== kept?.routine || shown() === "stage")) card.checked = true;
  kept = card ? place : null;
  showChosen();
}

const cardOf = (routine) => Array.from($("routines").querySelectorAll("input")).find(({ value }) => value === routine);
export const chosen = () => document.querySelector("#routines input:checked");
// Whether the card that is chosen is the routine's whose place is kept.
export const goesOn = () => kept?.routine === chosen().value;

// Show the routine where the player is, or what the coach asks whether the runner is ready for;
// return the place, if the stage is seen.
export function draw({ isPlaying, asksReady, harm }) {
  if (document.body.dataset.harm !== (harm ?? "none")) document.body.dataset.harm = harm ?? "none";
  if (shown() !== "stage" || !stage.routine) return null;
  const place = stage.show(player.offset, { isPaused: !player.isSounding, isLoading: player.isLoading, asksReady, harm });
  // The way back to what hurts is not the one that invites; where it was worse, none does.
  const back = { pain: ["Try it again", "again"], worse: ["Go on", "again"] };
  const [name, shows] = isPlaying ? ["Pause", "pause"] : (back[harm] ?? ["Go on", "play"]);
  write($("toggle-name"), name);
  if ($("toggle").dataset.shows !== shows) $("toggle").dataset.shows = shows;
  const title = `${clock(place.left)} · ${place.step.title} – Glute Coach`;
  if (document.title !== title) document.title = title;
  return place;
}

// Show what the routine chosen is called, needs and looks like; or what is left of it.
export function showChosen() {
  const card = chosen();
  $("begin").dataset.goesOn = goesOn() ? "yes" : "no";
  $("begin-verb").textContent = goesOn() ? "Go on with the" : "Start";
  $("begin-name").textContent = card.dataset.name;
  $("begin-hint").textContent = goesOn() ? kept.left : card.dataset.hint;
  $("anew").hidden = !goesOn();
  $("hero-picture").replaceChildren(card.parentElement.querySelector("svg").cloneNode(true));
}

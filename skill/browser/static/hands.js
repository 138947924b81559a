// Hands: buttons, keys, headphones and the lock screen, each with what it does.

import { ask, begin, beginAnew, goOn, isUnderWay, press, toggle } from "./conversation.js";
import { listen } from "./listening.js";
import { memory, remember } from "./memory.js";
import { $, ear, voice } from "./parts.js";
import { onSystemButtons } from "./system.js";
import { showChosen } from "./view.js";

const KEYS = {
  " ": toggle,
  ArrowRight: () => press("next"),
  ArrowLeft: () => press("previous"),
  n: () => press("next-movement"),
  o: () => press("other-side"),
  r: () => press("repeat"),
  e: () => press("easier"),
  h: () => press("it-hurts"),
  w: () => press("where"),
  l: () => press("how-long-left"),
  s: () => press("stop"),
  y: () => press("yes"),
  x: () => press("no"),
  m: () => listen(),
  "/": () => $("words").focus(),
  "?": () => $("help").showModal(),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.press) press(button.dataset.press);
  else if (button?.dataset.say) ask(button.dataset.say);
});
$("toggle").addEventListener("click", toggle);
$("begin").addEventListener("click", begin);
$("listen").addEventListener("click", () => listen());
$("anew-button").addEventListener("click", beginAnew);
$("routines").addEventListener("change", showChosen);
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask($("words").value);
  $("words").value = "";
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    ear.stop();
    voice.hush();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const inField = event.target.closest("input, select, textarea");
  const isOwnKey = event.target.closest("button, a, summary") && [" ", "Enter"].includes(event.key);
  const done = KEYS[event.key];
  if (!done || inField || isOwnKey) return;
  if (!$("keys-on").checked && event.key.length === 1 && event.key !== " ") return;
  event.preventDefault();
  if (!event.repeat) done(); // a key that is held down commands once
});

onSystemButtons({
  play: () => (isUnderWay() ? goOn() : begin()),
  pause: () => press("pause"),
  nexttrack: () => press("next"),
  previoustrack: () => press("previous"),
  stop: () => press("stop"),
});

// The help, and the wishes that are kept in this browser

$("help-open").addEventListener("click", () => $("help").showModal());
if (location.hash === "#help") {
  history.replaceState(null, "", location.pathname);
  $("help").showModal();
}
$("help-close").addEventListener("click", () => $("help").close());
$("keys-on").checked = memory.keys ?? true;
$("voice-on").checked = voice.isOn = memory.voice ?? true;
$("keys-on").addEventListener("change", () => remember({ keys: $("keys-on").checked }));
$("voice-on").addEventListener("change", () => {
  voice.isOn = $("voice-on").checked;
  remember({ voice: voice.isOn });
});

$("listen").hidden = !ear.canHear;
$("help-ear").textContent = ear.canHear
  ? "Press the microphone to speak; the guide waits meanwhile. Your browser turns speech into words, and may ask its maker’s service for it."
  : ear.whyNot;
$("ear-words").textContent = ear.whyNot;
$("ear-words").hidden = ear.canHear;

// The coach's page: what the runner says, presses or types goes to the coach; what comes back is
// said, shown and played. Nothing about coaching is decided here.

import { DeafError, Ear } from "./ear.js";
import { Link, Refused } from "./link.js";
import { memory, remember } from "./memory.js";
import { Player } from "./player.js";
import { clock, placeAt, Stage } from "./stage.js";
import { Tabs } from "./tabs.js";
import { Voice } from "./voice.js";

const $ = (id) => document.getElementById(id);
const root = new URL("../../", import.meta.url);
const version = import.meta.url.split("/").at(-2);
const at = (path) => new URL(path, root).href;
const locale = document.documentElement.lang;

const link = new Link(at("coach"));
const player = new Player($("audio"), ({ plan, digest }) => at(`guides/${encodeURIComponent(plan)}.mp3?v=${digest}`));
const stage = new Stage((picture, pose) => at(`pictures/${picture}-${pose}.svg?v=${version}`));
const voice = new Voice(locale);
const ear = new Ear(locale);
const tabs = new Tabs(() => player.isWanted);

// Buttons that the guide itself answers, by going there: nothing needs to be said.
const SILENT = new Set(["next", "previous", "pause", "resume", "stop", "next-movement"]);
// What stops the sound here and now, whether or not the coach can be reached.
const STOPPING = new Set(["pause", "stop", "it-hurts"]);
const STOPPING_WORDS = /\b(?:stop|pause|wait|hurts?|hurting|pain\w*|ouch|ow)\b/i;
// How long a guide is held for an answer, in milliseconds; twice as long as an Echo listens.
const PATIENCE = 16_000;
// How long an answer is shown, in milliseconds; a question stays.
const READ = 30_000;
const YES_OR_NO = new Set(["go-on", "next-step", "skip-it", "remind-me", "forget-me"]);

let session = null;
let question = null;
let afterPart = null; // what is asked when the part that plays is over
let hearing = 0;
let turn = 0;
let answers = 0;
let wake = null;
let patience = null;
let fading = null;
let isHandsFree = false;
let wentOnIn = 0; // the turn in which the runner went on without the network

const routine = () => stage.routine;
const isUnderWay = () => Boolean(session?.plan);
const isStepping = () => session?.phase === "stepping" || session?.waits;

// Asking

// Ask the coach for something. `spoken`: by voice. `silent`: the guide itself is the answer.
// Return whether the coach has asked something in turn, and waits for the answer.
async function act(command, { spoken = false, silent = false } = {}) {
  const mine = ++turn;
  voice.hush();
  clearTimeout(patience);
  const isLocal = goAheadAlone(command);
  let reply;
  try {
    reply = await link.send({
      ...command,
      aloud: !silent || isStepping(),
      playhead: player.playhead ?? memory.playhead ?? undefined,
      has: routine() ? `${routine().plan}:${routine().digest}` : undefined,
    });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    say([refused.message]);
    // Whoever wanted the sound to stop has it stopped, whatever the coach makes of it.
    if (stops(command) && mine >= wentOnIn) player.stop();
    player.release("asking", "speaking", "refused");
    return false;
  }
  isHandsFree = spoken;
  return follow(reply, { mine, spoken, silent, isLocal, isStop: STOPPING.has(command.press) });
}

// As the page opens: the answer is shown only, since nothing may sound before the page is touched.
async function open() {
  const wasOn = voice.isOn;
  voice.isOn = false;
  await act({ press: "open" });
  voice.isOn = wasOn;
}

const stops = ({ press, say: said }) => STOPPING.has(press) || STOPPING_WORDS.test(said ?? "");

// With the network away, stopping and going on need nobody else. Typed words that may mean it stop
// the sound as well; if they meant something else, it goes on with the answer.
function goAheadAlone(command) {
  const { press } = command;
  if (stops(command)) player.hold("pausing");
  if (press !== "resume" || !link.isAway || !player.isWanted) return false;
  player.release("pausing");
  wentOnIn = turn;
  return true;
}

// `isStop`: the command was a button that stops. `isNotice`: it was none, but the player's word.
async function follow(reply, { mine, spoken, silent, isLocal, isStop = false, isNotice = false }) {
  getAcquainted(reply);
  session = reply.session;
  if (reply.routine) stage.routine = reply.routine;
  const ask = reply.ask;
  const words = [...reply.said];
  const todo = reply.player;
  const isClip = todo?.until != null;
  // While a part plays, whether the runner is ready is asked after it.
  const isForLater = isClip || (ask?.question === "next-step" && player.isInPart && !todo);
  if (isForLater) afterPart = ask;
  else if (todo) afterPart = null;
  const keeps = isNotice && !ask && session.asked === question?.question;
  if (!keeps) question = isForLater ? null : ask;
  if (todo?.do === "play") {
    const token = { plan: session.plan, digest: session.digest, generation: session.generation, retried_at: todo.retried_at };
    player.release(...(isNotice ? ["refused"] : ["asking", "speaking", "refused"]));
    if (words.length && voice.canSpeak && !silent) player.hold("speaking");
    tabs.takeOver();
    $("notice").hidden = true;
    // What went on by itself meanwhile is further by now than the coach knows.
    player.play(token, isLocal ? Math.max(player.offset, todo.offset) : todo.offset, todo.until);
  } else if (todo?.do === "stop" && mine < wentOnIn) {
    return false; // paused once, and gone on since
  } else if (todo?.do === "stop") {
    player.stop();
    if (isUnderWay()) player.place(tokenOf(session), session.offset);
  } else if (isUnderWay() && !player.token) {
    player.place(tokenOf(session), session.offset);
  }
  // A later command that stops the sound is not undone by an earlier one's answer.
  if (mine === turn && !isStop && !isNotice) player.release("pausing");
  if (question && !keeps) words.push(question.text);
  if (words.length) say(words);
  offerReplies(question);
  view(isUnderWay() ? "stage" : "start");
  if (!keeps) holdForAnswer({ spoken, isPlayed: todo?.do === "play" });
  if (words.length && !silent) await sayAloud(words);
  // Interrupted by another command, it is that one's to let the guide go on.
  if (mine === turn && !isNotice) player.release("speaking");
  return Boolean(question) && mine === turn;
}

// An open question, typed or pressed, costs the hold nothing; any other one waits for its answer,
// and where the coach waits for the runner anyway, for as long as it takes.
function holdForAnswer({ spoken, isPlayed }) {
  clearTimeout(patience);
  const isStepByStep = session.phase === "stepping";
  const waits = question && player.isWanted && !isPlayed;
  if (waits && (question.question !== "anything-else" || (spoken && !isStepByStep))) {
    player.hold("asking");
    if (!isStepByStep) patience = setTimeout(unanswered, PATIENCE);
  } else {
    if (waits) question = null;
    player.release("asking");
  }
}

// Nobody has answered: the guide goes on, as it does on a speaker.
function unanswered() {
  if (ear.isListening || $("words").value) {
    patience = setTimeout(unanswered, PATIENCE);
    return;
  }
  question = null;
  offerReplies(null);
  link.send({ notice: "unanswered", playhead: player.playhead }).catch(() => {});
  player.release("asking");
}

const tokenOf = ({ plan, digest, generation }) => ({ plan, digest, generation, retried_at: null });

async function sayAloud(words) {
  if (!voice.canSpeak) return;
  player.hold("speaking");
  await voice.say(words.join(" "));
}

function say(words) {
  clearTimeout(fading);
  if (words.length) fading = setTimeout(() => question || ear.isListening || say([]), READ);
  $("said").textContent = words.join(" ");
  if (document.body.dataset.ready && words.length) $("said").scrollIntoView({ block: "nearest" });
}

function tell(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function offerReplies(ask) {
  const replies = $("replies");
  const hadFocus = replies.contains(document.activeElement);
  replies.hidden = !(ask && YES_OR_NO.has(ask.question));
  replies.replaceChildren();
  if (replies.hidden) {
    if (hadFocus) focusMain(document.body.dataset.view);
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

// Words about the cookie: only what a runner would otherwise wonder about.
function getAcquainted({ runner, forgotten }) {
  answers += 1;
  if (forgotten) {
    answers = 0;
    remember({ met: false, playhead: null });
    return;
  }
  if (runner === "known") {
    remember({ met: true });
    return;
  }
  const place = memory.playhead ? " The player’s own place is still known." : "";
  if (runner === "unrecognised")
    tell(`This browser’s cookie is none that this coach has signed, so it starts afresh with you.${place}`);
  else if (answers > 1) tell("This browser has dropped the coach’s cookie: you are coached all the same, but forgotten when you leave.");
  else if (memory.met) tell(`This browser’s cookie is gone, so the coach does not know you any more.${place}`);
  $("go-back").hidden = !memory.playhead;
  remember({ met: true });
}

// The player tells

function notice(name) {
  const mine = turn;
  link.send({ notice: name, playhead: player.playhead, has: routine() ? `${routine().plan}:${routine().digest}` : undefined }).then(
    (reply) => {
      if (!reply) return;
      if (reply.session.generation > (player.token?.generation ?? 0) && !reply.player && reply.session.phase === "playing") {
        takenOver();
      } else if (reply.player || name === "finished" || name === "failed") {
        if (name === "failed" && !reply.player) {
          player.stop();
          tell("The sound cannot be played just now. Your place is kept: press Go on to try again.");
        }
        follow(reply, { mine, spoken: false, silent: true, isLocal: false, isNotice: true });
        if (name === "finished") finished();
      }
    },
    (refused) => say([refused.message]),
  );
}

function finished() {
  tell("That was the whole routine. Well done.");
  say([]);
  remember({ playhead: null });
}

function takenOver() {
  player.stop();
  tell("The coach goes on in another tab. Press Go on to have it here.");
}

function keepPlace() {
  if (player.playhead && isUnderWay()) remember({ playhead: player.playhead });
}

let kept = 0;
player.addEventListener("moved", () => {
  const now = Date.now();
  if (now - kept < 500) return;
  kept = now;
  keepPlace();
});
player.addEventListener("started", () => {
  notice("started");
  keepAwake();
  tellSystem();
});
player.addEventListener("stopped", () => {
  keepPlace();
  notice("stopped");
  wake?.release();
  wake = null;
  tellSystem();
});
for (const name of ["nearly-finished", "finished", "failed"]) player.addEventListener(name, () => notice(name));
player.addEventListener("refused", () =>
  tell("The browser wants a tap before it lets a page sound. Press Go on."),
);
player.addEventListener("interrupted", () => act({ press: "pause" }, { silent: true }));
player.addEventListener("part-over", async () => {
  if (!afterPart) return;
  question = afterPart;
  afterPart = null;
  say([question.text]);
  offerReplies(question);
  const mine = turn;
  await sayAloud([question.text]);
  if (mine !== turn) return;
  player.release("speaking");
  if (isHandsFree && question && !ear.isListening) listen();
});

tabs.addEventListener("taken-over", takenOver);
tabs.addEventListener("another-plays", () => {
  if (!player.isWanted) tell("The coach plays in another tab. Press Go on to have it here.");
});

link.addEventListener("away", ({ detail: message }) => {
  $("network").textContent =
    message ?? "The network is away. What is loaded plays on; what you ask waits, and is sent when the network is back.";
  $("network").hidden = false;
});
link.addEventListener("back", () => {
  $("network").hidden = true;
});

// What the runner presses

// What is said at once, before the coach has answered, and also if it cannot be reached.
const ADVICE = { pause: ["Paused."], stop: ["Stopped."], "it-hurts": [$("it-hurts").dataset.advice] };

function press(name) {
  say(ADVICE[name] ?? []);
  const isSilent = SILENT.has(name);
  $("heard").textContent = "";
  act({ press: name }, { silent: isSilent }).then(() => {
    if (name !== "stop") return;
    tell("Stopped. Your place is kept.");
    say([]);
    view("start");
  });
}

function begin() {
  const chosen = document.querySelector("#routines input:checked");
  $("heard").textContent = "";
  act({ press: "start", routine: chosen.value });
}

// Whether the guide plays as far as the runner is concerned, be it held for a word or two.
const isPlaying = () =>
  player.isWanted && !isAsking() && !player.isHeldBy("refused") && !player.isHeldBy("pausing");
const isAsking = () => Boolean(question) && session.phase !== "stepping";

function toggle() {
  if (!isUnderWay()) begin();
  else if (isPlaying()) press("pause");
  else goOn();
}

function goOn() {
  tell("");
  if (player.isWanted && player.isHeldBy("refused")) {
    player.release("refused");
    return;
  }
  press("resume");
}

function ask(text) {
  const said = text.trim();
  if (!said) return;
  $("heard").textContent = said;
  say(["…"]);
  act({ say: said });
}

async function listen() {
  if (!ear.canHear) {
    tell(ear.whyNot);
    return;
  }
  if (ear.isListening) {
    ear.stop();
    return;
  }
  const mine = ++hearing;
  voice.hush();
  player.hold("listening");
  try {
    let isAsked = true;
    while (isAsked && mine === hearing) isAsked = await hear();
  } catch (deaf) {
    if (!(deaf instanceof DeafError)) throw deaf;
    say([deaf.message]);
  } finally {
    if (mine === hearing) {
      $("listen").setAttribute("aria-pressed", "false");
      player.release("listening");
    }
  }
}

// Hear one sentence and do it; return whether the coach asks for another.
async function hear() {
  $("listen").setAttribute("aria-pressed", "true");
  $("heard").textContent = "";
  if (!question) say(["I am listening."]);
  const words = await ear.listen((partly) => ($("heard").textContent = partly));
  $("listen").setAttribute("aria-pressed", "false");
  if (words) return act({ say: words }, { spoken: true });
  if (!question) say([]);
  return false;
}

// What is seen

function view(name) {
  const going = name === "stage" ? [$("start")] : [$("stage"), $("controls")];
  const hadFocus = going.some((part) => part.contains(document.activeElement));
  $("start").hidden = name !== "start";
  $("stage").hidden = $("controls").hidden = name !== "stage";
  document.body.dataset.view = name;
  if (hadFocus) focusMain(name);
  $("go-back").hidden = !(name === "start" && (isUnderWay() || (memory.playhead && session && !isUnderWay() && !$("notice").hidden)));
  draw();
}

function draw() {
  if (document.body.dataset.view !== "stage" || !routine()) return;
  const place = stage.show(player.offset, !player.isSounding);
  $("toggle-name").textContent = isPlaying() ? "Pause" : "Go on";
  $("toggle").dataset.shows = isPlaying() ? "pause" : "play";
  const title = `${clock(place.left)} · ${place.step.title} – Glute Coach`;
  if (document.title !== title) document.title = title;
  if (shownStep !== place.index || shownPlan !== routine().plan) {
    [shownStep, shownPlan] = [place.index, routine().plan];
    tellSystem();
  }
}

let shownStep = -1;
let shownPlan = "";

// The lock screen and the buttons of headphones.
function tellSystem() {
  const media = navigator.mediaSession;
  if (!media || !routine()) return;
  const { step } = placeAt(routine(), player.offset);
  media.metadata = new MediaMetadata({
    title: step.title,
    artist: "Glute Coach",
    album: routine().title,
    artwork: [{ src: at(`art/movements/${step.movement}-${step.side}.png`), sizes: "512x512", type: "image/png" }],
  });
  media.playbackState = player.isSounding ? "playing" : "paused";
  try {
    media.setPositionState({ duration: routine().duration / 1000, position: Math.min(player.offset, routine().duration) / 1000 });
  } catch {
    // not every browser shows a position
  }
}

for (const [action, done] of Object.entries({
  play: () => (isUnderWay() ? goOn() : begin()),
  pause: () => press("pause"),
  nexttrack: () => press("next"),
  previoustrack: () => press("previous"),
  stop: () => press("stop"),
})) {
  try {
    navigator.mediaSession?.setActionHandler(action, done);
  } catch {
    // a browser that does not know this button
  }
}

async function keepAwake() {
  if (wake || !player.isSounding || document.visibilityState !== "visible") return;
  try {
    wake = await navigator.wakeLock?.request("screen");
    wake?.addEventListener("release", () => (wake = null));
  } catch {
    wake = null; // the battery is low: the guide sounds all the same
  }
}

document.addEventListener("visibilitychange", keepAwake);
addEventListener("pagehide", () => {
  keepPlace();
  if (player.isSounding) link.tell({ notice: "stopped", playhead: player.playhead });
});

// Hands on

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.press) press(button.dataset.press);
  else if (button?.dataset.say) ask(button.dataset.say);
});
$("toggle").addEventListener("click", toggle);
$("begin").addEventListener("click", begin);
$("listen").addEventListener("click", listen);
$("go-back-button").addEventListener("click", () => (isUnderWay() ? view("stage") : press("resume")));
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask($("words").value);
  $("words").value = "";
});
$("routines").addEventListener("change", choose);

function choose() {
  const chosen = document.querySelector("#routines input:checked");
  $("begin-name").textContent = chosen.dataset.name;
  $("begin-hint").textContent = chosen.dataset.hint;
  $("hero-picture").replaceChildren(chosen.parentElement.querySelector("svg").cloneNode(true));
}

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
  m: listen,
  "/": () => $("words").focus(),
  "?": () => $("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    ear.stop();
    voice.hush();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const inText = event.target.closest("input[type=text]");
  const inField = inText || event.target.closest("input, select, textarea");
  const isOwnKey = event.target.closest("button, a, summary") && [" ", "Enter"].includes(event.key);
  const done = KEYS[event.key];
  if (!done || inField || isOwnKey) return;
  if (!$("keys-on").checked && event.key.length === 1 && event.key !== " ") return;
  event.preventDefault();
  if (!event.repeat) done(); // a key that is held down commands once
});

$("help-open").addEventListener("click", () => $("help").showModal());
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

choose();
$("begin").disabled = false;
document.body.dataset.view = "start";
setInterval(draw, 100);
open().then(() => {
  document.body.dataset.ready = "yes";
});

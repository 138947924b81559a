// The conversation: what the runner says, presses or types goes to the coach; what comes back is
// said, shown and played. Nothing about coaching is decided here.

import { getAcquainted } from "./acquaintance.js";
import { Refused } from "./link.js";
import { memory, remember } from "./memory.js";
import { $, ear, link, player, stage, tabs, voice } from "./parts.js";
import { clock, placeAt } from "./stage.js";
import { chosen, draw, goesOn, offerToGoOn, quote, say, show, showEnding, tell } from "./view.js";

// Buttons that the guide itself answers, by going there: nothing needs to be said.
const SILENT = new Set(["next", "previous", "pause", "resume", "stop", "next-movement"]);
const ENDING = new Set(["next", "next-movement"]);
// What stops the sound here and now, whether or not the coach can be reached.
const STOPPING = new Set(["pause", "stop", "it-hurts"]);
const STOPPING_WORDS = /\b(?:stop|pause|wait)\b/i;
const PAIN_WORDS = /\b(?:hurts?|hurting|pain\w*|ouch|ow)\b/i;
const WORSE_WORDS = /\b(?:breathe?|breathing|chest|dizzy|faint\w*|numb\w*|tingl\w*|popped|snapped|fell|emergency|suicid\w*|(?:kill|hurt|harm) myself)\b/i;
// What is said at once, before the coach has answered, and also if it cannot be reached.
const ADVICE = { pause: ["Paused."], stop: ["Stopped."], "it-hurts": [$("it-hurts").dataset.advice] };
const STAYS_STOPPED = "The sound stays stopped.";
const GO_ON = "Press Go on when you are ready.";
// Who means this leaves, and finds the start again; by whatever way they have said it.
const LEAVING = new Set(["stop", "AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent"]);
const NO = new Set(["no", "AMAZON.NoIntent"]);
const LEFT = ["Stopped. Your place is kept."];
// How long a guide is held for an answer, in milliseconds; twice as long as an Echo listens.
const PATIENCE = 16_000;

let session = null;
let asked = null; // the question that is open
let afterPart = null; // what is asked when the part that plays is over
let harm = null; // what keeps the runner from going on: "pain", or "worse"
let turn = 0;
let patience = null;
let isHandsFree = false;
let hasLeft = false; // for the start, with the place kept
let wentOnIn = 0; // the turn in which the runner went on without the network

export const question = () => asked;
export const currentTurn = () => turn;
export const isUnderWay = () => Boolean(session?.plan);
// Whether the guide plays as far as the runner is concerned, be it held for a word or two.
export const isPlaying = () =>
  player.isWanted && !player.hasFailed && !player.isHeldBy("refused") && !player.isHeldBy("pausing") && !(asked && session.phase !== "stepping");

// Whether the coach waits between two steps, and asks whether to go on with the next; to who comes
// back it may put the question in other words.
const asksReady = () => asked?.question === "next-step" || (asked?.question === "go-on" && isBetweenSteps());
const isBetweenSteps = () => isStepping() && session.phase !== "playing" && !placeAt(stage.routine, player.offset).isWork;
export const state = () => ({ isPlaying: isPlaying(), asksReady: asksReady(), harm: isPlaying() ? null : harm });

const isStepping = () => session?.phase === "stepping" || session?.waits;
const tokenOf = ({ plan, digest, generation }) => ({ plan, digest, generation, retried_at: null });
const leaves = ({ meant, player: todo }) => LEAVING.has(meant) || (NO.has(meant) && todo?.do === "stop");
// The cards answer which routine it is to be; while one plays, it stays in sight.
const choosesAnother = ({ ask: asks }) => asks?.question === "which-routine" && !player.isWanted;
const stops = (command) => STOPPING.has(command.press) || STOPPING_WORDS.test(command.say ?? "") || Boolean(feared(command));
// What harm the runner seems to speak of, until the coach has said what it is.
const feared = ({ press, say: said = "" }) =>
  WORSE_WORDS.test(said) ? "worse" : press === "it-hurts" || PAIN_WORDS.test(said) ? "pain" : null;

// Whether it may lead to the end: that is told in words, since not every end is one of a whole routine.
const mayEnd = ({ press: name }) => ENDING.has(name) && isUnderWay() && isInLastMovement();
const isInLastMovement = () => {
  const { index, step } = placeAt(stage.routine, player.offset);
  return stage.routine.steps.slice(index).every(({ movement }) => movement === step.movement);
};

export const laidOut = () => (stage.routine ? `${stage.routine.plan}:${stage.routine.digest}` : undefined);

// What the runner presses and types

export function press(name) {
  // Until a part is over, nobody has asked anything yet.
  if (afterPart && (name === "yes" || name === "no")) return;
  say(ADVICE[name] ?? []);
  quote("");
  act({ press: name }, { silent: SILENT.has(name) });
}

// The large button: start the routine that is chosen, or go on with it where its place is kept.
export function begin() {
  if (goesOn()) goOn();
  else beginAnew();
}

export function beginAnew() {
  quote("");
  act({ press: "start", routine: chosen().value });
}

export function toggle() {
  if (!isUnderWay() || hasLeft) begin();
  else if (isPlaying()) press("pause");
  else goOn();
}

export function goOn() {
  tell("");
  if (player.isWanted && player.isHeldBy("refused")) player.release("refused");
  else press("resume");
}

export function ask(text) {
  const words = text.trim();
  if (!words) return;
  quote(words);
  say(["…"]);
  act({ say: words });
}

// Asking the coach, and following its answer

// As the page opens: the answer is shown only, since nothing may sound before the page is touched.
export async function open() {
  await act({ press: "open" }, { mute: true });
}

// Ask the coach for something. `spoken`: by voice. `silent`: the guide itself is the answer.
// `mute`: the answer is only shown. Return whether the coach has asked something in turn, and waits for the answer.
export async function act(command, { spoken = false, silent = false, mute = false } = {}) {
  const mine = ++turn;
  voice.hush();
  clearTimeout(patience);
  if (harm !== "worse") harm = feared(command) ?? harm;
  const isLocal = goAheadAlone(command);
  let reply;
  try {
    reply = await link.send({
      ...command,
      aloud: !silent || isStepping() || mayEnd(command) || harm === "worse", // which is asked about
      playhead: player.playhead ?? memory.playhead ?? undefined,
      has: laidOut(),
    });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    // Whoever wanted the sound to stop has it stopped, whatever the coach makes of it.
    const isStopped = stops(command) && mine >= wentOnIn;
    if (isStopped) player.stop();
    const advice = command.press === "it-hurts" ? ADVICE["it-hurts"] : [];
    say([...advice, refused.message, ...(isStopped && isUnderWay() ? [STAYS_STOPPED, ...(harm ? [] : [GO_ON])] : [])], { asks: asked, harm });
    player.release("asking", "speaking", "refused");
    return false;
  }
  isHandsFree = spoken;
  return follow(reply, { mine, command, spoken, silent, mute, isLocal });
}

// With the network away, stopping and going on need nobody else. Typed words that may mean it stop
// the sound as well; if they meant something else, it goes on with the answer.
function goAheadAlone(command) {
  if (stops(command)) player.hold("pausing");
  if (command.press !== "resume" || !link.isAway || !player.isWanted) return false;
  player.release("pausing");
  harm = null;
  wentOnIn = turn;
  return true;
}

// Say, show and play what the coach has answered. Without a `command` it answers the player's own
// word, which interrupts nobody.
export async function follow(reply, { mine, command = null, spoken = false, silent = false, mute = false, isLocal = false }) {
  const isNotice = !command;
  const before = session;
  getAcquainted(reply);
  session = reply.session;
  if (reply.routine) stage.routine = reply.routine;
  const ask = reply.ask;
  const todo = reply.player;
  // While a part plays, whether the runner is ready is asked after it.
  const isForLater = todo?.until != null || (ask?.question === "next-step" && player.isInPart && !todo);
  // To who has asked for help the question is the answer: that is said now, and asked then as it was.
  const isAnswer = isForLater && !isNotice && !reply.said.length && !todo;
  if (isForLater) afterPart = isAnswer ? (afterPart ?? ask) : ask;
  else if (todo) afterPart = null;
  const keeps = isNotice && !ask && session.asked === asked?.question;
  if (!keeps) asked = isForLater ? null : ask;
  const words = isAnswer ? [ask.text] : [...reply.said];
  if (todo?.do === "stop" && mine < wentOnIn) return false; // paused once, and gone on since
  if (mine === turn) harm = reply.harm; // an earlier answer knows nothing of what is feared since
  play(todo, { words, silent, isLocal, isNotice });
  // A later command that stops the sound is not undone by an earlier one's answer.
  if (mine === turn && !isNotice && !STOPPING.has(command.press)) player.release("pausing");
  // The cards ask it already, as the page opens.
  if (asked && !keeps && !(command?.press === "open" && asked.question === "which-routine")) words.push(asked.text);
  if (todo?.do === "play") hasLeft = false;
  else if (isUnderWay() && (leaves(reply) || choosesAnother(reply))) hasLeft = true;
  if (!keeps) holdForAnswer({ spoken, isPlayed: todo?.do === "play" });
  const isOver = showView(reply, before);
  const shown = words.length || isNotice ? words : inWords(reply, command);
  if (isOver && !asked) say([]); // the ending has its own words
  else if (shown.length || !isNotice) say(shown, { asks: asked, harm });
  if (words.length && !silent && !mute) await sayAloud(words);
  // Interrupted by another command, it is that one's to let the guide go on.
  if (mine === turn && !isNotice) player.release("speaking");
  return Boolean(asked) && mine === turn;
}

function play(todo, { words, silent, isLocal, isNotice }) {
  if (todo?.do === "play") {
    const token = { ...tokenOf(session), retried_at: todo.retried_at };
    player.release(...(isNotice ? ["refused"] : ["asking", "speaking", "refused"]));
    if (words.length && voice.canSpeak && !silent) player.hold("speaking");
    tabs.takeOver();
    tell("");
    // What went on by itself meanwhile is further by now than the coach knows.
    player.play(token, isLocal ? Math.max(player.offset, todo.offset) : todo.offset, todo.until);
    return;
  }
  if (todo?.do === "stop") player.stop();
  if (isUnderWay() && (todo || isElsewhere())) player.place(tokenOf(session), session.offset);
}

// Whether the player is at no place yet, or stands still in a plan that the coach has replaced:
// there its milliseconds are another place.
function isElsewhere() {
  const { token } = player;
  return !token || (!player.isWanted && (token.plan !== session.plan || token.digest !== session.digest));
}

// Show the start, the stage or the ending; return whether the routine has just come to its end.
function showView(reply, before) {
  // Who stops for pain, or skips all of the last step, has not come to the end.
  const isOver = before?.plan && !isUnderWay() && !reply.forgotten && !reply.left_early && !(before.asked === "skip-it" && reply.said.length);
  if (isOver) remember({ playhead: null });
  offerToGoOn(placeKept(reply));
  if (isOver) showEnding(stage.routine.title);
  else show(isUnderWay() && !hasLeft ? "stage" : "start");
  draw(state());
  return isOver;
}

// The place that is kept, by the coach, or else by the player alone; null if there is none.
function placeKept({ runner }) {
  if (isUnderWay()) {
    const { step, left } = placeAt(stage.routine, player.offset);
    return { routine: stage.routine.routine, left: `${step.title} · ${clock(left)} to go` };
  }
  if (!memory.playhead || runner === "known") return null;
  const [routine] = memory.playhead.plan.split("_"); // its wishes follow
  return { routine, left: `From ${clock(memory.playhead.offset)} on` };
}

// What has happened, where the coach says nothing: words are answered with words.
function inWords({ meant, player: todo }, command) {
  if (LEAVING.has(meant) && isUnderWay()) return LEFT;
  if (STOPPING.has(command.press)) return ADVICE[command.press];
  return command.say && todo?.do === "play" ? [`${placeAt(stage.routine, todo.offset).step.title}.`] : [];
}

// An open question, typed or pressed, costs the hold nothing; any other one waits for its answer,
// and where the coach waits for the runner anyway, for as long as it takes.
function holdForAnswer({ spoken, isPlayed }) {
  clearTimeout(patience);
  const isStepByStep = session.phase === "stepping";
  const waits = asked && player.isWanted && !isPlayed;
  if (waits && (asked.question !== "anything-else" || (spoken && !isStepByStep))) {
    player.hold("asking");
    if (!isStepByStep) patience = setTimeout(unanswered, PATIENCE);
  } else {
    if (waits) asked = null;
    player.release("asking");
  }
}

// Nobody has answered: the guide goes on, as it does on a speaker.
function unanswered() {
  if (ear.isListening || $("words").value) {
    patience = setTimeout(unanswered, PATIENCE);
    return;
  }
  asked = null;
  say([]);
  link.send({ notice: "unanswered", playhead: player.playhead }).catch(() => {});
  player.release("asking");
}

async function sayAloud(words) {
  if (!voice.canSpeak) return;
  player.hold("speaking");
  await voice.say(words.join(" "));
}

// The part is over: ask what was to be asked after it; return whether to listen for the answer.
export async function askAfterPart() {
  if (!afterPart) return false;
  asked = afterPart;
  afterPart = null;
  say([asked.text], { asks: asked, harm });
  const mine = turn;
  await sayAloud([asked.text]);
  if (mine !== turn) return false;
  player.release("speaking");
  return isHandsFree && Boolean(asked);
}

// Listening: one sentence after the other, for as long as the coach asks back.

import { act, question, state } from "./conversation.js";
import { DeafError } from "./ear.js";
import { $, ear, player, voice } from "./parts.js";
import { quote, say, tell } from "./view.js";

// Who presses within this time after the microphone has opened by itself, in milliseconds, wanted
// to open it.
const JUST_NOW = 700;

let hearing = 0;
let openedAt = -Infinity; // when the microphone last opened by itself

export async function listen({ isByItself = false } = {}) {
  if (!ear.canHear) {
    tell(ear.whyNot);
    return;
  }
  if (ear.isListening) {
    if (!isByItself && performance.now() - openedAt > JUST_NOW) ear.stop();
    return;
  }
  const mine = ++hearing;
  voice.hush();
  player.hold("listening");
  try {
    let isAsked = await hear(isByItself);
    while (isAsked && mine === hearing) isAsked = await hear(true);
  } catch (deaf) {
    if (!(deaf instanceof DeafError)) throw deaf;
    say([deaf.message], { asks: question(), harm: state().harm });
  } finally {
    if (mine === hearing) {
      $("listen").setAttribute("aria-pressed", "false");
      player.release("listening");
    }
  }
}

// Hear one sentence and do it; return whether the coach asks for another.
async function hear(isByItself) {
  if (isByItself) openedAt = performance.now();
  $("listen").setAttribute("aria-pressed", "true");
  quote("");
  if (!question()) say(["I am listening."], { stays: true });
  const words = await ear.listen(quote);
  $("listen").setAttribute("aria-pressed", "false");
  if (words) return act({ say: words }, { spoken: true });
  if (!question()) say([]);
  return false;
}

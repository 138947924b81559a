// Words about the cookie: only what a runner would otherwise wonder about.

import { memory, remember } from "./memory.js";
import { tell } from "./view.js";

let answers = 0;

export function getAcquainted({ runner, forgotten }) {
  answers += 1;
  document.body.dataset.runner = runner;
  if (forgotten) {
    answers = 0;
    remember({ met: false, playhead: null });
    return;
  }
  if (runner !== "known") {
    const place = memory.playhead ? " The player’s own place is still known." : "";
    if (runner === "unrecognised")
      tell(`This browser’s cookie is none that this coach has signed, so it starts afresh with you.${place}`);
    else if (answers > 1) tell("This browser has dropped the coach’s cookie: you are coached all the same, but forgotten when you leave.");
    else if (memory.met) tell(`This browser’s cookie is gone, so the coach does not know you any more.${place}`);
  }
  remember({ met: true });
}

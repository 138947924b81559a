// Reports: what the player, other tabs and the network tell, and what comes of it.

import { askAfterPart, currentTurn, follow, isUnderWay, laidOut, press, question, state } from "./conversation.js";
import { listen } from "./listening.js";
import { remember } from "./memory.js";
import { link, player, tabs } from "./parts.js";
import { keepAwake, letSleep, tellSystem } from "./system.js";
import { draw, say, tell, tellOfNetwork } from "./view.js";

const SOUNDLESS = "The sound cannot be played just now. Your place is kept: press Go on to try again.";
const ELSEWHERE = "The sound is in another tab now. Press Go on to have it here.";
const AWAY = "The network is away. What is loaded plays on; what you ask waits, and is sent when the network is back.";
const UNREACHED = "The coach cannot be reached. What is loaded plays on; what you ask waits, and is sent when the coach is back.";
// How long a sound that has failed may be tried again before anybody is told, in milliseconds.
const RETRYING = 1500;
// How often the player's place is remembered, in milliseconds.
const OFTEN = 500;

// The player

async function report(name) {
  const mine = currentTurn();
  let reply;
  try {
    reply = await link.send({ notice: name, playhead: player.playhead, has: laidOut() });
  } catch (refused) {
    say([refused.message], { asks: question(), harm: state().harm });
    return;
  }
  if (!reply) return;
  const isNewer = reply.session.generation > (player.token?.generation ?? 0);
  if (isNewer && !reply.player && reply.session.phase === "playing") {
    takenOver();
  } else if (reply.player || name === "finished" || name === "failed") {
    if (name === "failed" && !reply.player) soundless();
    follow(reply, { mine });
    if (name === "finished") remember({ playhead: null });
  }
}

function soundless() {
  player.stop();
  tell(SOUNDLESS);
}

function keepPlace() {
  if (player.playhead && isUnderWay()) remember({ playhead: player.playhead });
}

let kept = 0;
player.addEventListener("moved", () => {
  const now = Date.now();
  if (now - kept < OFTEN) return;
  kept = now;
  keepPlace();
});
player.addEventListener("started", () => {
  tabs.takeOver();
  report("started");
  keepAwake();
  tellSystem(draw(state()));
});
player.addEventListener("stopped", () => {
  keepPlace();
  report("stopped");
  letSleep();
  tellSystem(draw(state()));
});
for (const name of ["nearly-finished", "finished", "failed"]) player.addEventListener(name, () => report(name));
// With the network away nobody tries again.
player.addEventListener("failed", () => setTimeout(() => player.hasFailed && tell(SOUNDLESS), RETRYING));
player.addEventListener("refused", () => tell("The browser wants a tap before it lets a page sound. Press Go on."));
player.addEventListener("interrupted", () => press("pause"));
player.addEventListener("part-over", async () => {
  if (await askAfterPart()) listen({ isByItself: true });
});

// Other tabs

function takenOver() {
  player.stop();
  tell(ELSEWHERE);
}

tabs.addEventListener("taken-over", () => player.isWanted && takenOver());
tabs.addEventListener("another-plays", () => player.isWanted || tell("The sound is in another tab. Press Go on to have it here."));

// The network, and the page's own end

link.addEventListener("away", ({ detail: message }) => tellOfNetwork(message ?? (navigator.onLine ? UNREACHED : AWAY)));
link.addEventListener("back", () => tellOfNetwork(""));
document.addEventListener("visibilitychange", keepAwake);
addEventListener("pagehide", () => {
  keepPlace();
  if (player.isSounding) link.tell({ notice: "stopped", playhead: player.playhead });
});

// The device: its lock screen shows the step, and its screen stays on while the guide sounds.

import { at, player, stage } from "./parts.js";

let wake = null;
let asked = 0; // counts what was asked of the screen: the last of it holds

// Tell the place that is shown, and whether it sounds; `place` is null where none is shown.
export function tellSystem(place) {
  const media = navigator.mediaSession;
  if (!media) return;
  media.playbackState = player.isSounding ? "playing" : "paused";
  if (!place) return;
  const { title, duration } = stage.routine;
  const { step, at: position } = place;
  media.metadata = new MediaMetadata({
    title: step.title,
    artist: "Glute Coach",
    album: title,
    artwork: [{ src: at(`art/movements/${step.movement}-${step.side}.png`), sizes: "512x512", type: "image/png" }],
  });
  try {
    media.setPositionState({ duration: duration / 1000, position: position / 1000 });
  } catch {
    // not every browser shows a position
  }
}

// Give the buttons of headphones and of the lock screen their meaning.
export function onSystemButtons(buttons) {
  for (const [action, done] of Object.entries(buttons)) {
    try {
      navigator.mediaSession?.setActionHandler(action, done);
    } catch {
      // a browser that does not know this button
    }
  }
}

export async function keepAwake() {
  if (wake || !player.isSounding || document.visibilityState !== "visible") return;
  const mine = ++asked;
  // None where the battery is low, or the browser has none: the guide sounds all the same.
  const lock = await navigator.wakeLock?.request("screen").catch(() => null);
  if (mine !== asked || !player.isSounding) {
    lock?.release(); // it comes too late
    return;
  }
  wake = lock;
  lock?.addEventListener("release", () => {
    if (wake === lock) wake = null;
  });
}

export function letSleep() {
  asked += 1;
  wake?.release();
  wake = null;
}

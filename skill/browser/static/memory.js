// What this browser itself remembers: where the player was a second ago, and two wishes.
// The coach has the place; this only makes it exact after a crash or a lost network.

const NAME = "glute-coach";

function load() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

export const memory = load();

export function remember(changes) {
  Object.assign(memory, changes);
  try {
    localStorage.setItem(NAME, JSON.stringify(memory));
  } catch {
    // a browser that keeps nothing: the coach's own memory has to do
  }
}

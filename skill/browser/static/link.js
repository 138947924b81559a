// The line to the coach: one command after the other, each with an id of its own.
// What cannot be sent waits, and is sent again under the same id, so that nothing is done twice.

const PATIENCE = 8000;
const RESTS = [500, 1000, 2000, 3000];
const AWAY = new Set([0, 408, 502, 504]);
const BUSY = new Set([429, 503]);
const LONGEST_REST = 60;
// Of several of these that wait, the last says it all.
const PASSING = new Set(["started", "stopped"]);

const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Refused extends Error {}

export class Link extends EventTarget {
  #url;
  #waiting = [];
  #busy = false;
  #rest = null;
  #message = null;
  #carried; // what the coach could not keep, and has told us instead
  isAway = false;

  constructor(url) {
    super();
    this.#url = url;
    addEventListener("online", () => this.#hurry());
  }

  // Send a command; the answer comes whenever the network is there.
  send(command) {
    return new Promise((resolve, reject) => {
      const last = this.#waiting.at(-1);
      if (PASSING.has(command.notice) && PASSING.has(last?.command.notice) && !last.tried) {
        this.#waiting.pop();
        last.resolve(null);
      }
      this.#waiting.push({ command: { id: newId(), ...command }, resolve, reject, tried: false });
      this.#work();
    });
  }

  // Tell something as the page goes away; nobody waits for the answer.
  tell(command) {
    try {
      fetch(this.#url, this.#request({ id: newId(), ...command }, { keepalive: true })).catch(() => {});
    } catch {
      // the page is closing: what the memory holds will do
    }
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    let tries = 0;
    while (this.#waiting.length) {
      const first = this.#waiting[0];
      first.tried = true;
      const [status, answer, rest] = await this.#ask(first.command);
      if (AWAY.has(status) || BUSY.has(status)) {
        const busy = answer?.message ?? "The coach is busy. What you ask is sent again by itself.";
        this.#setAway(true, BUSY.has(status) ? busy : null);
        await this.#wait(Math.max(RESTS[Math.min(tries++, RESTS.length - 1)], rest));
        continue;
      }
      tries = 0;
      this.#waiting.shift();
      this.#setAway(false);
      if (status === 200) {
        this.#carried = answer?.carried;
        first.resolve(answer);
      } else {
        first.reject(new Refused(answer?.message ?? "Something went wrong on the coach’s side."));
      }
    }
    this.#busy = false;
  }

  async #ask(command) {
    try {
      const response = await fetch(this.#url, this.#request(command, { signal: AbortSignal.timeout(PATIENCE) }));
      const seconds = Number(response.headers.get("Retry-After")) || 0;
      return [response.status, await response.json().catch(() => null), Math.min(seconds, LONGEST_REST) * 1000];
    } catch {
      return [0, null, 0];
    }
  }

  #request(command, more) {
    return {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...command, carried: this.#carried }),
      credentials: "same-origin",
      ...more,
    };
  }

  #wait(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#rest = () => (clearTimeout(timer), resolve());
    });
  }

  #hurry() {
    this.#rest?.();
  }

  // `message`: what the coach says of it, if it could say anything.
  #setAway(isAway, message = null) {
    if (isAway === this.isAway && message === this.#message) return;
    this.isAway = isAway;
    this.#message = message;
    this.dispatchEvent(isAway ? new CustomEvent("away", { detail: message }) : new Event("back"));
  }
}

// The line to the coach: one command after the other, each with an id of its own.
// What cannot be sent waits, and is sent again under the same id, so that nothing is done twice.

const PATIENCE = 8000;
const RESTS = [500, 1000, 2000, 4000, 8000];
const AWAY = new Set([0, 408, 429, 502, 503, 504]);

const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Refused extends Error {}

export class Link extends EventTarget {
  #url;
  #waiting = [];
  #busy = false;
  #rest = null;
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
      if (command.notice && last?.command.notice && !last.tried) {
        this.#waiting.pop();
        last.resolve(null); // a later notice of the player says it all
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
      const [status, answer] = await this.#ask(first.command);
      if (AWAY.has(status)) {
        this.#setAway(true);
        await this.#wait(RESTS[Math.min(tries++, RESTS.length - 1)]);
        continue;
      }
      tries = 0;
      this.#waiting.shift();
      this.#setAway(false);
      if (status === 200) first.resolve(answer);
      else first.reject(new Refused(answer?.message ?? "Something went wrong on the coach’s side."));
    }
    this.#busy = false;
  }

  async #ask(command) {
    try {
      const response = await fetch(this.#url, this.#request(command, { signal: AbortSignal.timeout(PATIENCE) }));
      return [response.status, await response.json().catch(() => null)];
    } catch {
      return [0, null];
    }
  }

  #request(command, more) {
    return {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(command),
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

  #setAway(isAway) {
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    this.dispatchEvent(new Event(isAway ? "away" : "back"));
  }
}

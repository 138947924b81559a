// Several tabs of one runner: whoever plays last plays alone.

export class Tabs extends EventTarget {
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("glute-coach") : null;
  #plays;

  // `plays` tells whether this tab plays just now.
  constructor(plays) {
    super();
    this.#plays = plays;
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }) => {
      if (data === "who plays") {
        if (this.#plays()) this.#channel.postMessage("I do");
      } else if (data === "I play") this.dispatchEvent(new Event("taken-over"));
      else if (data === "I do") this.dispatchEvent(new Event("another-plays"));
    };
    this.#channel.postMessage("who plays");
  }

  takeOver() {
    this.#channel?.postMessage("I play");
  }
}

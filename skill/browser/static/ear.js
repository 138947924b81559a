// The ear: hears one sentence at a time, by the browser's own recognition where it has one.

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

const REASONS = {
  "not-allowed": "The browser was not allowed to use the microphone. Allow it beside the address, or type and press instead.",
  "service-not-allowed": "This browser does not allow its speech recognition here. Type and press instead.",
  "audio-capture": "There is no microphone to be found. Type and press instead.",
  network: "The browser’s speech recognition needs the network, which is away. Type and press instead.",
  "no-speech": "I heard nothing. Press the microphone and speak, or type.",
  "language-not-supported": "This browser’s speech recognition does not know English. Type and press instead.",
};

export class DeafError extends Error {}

export class Ear {
  #locale;
  #recognition = null;

  constructor(locale) {
    this.#locale = locale;
  }

  get canHear() {
    return Boolean(Recognition) && isSecureContext;
  }

  get isListening() {
    return this.#recognition !== null;
  }

  get whyNot() {
    return Recognition
      ? "Speaking needs a secure address (https). Type and press instead."
      : "This browser has no speech recognition. Type and press instead.";
  }

  // Listen for a sentence; empty if the runner thought better of it. `partly` hears it grow.
  listen(partly) {
    this.stop();
    return new Promise((resolve, reject) => {
      const recognition = new Recognition();
      this.#recognition = recognition;
      recognition.lang = this.#locale;
      recognition.interimResults = true;
      recognition.maxAlternatives = 1;
      let words = "";
      let wrong = null;
      recognition.onresult = (event) => {
        words = Array.from(event.results, (result) => result[0].transcript).join(" ").trim();
        partly(words);
      };
      recognition.onerror = (event) => {
        if (event.error !== "aborted")
          wrong = new DeafError(REASONS[event.error] ?? `The browser could not listen (${event.error}). Type and press instead.`);
      };
      recognition.onend = () => {
        if (this.#recognition === recognition) this.#recognition = null;
        if (words || !wrong) resolve(words);
        else reject(wrong);
      };
      try {
        recognition.start();
      } catch (failed) {
        this.#recognition = null;
        reject(new DeafError(`The browser could not listen (${failed.name}). Type and press instead.`));
      }
    });
  }

  stop() {
    this.#recognition?.abort();
  }
}

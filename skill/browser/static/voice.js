// The voice: reads the coach's answers aloud, by the browser's own speech where it has one.
// It never keeps anybody waiting: where no sound comes, the text on the page has to do.

const START = 1500;
const LONGEST = (text) => 3000 + text.length * 110;

export class Voice {
  isOn = true;
  #locale;
  #stop = () => {};

  constructor(locale) {
    this.#locale = locale;
    globalThis.speechSynthesis?.getVoices();
  }

  get canSpeak() {
    return this.isOn && Boolean(globalThis.speechSynthesis?.getVoices().length);
  }

  // Speak; done when it has been said, or cannot be.
  say(text) {
    this.hush();
    if (!text || !this.canSpeak) return Promise.resolve();
    return new Promise((resolve) => {
      const speech = new SpeechSynthesisUtterance(text);
      speech.lang = this.#locale;
      let timer = setTimeout(done, START);
      function done() {
        clearTimeout(timer);
        speechSynthesis.cancel();
        resolve();
      }
      speech.onstart = () => {
        clearTimeout(timer);
        timer = setTimeout(done, LONGEST(text));
      };
      speech.onend = speech.onerror = done;
      this.#stop = done;
      speechSynthesis.speak(speech);
    });
  }

  hush() {
    this.#stop();
    this.#stop = () => {};
  }
}

// The player: one guide at a time, at an offset in milliseconds. It tells what happens to it, as
// an Echo's player does; while anybody speaks it is held, and goes on by itself afterwards.

const NEARLY = 10_000;
// So near to the end of a part it is over; in milliseconds.
const NEAR = 30;
// A wait for the sound that is no longer than this is none; in milliseconds.
const NOTICED = 500;

export class Player extends EventTarget {
  #audio;
  #url;
  #token = null;
  #aim = null; // where it is to be, until the sound is there
  #until = null;
  #holds = new Set();
  #wanted = false; // whether it is to sound, but for the holds
  #sounding = false;
  #toldNearly = false;
  #ended = false;
  #hasFailed = false;
  #waitsSince = Infinity; // when the sound began to be waited for
  #timer = null;

  // `url` gives the address of a plan's guide.
  constructor(audio, url) {
    super();
    this.#audio = audio;
    this.#url = url;
    const on = (name, heard) => audio.addEventListener(name, heard);
    on("loadedmetadata", () => this.#seek());
    on("waiting", () => (this.#waitsSince = performance.now()));
    on("playing", () => this.#started());
    on("pause", () => this.#paused());
    on("ended", () => this.#finished());
    on("error", () => this.#failed());
    on("timeupdate", () => this.#passed());
  }

  get token() {
    return this.#token;
  }

  // Whether a guide is to sound, held or not.
  get isWanted() {
    return this.#wanted;
  }

  // Whether it is to sound up to the end of a part only.
  get isInPart() {
    return this.#wanted && this.#until !== null;
  }

  // `refused`: the browser wants a tap first.
  isHeldBy(reason) {
    return this.#holds.has(reason);
  }

  get isSounding() {
    return this.#sounding;
  }

  // Whether it would sound by now if it were there.
  get isLoading() {
    return this.#wanted && !this.#holds.size && !this.#hasFailed && performance.now() - this.#waitsSince > NOTICED;
  }

  // Whether there was no sound to be had; until it is played again.
  get hasFailed() {
    return this.#hasFailed;
  }

  get offset() {
    return Math.round(this.#aim ?? this.#audio.currentTime * 1000);
  }

  get playhead() {
    return this.#token && { ...this.#token, offset: this.offset, ended: this.#ended };
  }

  // Be at a place without a sound, as after a reload.
  place(token, offset) {
    this.#settle();
    this.#load(token, offset, null);
  }

  // Play a guide from an offset, up to another or to its end.
  play(token, offset, until) {
    this.#load(token, offset, until);
    this.#wanted = true;
    this.#go();
  }

  // Stop for good: only another command goes on.
  stop() {
    this.#settle();
  }

  hold(reason) {
    this.#holds.add(reason);
    if (!this.#audio.paused) this.#audio.pause();
  }

  release(...reasons) {
    if (reasons.filter((reason) => this.#holds.delete(reason)).length) this.#go();
  }

  #load(token, offset, until) {
    const isOther = !this.#audio.src || this.#audio.error || token.plan !== this.#token?.plan || token.digest !== this.#token?.digest;
    this.#token = token;
    this.#until = until;
    this.#ended = this.#hasFailed = false;
    this.#toldNearly = false;
    this.#aim = offset;
    if (isOther) this.#audio.src = this.#url(token);
    if (this.#audio.readyState > 0) this.#seek();
  }

  #seek() {
    if (this.#aim === null) return;
    this.#audio.currentTime = this.#aim / 1000;
    this.#audio.addEventListener("seeked", () => (this.#aim = null), { once: true });
  }

  #go() {
    if (!this.#wanted || this.#holds.size) return;
    this.#audio.play().catch((refused) => {
      if (refused.name === "NotAllowedError") {
        this.hold("refused");
        this.#say("refused");
      }
    });
  }

  #settle() {
    this.#wanted = false;
    // A microphone that is open stays so: whoever opened it says when it is closed.
    for (const reason of this.#holds) if (reason !== "listening") this.#holds.delete(reason);
    if (!this.#audio.paused) this.#audio.pause();
  }

  #started() {
    this.#waitsSince = Infinity;
    this.#holds.delete("refused");
    this.#watch();
    if (this.#sounding) return;
    this.#sounding = true;
    this.#say("started");
  }

  #paused() {
    clearTimeout(this.#timer);
    // The browser tells of it later; it may sound again by now.
    if (!this.#sounding || this.#audio.ended || !this.#audio.paused) return;
    this.#sounding = false;
    this.#say("stopped");
    // Neither we nor the runner: headphones were pulled, or somebody rings.
    if (this.#wanted && !this.#holds.size) this.#say("interrupted");
  }

  #finished() {
    this.#sounding = this.#wanted = false;
    this.#ended = true;
    this.#say("finished");
  }

  #failed() {
    if (!this.#audio.getAttribute("src")) return;
    this.#sounding = false;
    this.#hasFailed = true;
    this.#say("failed");
  }

  #passed() {
    this.#watch();
    this.#say("moved");
    if (!this.#toldNearly && this.#audio.duration * 1000 - this.offset < NEARLY) {
      this.#toldNearly = true;
      this.#say("nearly-finished");
    }
  }

  // Stop exactly where the part ends: no word of the next may be heard. Where a busy browser is
  // late for it, the place is the part's end all the same.
  #watch() {
    clearTimeout(this.#timer);
    if (this.#until === null || this.#audio.paused) return;
    const left = (this.#until - this.#audio.currentTime * 1000) / this.#audio.playbackRate;
    if (left <= NEAR) {
      this.#settle();
      if (left < 0) this.#audio.currentTime = (this.#until - NEAR) / 1000;
      this.#say("part-over");
    } else {
      this.#timer = setTimeout(() => this.#watch(), Math.min(left, 1000));
    }
  }

  #say(what) {
    this.dispatchEvent(new Event(what));
  }
}

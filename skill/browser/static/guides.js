// The guides' page: chapters play where they are pressed, and what is said is shown. One sound at
// a time, here and in other tabs.

import { Tabs } from "./tabs.js";

const sounds = [...document.querySelectorAll(".guide audio")];
const tabs = new Tabs(() => sounds.some((audio) => !audio.paused));

const silence = (but = null) => sounds.forEach((audio) => audio !== but && audio.pause());

for (const guide of document.querySelectorAll(".guide")) {
  const audio = guide.querySelector("audio");
  const said = guide.querySelector(".now-said");
  guide.addEventListener("click", (event) => {
    const chapter = event.target.closest("[data-seconds]");
    if (!chapter) return;
    event.preventDefault();
    audio.currentTime = Number(chapter.dataset.seconds);
    audio.play().catch(() => {}); // paused again at once, or not to be had: the controls show it
  });
  const track = audio.textTracks[0];
  track.mode = "disabled";
  track.addEventListener("cuechange", () => {
    const cue = track.activeCues?.[0];
    if (cue) said.textContent = cue.text;
  });
  audio.addEventListener("play", () => {
    track.mode = "hidden"; // loaded, and shown by us: a sound alone has no place for captions
    silence(audio);
    tabs.takeOver();
  });
}

tabs.addEventListener("taken-over", () => silence());

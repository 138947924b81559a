// The guides' page: chapters play where they are pressed, and what is said is shown.

for (const guide of document.querySelectorAll(".guide")) {
  const audio = guide.querySelector("audio");
  const said = guide.querySelector(".now-said");
  guide.addEventListener("click", (event) => {
    const chapter = event.target.closest("[data-seconds]");
    if (!chapter) return;
    event.preventDefault();
    audio.currentTime = Number(chapter.dataset.seconds);
    audio.play();
  });
  const track = audio.textTracks[0];
  track.mode = "disabled";
  track.addEventListener("cuechange", () => {
    const cue = track.activeCues?.[0];
    if (cue) said.textContent = cue.text;
  });
  audio.addEventListener("play", () => {
    track.mode = "hidden"; // loaded, and shown by us: a sound alone has no place for captions
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
  });
}

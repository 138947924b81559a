// The history's page: asks for the runner's weeks, by the runner's own clock. By a script, since a
// browser that follows another site's link here does not send its cookie with the page itself.

const weeks = document.getElementById("weeks");
const root = new URL("../../", import.meta.url);

try {
  // Some browsers name no zone: the offset of today will do there.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  const clock = new URLSearchParams({ zone, minutes_east: -new Date().getTimezoneOffset() });
  const response = await fetch(new URL(`history/weeks?${clock}`, root), { signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error(String(response.status));
  const part = new DOMParser().parseFromString(await response.text(), "text/html");
  weeks.replaceChildren(...part.body.childNodes);
} catch {
  const words = document.createElement("p");
  words.className = "notice";
  words.textContent = "Your weeks cannot be had just now. Try again when the network is back.";
  weeks.replaceChildren(words);
}

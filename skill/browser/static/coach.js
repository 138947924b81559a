// The coach's page: wires its parts together, greets, and shows the guide as it goes.
//
// Imports go one way only: hands and reports → listening → conversation → acquaintance → view →
// parts (tests/browser).

import "./hands.js";
import "./reports.js";
import { open, state } from "./conversation.js";
import { $, stage } from "./parts.js";
import { tellSystem } from "./system.js";
import { draw, showChosen } from "./view.js";

let shownStep = "";

function drawAll() {
  const place = draw(state());
  const step = place && `${stage.routine.plan}:${place.index}`;
  if (!step || step === shownStep) return;
  shownStep = step;
  tellSystem(place);
}

showChosen();
document.body.dataset.view = "start";
$("begin").disabled = false;
setInterval(drawAll, 100);
open().then(() => {
  document.body.dataset.ready = "yes";
});

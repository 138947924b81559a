// The parts that the coach's page is made of, each made once, and where everything is found.

import { Ear } from "./ear.js";
import { Link } from "./link.js";
import { Player } from "./player.js";
import { Stage } from "./stage.js";
import { Tabs } from "./tabs.js";
import { Voice } from "./voice.js";

const root = new URL("../../", import.meta.url);
const version = import.meta.url.split("/").at(-2);
const locale = document.documentElement.lang;

export const $ = (id) => document.getElementById(id);
export const at = (path) => new URL(path, root).href;

export const link = new Link(at("coach"));
export const player = new Player($("audio"), ({ plan, digest }) => at(`guides/${encodeURIComponent(plan)}.mp3?v=${digest}`));
export const stage = new Stage((picture, pose) => at(`pictures/${picture}-${pose}.svg?v=${version}`));
export const voice = new Voice(locale);
export const ear = new Ear(locale);
export const tabs = new Tabs(() => player.isWanted);

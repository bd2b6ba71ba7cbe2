// The page: a photo in, the verdict and what was found out.

import * as measures from "./measures.js";
import * as overlay from "./overlay.js";
import { ACCEPTED_TEXT, LIMITED_TEXT, LIMITS, OUTCOMES, PROBLEMS, REASONS } from "./words.js";

const MOST_TRIES = 4;
const find = (id) => document.getElementById(id);
const stages = ["start", "working", "result"];
let urls = [];
let running = null;

/** Remember an object URL, to be given back when the next photo comes. */
function urlOf(blob) {
  const url = URL.createObjectURL(blob);
  urls.push(url);
  return url;
}

function show(stage) {
  for (const id of stages) find(id).hidden = id !== stage;
  find("again").hidden = stage === "start";
}

function say(text) {
  find("live").textContent = text;
}

function reset() {
  running?.abort();
  running = null;
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
  for (const id of ["photo", "masked", "working-image"]) find(id).removeAttribute("src");
  find("overlay").replaceChildren();
  find("file").value = "";
  find("camera").value = "";
}

function startAgain() {
  reset();
  show("start");
  say("");
  find("main").focus();
}

async function take(file) {
  if (!file) return;
  reset();
  const work = new AbortController();
  running = work;
  const url = urlOf(file);
  find("working-image").src = url;
  find("working-image").hidden = false;
  show("working");
  say("Looking at the photo.");
  window.scrollTo(0, 0);
  try {
    const answer = await ask(file, work.signal);
    if (work !== running) return;
    if (answer.problem) showProblem(answer.problem);
    else await showReport(answer.report, url, work.signal);
  } catch (error) {
    if (error.name === "AbortError") return;
    showProblem({ detail: PROBLEMS.offline });
  }
}

/** Send the photo; wait and try again where the service says that it is busy. */
async function ask(file, signal) {
  const type = file.type.startsWith("image/") ? file.type : "application/octet-stream";
  for (let turn = 1; ; turn += 1) {
    const response = await fetch("/v1/assess", {
      method: "POST",
      body: file,
      headers: { "content-type": type },
      signal,
    });
    if (response.ok) return { report: await response.json() };
    const busy = response.status === 429 || response.status === 503;
    if (busy && turn < MOST_TRIES) {
      await wait(1000 * (Number(response.headers.get("retry-after")) || 2), signal);
      continue;
    }
    const problem = await response.json().catch(() => ({ detail: PROBLEMS.fault }));
    return { problem: busy ? { detail: PROBLEMS.busy } : problem };
  }
}

function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function showVerdict(outcome, fix, also) {
  find("verdict").dataset.outcome = outcome;
  find("outcome-icon").setAttribute("href", `#icon-${outcome}`);
  find("outcome").textContent = OUTCOMES[outcome];
  find("fix").textContent = fix;
  find("also").textContent = also;
  find("also").hidden = !also;
  say(`${OUTCOMES[outcome]}. ${fix}`);
}

function showProblem(problem) {
  const unreadable = problem.code === "unreadable_file";
  showVerdict(unreadable ? "rejected" : "fault", problem.detail ?? PROBLEMS.fault, "");
  for (const id of ["likeness", "limits", "pictures", "measures-card", "details"]) {
    find(id).hidden = true;
  }
  show("result");
  find("outcome").focus();
}

async function showReport(report, photoUrl, signal) {
  const { verdict, quality, screen } = report;
  const [first, ...others] = verdict.reasons;
  const also = [...new Set(others.map((reason) => REASONS[reason.code]))].join(", ");
  const plain = verdict.outcome === "accepted" ? ACCEPTED_TEXT : LIMITED_TEXT;
  showVerdict(verdict.outcome, first ? first.prompt : plain, also && `Also: ${also}.`);
  find("limits").replaceChildren(
    ...verdict.limits.map((limit) => {
      const item = document.createElement("li");
      item.textContent = LIMITS[limit];
      return item;
    }),
  );
  find("limits").hidden = verdict.outcome !== "accepted_with_limits";
  showLikeness(report.scan_area ? quality?.fidelity : null);
  find("pictures").hidden = false;
  find("measures-card").hidden = !quality;
  if (quality) measures.list(find("measures"), quality.measures);
  showFacts(report);
  find("save-report").href = urlOf(
    new Blob([JSON.stringify(withoutLink(report), null, 1)], { type: "application/json" }),
  );
  await showPhoto(report, photoUrl);
  find("masked-card").hidden = !screen;
  find("pictures").classList.toggle("single", !screen);
  show("result");
  find("outcome").focus({ preventScroll: true });
  if (report.masked && !showWithheld(report)) await showMasked(report, signal);
}

function withoutLink(report) {
  const { masked, ...rest } = report;
  return rest;
}

function showLikeness(fidelity) {
  find("likeness").hidden = !fidelity;
  if (!fidelity) return;
  const { value, low, high } = fidelity;
  find("likeness-value").textContent = Math.round(value);
  find("likeness-range").style.left = `${low}%`;
  find("likeness-range").style.width = `${high - low}%`;
  find("likeness-point").style.left = `${value}%`;
  find("likeness-text").textContent =
    `likeness to the machine's own export, most likely ${Math.round(low)} to ${Math.round(high)}`;
}

async function showPhoto(report, url) {
  const photo = find("photo");
  photo.hidden = false;
  photo.src = url;
  const seen = await photo.decode().then(
    () => true,
    () => false,
  );
  photo.hidden = !seen;
  find("unseen").hidden = seen;
  find("photo-frame").classList.toggle("bare", !seen);
  overlay.draw(find("overlay"), report);
  const { screen, identifiers } = report;
  find("overlay").setAttribute("aria-label", described(report));
  find("layers").hidden = !screen;
  const shown = {
    screen: Boolean(screen),
    glare: Boolean(report.quality?.measures.glare.heat),
    masked: Boolean(identifiers),
    kept: Boolean(identifiers?.regions.some((region) => region.action === "kept")),
  };
  for (const box of document.querySelectorAll("[data-layer]")) {
    if (box.tagName === "INPUT") box.closest("label").hidden = !shown[box.dataset.layer];
  }
  applyLayers();
}

function described(report) {
  if (!report.screen) return "No screen was found in the photo.";
  const regions = report.identifiers?.regions ?? [];
  const hidden = regions.filter((r) => r.action === "masked" && r.kind !== "surround").length;
  const glare = report.verdict.reasons.find((reason) => reason.code === "glare");
  const place = glare ? ` Reflections${glare.where ? `, worst ${glare.where}` : ""}.` : "";
  return `The screen is outlined. ${hidden} places with text are hidden.${place}`;
}

function applyLayers() {
  for (const box of document.querySelectorAll("input[data-layer]")) {
    const layer = find("overlay").querySelector(`g[data-layer="${box.dataset.layer}"]`);
    layer?.setAttribute("visibility", box.checked ? "visible" : "hidden");
  }
}

async function showMasked(report, signal) {
  const response = await fetch(report.masked.href, { signal });
  if (!response.ok) return;
  const url = urlOf(await response.blob());
  find("masked").src = url;
  find("save-picture").href = url;
}

/** Say what the masked picture is; a wholly filled one is not worth showing. */
function showWithheld(report) {
  const none = !report.scan_area;
  const withheld = none || !report.identifiers.complete;
  find("masked-text").textContent = withheld
    ? ""
    : "The screen seen straight on; whatever could name the patient is filled.";
  find("withheld").textContent = none
    ? "Nothing, because no ultrasound picture was found."
    : "Nothing, because it is not certain that no name would be readable.";
  find("withheld").hidden = !withheld;
  for (const id of ["masked-frame", "save-picture"]) find(id).hidden = withheld;
  return withheld;
}

function showFacts(report) {
  const { photo, screen, identifiers, timings_ms: timings, versions } = report;
  const regions = identifiers?.regions ?? [];
  const count = (action) =>
    regions.filter((region) => region.action === action && region.kind !== "surround").length;
  const facts = [
    ["Photo", `${photo.size_wh.join(" × ")} pixels, ${photo.format.toUpperCase()}`],
    screen && [
      "Screen",
      `${screen.size_wh.join(" × ")} pixels, tilted ${screen.tilt_deg.toFixed(1)}°`,
    ],
    screen && ["Taken for", `${screen.export_size_wh.join(" × ")} export pixels`],
    identifiers && ["Text", `${count("masked")} places hidden, ${count("kept")} kept`],
    identifiers?.failure && ["Masking", identifiers.failure],
    ["Time", `${(timings.total / 1000).toFixed(1)} s`],
    ["SHA-256", photo.sha256],
    ["Versions", `sonogate ${versions.sonogate}, policy ${versions.policy}`],
  ].filter(Boolean);
  find("facts").replaceChildren(
    ...facts.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const meaning = document.createElement("dd");
      term.textContent = name;
      meaning.textContent = value;
      return [term, meaning];
    }),
  );
  find("details").hidden = false;
}

function listen() {
  find("choose").addEventListener("click", () => find("file").click());
  find("take").addEventListener("click", () => find("camera").click());
  find("again").addEventListener("click", startAgain);
  for (const id of ["file", "camera"]) {
    find(id).addEventListener("change", (event) => take(event.target.files[0]));
  }
  find("layers").addEventListener("change", applyLayers);
  const drop = find("drop");
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => take(event.clipboardData.files[0]));
  find("working-image").addEventListener("error", (event) => {
    event.target.hidden = true;
  });
}

listen();

"use strict";
// The page is made by the server; this sends files and forms, shows what comes back, and keeps the focus.

const html = window.trustedTypes
  ? window.trustedTypes.createPolicy("wamigrate", { createHTML: (text) => text })
  : { createHTML: (text) => text };
const $ = (id) => document.getElementById(id);
const main = $("main");
const language = document.documentElement.lang;
const share = new Intl.NumberFormat(language, { style: "percent" });
const interval = 400;
const heartbeat = 300000;
let turn = Number(document.body.dataset.turn);
let upload = null;
let watching = false;

function say(words) {
  $("news").textContent = words;
}

function alertWith(name) {
  const words = document.querySelector(`#errors [data-error="${name}"]`).textContent;
  $("alert").firstElementChild.textContent = words;
  $("alert").hidden = false;
  $("alert").scrollIntoView({ block: "nearest" });
}

function quiet() {
  $("alert").hidden = true;
}

// The history of the browser: Back leads to the step before, and from the first one out of the page. Work is a
// step of its own as long as it takes, which Back stops; a conversation that is read is one, too.
let trail = history.state?.trail ?? [];
let arrived = null;

const address = (step) => (step === "busy" ? location.pathname : `?step=${step}`);

function remember(reading) {
  history.replaceState({ trail, reading }, "", address(trail.at(-1)));
}

// Go back in the history without changing what is shown.
function goBack(steps) {
  return new Promise((done) => {
    const finish = () => {
      arrived = null;
      done();
    };
    arrived = finish;
    setTimeout(() => arrived === finish && finish(), 1000);
    history.go(-steps);
  });
}

// Enter in the history that a step is reached, whichever way.
async function settle(step) {
  if (!step || step === trail.at(-1)) return;
  const known = trail.lastIndexOf(step);
  if (known >= 0) {
    const steps = trail.length - 1 - known;
    trail = trail.slice(0, known + 1);
    await goBack(steps);
  } else if (trail.at(-1) === "busy") {
    trail = [...trail.slice(0, -1), step];
    remember();
  } else {
    trail = [...trail, step];
    history.pushState({ trail }, "", address(step));
  }
  tellLanguages();
}

// Switching the language stays at the step.
function tellLanguages() {
  for (const link of document.querySelectorAll(".languages a")) {
    link.search = `?lang=${link.lang}&step=${trail.at(-1)}`;
  }
}

async function travelled(state) {
  if (arrived) return arrived();
  if (!state) return remember(); // a link within the page
  const dialog = $("preview");
  const isShown = String(state.trail) === String(trail) && !upload && !main.querySelector("[data-busy]");
  trail = state.trail;
  if (dialog.open && !state.reading) dialog.close();
  if (!isShown) await travelTo(trail.at(-1));
  if (state.reading && !dialog.open) await read(state.reading);
}

async function travelTo(step) {
  quiet();
  if (upload) await abandon();
  else if (main.querySelector("[data-busy]") && !(await ask("cancel", { method: "POST" }))) return;
  const answer = await ask(`view?step=${step}`);
  if (!answer || trail.at(-1) !== step) return; // gone on meanwhile
  trail = [...trail.slice(0, -1), answer.headers.get("X-Step")];
  remember(history.state?.reading);
  tellLanguages();
  show(await answer.text(), answer.headers.get("X-Turn"));
}

// Where an answer leads.
async function follow(answer) {
  const text = await answer.text();
  await settle(answer.headers.get("X-Step"));
  show(text, answer.headers.get("X-Turn"));
}

// What the server made replaces what was there; the focus goes to the heading of the new step.
function show(text, found) {
  turn = Number(found ?? turn);
  main.innerHTML = html.createHTML(text);
  main.hidden = false;
  $("upload").hidden = true;
  const heading = main.querySelector("[data-focus]");
  if (heading) {
    heading.focus();
    window.scrollTo(0, 0);
  }
  prepare();
}

function prepare() {
  document.querySelectorAll("select[data-zone]").forEach(offerZone);
  if (main.querySelector("[data-busy]")) watch();
}

// The zone of this computer is most often that of the phone: it stands first.
function offerZone(select) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const option = [...select.options].find((one) => one.value === here);
  if (option) select.insertBefore(option, select.options[1] ?? null);
}

async function ask(path, options = {}) {
  try {
    const answer = await fetch(path, options);
    if (answer.status === 410) {
      location.reload(); // what the tab held is gone: it begins anew, and says so
      return null;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  } catch {
    alertWith("lost");
    return null;
  }
}

async function step(path, body) {
  quiet();
  const answer = await ask(path, { method: "POST", body });
  if (answer) await follow(answer);
}

async function refresh(step = "") {
  const answer = await ask(`view?step=${step}`);
  if (answer) await follow(answer);
}

// A page tells that it is there, and that it is closed: what a tab holds is removed soon after.
const isHere = () => fetch(`state?page=${document.body.dataset.page}`).catch(() => {});
const isClosed = () => fetch(`leave?page=${document.body.dataset.page}`, { method: "POST", keepalive: true }).catch(() => {});

// While the server works: what it does, until there is a new state.
async function watch() {
  if (watching) return;
  watching = true;
  let said = "";
  let asked = turn;
  while (main.querySelector("[data-busy]")) {
    await new Promise((done) => setTimeout(done, interval));
    const answer = await ask(`state?page=${document.body.dataset.page}`);
    if (!answer) break;
    const news = await answer.json();
    if (turn !== asked) {
      asked = turn;
      continue;
    }
    if (news.turn !== turn || !["looking", "making"].includes(news.state)) {
      watching = false;
      await refresh();
      return;
    }
    if ($("busy-words")) $("busy-words").textContent = news.words;
    const words = news.words.replace(/\d+/g, "");
    if (words !== said) say(news.words);
    said = words;
    const bar = $("busy-bar");
    if (bar && news.total > 0) {
      bar.max = news.total;
      bar.value = news.done;
    } else if (bar) {
      bar.removeAttribute("value");
    }
  }
  watching = false;
}

// Files: each is sent as it lies on the disk, one after the other.
async function send(files) {
  if (main.hidden || !$("drop")) return; // something else was given while a folder was looked through
  quiet();
  const limit = Number(document.body.dataset.limit);
  const total = files.reduce((sum, one) => sum + one.file.size, 0);
  if (files.length === 0) return alertWith("nothing");
  if (total > limit) return alertWith("size");
  main.hidden = true;
  $("upload").hidden = false;
  $("upload-title").focus();
  progress(0, total);
  upload = { stopped: false, request: null };
  const mine = upload;
  await settle("busy");
  if (!(await ask("clear", { method: "POST" }))) return back();
  let sent = 0;
  for (const one of files) {
    if (mine.stopped) return;
    const refusal = await sendOne(one, mine, (now) => progress(sent + now, total));
    if (mine.stopped) return;
    if (refusal === null) {
      await back();
      return alertWith("lost");
    }
    if (refusal !== "") {
      upload = null;
      await settle("choose");
      return show(refusal, null);
    }
    sent += one.file.size;
  }
  upload = null;
  await step("look", new URLSearchParams());
}

// A request of this kind, because only it tells how much has been sent.
function sendOne(one, mine, progressed) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    mine.request = request;
    request.open("PUT", `file?path=${encodeURIComponent(one.path)}`);
    request.upload.addEventListener("progress", (event) => progressed(event.loaded));
    request.addEventListener("load", () => {
      turn = Number(request.getResponseHeader("X-Turn") ?? turn);
      done(request.status === 204 ? "" : request.status === 200 ? request.responseText : null);
    });
    request.addEventListener("error", () => done(null));
    request.addEventListener("abort", () => done(null));
    request.send(one.file);
  });
}

function progress(sent, total) {
  const part = total > 0 ? Math.min(1, sent / total) : 1;
  $("upload-bar").value = Math.floor(part * 100);
  $("upload-share").textContent = share.format(Math.floor(part * 100) / 100);
  if (Math.floor(part * 100) % 25 === 0) say($("upload-share").textContent);
}

async function back() {
  upload = null;
  $("upload").hidden = true;
  main.hidden = false;
  await settle("choose");
}

function abandon() {
  upload.stopped = true;
  if (upload.request) upload.request.abort();
  upload = null;
  return ask("clear", { method: "POST" });
}

async function stop() {
  if (!upload) return;
  const answer = await abandon();
  if (answer) await follow(answer);
}

// What was dropped: files, and folders with everything in them.
async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  if (entries.length === 0) return [...data.files].map((file) => ({ path: file.name, file }));
  const files = [];
  for (const entry of entries) await collect(entry, "", files);
  return files;
}

async function collect(entry, folder, files) {
  const path = folder + entry.name;
  if (entry.isFile) {
    files.push({ path, file: await new Promise((done, failed) => entry.file(done, failed)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return;
    for (const inner of some) await collect(inner, `${path}/`, files);
  }
}

// Conversations: one is read in a dialog, long ones piece by piece.
async function preview(id) {
  if (await read(id)) history.pushState({ trail, reading: id }, "");
}

async function read(id) {
  const button = [...document.querySelectorAll("[data-conversation]")].find((one) => one.dataset.conversation === id);
  const answer = button && (await ask(`conversation?id=${encodeURIComponent(id)}`));
  if (!answer) return false;
  const body = $("preview-body");
  $("preview-title").textContent = button.querySelector(".conversation-title").textContent;
  body.dataset.id = id;
  body.innerHTML = html.createHTML(await answer.text());
  $("preview").showModal();
  body.scrollTop = 0;
  $("preview-title").focus();
  return true;
}

async function rest(button) {
  const body = $("preview-body");
  const query = `id=${encodeURIComponent(body.dataset.id)}&from=${button.dataset.rest}`;
  const answer = await ask(`conversation?${query}`);
  if (answer) append(body, button.closest(".more"), await answer.text());
}

async function more(button) {
  const answer = await ask(`conversations?from=${button.dataset.more}`);
  if (answer) append($("conversations"), button.closest(".more"), await answer.text());
}

// The button makes way for what it stood for, and the focus goes there.
function append(list, button, text) {
  const last = button.previousElementSibling;
  button.remove();
  list.insertAdjacentHTML("beforeend", html.createHTML(text));
  const first = last ? last.nextElementSibling : list.firstElementChild;
  if (!first) return;
  const target = first.querySelector("button") ?? first;
  if (target === first) first.tabIndex = -1;
  target.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-step")) return;
  event.preventDefault();
  step(form.getAttribute("action"), new URLSearchParams(new FormData(form)));
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-go]") : null;
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    refresh(link.dataset.go);
    return;
  }
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  if (button.id === "upload-stop") stop();
  else if (button.id === "preview-close") $("preview").close();
  else if (button.dataset.conversation) preview(button.dataset.conversation);
  else if (button.dataset.rest) rest(button);
  else if (button.dataset.more) more(button);
});

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.id === "files" || input.id === "folder") {
    send([...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  }
  for (const part of document.querySelectorAll("[data-if]")) {
    const [name, value] = part.dataset.if.split("=");
    if (input.name === name) part.hidden = input.value !== value;
  }
});

// A file may be dropped anywhere: beside the field a browser would show it instead of this page.
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  if ($("drop")) $("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget && $("drop")) $("drop").classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  if (!$("drop") || main.hidden) return;
  $("drop").classList.remove("over");
  try {
    send(await dropped(event.dataTransfer));
  } catch {
    alertWith("lost");
  }
});

$("preview").addEventListener("click", (event) => {
  if (event.target === $("preview")) $("preview").close();
});
$("preview").addEventListener("close", () => {
  if (history.state?.reading) goBack(1);
});

addEventListener("popstate", (event) => travelled(event.state));
addEventListener("pagehide", isClosed);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  isHere(); // it had said that it is closed
  refresh(trail.at(-1));
});
setInterval(isHere, heartbeat);

trail = [...trail.slice(0, -1), document.body.dataset.step];
remember();
tellLanguages();
prepare();

// The page that is one file: conversations lie in it as JSON, and the one that is chosen is shown.

const data = JSON.parse(one("#data").textContent);
const blocks = all("script.c");
const STEP = 150;
const CHUNK_TIME = 40; // milliseconds, after which the page may answer
const views = ["welcome", "conversation", "statistics", "about"].map((id) => one(`#${id}`));
const messages = one("#messages");
const buttons = { earlier: one("#earlier"), later: one("#later") };

// Search: the folded text of all messages, made in pieces so that the page answers meanwhile.
const texts = [];
const read = (index) => JSON.parse(blocks[index].textContent);
const numbers = new Map();
const places = new Map();
const indexBlock = (index) => {
  const [id, , , rows] = read(index);
  if (!numbers.has(id)) numbers.set(id, index);
  texts[index] = rows.map((row, place) => {
    if (!places.has(row[0])) places.set(row[0], [index, place]);
    return { index, place, person: row[1], minute: row[2], facets: row[3], folded: fold(plainText(row[5])) };
  });
};
let indexed = 0;
let waiting = [];
const indexAll = () => {
  const begin = performance.now();
  while (indexed < blocks.length && performance.now() - begin < CHUNK_TIME) {
    indexBlock(indexed);
    indexed += 1;
  }
  if (indexed < blocks.length) setTimeout(indexAll);
  else {
    waiting.forEach((resolve) => resolve());
    waiting = [];
    document.documentElement.dataset.ready = "";
  }
};
const whenIndexed = () => new Promise((resolve) => { if (indexed < blocks.length) waiting.push(resolve); else resolve(); });

let latest = [-1, null];
const latestBlock = (index) => {
  if (latest[0] !== index) latest = [index, read(index)];
  return latest[1];
};

let marked = [];
const mark = () => markTerms(messages, marked);

// The conversation that is shown: messages from `from` to before `to` of it.
let open = { index: -1, rows: [], from: 0, to: 0 };
const dayOf = (minute) => (minute === null ? null : Math.floor(minute / 1440));
const heading = (minute) => make("h3", dayWords(minute), { class: "day" });
// The same as _html_bubbles.py writes; a test compares the two.
const bubble = (row, isFirst) => {
  const [id, person, minute, , role, body, remarks] = row;
  const name = data.people[person];
  const article = make("article", "", { class: data.roles[role] + (isFirst ? " first" : ""), id: `m-${id}`, "aria-label": name });
  article.innerHTML = body; // written by wamigrate; everything of the chat in it is escaped
  if (isFirst && data.roles[role] !== "notice") article.prepend(make("p", make("bdi", name), { class: "who" }));
  const foot = make("footer", remarks ? make("span", remarks) : "");
  const clock = minute === null ? "no time" : make("time", clockWords(minute), { datetime: isoMinute(minute) });
  foot.append(make("a", clock, { href: `#m-${encodeURIComponent(id)}` }));
  article.append(foot);
  return article;
};
const pieceOf = (from, to) => {
  const piece = document.createDocumentFragment();
  const { rows } = open;
  // The day of the first message, even where that message has no time.
  let day = rows.slice(0, from).findLast((row) => row[2] !== null)?.[2] ?? null;
  for (let place = from; place < to; place += 1) {
    const row = rows[place];
    const before = rows[place - 1];
    const isNewDay = place === 0 || (row[2] !== null && dayOf(row[2]) !== dayOf(day));
    if (row[2] !== null) day = row[2];
    if (isNewDay || place === from) piece.append(heading(day));
    piece.append(bubble(row, isNewDay || !before || before[1] !== row[1] || before[4] !== row[4]));
  }
  dress(piece);
  return piece;
};
const setEdges = () => {
  buttons.earlier.hidden = open.from === 0;
  buttons.later.hidden = open.to === open.rows.length;
};
const render = (from, to) => {
  open.from = Math.max(0, from);
  open.to = Math.min(open.rows.length, to);
  messages.replaceChildren(pieceOf(open.from, open.to));
  setEdges();
  mark();
};
const grow = (name) => {
  if (name === "earlier") {
    const from = Math.max(0, open.from - STEP);
    const height = main.scrollHeight;
    const first = messages.firstElementChild;
    const isRepeated = dayOf(open.rows[open.from][2]) === dayOf(open.rows[open.from - 1][2]);
    if (isRepeated) first.remove(); // its day goes on from what comes before
    messages.prepend(pieceOf(from, open.from));
    open.from = from;
    main.scrollTop += main.scrollHeight - height;
  } else {
    const to = Math.min(open.rows.length, open.to + STEP);
    const piece = pieceOf(open.to, to);
    if (dayOf(open.rows[open.to][2]) === dayOf(open.rows[open.to - 1][2])) piece.firstElementChild.remove();
    messages.append(piece);
    open.to = to;
  }
  setEdges();
  mark();
};

const main = one("#main");
const chat = one(".top h1").textContent;
const setView = (id) => {
  for (const view of views) view.hidden = view.id !== id;
  document.body.dataset.view = id === "welcome" ? "list" : "reading";
};
const showConversation = (index, place = 0) => {
  if (open.index !== index) {
    const [, title, about, rows] = latestBlock(index);
    open = { index, rows, from: 0, to: 0 };
    const header = one("#conversation header");
    one("h2", header).textContent = title;
    one("p", header).textContent = about;
    for (const link of all('#list a[aria-current]')) link.removeAttribute("aria-current");
    const address = `#c-${encodeURIComponent(latestBlock(index)[0])}`;
    const link = all("#list a").find((entry) => decoded(entry.hash) === decoded(address));
    if (link) {
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest" });
    }
  }
  document.title = `${one("#conversation h2").textContent} · ${chat}`;
  setView("conversation");
  if (place < open.from || place >= open.to) render(place - (place ? STEP / 2 : 0), place + STEP);
};
const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

const findMessage = async (id) => {
  if (!places.has(id)) await whenIndexed();
  return places.get(id);
};
const goTo = async () => {
  const hash = decoded(location.hash.slice(1));
  if (hash === "main") {
    main.focus();
    return;
  }
  if (hash === "statistics" || hash === "about") {
    setView(hash);
    document.title = `${one(`#${hash} h2`).textContent} · ${chat}`;
    main.scrollTop = 0;
    main.focus({ preventScroll: true });
  } else if (hash.startsWith("c-")) {
    if (!numbers.has(hash.slice(2))) await whenIndexed();
    const index = numbers.get(hash.slice(2));
    if (index === undefined) return;
    showConversation(index);
    main.scrollTop = 0;
    main.focus({ preventScroll: true });
  } else if (hash.startsWith("m-")) {
    const place = await findMessage(hash.slice(2));
    if (!place) return;
    showConversation(...place);
    const message = document.getElementById(hash);
    clearHeader();
    message.tabIndex = -1;
    message.scrollIntoView({ block: message.offsetHeight < main.clientHeight / 2 ? "center" : "start" });
    message.focus({ preventScroll: true });
  } else {
    setView("welcome");
    document.title = chat;
  }
};

startSearch({
  pieces: () => blocks.length,
  piece: (index) => texts[index] ?? whenIndexed().then(() => texts[index]),
  skips: () => false,
  show: (row) => {
    const [, title, , rows] = latestBlock(row.index);
    const message = rows[row.place];
    return {
      address: `#m-${encodeURIComponent(message[0])}`,
      title,
      person: data.people[message[1]],
      text: plainText(message[5]),
    };
  },
  searched: (terms) => {
    marked = terms;
    if (!one("#conversation").hidden) mark();
  },
  reveal: () => { if (document.body.dataset.view !== "list" && getComputedStyle(one(".side")).display === "none") location.hash = ""; },
});
for (const [name, button] of Object.entries(buttons)) {
  button.addEventListener("click", () => grow(name));
  const watcher = new IntersectionObserver((entries) => {
    if (button.hidden || !entries.some((entry) => entry.isIntersecting)) return;
    grow(name);
    watcher.unobserve(button); // so that it is told again while the button stays in sight
    watcher.observe(button);
  }, { root: main, rootMargin: "300px" });
  watcher.observe(button);
}
addEventListener("hashchange", goTo);
addEventListener("beforeprint", () => {
  if (open.index >= 0 && open.rows.length > open.to - open.from) render(0, open.rows.length);
});
setView("welcome");
setTimeout(indexAll);
goTo();

// Full-text search: every word of the query must be in the message, whatever its case and accents.

const SPECIAL = { "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ـ": "" };
const fold = (text) => {
  const low = text.toLowerCase();
  if (/^[\x00-\x7f]*$/.test(low)) return low;
  return low.normalize("NFD").replace(/\p{M}+/gu, "").replace(/[ßøłæœđðþıـ]/g, (sign) => SPECIAL[sign]);
};

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };
const plainText = (html) => {
  let text = html;
  if (text.includes("<")) text = text.replace(/<\/?(?:a|bdi|code|del|em|span|strong)\b[^>]*>/g, "").replace(/<[^>]*>/g, " ");
  return text.includes("&") ? text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (sign) => ENTITIES[sign]) : text;
};

// "two words" in quotation marks stay together.
const readTerms = (query) =>
  [...query.matchAll(/"([^"]+)"|([^\s"]+)/g)].map((found) => fold(found[1] ?? found[2])).filter(Boolean);

const readDay = (field) => (field.value ? Date.parse(`${field.value}T00:00Z`) / 60000 : null);
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const dateWords = (day) => `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
const dayWords = (minute) => {
  if (minute === null) return "Without a date";
  const day = new Date(minute * 60000);
  return `${WEEKDAYS[day.getUTCDay()]}, ${dateWords(day)}`;
};
const clockWords = (minute) => {
  if (minute === null) return "no time";
  const day = new Date(minute * 60000);
  return [day.getUTCHours(), day.getUTCMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
};
const isoMinute = (minute) => new Date(minute * 60000).toISOString().slice(0, 16);
const timeWords = (minute) => (minute === null ? "no time" : `${dateWords(new Date(minute * 60000))}, ${clockWords(minute)}`);

// Where terms stand in a text, as [start, end] of the text itself: folding may change its length.
const findTerms = (text, terms) => {
  const starts = [];
  let folded = "";
  let at = 0;
  for (const sign of text) {
    const piece = sign < "\x80" ? sign.toLowerCase() : fold(sign);
    for (let index = 0; index < piece.length; index += 1) starts.push(at);
    folded += piece;
    at += sign.length;
  }
  starts.push(text.length);
  const found = [];
  for (const term of terms) {
    for (let place = folded.indexOf(term); place >= 0; place = folded.indexOf(term, place + term.length)) {
      found.push([starts[place], starts[place + term.length]]);
    }
  }
  found.sort((a, b) => a[0] - b[0]);
  const merged = [];
  for (const [start, end] of found) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (end > start) merged.push([start, end]);
  }
  return merged;
};

// Show where terms stand in what is shown, as long as they are the ones that were asked for.
const markTerms = (root, terms) => {
  if (!CSS.highlights) return;
  const ranges = [];
  if (terms.length) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      for (const [start, end] of findTerms(node.data, terms)) {
        const range = new Range();
        range.setStart(node, start);
        range.setEnd(node, end);
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
};

const AROUND = 60;
const LENGTH = 220;
const snippet = (text, terms) => {
  const line = text.slice(0, 20000).replace(/\s+/g, " ").trim();
  const places = findTerms(line, terms);
  const early = places.length ? Math.max(0, places[0][0] - AROUND) : 0;
  const from = early ? Math.min(places[0][0], line.indexOf(" ", early) + 1 || early) : 0;
  const to = Math.min(line.length, from + LENGTH);
  const box = make("span", from > 0 ? "…" : "", { class: "found", dir: "auto" });
  let at = from;
  for (const [start, end] of places) {
    if (end > to) break;
    box.append(line.slice(at, start), make("mark", line.slice(start, end)));
    at = end;
  }
  box.append(line.slice(at, to), to < line.length ? "…" : "");
  return box;
};

const PAGE = 50;
const LISTED = 2000; // the newest; a list of all that a single letter finds would only take memory
const PAUSE = 120;

// The form and its list of results. `corpus` has `pieces` (how many), `piece(n)` (an array of
// {minute, person, facets, folded} or a promise of one), `skips(n, query)`, `show(row)` (address, title,
// person, text), `searched(terms, asked)` (told what was searched, and the whole form as text for an address),
// `begin` (such a text, to begin with) and `reveal()` (shows the form).
const startSearch = (corpus) => {
  const form = one("#search");
  const fields = ["words", "who", "what", "after", "before"].map((id) => one(`#${id}`));
  const [words, who, what, after, before] = fields;
  const [results, more, count, clear, list] = ["results", "more", "count", "clear", "list"].map((id) => one(`#${id}`));
  let run = 0;
  let hits = [];
  let found = 0;
  let shown = 0;
  let terms = [];
  let timer = 0;

  const readQuery = () => {
    const last = readDay(before);
    return {
      terms: readTerms(words.value),
      person: who.value === "" ? null : Number(who.value),
      bit: what.value === "" ? 0 : 1 << Number(what.value),
      from: readDay(after),
      to: last === null ? null : last + 1440,
    };
  };
  const readForm = () => String(new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.id, field.value])));
  const fillForm = (asked) => {
    const values = new URLSearchParams(asked);
    for (const field of fields) field.value = values.get(field.id) ?? "";
    one("#filters").open = fields.slice(1).some((field) => field.value);
  };
  const isEmpty = (query) =>
    !query.terms.length && query.person === null && !query.bit && query.from === null && query.to === null;
  const fits = (row, query) =>
    (query.person === null || row.person === query.person) &&
    (!query.bit || (row.facets & query.bit) !== 0) &&
    (query.from === null || (row.minute !== null && row.minute >= query.from)) &&
    (query.to === null || (row.minute !== null && row.minute < query.to)) &&
    query.terms.every((term) => row.folded.includes(term));

  const item = (row) => {
    const about = corpus.show(row);
    const link = make("a", make("bdi", about.title, { class: "title" }), { href: about.address });
    const meta = make("span", make("bdi", about.person), { class: "meta" });
    meta.append(` · ${timeWords(row.minute)}`);
    link.append(" ", meta, " ", snippet(about.text, terms));
    return make("li", link);
  };
  const showMore = () => {
    const next = hits.slice(shown, shown + PAGE);
    one("ol", results).append(...next.map(item));
    shown += next.length;
    more.hidden = shown >= hits.length;
  };
  const sortHits = () => {
    hits.sort((a, b) => (b.minute ?? 0) - (a.minute ?? 0));
    hits.length = Math.min(hits.length, LISTED);
  };
  const show = (done) => {
    sortHits();
    const first = one("ol", results);
    first.replaceChildren();
    shown = 0;
    showMore();
    const number = `${found.toLocaleString("en")} message${found === 1 ? "" : "s"} found`;
    const rest = found > LISTED ? `, the newest ${LISTED.toLocaleString("en")} are listed` : "";
    count.textContent = done ? number + rest : `${number} so far`;
  };

  const search = async () => {
    const query = readQuery();
    run += 1;
    const mine = run;
    terms = query.terms;
    const empty = isEmpty(query);
    clear.hidden = empty;
    results.hidden = empty;
    list.hidden = !empty;
    corpus.searched(terms, readForm());
    hits = [];
    found = 0;
    if (empty) {
      count.textContent = "";
      return;
    }
    let shownAt = performance.now();
    for (let index = corpus.pieces() - 1; index >= 0; index -= 1) {
      if (corpus.skips(index, query)) continue;
      const piece = corpus.piece(index);
      const rows = piece instanceof Promise ? await piece : piece;
      if (mine !== run) return;
      for (let place = rows.length - 1; place >= 0; place -= 1) {
        if (fits(rows[place], query)) {
          found += 1;
          hits.push(rows[place]);
        }
      }
      if (hits.length > 5 * LISTED) sortHits();
      if (performance.now() - shownAt > 400) {
        show(false);
        await new Promise((resolve) => { setTimeout(resolve); });
        if (mine !== run) return;
        shownAt = performance.now();
      }
    }
    show(true);
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  };
  if (corpus.begin) fillForm(corpus.begin);
  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); search(); });
  form.addEventListener("input", later);
  more.addEventListener("click", () => {
    const next = shown;
    showMore();
    one(`ol > li:nth-child(${next + 1}) a`, results)?.focus();
  });
  clear.addEventListener("click", () => { form.reset(); search(); words.focus(); });
  document.addEventListener("keydown", (event) => {
    const typing = /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      corpus.reveal();
      words.focus();
    } else if (event.key === "Escape" && event.target === words && words.value) {
      event.preventDefault();
      form.reset();
      search();
    }
  });
  if (fields.some((field) => field.value)) search();
  return { again: () => { if (!isEmpty(readQuery())) search(); } };
};

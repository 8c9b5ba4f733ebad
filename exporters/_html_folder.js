// The index of a folder: its search loads the texts piece by piece, and forgets them where they are many.

const data = JSON.parse(one("#data").textContent);
const KEPT = 60_000_000; // characters of text that stay in memory

const kept = new Map();
let size = 0;
const arriving = new Map();

// Called by the scripts in search/, which hold JSON and nothing else.
globalThis.wamigrate = (index, piece) => {
  const rows = piece.rows.map(([page, id, person, minute, facets, text]) => ({
    address: `${piece.pages[page][0]}#m-${encodeURIComponent(id)}`,
    title: piece.pages[page][1],
    person,
    minute,
    facets,
    text,
    folded: fold(text),
  }));
  const length = rows.reduce((sum, row) => sum + row.text.length, 0);
  if (size + length <= KEPT) {
    size += length;
    kept.set(index, rows);
  }
  arriving.get(index)?.(rows);
  arriving.delete(index);
};

const load = (index) => new Promise((resolve) => {
  arriving.set(index, resolve);
  const script = make("script", "", { src: data.pieces[index][0] });
  script.addEventListener("load", () => script.remove());
  script.addEventListener("error", () => { script.remove(); arriving.delete(index); resolve([]); });
  document.head.append(script);
});

// What is asked for stands in the address of the index, and behind that of what is found: so it is still
// there when somebody comes back. Behind #, where no server would be told.
let asked = "";
const keep = () => {
  try {
    history.replaceState(null, "", asked ? `#${asked}` : location.href.split("#")[0]);
  } catch { /* refused, or too often: not kept, then */ }
};

startSearch({
  begin: location.hash.includes("=") ? location.hash.slice(1) : "",
  pieces: () => data.pieces.length,
  piece: (index) => kept.get(index) ?? load(index),
  skips: (index, query) => {
    const [, first, last] = data.pieces[index];
    return (query.from !== null && (last === null || last < query.from)) ||
      (query.to !== null && (first === null || first >= query.to));
  },
  show: (row) => ({ address: row.address + (asked && `&${asked}`), title: row.title, person: data.people[row.person], text: row.text }),
  searched: (_, form) => {
    asked = form;
    keep();
  },
  reveal: () => {},
});

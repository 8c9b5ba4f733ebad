// What every page does: the theme, buttons that copy code, and files that the page holds as data.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const make = (name, content = "", attributes = {}) => {
  const element = document.createElement(name);
  element.append(content);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const remembered = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* refused: forgotten, then */ } },
};

const THEMES = ["system", "light", "dark"];
const setTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  const button = one("#theme");
  if (button) {
    one(".theme", button).textContent = theme;
    button.setAttribute("aria-label", `Theme: ${theme}`);
  }
  remembered.set("wamigrate-theme", theme);
};

const startTheme = () => {
  const known = remembered.get("wamigrate-theme");
  setTheme(THEMES.includes(known) ? known : "system");
  const button = one("#theme");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const now = THEMES.indexOf(document.documentElement.dataset.theme);
    setTheme(THEMES[(now + 1) % THEMES.length]);
  });
};

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};

const addCopyButton = (pre) => {
  const box = make("div", "", { class: "code" });
  const head = make("p", make("span", pre.dataset.language || "code"));
  const button = make("button", "Copy", { type: "button" });
  head.append(button);
  pre.replaceWith(box);
  box.append(head, pre);
  button.addEventListener("click", async () => {
    button.textContent = (await copyText(pre.textContent.replace(/\n$/, ""))) ? "Copied" : "Not possible";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
};

const addresses = new Map();
const fileAddress = (id) => {
  if (!addresses.has(id)) {
    const [head, data] = document.getElementById(id).textContent.split(",", 2);
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    addresses.set(id, URL.createObjectURL(new Blob([bytes], { type: head.slice(5, -7) })));
  }
  return addresses.get(id);
};

// Finish messages that have just come into the page.
const dress = (root) => {
  for (const element of all("[data-file]", root)) {
    element[element.tagName === "A" ? "href" : "src"] = fileAddress(element.dataset.file);
    element.removeAttribute("data-file");
  }
  for (const pre of all("pre", root)) if (!pre.parentElement.classList.contains("code")) addCopyButton(pre);
};

// What is gone to stands below the heading that stays in sight, however many lines that has.
const clearHeader = () => {
  const height = one("#conversation header")?.offsetHeight;
  if (height) document.documentElement.style.setProperty("--head", `${height + 12}px`);
};

startTheme();

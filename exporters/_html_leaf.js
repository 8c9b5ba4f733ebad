// A page of a folder: it is there as it is, and only gets its buttons, and the way back to what was searched.

clearHeader();
dress(document);

// The index adds its search to the address of a message, as #m-ID&words=…; here it goes into the history
// instead, where it stays with the page, and the address becomes that of the message.
const [anchor, ...rest] = location.hash.slice(1).split("&");
if (rest.length) {
  if (anchor) location.replace(`#${anchor}`);
  history.replaceState(rest.join("&"), "", anchor ? `#${anchor}` : location.href.split("#")[0]);
}
const asked = history.state;
if (typeof asked === "string" && one("#messages")) {
  for (const link of all(".top a")) link.hash = asked;
  for (const link of all("a[rel=prev], a[rel=next]")) link.hash = `&${asked}`;
  markTerms(one("#messages"), readTerms(new URLSearchParams(asked).get("words") ?? ""));
}

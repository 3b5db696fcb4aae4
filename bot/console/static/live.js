// News of cases. Connected only while somebody looks: browsers allow few connections to one host.
let source = null;
function connect() {
  if (document.hidden || source) return;
  source = new EventSource("/console/events");
  let last = "";
  const news = (event) => {
    // After a break the first word tells whether something happened meanwhile.
    if (last && event.data !== last) document.body.dispatchEvent(new CustomEvent("queue"));
    last = event.data;
    seen = event.data;
  };
  last = seen;
  source.addEventListener("hello", news);
  source.addEventListener("queue", news);
}
let seen = "";
function disconnect() {
  source?.close();
  source = null;
}
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
addEventListener("pagehide", disconnect);
connect();
// Up and down through the list, Enter opens.
document.addEventListener("keydown", (event) => {
  if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  const to = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
  to?.focus();
});
// Ctrl+Enter sends; what is typed stays where the conversation is drawn anew.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-send]")) event.target.form.requestSubmit();
});

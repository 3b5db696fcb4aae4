// The editor of a text: counts while typing, finds a costly character, saves by key, warns before words are lost.

import { count } from "./segments.js";

const editor = document.querySelector("form[data-editor]");

if (editor) {
  let changed = "changed" in editor.dataset;
  let leaving = false;
  editor.addEventListener("input", () => (changed = true));
  editor.addEventListener("submit", () => (leaving = true));
  for (const form of document.querySelectorAll("form")) {
    // A form beside the editor leaves the page, too, but does not carry what was typed.
    if (form !== editor && form.method === "post" && "changed" in editor.dataset) form.addEventListener("submit", () => (leaving = true));
  }
  addEventListener("beforeunload", (event) => changed && !leaving && event.preventDefault());
  addEventListener("pageshow", () => (leaving = false));

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    const save = editor.querySelector("[data-save]");
    if (!save) return;
    event.preventDefault();
    editor.requestSubmit(save);
  });

  // What is typed, at once; the server's preview follows with the footer that contacts get.
  for (const meter of editor.querySelectorAll("[data-live-count]")) {
    const field = document.getElementById(meter.dataset.liveCount);
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const show = () => {
      const { encoding, units } = count(field.value);
      const characters = meter.dataset.words.replace("{n}", number.format([...field.value].length));
      meter.textContent = field.value ? `${characters} · ${encoding === "gsm7" ? "GSM-7" : "UCS-2"} ${number.format(units)}` : "";
    };
    field.addEventListener("input", show);
    show();
  }
}

// What was typed outlives a session that ended meanwhile: this tab keeps it until it is saved or dropped.
const KEPT = ["sms", "chat", "sources", "comment", "base"];
if (editor) {
  const { topic, locale, country } = editor.elements;
  const place = `answer:${topic.value}:${locale.value}:${country.value}`;
  const tidy = (text) => (text ?? "").split("\n").map((line) => line.trimEnd()).join("\n").trim();
  const fields = KEPT.map((name) => editor.elements[name]).filter(Boolean);
  const stored = JSON.parse(sessionStorage.getItem(place) || "null");
  const box = document.getElementById("kept");
  if (stored && ["sms", "chat"].every((name) => tidy(stored[name]) === tidy(editor.elements[name].value))) sessionStorage.removeItem(place);
  else if (stored && box) box.hidden = false;
  editor.addEventListener("input", () => {
    sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
    if (box) box.hidden = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-drop]")) sessionStorage.removeItem(place);
    else if (event.target.closest("[data-put-back]")) {
      // With the version it began from: if somebody saved since, both texts are shown on saving.
      for (const field of fields) if (field.name in stored) field.value = stored[field.name];
      for (const field of fields) field.dispatchEvent(new Event("input", { bubbles: true }));
    } else return;
    if (box) box.hidden = true;
  });
}

// Whoever has left the desk is not at work on the text, and their session may end.
const IDLE = 10 * 60 * 1000;
let active = Date.now();
for (const kind of ["pointermove", "keydown", "input"]) addEventListener(kind, () => (active = Date.now()), { passive: true });
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "presence" && Date.now() - active > IDLE) event.preventDefault();
});

// "Show it": the character that costs is selected where it stands.
document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-find]")?.dataset.find;
  if (!wanted || !editor) return;
  for (const name of ["sms", "chat"]) {
    const field = editor.elements[name];
    const at = field.value.normalize("NFC").indexOf(wanted);
    if (at < 0) continue;
    field.focus();
    field.setSelectionRange(at, at + wanted.length);
    return;
  }
});

// Only one of the lists behind buttons is open.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.pop") || !event.target.open) return;
  for (const other of document.querySelectorAll("details.pop[open]")) if (other !== event.target) other.open = false;
}, true);
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.pop[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.pop[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// The next editor need not wait until this page is forgotten.
addEventListener("pagehide", () => {
  const box = document.getElementById("presence");
  if (!box) return;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const body = new URLSearchParams({ ...JSON.parse(box.getAttribute("hx-vals")), gone: "yes" });
  fetch("/console/answers/presence", { method: "POST", body, keepalive: true, headers: { ...headers, "hx-request": "true" } });
});

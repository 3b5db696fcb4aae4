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

// What every screen shares: shortcuts, asking back, copying, counting. Pages work without it.

const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["x-csrf-token"] || "";
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

/** Ask in our own dialog; resolves to true or false. */
export function ask(question) {
  const dialog = document.getElementById("ask");
  document.getElementById("ask-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

// Forms and buttons with data-confirm ask first.
document.addEventListener("submit", async (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (!question || event.target.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target, submitter } = event;
  if (!(await ask(question))) return;
  target.dataset.sure = "yes";
  target.requestSubmit(submitter || undefined);
  delete target.dataset.sure;
}, true);

// Keys: "g" then a letter goes to a screen; one letter presses what names it in data-shortcut.
let going = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() - going < 1200) {
    going = 0;
    const way = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (way) return way.click();
  }
  if (event.key === "g") return void (going = Date.now());
  if (event.key === "?") return showKeys();
  const target = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(event.key)}"]`)].find((one) => one.checkVisibility?.() ?? true);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
  // What was just opened is where one goes on.
  const opened = target.matches("summary") && target.parentElement;
  if (opened) setTimeout(() => opened.open && opened.querySelector("select, input:not([type=hidden]), textarea")?.focus());
});

function showKeys() {
  const dialog = document.getElementById("shortcuts");
  const list = dialog.querySelector("[data-keys]");
  list.replaceChildren();
  for (const target of document.querySelectorAll("[data-shortcut]")) {
    const key = document.createElement("kbd");
    key.textContent = target.dataset.shortcut;
    const [term, says] = [document.createElement("dt"), document.createElement("dd")];
    term.append(key);
    says.textContent = target.dataset.shortcutTitle || target.textContent.trim() || target.getAttribute("aria-label") || "";
    list.append(term, says);
  }
  dialog.showModal();
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-shortcuts]")) showKeys();
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const from = document.querySelector(copier.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
    } catch {
      getSelection().selectAllChildren(from);
    }
    if (copier.dataset.copied) copier.textContent = copier.dataset.copied;
  }
  const inserter = event.target.closest("[data-insert]");
  if (inserter) insert(inserter.dataset.insert, document.querySelector(inserter.dataset.into || "[data-inserted-here]"));
});

/** Put a text where the cursor is. */
function insert(text, field) {
  if (!field) return;
  field.focus();
  const space = field.value && field.selectionStart > 0 && !/\s$/.test(field.value.slice(0, field.selectionStart)) ? "\n" : "";
  field.setRangeText(space + text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// What an SMS costs, as the server will send it: <textarea data-count-into="id" data-locale="fr">.
const waiting = new WeakMap();
async function count(field) {
  const into = document.getElementById(field.dataset.countInto);
  if (!into) return;
  const body = new URLSearchParams({ text: field.value, locale: field.dataset.locale || "", channel: field.dataset.channel || "sms" });
  const answer = await fetch("/console/count", { method: "POST", body, headers: { "x-csrf-token": csrf(), "hx-request": "true" } });
  if (!answer.ok || answer.redirected) return;
  into.innerHTML = await answer.text();
  into.classList.toggle("costly", Boolean(into.querySelector("[data-costly]")));
}
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.countInto) return;
  clearTimeout(waiting.get(field));
  waiting.set(field, setTimeout(() => count(field), 250));
});
const countAll = (root) => root.querySelectorAll?.("[data-count-into]").forEach((field) => count(field));
countAll(document);
document.addEventListener("htmx:load", (event) => event.target !== document.body && countAll(event.target));

// Filters apply as soon as they are chosen, where the form says so. What is typed waits for Enter: leaving the field to press
// a link must not bring a new list under the finger.
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[type=search], input[type=text], input:not([type])")) event.target.closest("form[data-auto]")?.requestSubmit();
});

// The menu is open beside the page on a wide screen, where it has no handle.
const wide = matchMedia("(min-width: 60rem)");
const fit = () => document.querySelectorAll("[data-menu]").forEach((menu) => menu.toggleAttribute("open", wide.matches));
wide.addEventListener("change", fit);
fit();

// The newest words of a conversation are in sight.
const down = (root) => root.querySelectorAll?.("[data-bottom]").forEach((list) => (list.scrollTop = list.scrollHeight));
down(document);
document.addEventListener("htmx:load", (event) => down(event.target.parentElement || document));

// The page of one translation: Ctrl+Enter saves and goes on, Ctrl+S saves, English can be copied over, nobody leaves unsaved words by mistake.

const form = document.getElementById("translation");
let changed = "changed" in form.dataset;

form.addEventListener("input", () => (changed = true));
form.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => changed && event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const pressed = event.key === "Enter" ? "[data-enter]" : event.key.toLowerCase() === "s" ? "[data-save]" : "";
  if (!pressed) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(pressed));
});

// To keep numbers, links and the shape of lists. An own text is never written over.
for (const button of form.querySelectorAll("[data-take]")) {
  const field = document.getElementById(button.dataset.take);
  const fit = () => (button.hidden = field.value.trim() !== "");
  button.addEventListener("click", () => {
    field.value = button.dataset.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  field.addEventListener("input", fit);
  fit();
}

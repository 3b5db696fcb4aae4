// The two phones, the suggestions between them, and the places to share.

import { Line } from "./line.js";
import { Phone } from "./phone.js";

const bench = document.querySelector(".bench");
const words = JSON.parse(bench.dataset.words);
const locale = document.documentElement.lang;
const country = document.querySelector("#country");
const places = document.querySelector("#places");
const phones = new Map();
let sharing = null;

for (const root of document.querySelectorAll("[data-phone]")) connect(root);
restoreCountry();
bench.addEventListener("change", changed);
bench.addEventListener("click", clicked);
bench.addEventListener("focusin", (event) => activate(event.target.closest("[data-phone]")?.dataset.phone));
places.addEventListener("click", pickedPlace);

function connect(root) {
  const kind = root.dataset.phone;
  const view = new Phone(root, words, locale, bench.dataset.name, {
    send: (content) => line.send(content),
    shareLocation: () => choosePlace(line),
  });
  const line = new Line(kind, view, { locale, country: () => country.value });
  phones.set(kind, { view, line });
}

for (const { line } of phones.values()) line.start();

function activate(kind) {
  if (!kind || bench.dataset.active === kind) return;
  bench.dataset.active = kind;
  bench.querySelector(`input[name=which][value=${kind}]`).checked = true;
}

function changed({ target }) {
  if (target.name === "which") activate(target.value);
  if (target === country) {
    remember(country.value);
    for (const { line } of phones.values()) line.countryChanged();
  }
}

function clicked({ target }) {
  const chip = target.closest("[data-fill]");
  if (chip) phones.get(bench.dataset.active).view.write(chip.dataset.fill);
  const fresh = target.closest("[data-new]");
  if (!fresh) return;
  const { line, view } = phones.get(fresh.dataset.new);
  line.reset();
  view.field.focus();
}

function choosePlace(line) {
  sharing = line;
  say("");
  places.showModal();
}

function pickedPlace({ target }) {
  const button = target.closest("button");
  if (!button && target !== places) return; // a click on the dialog itself is one beside its content
  if (button?.matches("[data-here]")) return locate();
  if (button?.dataset.lat) share(Number(button.dataset.lat), Number(button.dataset.lon), button.dataset.place);
  places.close();
}

function share(lat, lon, place) {
  sharing.send({ lat, lon, place });
}

function locate() {
  if (!navigator.geolocation) return say(words.no_position);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      if (!places.open) return; // closed while the browser was asking
      share(coords.latitude, coords.longitude, words.my_position);
      places.close();
    },
    () => say(words.no_position),
    { timeout: 15000, maximumAge: 60000 },
  );
}

function say(text) {
  places.querySelector("[role=status]").textContent = text;
}

function remember(value) {
  try {
    sessionStorage.setItem("waymark.simulator.country", value);
  } catch {
    // Only a convenience.
  }
}

function restoreCountry() {
  try {
    country.value = sessionStorage.getItem("waymark.simulator.country") ?? "";
  } catch {
    country.value = "";
  }
}

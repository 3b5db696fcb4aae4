// The map of offices, and small help in the form. Pages work without it: coordinates can be typed, the list is below the map.

const map = document.getElementById("map");
const form = document.getElementById("office-form");
const L = window.L;
const WORLD = [20, 15];

/** A map with pictures where there are any, else with the names of towns. */
function draw(element) {
  const drawn = L.map(element, { zoomControl: false, attributionControl: Boolean(element.dataset.credit), preferCanvas: true, worldCopyJump: true });
  L.control.zoom({ zoomInTitle: element.dataset.zoomIn, zoomOutTitle: element.dataset.zoomOut }).addTo(drawn);
  drawn.attributionControl?.setPrefix(false);
  drawn.setView(WORLD, 2);
  if (element.dataset.tiles) {
    const credit = document.createElement("span");
    credit.textContent = element.dataset.credit;
    // Servers of pictures ask who shows them; they are told the host, never the page.
    L.tileLayer(element.dataset.tiles, { attribution: credit.innerHTML, maxZoom: 19, referrerPolicy: "origin" }).addTo(drawn);
  } else {
    nameTowns(drawn, element.dataset.towns);
  }
  return drawn;
}

/** Names of the largest towns in sight, anew after each move. */
function nameTowns(drawn, address) {
  const layer = L.layerGroup().addTo(drawn);
  let asked = 0;
  let timer;
  const refresh = async () => {
    const mine = ++asked;
    const bounds = drawn.getBounds();
    const query = new URLSearchParams({ south: bounds.getSouth(), west: bounds.getWest(), north: bounds.getNorth(), east: bounds.getEast() });
    const answer = await fetch(`${address}?${query}`);
    if (!answer.ok || answer.redirected || mine !== asked) return;
    const towns = await answer.json();
    layer.clearLayers();
    for (const town of apart(drawn, towns)) {
      L.circleMarker([town.lat, town.lon], { radius: 2, color: ink("--soft"), interactive: false })
        .bindTooltip(named(town.name), { permanent: true, direction: "right", className: "town", interactive: false })
        .addTo(layer);
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 200);
  };
  drawn.on("moveend", soon);
  soon();
}

/** The larger ones of towns whose names would cover each other. */
function apart(drawn, towns) {
  const taken = [];
  return towns.filter((town) => {
    const at = drawn.latLngToContainerPoint([town.lat, town.lon]);
    const free = taken.every((other) => Math.abs(other.y - at.y) > 18 || Math.abs(other.x - at.x) > 12 + 8 * town.name.length);
    if (free) taken.push(at);
    return free;
  });
}

const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The name as a text in an element: what people wrote is never markup. */
function named(text) {
  const element = document.createElement("span");
  element.dir = "auto";
  element.textContent = text;
  return element;
}

async function showAll(element) {
  const drawn = draw(element);
  const answer = await fetch(element.dataset.markers);
  if (!answer.ok || answer.redirected) return;
  const offices = await answer.json();
  const colours = { active: "--accent", "temporarily closed": "--warn" };
  const marks = offices.map((office) => {
    const colour = ink(colours[office.status] || "--soft");
    const link = document.createElement("a");
    link.href = `/console/offices/edit/${encodeURIComponent(office.id)}`;
    link.append(named(office.name));
    const popup = document.createElement("p");
    const whose = named(office.organization);
    whose.className = "soft small";
    popup.append(link, document.createElement("br"), whose);
    const mark = L.circleMarker([office.lat, office.lon], { radius: office.exact ? 8 : 6, color: colour, fillColor: colour, fillOpacity: office.exact ? 0.8 : 0.25, weight: 2 });
    return mark.bindPopup(popup);
  });
  const group = L.featureGroup(marks).addTo(drawn);
  if (marks.length) drawn.fitBounds(group.getBounds().pad(0.1), { maxZoom: 12 });
  element.dataset.shown = String(marks.length);
}

function pick(element) {
  const [lat, lon, precision] = ["lat", "lon", "precision"].map((name) => document.getElementById(`f-${name}`));
  const drawn = draw(element);
  let mark = null;

  const point = () => {
    const [north, east] = [lat, lon].map((field) => (field.value.trim() ? Number(field.value.replace(",", ".")) : NaN));
    return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? L.latLng(north, east) : null;
  };
  const set = (at, how) => {
    const moved = at ? at.wrap() : null;
    lat.value = moved ? moved.lat.toFixed(6) : "";
    lon.value = moved ? moved.lng.toFixed(6) : "";
    precision.value = how;
    show(false);
    precision.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = (move) => {
    const at = point();
    if (!at) {
      mark?.remove();
      mark = null;
      return;
    }
    if (!mark) {
      const icon = L.divIcon({ className: "pin", iconSize: [22, 22] });
      mark = L.marker(at, { icon, draggable: true, keyboard: false, alt: element.dataset.marker, title: element.dataset.marker }).addTo(drawn);
      mark.on("dragend", () => set(mark.getLatLng(), "exact"));
    }
    mark.setLatLng(at);
    if (move) drawn.setView(at, Math.max(drawn.getZoom(), precision.value === "exact" ? 14 : 11));
  };
  drawn.on("click", (event) => set(event.latlng, "exact"));
  for (const field of [lat, lon]) field.addEventListener("change", () => show(true));
  document.addEventListener("click", (event) => {
    const place = event.target.closest("[data-place]");
    if (place) {
      set(L.latLng(Number(place.dataset.lat), Number(place.dataset.lon)), "city");
      show(true);
    }
    if (event.target.closest("[data-clear-place]")) set(null, "country");
  });
  show(true);
  element.dataset.shown = mark ? "1" : "0";
}

if (map && L) (map.hasAttribute("data-pick") ? pick : showAll)(map);

if (form) {
  for (const button of form.querySelectorAll("[data-copy-monday], [data-clear-place]")) button.hidden = false;
  form.querySelector("[data-copy-monday]").addEventListener("click", () => {
    const monday = document.getElementById("f-hours_Mo");
    for (const day of ["Tu", "We", "Th", "Fr"]) document.getElementById(`f-hours_${day}`).value = monday.value;
    monday.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.querySelector("[data-focus]")?.focus();

  // What was typed is not lost by a wrong click.
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("change", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

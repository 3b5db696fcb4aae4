// One phone as it is seen: its messages, its field to write in, its notices.

import { element, fill, hidden, linked, outside } from "./dom.js";
import { count } from "./segments.js";

const ENCODINGS = { gsm7: "GSM-7", ucs2: "Unicode" };
const TICKS = { waiting: "◷", queued: "◷", sending: "◷", stored: "✓", sent: "✓", unknown: "?", delivered: "✓✓" };

/** `actions`: send(content), shareLocation(). The line calls added, changed, status and cleared. */
export class Phone {
  constructor(root, words, locale, name, actions) {
    Object.assign(this, { root, words, name, actions, plain: root.dataset.phone === "sms" });
    this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    this.number = new Intl.NumberFormat(locale);
    this.shown = new Map();
    this.cost = { sent: 0, received: 0 };
    this.log = root.querySelector(".log");
    this.list = this.log.querySelector("ol");
    this.form = root.querySelector("form");
    this.field = root.querySelector("textarea");
    this.#listen();
    this.#counted();
  }

  write(text) {
    this.field.value = text;
    this.#counted();
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  added(entry) {
    const item = element("li", `message ${entry.from}`, this.#who(entry), ...this.#body(entry));
    const meta = element("p", "meta");
    item.append(meta, ...this.#buttons(entry));
    this.shown.set(`${entry.from}${entry.id}`, { item, meta });
    this.changed(entry);
    this.list.append(item);
    this.#addCost(entry);
    this.notice = "";
    this.log.scrollTop = this.log.scrollHeight;
  }

  changed(entry) {
    const { item, meta } = this.shown.get(`${entry.from}${entry.id}`);
    item.dataset.state = entry.state;
    const word = this.words[entry.state] ?? this.words[entry.state === "sent" ? "stored" : "queued"];
    const loud = ["waiting", "failed", "cancelled", "refused", "unknown"].includes(entry.state);
    const detail = entry.error ? ` (${entry.error})` : "";
    meta.replaceChildren(
      element("time", "", this.clock.format(new Date(entry.at ?? Date.now()))),
      ...(this.plain ? this.#costOf(entry) : []),
      element("span", "state", this.#tick(entry.state), loud ? element("span", "", word + detail) : hidden(word)),
    );
  }

  status(line) {
    const writing = line.writing && !line.gone;
    const indicator = this.root.querySelector(".writing");
    if (writing !== (indicator.dataset.on === "yes")) this.#showWriting(indicator, writing);
    const key = line.gone ? "gone" : line.offline ? "offline" : line.optedOut ? "opted_out" : "";
    this.#showNotice(key ? this.words[key] : this.notice);
  }

  cleared() {
    this.list.replaceChildren();
    this.shown.clear();
    this.cost = { sent: 0, received: 0 };
    this.notice = this.words.fresh;
    this.#showTotal();
    this.field.value = "";
    this.#counted();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("input", () => this.#counted());
    this.field.addEventListener("keydown", (event) => {
      // Enter also ends a word that is being composed from several keys; that one is not ours.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.root.querySelector(".keypad")?.addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.dataset.key;
      if (key) this.write(this.field.value + key);
    });
    this.root.querySelector(".attach")?.addEventListener("click", () => this.actions.shareLocation());
  }

  #submit() {
    const text = this.field.value;
    if (!text.trim()) return;
    this.actions.send({ text });
    this.write("");
  }

  #counted() {
    // With nothing written there is no direction to find: the page's own holds for the placeholder.
    this.field.dir = this.field.value ? "auto" : "";
    const counter = this.root.querySelector(".counter");
    if (!counter) return;
    const { segments, left, encoding } = count(this.field.value);
    counter.replaceChildren(
      element("span", "", fill(this.words.counter, { left: this.number.format(left) })),
      this.#costLine([this.#segments(segments), ENCODINGS[encoding]]),
    );
  }

  #who(entry) {
    const name = entry.from === "me" ? this.words.you : this.name;
    return this.plain ? element("p", "who", name) : hidden(`${name}: `);
  }

  #body(entry) {
    if (entry.lat !== undefined && entry.lat !== null) return [this.#mapCard(entry.lat, entry.lon, entry.place)];
    const pin = entry.pin ? [this.#mapCard(...entry.pin, "")] : [];
    const text = element("div", "text", ...(this.plain ? [entry.text] : linked(entry.text ?? "")));
    text.dir = "auto";
    return entry.text ? [text, ...pin] : pin;
  }

  #mapCard(lat, lon, place) {
    const degrees = `${lat.toFixed(4)}, ${lon.toFixed(4)}`;
    const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
    const drawing = element("div", "map", element("span", "pin-icon"));
    drawing.setAttribute("aria-hidden", "true");
    const position = element("span", "degrees", degrees);
    position.dir = "ltr";
    return element("div", "card", drawing, element("p", "place", place || this.words.map_point), position, outside(href, this.words.open_map));
  }

  #buttons(entry) {
    const buttons = (entry.choices ?? []).map(({ title, token }) => {
      const button = this.#button("choice", title, () => {
        button.classList.add("chosen");
        this.actions.send({ choice: token, text: title });
      });
      return button;
    });
    if (entry.ask_location && !this.plain) {
      const label = entry.location_label || this.words.share_location;
      buttons.push(this.#button("choice locate", label, () => this.actions.shareLocation()));
    }
    return buttons.length ? [element("div", "choices", ...buttons)] : [];
  }

  #button(className, title, onClick) {
    const button = element("button", className, title);
    button.type = "button";
    button.dir = "auto";
    button.addEventListener("click", onClick);
    return button;
  }

  #tick(state) {
    const tick = element("span", "tick", TICKS[state] ?? "!");
    tick.setAttribute("aria-hidden", "true");
    return tick;
  }

  #cost(entry) {
    if (entry.from === "them") return entry;
    return count(entry.text ?? "");
  }

  #costOf(entry) {
    const { segments, encoding, units } = this.#cost(entry);
    return [this.#costLine([this.#segments(segments), ENCODINGS[encoding], this.number.format(units)])];
  }

  #costLine(parts) {
    // Each part by itself, or a right-to-left page would mix their digits.
    return element("span", "cost", ...parts.flatMap((part, n) => [n ? "·" : "", element("bdi", "", part)]));
  }

  #segments(segments) {
    return fill(this.words.cost, { segments: this.number.format(segments) });
  }

  #addCost(entry) {
    if (!this.plain) return;
    this.cost[entry.from === "me" ? "sent" : "received"] += this.#cost(entry).segments;
    this.#showTotal();
  }

  #showTotal() {
    const { sent, received } = this.cost;
    const total = this.root.querySelector(".total");
    if (!total) return;
    const numbers = { total: sent + received, sent, received };
    const written = Object.fromEntries(Object.entries(numbers).map(([k, v]) => [k, this.number.format(v)]));
    total.textContent = sent + received ? fill(this.words.total, written) : "";
  }

  #showWriting(indicator, on) {
    indicator.dataset.on = on ? "yes" : "no";
    const dots = element("span", "dots", element("i"), element("i"), element("i"));
    dots.setAttribute("aria-hidden", "true");
    indicator.replaceChildren(...(on ? [dots, element("span", "", this.words.writing)] : []));
  }

  #showNotice(text) {
    const notice = this.root.querySelector(".notice");
    if (notice.textContent === (text ?? "")) return;
    notice.hidden = !text;
    notice.textContent = text ?? "";
  }
}

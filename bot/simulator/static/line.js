// One phone's line to the server. What is not sent yet is kept and sent again with the same id, in order.

const QUICK = 700; // ms between readings while an answer is being made
const IDLE = 3000;
const SETTLED = new Set(["delivered", "failed", "cancelled"]);
const KEPT = 200; // entries kept for a reload of the page

/** `entries` are what the phone shows, in order; `on` is told: added(entry), changed(entry), status(line), cleared(). */
export class Line {
  constructor(kind, on, settings) {
    this.kind = kind;
    this.on = on;
    this.settings = settings;
    this.store = `waymark.simulator.${kind}`;
    this.generation = 0;
    this.#restore();
    document.addEventListener("visibilitychange", () => this.#wake());
    window.addEventListener("online", () => this.#wake());
  }

  start() {
    if (this.entries.length === 0) this.on.cleared();
    this.entries.forEach((entry) => this.on.added(entry));
    this.on.status(this);
    this.#wake();
  }

  send(content) {
    const entry = { id: uuid(), from: "me", state: "waiting", at: new Date().toISOString(), ...content };
    this.entries.push(entry);
    this.#save();
    this.on.added(entry);
    this.#flush();
  }

  /** A fresh phone: its number, its messages and what the server knows of it are left behind. */
  reset() {
    this.generation += 1;
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.#clear();
    this.#save();
    this.on.cleared();
    this.on.status(this);
  }

  countryChanged() {
    this.countryTold = false;
  }

  get writing() {
    return this.open > 0;
  }

  #clear() {
    Object.assign(this, { phone: null, cursor: 0, entries: [], countryTold: false });
    Object.assign(this, { open: 0, offline: false, gone: false, optedOut: false, pause: QUICK, failures: 0 });
    Object.assign(this, { flushing: false, reading: false });
  }

  async #flush() {
    if (this.flushing || this.gone) return;
    this.flushing = true;
    const generation = this.generation;
    let entry;
    while (generation === this.generation && !this.gone && (entry = this.entries.find((e) => e.state === "waiting"))) {
      const wait = await this.#post(entry, generation);
      if (generation !== this.generation) return;
      if (wait === null) continue;
      this.flushing = false;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.#flush(), wait);
      return;
    }
    if (generation === this.generation) this.flushing = false;
  }

  // Null when the entry is settled; else the milliseconds after which to try again.
  async #post(entry, generation) {
    if (!this.phone) {
      const made = await call("/try/api/phones", { kind: this.kind });
      if (generation !== this.generation) return null;
      if (made.status !== 201) return this.#tryLater(made);
      this.phone = made.body.phone;
      this.#save();
    }
    const answer = await call("/try/api/messages", this.#message(entry));
    if (generation !== this.generation) return null;
    if (answer.status === 404) this.#lost(entry);
    else if (answer.status === 202) this.#accepted(entry);
    else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) this.#refused(entry, answer.body.error);
    else return this.#tryLater(answer);
    return null;
  }

  #message(entry) {
    const { id, text, choice, lat, lon } = entry;
    // A number's country is known once. Told with every message it would overrule the place the person has named.
    const country = this.countryTold ? undefined : this.settings.country() || undefined;
    // A smartphone's messenger tells its language, a plain phone does not.
    const locale = this.kind === "chat" ? this.settings.locale : undefined;
    return { phone: this.phone, id, text: choice ? undefined : text, choice, lat, lon, country, locale };
  }

  #accepted(entry) {
    this.countryTold = true;
    this.open += 1;
    this.#reached();
    this.#settle(entry, "stored");
    this.pause = QUICK;
    this.#schedule(QUICK / 2);
  }

  #refused(entry, error) {
    this.#reached();
    entry.error = error ?? "";
    this.#settle(entry, "refused");
  }

  #settle(entry, state) {
    entry.state = state;
    this.#save();
    this.on.changed(entry);
    this.on.status(this);
  }

  #tryLater({ seconds }) {
    this.failures += 1;
    this.offline = true;
    this.on.status(this);
    return seconds ? seconds * 1000 : Math.min(15000, 1000 * 1.7 ** (this.failures - 1));
  }

  #reached() {
    this.failures = 0;
    this.offline = false;
  }

  // The person asked for deletion, or the server has a new database: what this tab remembers goes too.
  #lost(entry) {
    this.gone = true;
    clearTimeout(this.timer);
    this.open = 0;
    if (entry) entry.state = "refused";
    if (entry) this.on.changed(entry);
    this.#save();
    this.on.status(this);
  }

  #wake() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    this.#flush();
    if (this.phone && !this.gone) this.#read();
  }

  #schedule(delay) {
    clearTimeout(this.timer);
    if (!document.hidden && !this.gone) this.timer = setTimeout(() => this.#read(), delay);
  }

  async #read() {
    if (this.reading) return;
    this.reading = true;
    const { generation, cursor } = this;
    const told = this.entries.filter((e) => e.state === "stored").length;
    const query = new URLSearchParams({ phone: this.phone, after: cursor });
    const answer = await call(`/try/api/messages?${query}`);
    if (generation !== this.generation) return;
    this.reading = false;
    if (answer.status === 404) return this.#lost();
    if (answer.status !== 200) this.#tryLater(answer);
    // A reading that began before the last message was stored knows nothing of it.
    else this.#took(answer.body, told === this.entries.filter((e) => e.state === "stored").length);
    this.#schedule(this.#nextPause(answer));
  }

  #took({ messages, states, waiting, contact }, current) {
    this.#reached();
    for (const message of messages) this.#received(message);
    for (const entry of this.entries) {
      const state = entry.from === "them" && states[entry.id];
      if (state && state !== entry.state) {
        entry.state = state;
        this.on.changed(entry);
      }
    }
    if (current) this.open = waiting;
    this.more = messages.length > 0;
    this.optedOut = contact.opted_out;
    this.#save();
    this.on.status(this);
  }

  #received(message) {
    this.cursor = Math.max(this.cursor, message.id);
    if (this.entries.some((e) => e.from === "them" && e.id === message.id)) return;
    const entry = { from: "them", ...message };
    this.entries.push(entry);
    this.on.added(entry);
  }

  #nextPause({ status }) {
    const busy = this.more || this.writing || this.entries.some((e) => e.from === "them" && !SETTLED.has(e.state));
    this.pause = busy && status === 200 ? QUICK : Math.min(IDLE, this.pause * 1.4);
    return this.pause;
  }

  // The tab's own memory: gone when the tab is closed, so that nobody finds the conversation on a shared computer.
  #save() {
    const { phone, cursor, countryTold } = this;
    try {
      if (this.gone) sessionStorage.removeItem(this.store);
      else sessionStorage.setItem(this.store, JSON.stringify({ phone, cursor, countryTold, entries: this.entries.slice(-KEPT) }));
    } catch {
      // A browser that forbids it loses the conversation with a reload, and nothing else.
    }
  }

  #restore() {
    this.#clear();
    try {
      Object.assign(this, JSON.parse(sessionStorage.getItem(this.store) ?? "{}"));
    } catch {
      this.#clear();
    }
  }
}

// Never throws: status 0 when the server cannot be reached.
async function call(url, body) {
  const options = body
    ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
    : {};
  try {
    const response = await fetch(url, { ...options, cache: "no-store", signal: AbortSignal.timeout(20000) });
    const seconds = Number(response.headers.get("Retry-After")) || 0;
    return { status: response.status, body: await response.json().catch(() => ({})), seconds };
  } catch {
    return { status: 0, body: {}, seconds: 0 };
  }
}

// crypto.randomUUID is missing where the page is served without TLS on a local network.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

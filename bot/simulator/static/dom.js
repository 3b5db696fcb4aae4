// Small things that both phones need. Text only ever enters the page as text.

/** An element with a class and children; strings become text. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function hidden(text) {
  return element("span", "hidden", text);
}

/** Text whose web addresses can be followed. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]،؛؟])/).map((piece, n) => {
    if (n % 2 === 0) return piece;
    return outside(piece, piece);
  });
}

export function outside(href, text) {
  const link = element("a", "", text);
  Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

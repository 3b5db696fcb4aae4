// How carriers count: GSM 03.38 septets or UTF-16 units. The same as bot/channels/sms_text.py; a test compares the two.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "^{}\\[~]|€\f";
const SEPTETS = new Map([...[...BASIC].map((c) => [c, 1]), ...[...EXTENSION].map((c) => [c, 2])]);
// Older browsers have no segmenter: then an emoji of several code points may be counted as if it could be cut.
const graphemes = globalThis.Intl?.Segmenter ? new Intl.Segmenter("und", { granularity: "grapheme" }) : null;

/** Encoding, units, segments as billed, and how many units the last segment still takes. */
export function count(text) {
  const gsm7 = [...text].every((c) => SEPTETS.has(c));
  const [single, several] = gsm7 ? [160, 153] : [70, 67];
  const sizes = clusters(text).map((cluster) => (gsm7 ? septets(cluster) : cluster.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const encoding = gsm7 ? "gsm7" : "ucs2";
  if (units <= single) return { encoding, units, segments: 1, left: single - units };
  return { encoding, units, ...packed(sizes, several) };
}

function packed(sizes, room) {
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > room && used) {
      segments += 1;
      used = 0;
    }
    // A cluster wider than a whole segment runs on into the next ones.
    segments += Math.max(0, Math.floor((size - 1) / room));
    used += size <= room ? size : size % room;
  }
  return { segments, left: room - used };
}

function septets(cluster) {
  return [...cluster].reduce((sum, c) => sum + SEPTETS.get(c), 0);
}

function clusters(text) {
  if (!graphemes) return [...text];
  // A carriage return before a line feed is one cluster to Unicode and two characters to GSM-7.
  return [...graphemes.segment(text)].flatMap(({ segment }) => (segment === "\r\n" ? ["\r", "\n"] : [segment]));
}

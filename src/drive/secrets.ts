/**
 * What must not be kept: the keys of the user's config and of the server. A server may repeat a key
 * in its words ("Incorrect API key provided: …"), and its bytes are kept as they came. Pure.
 */
import { isPlainSecret } from "./openclaw/config.ts";
import type { Exchange, Segment } from "./types.ts";

/** Shorter ones ("none", "ollama") are nobody's secret, and words of an ordinary text. */
const SHORTEST = 8;
const BLOT = 0x2a;

/** Plain secrets of a config, and what the variables stand for that it refers to. */
export function secretsOf(config: unknown, variables: Readonly<Record<string, string>>): string[] {
  return [...new Set([...plainSecrets(config, []), ...Object.values(variables)])];
}

/**
 * The exchange with each secret made stars, as many as it had bytes, so that nothing else moves;
 * the very same exchange where there is none.
 */
export function blotted<Kind extends Exchange>(
  exchange: Kind,
  secrets: readonly (string | null)[],
): Kind {
  const forms = formsOf(secrets);
  if (forms.length === 0) return exchange;
  const segments = blottedSegments(exchange.segments, forms);
  const headers = mapValues(exchange.headers, (text) => blottedText(text, forms));
  const { requestBody } = exchange;
  const body = requestBody === null ? null : blottedText(requestBody, forms);
  if (
    segments === exchange.segments &&
    body === requestBody &&
    Object.entries(headers).every(([name, value]) => exchange.headers[name] === value)
  ) {
    return exchange;
  }
  return { ...exchange, segments, headers, requestBody: body };
}

/** As they are, and as they stand in a text of JSON. */
function formsOf(secrets: readonly (string | null)[]): string[] {
  const long = secrets.filter((each) => each !== null && each.length >= SHORTEST) as string[];
  const forms = long.flatMap((each) => [each, JSON.stringify(each).slice(1, -1)]);
  // A secret that is part of another comes after it.
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function blottedText(text: string, forms: readonly string[]): string {
  return forms.reduce((shown, form) => shown.replaceAll(form, "*".repeat(form.length)), text);
}

/** One may begin in a segment and end in the next. */
function blottedSegments(segments: Segment[], forms: readonly string[]): Segment[] {
  const whole = Buffer.concat(segments.map(({ bytes }) => bytes));
  let found = false;
  for (const form of forms) {
    const length = Buffer.byteLength(form);
    for (let at = whole.indexOf(form); at >= 0; at = whole.indexOf(form, at + length)) {
      whole.fill(BLOT, at, at + length);
      found = true;
    }
  }
  if (!found) return segments;
  let from = 0;
  return segments.map(({ tNs, bytes }) => {
    const part = whole.subarray(from, from + bytes.length);
    from += bytes.length;
    return { tNs, bytes: part };
  });
}

function plainSecrets(value: unknown, path: readonly string[]): string[] {
  if (typeof value === "string") {
    const named = path.at(-1) !== "mode" && isPlainSecret(path, value);
    return named ? [value] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => plainSecrets(inner, [...path, key]));
}

function mapValues(
  record: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

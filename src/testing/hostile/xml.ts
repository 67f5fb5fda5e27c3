/** Reads XML as strictly as its standard wants, for what JUnit files have in them. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML allows but three of them.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const ENTITY = /^&(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);/i;
const NAME = "[A-Za-z_][\\w.:-]*";
const TOKEN = new RegExp(
  `<\\?xml [^?<>]*\\?>|<!\\[CDATA\\[[\\s\\S]*?\\]\\]>|</(${NAME})\\s*>|<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>|[^<]+`,
  "gy",
);

/**
 * Every element with the names of its attributes, one a line, by depth; no text, no values.
 * https://www.w3.org/TR/xml/
 *
 * @throws Error where it isn't well-formed
 */
export function skeletonOfXml(xml: string): string[] {
  const forbidden = FORBIDDEN.exec(xml);
  if (forbidden !== null) throw new Error(`forbidden character at ${forbidden.index}`);
  const open: string[] = [];
  const lines: string[] = [];
  let at = 0;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(xml); token !== null; token = TOKEN.exec(xml)) {
    const [whole, closed, opened, attributes = "", empty] = token;
    at = TOKEN.lastIndex;
    if (closed !== undefined) {
      if (open.pop() !== closed) throw new Error(`</${closed}> closes nothing, at ${token.index}`);
    } else if (opened !== undefined) {
      references(attributes);
      const names = [...attributes.matchAll(/([\w.:-]+)\s*=\s*(?:"[^"]*"|'[^']*')/g)].map(
        ([, name]) => name ?? "",
      );
      if (new Set(names).size < names.length) throw new Error(`an attribute twice: ${whole}`);
      lines.push(`${" ".repeat(open.length)}${[opened, ...names].join(" ")}`);
      if (empty === "") open.push(opened);
    } else if (!whole.startsWith("<")) {
      references(whole);
      if (whole.includes("]]>")) throw new Error(`]]> in a text, at ${token.index}`);
      if (open.length === 0 && whole.trim() !== "") throw new Error(`text outside: ${whole}`);
    }
    if (at === xml.length) break;
  }
  if (at !== xml.length) throw new Error(`can't be read at ${at}: ${xml.slice(at, at + 60)}`);
  if (open.length > 0) throw new Error(`not closed: ${open.join(", ")}`);
  return lines;
}

function references(text: string): void {
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) {
    if (!ENTITY.test(text.slice(at, at + 12)))
      throw new Error(`bare &: ${text.slice(at, at + 12)}`);
  }
}

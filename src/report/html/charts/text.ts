/** How much room a text takes, and what fits into the room there is. Pure. */
import { clip } from "../../escape.ts";

/** Of the charts' text, as the stylesheet has it. */
export const FONT_PX = 12;
/** Height of a line. */
export const LINE_PX = 15;

/** Wider than most fonts are, so that what should fit does: no font can be measured here. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0x2e7f) return FONT_PX * 1.1;
  if (" .,:;|!'()[]ijlftr".includes(character)) return FONT_PX * 0.42;
  if ("mwMW%@—…".includes(character)) return FONT_PX * 0.95;
  return FONT_PX * (character >= "A" && character <= "Z" ? 0.74 : 0.61);
}

/** What fits, with an ellipsis where something was cut off. */
export function fitted(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  let length = [...text].length;
  while (length > 1 && textWidth(clip(text, length)) > room) length--;
  return clip(text, length);
}

/** As {@link fitted}, but the value of `flag=value` stays whole: it is what tells one from the other. */
export function fittedFlag(text: string, room: number): string {
  const sign = text.lastIndexOf("=");
  const value = text.slice(sign);
  const left = room - textWidth(value);
  return sign < 0 || left < room / 3
    ? fitted(text, room)
    : `${fitted(text.slice(0, sign), left)}${value}`;
}

/** Parts to lines of so much room, at most so many; what is left out is an ellipsis in the last. */
export function wrapped(parts: readonly string[], room: number, most: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last} ${part}`;
    if (last !== undefined && textWidth(joined) <= room) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  const shown = lines.slice(0, most).map((line) => fittedFlag(line, room));
  if (lines.length > most) shown[most - 1] = fitted(`${shown.at(-1)}, …`, room);
  return shown;
}

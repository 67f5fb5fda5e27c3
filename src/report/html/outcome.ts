/** An outcome by shape, word and colour: none of the three alone. */
import type { ResultCell } from "../../result.ts";
import { onlyProbed } from "../summary.ts";
import { html } from "./h.ts";

export type Tone = "ok" | "bad" | "warn" | "muted";

/** Drawn once, used by reference. */
export function sprite() {
  return html`<svg class="sprite" aria-hidden="true" width="0" height="0" focusable="false">
    <symbol id="icon-ok" viewBox="0 0 16 16"><circle class="shape" cx="8" cy="8" r="7.25" /><path d="M4.7 8.3l2.3 2.3 4.3-4.9" /></symbol>
    <symbol id="icon-bad" viewBox="0 0 16 16"><path class="shape" d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" /><path d="M5.4 5.4l5.2 5.2m0-5.2l-5.2 5.2" /></symbol>
    <symbol id="icon-warn" viewBox="0 0 16 16"><path class="shape" d="M8 1.2l7 13H1z" /><path d="M8 6v4m0 1.6v.6" /></symbol>
    <symbol id="icon-muted" viewBox="0 0 16 16"><rect class="shape" x="1" y="1" width="14" height="14" rx="2" /><path d="M4.5 8h7" /></symbol>
  </svg>`;
}

export function icon(tone: Tone) {
  return html`<svg class=${`icon ${tone}`} width="16" height="16" aria-hidden="true" focusable="false"><use href=${`#icon-${tone}`} /></svg>`;
}

export function badge(tone: Tone, text: string) {
  return html`<span class=${`badge ${tone}`}>${icon(tone)} ${text}</span>`;
}

/** What became of a cell, in a word or two. */
export function outcomeOf(cell: ResultCell): { tone: Tone; text: string } {
  const { outcome } = cell;
  const { kind, reason, attempts } = outcome;
  if (kind === "not-run") {
    if (reason === "not-applicable") return { tone: "muted", text: "needs tools" };
    if (reason === "doesnt-fit") return { tone: "bad", text: "not sent: doesn’t fit" };
    return { tone: "muted", text: `not run${reason === null ? "" : `: ${reason}`}` };
  }
  if (kind !== "pass") return { tone: "bad", text: kind };
  if (attempts.failed === 0)
    return { tone: "ok", text: onlyProbed(cell) ? "pass, probed" : "pass" };
  return { tone: "warn", text: `${attempts.failed} of ${attempts.ok + attempts.failed} failed` };
}

export function outcomeBadge(cell: ResultCell) {
  const { tone, text } = outcomeOf(cell);
  return badge(tone, text);
}

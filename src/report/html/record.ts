/** What was run, how the engine's lives went, what the server counts: to check, and to run it again. */
import type { Result } from "../../result.ts";
import { CROSSCHECK_HEAD, crosscheckRows, crosscheckText } from "../crosscheck.ts";
import { bytes, ms, UNKNOWN } from "../format.ts";
import { endOf } from "../markdown-details.ts";
import { whatWasRunFacts } from "../ran.ts";
import { html, type Node } from "./h.ts";
import { facts, folded, pieces, table } from "./parts.ts";

export function whatWasRun(result: Result): Node {
  return facts(whatWasRunFacts(result).map(({ what, value }) => ({ what, value: pieces(value) })));
}

export function startsOf(result: Result): Node {
  const several = result.variants.length > 1;
  const titled = ({ variant, start }: Result["starts"][number]) =>
    several ? `${variant} ${start}` : String(start);
  const logged = result.starts.filter(({ end }) => (end?.logTail.length ?? 0) > 0);
  return html`
    ${table({
      caption: "Engine starts",
      head: ["Start", "Phase", "End", "Ready after", "Peak memory"],
      figuresFrom: 3,
      rows: result.starts.map((start) => [
        titled(start),
        start.phase,
        start.end === null ? UNKNOWN : endOf(start),
        ms(start.readyMs),
        start.peakMemory === null ? UNKNOWN : bytes(start.peakMemory.bytes),
      ]),
    })}
    ${logged.map((start) =>
      folded(
        `Last lines of the log of start ${titled(start)}`,
        html`<pre class="scroll" role="group" aria-label=${`Log of start ${titled(start)}`}><code>${start.end?.logTail.join("\n")}</code></pre>`,
      ),
    )}
  `;
}

export function crosschecksOf(result: Result): Node {
  return result.crosschecks.map(
    (check) => html`
      <p>One small chat on every route of <code>${check.variant}</code>. ${crosscheckText(check)}</p>
      ${table({
        caption: `What ${check.variant} counts`,
        head: CROSSCHECK_HEAD,
        rows: crosscheckRows(check),
        figuresFrom: 1,
      })}
    `,
  );
}

/**
 * `npm run validate:rivals [-- FOLDER] [--rivals a,b] [--streams x,y]`: the golden server's streams
 * through the clients of other benchmark tools, as a table in Markdown. FOLDER (or RIVALS_DIR)
 * keeps their environments: several gigabytes, installed at the first run. Not part of CI.
 */

import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { WORDS } from "../src/provision/synthetic/words.ts";
import { spawnGolden } from "../src/testing/golden/validate.ts";
import { RIVALS } from "../src/testing/rivals/index.ts";
import { install } from "../src/testing/rivals/install.ts";
import { type Cell, measureOurs, measureRival, type Stage } from "../src/testing/rivals/measure.ts";
import { head, notes, row } from "../src/testing/rivals/table.ts";
import { writeTokenizer } from "../src/testing/rivals/tokenizer.ts";

const REQUESTS = 5;
const STREAMS = [
  ...["inferrs-chat", "inferrs-silent-tokens", "inferrs-silent-first", "inferrs-stop"],
  ...["vllm-usage", "bundles-of-four", "bundle-first", "bundles-uneven-continuous"],
  ...["reasoning-content", "reasoning-only", "tool-call", "split-in-character"],
  ...["error-in-stream", "cut-clean", "ok-with-error-body", "empty-reply"],
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rivals: { type: "string" }, streams: { type: "string" } },
});
const folder = resolve(
  positionals[0] ?? process.env.RIVALS_DIR ?? join(tmpdir(), "inferrs-bench-rivals"),
);
const rivals = RIVALS.filter(({ name, venv }) => {
  const asked = values.rivals?.split(",");
  return asked === undefined || asked.includes(name) || asked.includes(venv);
});
const streams = values.streams?.split(",") ?? STREAMS;
const print = (line: string) => process.stdout.write(`${line}\n`);
const tell = (line: string) => process.stderr.write(`${line}\n`);

// An end that runs the handlers of "exit": they end the rivals that run.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
mkdirSync(folder, { recursive: true });
const bins = new Map<string, string | Error>();
for (const rival of rivals) {
  tell(`installing ${rival.name} ${rival.version}`);
  bins.set(rival.name, await install(rival, folder).catch((error: Error) => error));
}

const golden = await spawnGolden(join(import.meta.dirname, "../src/testing/golden/corpus"));
const scripts = streams.map((name) => {
  const script = golden.scripts.find((each) => each.name === name);
  if (script === undefined) throw new Error(`--streams: the corpus has no stream ${name}`);
  return script;
});
// One tool makes its prompts of a book that it downloads.
const book = createServer((_, response) => response.end(`${WORDS.join(" ")} `.repeat(20)));
await new Promise<void>((ready) => book.listen(0, "127.0.0.1", ready));

const stage: Stage = {
  golden,
  tokenizer: join(folder, "golden-tokenizer"),
  bookUrl: `http://127.0.0.1:${(book.address() as AddressInfo).port}/book.txt`,
  home: join(folder, "home"),
  requests: REQUESTS,
};
try {
  writeTokenizer(stage.tokenizer, scripts);
  for (const line of head(rivals)) print(line);
  const all: Cell[][] = [];
  for (const script of scripts) {
    const cells = [await measureOurs(stage, script)];
    for (const rival of rivals) {
      tell(`${script.name}: ${rival.name}`);
      const bin = bins.get(rival.name);
      const cell =
        typeof bin === "string"
          ? await measureRival(stage, rival, bin, script)
          : { text: bin?.message ?? "not installed", right: false, truth: null };
      cells.push(cell);
    }
    all.push(cells);
    print(row(script, cells));
  }
  for (const line of notes(rivals, all, REQUESTS)) print(line);
} finally {
  book.close();
  await golden.close();
}

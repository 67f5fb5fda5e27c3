/**
 * The whole Action against a server of bad will: the id of its model, its answers and its refusals are
 * texts of the corpus, and so are the options. What a runner, GitHub and other programs then read.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import JSON5 from "json5";
import { resultSchema } from "../../src/result.ts";
import { SHORT } from "../../src/testing/hostile/corpus.ts";
import { ourMarkdown } from "../../src/testing/hostile/markdown.ts";
import { commandsOf, valuesOf } from "../../src/testing/hostile/runner.ts";
import { type HostileSays, startHostileServer } from "../../src/testing/hostile/server.ts";
import { skeletonOfXml } from "../../src/testing/hostile/xml.ts";
import { actionYml } from "../../src/testing/workflows/read.ts";
import { besideGithub, missingBundle, type RunnerStep, TOKEN } from "./act-harness.ts";

/** A good part of the corpus in each: what a server says has no shortest length. */
const MANY = 5;
const texts = Array.from({ length: MANY }, (_, nth) =>
  SHORT.filter((_, index) => index % MANY === nth).join(" \n "),
);
/** An environment's variable ends at a NUL. */
const asInput = (text: string) => text.replaceAll("\0", "");

const SMALL = { scenario: "smoke", "fit-budget": "0", comment: "always", rounds: "1" };

describe("dist/action.cjs and hostile texts", {
  ...{ skip: missingBundle() ?? false, timeout: 900_000 },
}, () => {
  const world = besideGithub();

  /** What everybody else reads of the step. */
  async function looked(step: RunnerStep, id: string, told: string): Promise<string> {
    const { output } = await step.ended;
    onlyOurs(output, told);
    const outputs = valuesOf(readFileSync(step.files.OUTPUT, "utf8"));
    assert.deepEqual([...outputs.keys()].sort(), Object.keys(actionYml().outputs).sort(), told);
    assert.deepEqual([...valuesOf(readFileSync(step.files.STATE, "utf8")).keys()], ["out-dir"]);
    ourMarkdown(readFileSync(step.files.STEP_SUMMARY, "utf8"), `summary: ${told}`);
    const ours = world.github
      .comments()
      .filter(({ body }) => body.startsWith(`<!-- inferrs-bench:${id} -->`));
    assert.equal(ours.length, 1, `${told}\n${output}`);
    ourMarkdown(ours[0]?.body ?? "", `comment: ${told}`);
    const out = join(dirname(step.files.OUTPUT), "inferrs-bench-out");
    const read = (name: string) => readFileSync(join(out, name), "utf8");
    resultSchema.parse(JSON.parse(read("result.json")));
    ourMarkdown(read("report.md"), `report.md: ${told}`);
    if (existsSync(join(out, "openclaw.json5"))) JSON5.parse(read("openclaw.json5"));
    if (existsSync(join(out, "junit.xml"))) skeletonOfXml(read("junit.xml"));
    return output;
  }

  const server = (says: Partial<HostileSays>) =>
    startHostileServer({ model: "m", answer: "4.", refusal: null, ...says });

  for (const [nth, text] of texts.entries()) {
    test(`the model's id and its answers, part ${nth + 1} of ${MANY}`, async () => {
      const says = await server({ model: text, answer: text });
      const id = `answers-${nth}`;
      const inputs = { ...SMALL, "base-url": says.url, "comment-id": id, "github-token": TOKEN };
      try {
        await looked(world.copy.bundle(inputs, world.github.url), id, id);
      } finally {
        await says.close();
      }
    });

    test(`refusals, part ${nth + 1} of ${MANY}`, async () => {
      const refusal = { status: [400, 422, 500][nth % 3] ?? 400, text, plain: nth % 2 === 0 };
      const says = await server({ model: text, refusal });
      const id = `refusals-${nth}`;
      const inputs = {
        ...{ ...SMALL, "base-url": says.url, "comment-id": id, "github-token": TOKEN },
        label: asInput(text),
      };
      try {
        await looked(world.copy.bundle(inputs, world.github.url), id, id);
        // And a model that it doesn't list.
        const other = { ...inputs, model: `x${asInput(text)}` };
        onlyOurs((await world.copy.bundle(other, world.github.url).ended).output, id);
      } finally {
        await says.close();
      }
    });

    test(`options, and the lines of a log, part ${nth + 1} of ${MANY}`, async () => {
      const inputs = {
        ...{ ...SMALL, engine: "sim", "comment-id": `options-${nth}`, "github-token": TOKEN },
        sim: `load-error=${asInput(text).replaceAll("\n", " ")}`,
        label: asInput(text),
      };
      const step = world.copy.bundle(inputs, world.github.url);
      const { output } = await step.ended;
      onlyOurs(output, inputs["comment-id"]);
      ourMarkdown(readFileSync(step.files.STEP_SUMMARY, "utf8"), inputs["comment-id"]);
      valuesOf(readFileSync(step.files.OUTPUT, "utf8"));
    });

    test(`inputs that are refused, part ${nth + 1} of ${MANY}`, async () => {
      const input = ["suite", "compat", "fail-on", "base", "command"][nth] ?? "suite";
      const inputs = { ...SMALL, "github-token": TOKEN, [input]: asInput(text) };
      const step = world.copy.bundle(inputs, world.github.url);
      const { code, output } = await step.ended;
      assert.equal(code, 1, output);
      onlyOurs(output, input);
      ourMarkdown(readFileSync(step.files.STEP_SUMMARY, "utf8"), input);
      valuesOf(readFileSync(step.files.OUTPUT, "utf8"));
    });
  }
});

/** The runner has heard nothing but what we say. */
function onlyOurs(log: string, told: string): void {
  for (const { name, properties, message } of commandsOf(log)) {
    const heard = `${told}: ::${name} ${properties}::${message}`;
    assert.match(name, /^(add-mask|stop-commands|error|warning|notice)$/, heard);
    if (name === "add-mask") assert.equal(message, TOKEN, heard);
    if (name === "stop-commands") assert.match(message, /^[0-9a-f]{8}-[0-9a-f-]{27}$/, heard);
    if (properties !== "") assert.match(properties, /^title=[^,]*$/, heard);
  }
}

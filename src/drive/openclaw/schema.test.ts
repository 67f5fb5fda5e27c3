import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePath } from "./path.ts";
import { checkPath, compatFlagsOf, compatValueOf, type JsonSchema } from "./schema.ts";

/** Of the shape that the client prints; the names are ours. */
const schema: JsonSchema = {
  type: "object",
  properties: {
    agents: { $ref: "#/$defs/agents" },
    models: {
      type: "object",
      properties: {
        providers: {
          type: "object",
          additionalProperties: {
            type: "object",
            properties: {
              models: {
                type: "array",
                items: {
                  type: "object",
                  properties: {
                    compat: {
                      type: "object",
                      additionalProperties: false,
                      properties: {
                        plain: { type: "boolean" },
                        field: {
                          anyOf: [
                            { type: "string", const: "a" },
                            { type: "string", const: "b" },
                          ],
                        },
                        words: { type: "array", items: { type: "string" } },
                        free: { type: "string" },
                        routing: { type: "object", properties: {} },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  $defs: {
    agents: {
      type: "object",
      properties: {
        skills: { anyOf: [{ type: "array" }, { type: "object", properties: { deep: {} } }] },
      },
    },
  },
};

const check = (text: string) => checkPath(schema, parsePath(text) ?? [], text, "1.2.3");

test("flags and their values are those of the schema", () => {
  assert.deepEqual(Object.keys(compatFlagsOf(schema)), [
    "plain",
    "field",
    "words",
    "free",
    "routing",
  ]);
  const parse = compatValueOf(schema, "1.2.3");
  assert.equal(parse("plain", "false"), false);
  assert.equal(parse("field", "b"), "b");
  assert.deepEqual(parse("words", "x+y"), ["x", "y"]);
  assert.equal(parse("free", "anything"), "anything");
  assert.throws(
    () => parse("plane", "true"),
    /a compat flag of OpenClaw 1\.2\.3\. Did you mean "plain"/,
  );
  assert.throws(() => parse("plain", "yes"), /true or false/);
  assert.throws(() => parse("field", "c"), /expected a or b/);
  assert.throws(() => parse("routing", "x"), /--setting 'models\.providers\.PROVIDER/);
});

test("a path that the schema has, through references, alternatives, lists and any name", () => {
  for (const path of [
    "agents.skills",
    "agents.skills.deep",
    "models.providers.any.models[3].compat.plain",
  ]) {
    assert.doesNotThrow(() => check(path), path);
  }
});

test("a path that it hasn't is told at its first unknown part", () => {
  assert.throws(() => check("agents.skils"), /it knows no skils in agents\. Did you mean "skills"/);
  assert.throws(() => check("agent"), /it knows no agent\. Did you mean "agents"/);
  assert.throws(
    () => check("models.providers.x.zzz.y"),
    /no zzz in models\.providers\.x\. There is models/,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymous, withoutSecrets } from "./redact.ts";

const who = { secrets: ["sk-secret"], home: "/home/mara", user: "mara", host: "workhorse.lan" };

test("a key is in no text, the longer one first", () => {
  assert.equal(withoutSecrets("a sk-1 b sk-12 c", ["sk-1", "sk-12"]), "a *** b *** c");
  assert.equal(withoutSecrets("an x stays", ["x"]), "an x stays");
});

for (const [text, expected] of [
  ["key sk-secret", "key ***"],
  ["/home/mara/models/gemma", "~/models/gemma"],
  ["/Users/petra/x and C:\\Users\\petra\\x", "~/x and ~\\x"],
  ["mara@workhorse says", "…@… says"],
  ["marathon", "marathon"],
  ["http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"],
  ["http://gpu.example.com:8080/v1", "http://elsewhere/v1"],
  ["http://user:pw@localhost:1/v1", "http://localhost:1/v1"],
  ["connect ECONNREFUSED 10.1.2.3:80", "connect ECONNREFUSED x.x.x.x:80"],
  ["listening on 0.0.0.0, 127.0.0.1", "listening on 0.0.0.0, 127.0.0.1"],
] as const) {
  test(`for an issue: ${text}`, () => assert.equal(anonymous(text, who), expected));
}

/** compose.yaml: what it starts is what the docs say, and the client takes its server for a local one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { hostClassChange } from "../drive/proxy/host-class.ts";
import { parseSize } from "../inputs/parse.ts";
import { OPTION_TABLE } from "../inputs/table.ts";

const ROOT = join(import.meta.dirname, "../..");

interface Service {
  command: string[];
  networks: string[] | Record<string, { aliases?: string[] }>;
  read_only?: boolean;
  cap_drop?: string[];
  mem_limit?: string;
  build: { target: string };
}

function compose(name: string): Record<string, Service> {
  const text = readFileSync(join(ROOT, name), "utf8");
  return (parse(text) as { services: Record<string, Service> }).services;
}

/** `${NAME:-default}` as compose fills it in where the variable isn't set. */
const filled = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");

test("the bench's options are options, and its server is the other service", () => {
  const { inferrs, bench } = compose("compose.yaml");
  const options = new Map(
    (bench?.command ?? []).slice(1).map((each) => {
      const [, name = "", value = ""] = /^--([a-z-]+)=(.*)$/.exec(filled(each)) ?? [];
      return [name, value];
    }),
  );
  const names: string[] = OPTION_TABLE.map(({ name }) => name);
  for (const name of options.keys()) assert.ok(names.includes(name), name);
  const url = new URL(options.get("base-url") ?? "");
  const networks = inferrs?.networks as Record<string, { aliases?: string[] }>;
  assert.deepEqual(networks.bench?.aliases, [url.hostname]);
  assert.ok(inferrs?.command.includes(`--port=${url.port}`));
  assert.equal(
    parseSize("--memory-limit", options.get("memory-limit") ?? ""),
    12 * 2 ** 30,
    "compose counts 12g in 1024s; so must the bench",
  );
  assert.equal(filled(inferrs?.mem_limit ?? ""), "12g");
});

test("OpenClaw treats that host as it treats the proxy in front of it", () => {
  const { bench } = compose("compose.yaml");
  const url = bench?.command.find((each) => each.startsWith("--base-url="))?.slice(11) ?? "";
  assert.equal(hostClassChange(url, "http://127.0.0.1:1/v1"), null);
  assert.notEqual(hostClassChange("http://inferrs:8080/v1", "http://127.0.0.1:1/v1"), null);
});

test("both are read-only and without capabilities; the bench reaches nothing but the server", () => {
  const { inferrs, bench } = compose("compose.yaml");
  for (const service of [inferrs, bench]) {
    assert.equal(service?.read_only, true);
    assert.deepEqual(service?.cap_drop, ["ALL"]);
  }
  assert.deepEqual(bench?.networks, ["bench"]);
});

test("with a GPU only what must be differs", () => {
  const [plain, cuda] = [compose("compose.yaml").inferrs, compose("compose.cuda.yaml").inferrs];
  assert.equal(cuda?.build.target, "cuda");
  const rest = (service: Service | undefined) =>
    service?.command.filter((each) => !each.startsWith("--device"));
  assert.deepEqual(rest(cuda), rest(plain));
});

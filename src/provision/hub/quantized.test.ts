import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hubFixture, model } from "../../testing/hub/fixture.ts";
import { quantizationIn, quantizedFile, weightBits } from "./quantized.ts";
import type { Wanted } from "./types.ts";

test("what inferrs makes of the weights, by its arguments", () => {
  const cases: [string[], string | null][] = [
    [[], "Q4K"],
    [["--quantize"], "Q4K"],
    [["--quantize=Q8_0"], "Q8_0"],
    [["--quantize=q4_k_m"], "Q4K"],
    [["--quantize=none"], null],
    [["--quantize=False"], null],
    [["--paged-attention=0.5"], null],
    [["--dtype=f16"], "Q4K"],
  ];
  for (const [args, expected] of cases)
    assert.equal(quantizationIn(args), expected, args.join(" "));
});

test("the first line names the file that inferrs will write, until it is there", async () => {
  const { ensure, lines } = await hubFixture([model({}, 1_600_000)]);
  const { commit } = await ensure({ quantization: "Q4K" });
  assert.match(
    lines[0] ?? "",
    /to fetch; inferrs writes about \S+ \S+ beside it \(model-Q4K\.gguf\)/,
  );
  lines.length = 0;
  await ensure({ quantization: "Q4K" });
  assert.match(lines[0] ?? "", /all in the cache; inferrs writes about/);
  assert.match(commit, /^[0-9a-f]{40}$/);
  lines.length = 0;
  await ensure({ quantization: null });
  assert.doesNotMatch(lines[0] ?? "", /inferrs writes/);
});

test("by the bits that the weights have, as the config says; else 16", async () => {
  const cases: [string, number][] = [
    ['{"dtype":"bfloat16"}', 16],
    ['{"torch_dtype":"float32"}', 32],
    ['{"torch_dtype":"torch.float16"}', 16],
    ['{"text_config":{"torch_dtype":"float32"}}', 32],
    ['{"dtype":"float8_e4m3fn"}', 8],
    ['{"torch_dtype":"auto"}', 16],
    ['{"model_type":"gemma4"}', 16],
    ['["no object"]', 16],
    ["no JSON", 16],
  ];
  for (const [config, bits] of cases) assert.equal(weightBits(config), bits, config);
  const files = { ...model({}, 1_600_000).files };
  files["config.json"] = Buffer.from('{"torch_dtype":"float32"}');
  const { ensure, lines } = await hubFixture([model({ files })]);
  await ensure({ quantization: "Q4K" });
  assert.match(lines[0] ?? "", /inferrs writes about 225 KB beside it/);
  lines.length = 0;
  await ensure({ quantization: "Q4K" }, { offline: true });
  assert.match(lines[0] ?? "", /inferrs writes about 225 KB beside it/);
});

test("4.5 of 16 bits; nothing for a GGUF file, or where the file is there", async () => {
  const { home, ensure } = await hubFixture([model({}, 1_600_000)]);
  const { commit } = await ensure();
  const repo = { id: "org/model", dir: join(home, "hub", "models--org--model") };
  const wanted = (path: string): Wanted => ({
    repo,
    resolved: { id: repo.id, revision: "main", commit, files: [], baseModel: null },
    file: { path, bytes: 1_600_000, digest: "" },
  });
  const weights = [wanted("config.json"), wanted("a.safetensors"), wanted("b.safetensors")];
  assert.deepEqual(quantizedFile("Q4K", weights), { name: "model-Q4K.gguf", bytes: 900_000 });
  assert.equal(quantizedFile(null, weights), null);
  assert.equal(quantizedFile("Q4K", [wanted("model.gguf"), wanted("config.json")]), null);
  writeFileSync(join(repo.dir, "snapshots", commit, "model-Q4K.gguf"), "");
  assert.equal(quantizedFile("Q4K", weights), null);
  assert.equal(quantizedFile("Q8_0", weights)?.bytes, 1_700_000);
});

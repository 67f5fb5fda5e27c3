import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type HubFixture, hubFixture, model } from "../../testing/hub/fixture.ts";
import { sha256 } from "../../testing/hub/repos.ts";
import type { HubRequest } from "../../testing/hub/server.ts";

const REPO = model();
const WEIGHTS = REPO.files["model.safetensors"] ?? Buffer.alloc(0);
const DIGEST = sha256(WEIGHTS);
/** The CDN's path of the weights. */
const PATH = new RegExp(DIGEST);

function blob(home: string): string {
  return join(home, "hub/models--org--model/blobs", DIGEST);
}

function ranges(requests: HubRequest[]): (string | null)[] {
  const of = requests.filter((request) => request.host === "cdn" && PATH.test(request.path));
  return of.map((request) => request.range);
}

async function whole(fixture: HubFixture): Promise<void> {
  await fixture.ensure();
  assert.deepEqual(readFileSync(blob(fixture.home)), WEIGHTS);
  const left = readdirSync(join(fixture.home, "hub/models--org--model/blobs"));
  assert.deepEqual(
    left.filter((name) => name.includes(".")),
    [],
    "no part and no lock is left",
  );
}

test("a connection that breaks is taken up where it broke", async () => {
  const fixture = await hubFixture([REPO], [{ path: PATH, times: 2, cutAfter: 100_000 }]);
  await whole(fixture);
  const [first, ...later] = ranges(fixture.hub.requests);
  assert.equal(first, null);
  assert.ok(later.length >= 2);
  for (const range of later) assert.match(range ?? "", /^bytes=[1-9]\d+-$/);
});

test("so is a body that ends too soon, in order", async () => {
  const fixture = await hubFixture([REPO], [{ path: PATH, times: 1, shortBy: 1234 }]);
  await whole(fixture);
  assert.deepEqual(ranges(fixture.hub.requests), [null, `bytes=${WEIGHTS.length - 1234}-`]);
});

test("a run that was stopped in the middle goes on from there the next time", async () => {
  const trickle = { bytes: 20_000, everyMs: 20 };
  const fixture = await hubFixture([REPO], [{ path: PATH, trickle }]);
  const stop = new AbortController();
  const part = `${blob(fixture.home)}.incomplete`;
  const watch = setInterval(() => {
    if ((statSync(part, { throwIfNoEntry: false })?.size ?? 0) >= 60_000) stop.abort("SIGINT");
  }, 5);
  await assert.rejects(fixture.ensure({}, { signal: stop.signal }));
  clearInterval(watch);
  const have = statSync(part).size;
  assert.ok(have >= 60_000 && have < WEIGHTS.length);
  fixture.hub.rule();
  fixture.hub.requests.length = 0;
  await whole(fixture);
  assert.deepEqual(ranges(fixture.hub.requests), [`bytes=${have}-`]);
  assert.match(fixture.lines.at(-1) ?? "", new RegExp(`${Math.round((3e5 - have) / 1000)} KB to`));
});

test("a server that knows no ranges is asked for all of it again", async () => {
  const fixture = await hubFixture(
    [REPO],
    [
      { path: PATH, times: 1, cutAfter: 100_000 },
      { path: PATH, ignoreRange: true },
    ],
  );
  await whole(fixture);
});

test("a slow trickle is waited for, a silence is not", async () => {
  const trickle = { bytes: 30_000, everyMs: 60 };
  const fixture = await hubFixture([REPO], [{ path: PATH, trickle }]);
  await fixture.ensure({}, { silenceMs: 400 });
  assert.deepEqual(ranges(fixture.hub.requests), [null], "longer in all than any silence allowed");

  const stalled = await hubFixture([REPO], [{ path: PATH, times: 1, stallAfter: 50_000 }]);
  await stalled.ensure({}, { silenceMs: 400 });
  assert.deepEqual(readFileSync(blob(stalled.home)), WEIGHTS);
  assert.equal(ranges(stalled.hub.requests).length, 2);
});

test("a trickle that would take days is given up, and gone on with elsewhere", async () => {
  const drops = { bytes: 10, everyMs: 20 };
  const leastRate = { stretchMs: 300, leastBytes: 5000 };
  const fixture = await hubFixture([REPO], [{ path: PATH, times: 1, trickle: drops }]);
  await fixture.ensure({}, { leastRate });
  assert.deepEqual(readFileSync(blob(fixture.home)), WEIGHTS);
  const [first, second, ...more] = ranges(fixture.hub.requests);
  assert.deepEqual([first, more], [null, []]);
  assert.match(second ?? "", /^bytes=[1-9]\d*-$/);
});

test("a wrong digest is fetched anew once, then it is an error, and nothing of it is used", async () => {
  const fixture = await hubFixture([REPO], [{ path: PATH, times: 1, corrupt: true }]);
  await whole(fixture);
  assert.match(fixture.lines.join("\n"), /model\.safetensors has a wrong digest/);

  const always = await hubFixture([REPO], [{ path: PATH, corrupt: true }]);
  await assert.rejects(always.ensure(), (error: Error) => {
    assert.equal(error.name, "SetupError");
    assert.match(error.message, new RegExp(`expected ${DIGEST}, got (?!${DIGEST})[0-9a-f]{64}`));
    assert.match(error.message, /HF_ENDPOINT/);
    return true;
  });
  assert.equal(existsSync(blob(always.home)), false);
  assert.equal(existsSync(`${blob(always.home)}.incomplete`), false);
});

test("small files are checked too, by git's own digest", async () => {
  const fixture = await hubFixture(
    [REPO],
    [{ path: /resolve-cache.*config\.json$/, corrupt: true }],
  );
  await assert.rejects(
    fixture.ensure(),
    /config\.json of org\/model came twice with a wrong digest/,
  );
});

test("one that never brings a byte ends with what there is, and what to do", async () => {
  const silent = await hubFixture([REPO], [{ path: PATH, shortBy: WEIGHTS.length }]);
  await assert.rejects(silent.ensure(), (error: Error) => {
    assert.equal(error.name, "SetupError");
    assert.match(
      error.message,
      /model\.safetensors of org\/model breaks off after 0 of 300000 bytes/,
    );
    assert.match(error.message, /the server ended it.*what is there is kept/);
    return true;
  });
  const closed = await hubFixture([REPO], [{ path: PATH, cutAfter: 0 }]);
  await assert.rejects(closed.ensure(), /after 0 of 300000 bytes.*other side closed/);
  assert.ok(closed.pauses.length >= 3, "it was tried again");
});

test("two runs at once fetch it once", async () => {
  const trickle = { bytes: 50_000, everyMs: 20 };
  const fixture = await hubFixture([REPO], [{ path: PATH, trickle }]);
  await Promise.all([fixture.ensure(), fixture.ensure()]);
  assert.equal(ranges(fixture.hub.requests).length, 1);
  assert.match(fixture.lines.join("\n"), /process \d+ is fetching .*: waiting for it/);
  assert.deepEqual(readFileSync(blob(fixture.home)), WEIGHTS);
});

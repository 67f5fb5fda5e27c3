import assert from "node:assert/strict";
import { test } from "node:test";
import { hostClass, hostClassChange } from "./host-class.ts";

const CASES: Record<string, string[]> = {
  local: [
    "http://localhost:8080/v1",
    "http://127.0.0.1:1",
    "http://127.9.9.9",
    "http://0.0.0.0:8080",
    "http://[::1]:8080",
    "http://[::ffff:127.0.0.1]",
    "http://10.1.2.3",
    "http://172.16.0.1",
    "http://172.31.255.1",
    "http://192.168.1.5",
    "http://100.64.0.1",
    "http://100.127.0.1",
    "http://mac.local",
    "http://MAC.LOCAL",
    "http://[fd7a:115c:a1e0::1]",
    "http://[fe80::1]",
  ],
  "self-hosted": ["http://host.docker.internal:8080", "http://host.orb.internal"],
  bare: ["http://gpu-box:8080"],
  public: [
    "https://api.example.com/v1",
    "http://172.32.0.1",
    "http://172.15.0.1",
    "http://100.128.0.1",
    "http://192.169.0.1",
    "http://8.8.8.8",
    "http://[2001:db8::1]",
    "http://local.example.com",
    "http://other.internal",
  ],
};

test("hosts as OpenClaw takes them", () => {
  for (const [expected, urls] of Object.entries(CASES)) {
    for (const url of urls) assert.equal(hostClass(url), expected, url);
  }
});

test("the change to the proxy's own address is told, and what it does", () => {
  const shown = "http://127.0.0.1:5000/v1";
  assert.equal(hostClassChange("http://192.168.1.5:8080/v1", shown), null);
  const change = hostClassChange("https://api.example.com/v1", shown);
  assert.deepEqual([change?.from, change?.to], ["public", "local"]);
  assert.match(
    change?.effect ?? "",
    /api\.example\.com a silence of 120 s; .* 127\.0\.0\.1 it is no limit/,
  );
});

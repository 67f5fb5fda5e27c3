import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelLogEnd, oomKillOf, parseOomKills } from "./kernel-log.ts";

/** As Linux 6.18 wrote them, shortened in the middle. */
const CGROUP = [
  "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/job/t1,task_memcg=/job/t1/t2,task=node,pid=30869,uid=0",
  "Memory cgroup out of memory: Killed process 30869 (node) total-vm:1610692kB, anon-rss:584004kB, file-rss:35476kB, shmem-rss:0kB, UID:0 pgtables:1608kB oom_score_adj:500",
];

test("a kill at a cgroup's limit names the cgroup and what the victim had", () => {
  assert.deepEqual(parseOomKills(CGROUP), [
    { pid: 30869, cgroup: "/job/t1", rssBytes: (584004 + 35476) * 1024 },
  ]);
});

test("a kill for want of the machine's memory is told apart", () => {
  const machine = [
    "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/user.slice,task=inferrs,pid=77,uid=1000",
    "Out of memory: Killed process 77 (inferrs) total-vm:100kB, anon-rss:90kB, file-rss:0kB, shmem-rss:2kB, UID:1000 pgtables:1kB oom_score_adj:500",
  ];
  assert.deepEqual(parseOomKills(machine), [{ pid: 77, cgroup: null, rssBytes: 92 * 1024 }]);
});

test("lines that a process could write itself say nothing of others", () => {
  assert.deepEqual(parseOomKills(["systemd[1]: a.service: Killed process 5 (x)", ""]), []);
});

test("the log is read to its end, where it may be read", (context) => {
  const end = kernelLogEnd();
  if (end === null) return context.skip("the kernel's log may not be read here");
  assert.equal(oomKillOf([process.pid], end), null);
  assert.ok(end > 0);
});

// Is what runs in this container well? Of a server: its /health says so (HEALTH_URL names it). Of a
// run of the bench: it is there, and not stopped.
import { readdirSync, readFileSync } from "node:fs";

const url = process.env.HEALTH_URL ?? "";
if (url !== "") {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) }).catch((error) => error);
  end(answer.ok === true, `${url}: ${answer.status ?? answer.message}`);
}
const states = readdirSync("/proc")
  .filter((name) => /^\d+$/.test(name))
  .map(stateOf)
  .filter((state) => state !== null);
end(
  states.length > 0 && states.every((state) => state !== "T"),
  states.length === 0 ? "no run is here" : `states of the run: ${states.join(" ")}`,
);

/** Of a process of the bench: R, S, D, T (stopped), …; null: it is another one, or gone. */
function stateOf(pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    if (!command.some((part) => part.endsWith("inferrs-bench") || part.endsWith("/cli.cjs"))) {
      return null;
    }
    return /\)\s+(\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? null;
  } catch {
    return null;
  }
}

function end(well, words) {
  process.stdout.write(`${words}\n`);
  process.exit(well ? 0 : 1);
}

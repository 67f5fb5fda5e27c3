/** A scenario's turns, one by one. */
import { withNumber } from "../../analyze/expect.ts";
import type { Scenario, ScriptedReply } from "../../plan/scenario.ts";

export interface SingleTurn {
  message: string;
  expect: Scenario["turns"][number]["expect"];
  script: ScriptedReply[];
}

/** Each turn as often as it is repeated, its number put in. */
export function spreadTurns(turns: Scenario["turns"]): SingleTurn[] {
  return turns.flatMap(({ message, expect, script, repeat }) =>
    Array.from({ length: repeat }, (_, at) => ({
      message: message.replaceAll("{n}", String(at + 1)),
      // Only when all of them are over can something have come of their number.
      expect: withNumber(
        at + 1 === repeat ? expect : expect.filter((each) => !("compacted" in each)),
        at + 1,
      ),
      script: JSON.parse(JSON.stringify(script).replaceAll("{n}", String(at + 1))),
    })),
  );
}

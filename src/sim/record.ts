/** When the simulator's streams really began, spoke and ended: its own account, for tests of ours. */
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";

/** One stream; times are those of `process.hrtime`, which all processes of a machine share on Linux. */
export interface RecordedStream {
  id: string;
  /** SHA-256 (hex) of the request's `authorization`: who asked, without the key; null: it had none. */
  authorizationSha256: string | null;
  /** When the request had come. */
  beganNs: number;
  firstTokenNs: number | null;
  lastTokenNs: number | null;
  endedNs: number;
}

export function now(): number {
  return Number(process.hrtime.bigint());
}

export class StreamRecord {
  readonly #file: string | null;

  /** @param file a line of JSON for each stream is appended to it; null: nothing is kept */
  constructor(file: string | null) {
    this.#file = file;
  }

  /** @param beganNs when the first of the request was there: its body is read after that */
  begin(
    id: string,
    beganNs: number,
    authorization: string | undefined,
  ): { token(): void; end(): void } {
    const stream: RecordedStream = {
      ...{ id, authorizationSha256: null, beganNs },
      ...{ firstTokenNs: null, lastTokenNs: null, endedNs: 0 },
    };
    return {
      token: () => {
        stream.lastTokenNs = now();
        stream.firstTokenNs ??= stream.lastTokenNs;
      },
      end: () => {
        stream.endedNs = now();
        if (this.#file === null) return;
        if (authorization !== undefined) {
          stream.authorizationSha256 = createHash("sha256").update(authorization).digest("hex");
        }
        appendFileSync(this.#file, `${JSON.stringify(stream)}\n`);
      },
    };
  }
}

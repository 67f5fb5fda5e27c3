/** Where the doctor speaks: steps as they come on stdout, what it is at on stderr, no secret anywhere. */
import type { BenchHost } from "../end.ts";
import { widthOf } from "../host/screen.ts";
import { type DoctorView, renderDoctorStep, renderSkipped } from "../report/doctor.ts";
import { clip, plain } from "../report/escape.ts";
import { withoutSecrets } from "./redact.ts";
import { type DoctorStep, type StepId, TITLES } from "./steps.ts";

export class DoctorOutput {
  readonly view: DoctorView;
  readonly #host: BenchHost;
  readonly #json: boolean;
  readonly #secrets: readonly string[];
  #skipped: DoctorStep[] = [];
  #busy = false;

  constructor(host: BenchHost, json: boolean, secrets: readonly string[]) {
    const color = host.stdout.isTTY === true && host.env.NO_COLOR === undefined;
    this.view = { columns: widthOf(host.stdout, 100), color };
    this.#host = host;
    this.#json = json;
    this.#secrets = secrets;
  }

  /** For the reader; nothing with --json. */
  print(text: string): void {
    this.#clear();
    if (!this.#json) this.#host.stdout.write(`${withoutSecrets(text, this.#secrets)}\n`);
  }

  /** The one document of --json. */
  json(value: unknown): void {
    this.#clear();
    const text = JSON.stringify(value, null, 2);
    if (this.#json) this.#host.stdout.write(`${withoutSecrets(text, this.#secrets)}\n`);
  }

  /** The same for who shows it elsewhere. */
  withoutSecrets<T>(value: T): T {
    return JSON.parse(withoutSecrets(JSON.stringify(value), this.#secrets)) as T;
  }

  /** What is not part of the result: fetching, waiting, the end of it. */
  say(line: string): void {
    this.#clear();
    this.#host.stderr.write(`${withoutSecrets(plain(line), this.#secrets)}\n`);
  }

  /** Several lines of the same kind. */
  note(text: string): void {
    for (const line of text.split("\n")) this.say(line);
  }

  /** On a terminal, until the step is over. */
  begin(id: StepId, words?: string): void {
    if (this.#json || !this.#host.stderr.isTTY) return;
    const text = words === undefined ? TITLES[id] : `${TITLES[id]}: ${words}`;
    this.#host.stderr.write(`\u001b[2K…        ${clip(plain(text), this.view.columns - 10)}\r`);
    this.#busy = true;
  }

  /** Those that were skipped for one reason are shown together. */
  step(step: DoctorStep): void {
    if (step.status !== "skipped" || this.#skipped[0]?.came !== step.came) this.flush();
    if (step.status === "skipped") this.#skipped.push(step);
    else this.print(renderDoctorStep(step, this.view));
  }

  flush(): void {
    if (this.#skipped.length > 0) this.print(renderSkipped(this.#skipped, this.view));
    this.#skipped = [];
  }

  #clear(): void {
    if (this.#busy) this.#host.stderr.write("\u001b[2K");
    this.#busy = false;
  }
}

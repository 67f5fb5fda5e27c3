/**
 * Bad input, told so that the reader can mend it: which input, what came, what was expected, and
 * what to do. Exit code 2; nothing has been started or written when one is thrown.
 */
export class InputError extends Error {
  readonly input: string;
  /** Null: a flag, which has none. */
  readonly value: string | null;
  readonly expected: string;
  readonly mend: string;

  constructor(about: { input: string; value: string | null; expected: string; mend: string }) {
    super(
      `${about.input}: ${about.value === null ? "" : `got "${about.value}"; `}expected ${about.expected.replace(/\.$/, "")}. ${about.mend}`.trim(),
    );
    this.name = "InputError";
    this.input = about.input;
    this.value = about.value;
    this.expected = about.expected;
    this.mend = about.mend;
  }
}

/** The set-up failed (engine start, model, download): exit code 3. */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SetupError";
  }
}

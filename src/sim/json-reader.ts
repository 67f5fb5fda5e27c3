/**
 * Reads JSON from bytes and tells of errors as serde_json 1 does: its words, and the line and
 * column that it counts (columns in bytes). Rules read off its `SliceRead` and `Deserializer`, and
 * checked against what inferrs answers.
 */

/** `syntax` (400 in inferrs): no JSON. `data` (422): JSON of the wrong shape. */
export class JsonError extends Error {
  readonly kind: "syntax" | "data";
  /** Where it happened, e.g. `messages[0].content`; empty at the root. Set once, by the innermost. */
  path: string | null = null;
  /** Bytes consumed when it happened; null until somebody who knows sets it. */
  position: number | null;

  constructor(kind: "syntax" | "data", message: string, position: number | null) {
    super(message);
    this.kind = kind;
    this.position = position;
  }
}

export type JsonNumber = { integer: bigint } | { float: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACES = new Set([0x20, 0x0a, 0x0d, 0x09]);
const ESCAPES: Record<string, string> = {
  ...{ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
};

export class JsonReader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next byte that isn't white space, as text, not consumed; null at the end. */
  peek(): string | null {
    while (SPACES.has(this.bytes[this.position] ?? -1)) this.position++;
    const byte = this.bytes[this.position];
    return byte === undefined ? null : String.fromCharCode(byte);
  }

  /** Error at the last consumed byte. */
  errorHere(kind: "syntax" | "data", message: string): JsonError {
    return new JsonError(kind, message, this.position);
  }

  /** Syntax error at the next byte. */
  errorAtNext(message: string): JsonError {
    return new JsonError("syntax", message, Math.min(this.bytes.length, this.position + 1));
  }

  /** `line 1 column 51`, as serde_json counts it. */
  place(position: number): string {
    let line = 1;
    let column = 0;
    for (const byte of this.bytes.subarray(0, position)) {
      column++;
      if (byte === 0x0a) {
        line++;
        column = 0;
      }
    }
    return `line ${line} column ${column}`;
  }

  /** Consumes `null`, `true` or `false`. */
  word(word: string): void {
    for (const letter of word) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw this.errorHere("syntax", "EOF while parsing a value");
      this.position++;
      if (byte !== letter.charCodeAt(0)) throw this.errorHere("syntax", "expected ident");
    }
  }

  number(): JsonNumber {
    const from = this.position;
    const take = () => this.bytes[this.position++];
    const digit = () => {
      const byte = this.bytes[this.position];
      return byte !== undefined && byte >= 0x30 && byte <= 0x39;
    };
    const needDigits = () => {
      if (this.position >= this.bytes.length)
        throw this.errorHere("syntax", "EOF while parsing a value");
      if (!digit()) {
        this.position++;
        throw this.errorHere("syntax", "invalid number");
      }
      while (digit()) take();
    };
    if (this.bytes[this.position] === 0x2d) take();
    if (this.bytes[this.position] === 0x30) {
      take();
      if (digit()) throw this.errorAtNext("invalid number");
    } else needDigits();
    let float = false;
    if (this.bytes[this.position] === 0x2e) {
      float = true;
      take();
      needDigits();
    }
    if (this.bytes[this.position] === 0x65 || this.bytes[this.position] === 0x45) {
      float = true;
      take();
      if ([0x2b, 0x2d].includes(this.bytes[this.position] ?? 0)) take();
      needDigits();
    }
    const text = Buffer.from(this.bytes.subarray(from, this.position)).toString("latin1");
    const integer = float ? null : BigInt(text);
    const fits = integer !== null && integer >= -(2n ** 63n) && integer < 2n ** 64n;
    return fits ? { integer } : { float: Number(text) };
  }

  /** A string, from its opening quote. */
  string(): string {
    this.position++;
    let text = "";
    let from = this.position;
    const flush = () => {
      text += Buffer.from(this.bytes.subarray(from, this.position)).toString("utf8");
    };
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw this.errorHere("syntax", "EOF while parsing a string");
      if (byte === QUOTE) {
        flush();
        this.position++;
        return text;
      }
      if (byte === BACKSLASH) {
        flush();
        this.position++;
        text += this.#escape();
        from = this.position;
      } else if (byte < 0x20) {
        this.position++;
        throw this.errorHere(
          "syntax",
          "control character (\\u0000-\\u001F) found while parsing a string",
        );
      } else this.position++;
    }
  }

  #escape(): string {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw this.errorHere("syntax", "EOF while parsing a string");
    this.position++;
    const letter = String.fromCharCode(byte);
    if (letter !== "u") {
      const plain = ESCAPES[letter];
      if (plain === undefined) throw this.errorHere("syntax", "invalid escape");
      return plain;
    }
    const first = this.#hex();
    if (first >= 0xdc00 && first <= 0xdfff)
      throw this.errorHere("syntax", "lone leading surrogate in hex escape");
    if (first < 0xd800 || first > 0xdbff) return String.fromCharCode(first);
    for (const wanted of "\\u") {
      const next = this.bytes[this.position++];
      if (next !== wanted.charCodeAt(0))
        throw this.errorHere("syntax", "unexpected end of hex escape");
    }
    const second = this.#hex();
    if (second < 0xdc00 || second > 0xdfff)
      throw this.errorHere("syntax", "lone leading surrogate in hex escape");
    return String.fromCharCode(first, second);
  }

  #hex(): number {
    const digits = Buffer.from(this.bytes.subarray(this.position, this.position + 4)).toString(
      "latin1",
    );
    this.position += digits.length;
    if (digits.length < 4) throw this.errorHere("syntax", "EOF while parsing a string");
    if (!/^[\da-f]{4}$/i.test(digits)) throw this.errorHere("syntax", "invalid escape");
    return Number.parseInt(digits, 16);
  }
}

/**
 * The beginning of a GGUF file, as far as inferrs reads it to find the model that it was made from
 * (key `general.source.repo_id`). Format: ggml's docs/gguf.md; little-endian, versions 2 and 3.
 */

/** How much of the file is enough: the general keys come first, the long lists of tokens after. */
export const GGUF_HEAD_BYTES = 1 << 18;

const SOURCE_KEY = "general.source.repo_id";
/** Sizes of the scalar types, by their number; 8 is a string, 9 a list. */
const SCALAR_BYTES: Record<number, number> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const LIST = 9;

export type GgufHead = { kind: "gguf"; source: string | null } | { kind: "other" };

/** @param head the first bytes; what lies behind them is taken as not there */
export function readGgufHead(head: Buffer): GgufHead {
  if (head.length < 24 || head.toString("latin1", 0, 4) !== "GGUF") return { kind: "other" };
  if (head.readUInt32LE(4) < 2) return { kind: "gguf", source: null };
  const entries = Number(head.readBigUInt64LE(16));
  try {
    return { kind: "gguf", source: sourceIn(new Reader(head, 24), entries) };
  } catch (error) {
    // The head ends in the middle of an entry: the key was not among the first.
    if (error instanceof RangeError) return { kind: "gguf", source: null };
    throw error;
  }
}

function sourceIn(reader: Reader, entries: number): string | null {
  for (let entry = 0; entry < entries; entry++) {
    const key = reader.string();
    const type = reader.uint32();
    if (key === SOURCE_KEY && type === STRING) return reader.string();
    reader.skip(type);
  }
  return null;
}

class Reader {
  private readonly bytes: Buffer;
  private at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  uint32(): number {
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  uint64(): number {
    this.at += 8;
    return Number(this.bytes.readBigUInt64LE(this.at - 8));
  }

  string(): string {
    const length = this.uint64();
    this.forward(length);
    return this.bytes.toString("utf8", this.at - length, this.at);
  }

  skip(type: number): void {
    const size = SCALAR_BYTES[type];
    if (size !== undefined) this.forward(size);
    else if (type === STRING) this.string();
    else if (type === LIST) this.skipList();
    else throw new RangeError(`type ${type} is not known`);
  }

  private skipList(): void {
    const type = this.uint32();
    const count = this.uint64();
    const size = SCALAR_BYTES[type];
    if (size !== undefined) this.forward(size * count);
    else for (let item = 0; item < count; item++) this.skip(type);
  }

  private forward(bytes: number): void {
    if (!(this.at + bytes <= this.bytes.length)) throw new RangeError("the head ends here");
    this.at += bytes;
  }
}

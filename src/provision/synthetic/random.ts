/** Random numbers from integers alone: the same seed gives the same bits on every platform. */

/** 32 random bits from seed, stream and index (the finalizer of MurmurHash3, public domain). */
export function bitsAt(seed: number, stream: number, index: number): number {
  let bits =
    (Math.imul(seed, 0x9e3779b1) ^
      Math.imul(stream, 0x85ebca77) ^
      Math.imul(index + 1, 0xc2b2ae3d)) >>>
    0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The safetensors format: length of the header, the header as JSON, the tensors' bytes. */
import type { Tensor } from "./weights.ts";

/** https://github.com/huggingface/safetensors#format; the header is padded to 8 bytes by spaces. */
export function safetensors(tensors: readonly Tensor[]): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const { name, shape, data } of tensors) {
    const end = offset + data.length * 2;
    header[name] = { dtype: "BF16", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(header);
  const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8, " "));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return Buffer.concat([length, head, ...tensors.map(({ data }) => littleEndian(data))]);
}

function littleEndian(data: Uint16Array): Buffer {
  const bytes = Buffer.alloc(data.length * 2);
  for (let index = 0; index < data.length; index++)
    bytes.writeUInt16LE(data[index] ?? 0, index * 2);
  return bytes;
}

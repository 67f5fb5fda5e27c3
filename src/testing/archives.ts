/** Archives written byte by byte, so that they can also be what no honest tool would write. */
import { deflateRawSync, gzipSync, crc32 as nodeCrc32 } from "node:zlib";

export interface ArchiveEntry {
  name: string;
  text?: string | Buffer;
  /** tar's type flag: 0 file, 1 hard link, 2 symbolic link, 3 device, 5 folder. Default: 0, or 5 for `name/`. */
  type?: string;
  linkTo?: string;
  mode?: number;
  /** Of a zip: what stands in it is deflated; default: stored. */
  deflate?: boolean;
  /** Of a zip: the unpacked size that it tells; default: the truth. */
  claims?: number;
  /** Of a zip: the general purpose flags; 1 is encrypted. */
  flags?: number;
  /** Of a zip: its sizes stand in the extra field of zip64. */
  zip64?: boolean;
}

/** A ustar archive (POSIX.1-1988), gzipped. */
export function tarGz(entries: ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = contentOf(entry);
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return [tarHeader(entry, content.length), content, padding];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function tarHeader(entry: ArchiveEntry, size: number): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) =>
    `${value.toString(8).padStart(length - 1, "0")}\0`;
  header.write(entry.name, 0, 100);
  header.write(octal(entry.mode ?? 0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        ", 148);
  header.write(entry.type ?? (entry.name.endsWith("/") ? "5" : "0"), 156);
  header.write(entry.linkTo ?? "", 157, 100);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** A .zip (APPNOTE 6.3.3); `mode` goes into the external attributes. */
export function zip(entries: ArchiveEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const plain = contentOf(entry);
    const content = entry.deflate === true ? deflateRawSync(plain) : plain;
    const name = Buffer.from(entry.name);
    const size = entry.claims ?? plain.length;
    const extra = entry.zip64 === true ? zip64Extra(size, content.length) : Buffer.alloc(0);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0, 2);
    common.writeUInt16LE(entry.deflate === true ? 8 : 0, 4);
    common.writeUInt32LE(nodeCrc32(plain), 10);
    common.writeUInt32LE(entry.zip64 === true ? 0xffff_ffff : content.length, 14);
    common.writeUInt32LE(entry.zip64 === true ? 0xffff_ffff : size, 18);
    common.writeUInt16LE(name.length, 22);
    common.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, name, extra, content]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    // The upper byte of "version made by": 3 is Unix, whose modes the attributes then hold.
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), common, tail, name, extra]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function zip64Extra(size: number, packed: number): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(size), 4);
  extra.writeBigUInt64LE(BigInt(packed), 12);
  return extra;
}

function contentOf({ text }: ArchiveEntry): Buffer {
  return typeof text === "string" ? Buffer.from(text) : (text ?? Buffer.alloc(0));
}

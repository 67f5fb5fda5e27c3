/** Why an executable can't be run on this machine, and what mends that. */
import { open } from "node:fs/promises";
import { SetupError } from "../inputs/error.ts";

/** What `execFile` fails with. */
export type RunError = Omit<NodeJS.ErrnoException, "code"> & {
  /** An error's name, or the exit code. */
  code?: string | number | null;
  stderr?: string;
};

const OTHER_BUILD =
  "Give a build of inferrs for this platform with --inferrs, in a folder from which programs may be run; or build it here from its source.";

/** @returns null for what was started, and failed on its own */
export async function cannotRun(path: string, error: RunError): Promise<SetupError | null> {
  const found = lacking(error) ?? (await notStarted(path, error));
  if (found === null) return null;
  const here = `${process.platform} ${process.arch}`;
  const text = `${path} can't be run on this machine (${here}): ${found.why}. ${found.mend}`;
  return new SetupError(text, { cause: error });
}

interface Reason {
  why: string;
  mend: string;
}

/** Who brings a library that inferrs or its backends may be linked with, by the name's beginning. */
const BRINGS: [RegExp, string][] = [
  [/^libcuda\./, "NVIDIA's driver brings it: install the driver, and give a container the GPU."],
  [/^lib(cudart|cublas|cublasLt|curand|nvrtc)\./, "NVIDIA's CUDA toolkit brings it."],
  [/^libvulkan\./, "Vulkan's loader is that: install it (Debian and Ubuntu: libvulkan1)."],
  [
    /^lib(ssl|crypto)\./,
    "OpenSSL of that version brings it (.so.3 is in Debian's and Ubuntu's libssl3).",
  ],
  [/^libgomp\./, "GNU OpenMP is that: install it (Debian and Ubuntu: libgomp1)."],
  [/^libstdc\+\+\./, "The C++ library is that: install it (Debian and Ubuntu: libstdc++6)."],
];

/** STATUS_DLL_NOT_FOUND, as Windows ends a program (ntstatus.h). */
const DLL_NOT_FOUND = 0xc0000135;

/** What the loader says before the program's own first instruction; null when it says nothing. */
function lacking({ code, stderr = "" }: RunError): Reason | null {
  const library =
    /error while loading shared libraries: ([^\s:]+): cannot open/.exec(stderr)?.[1] ??
    /Error loading shared library ([^\s:]+):/.exec(stderr)?.[1] ??
    /Library not loaded: (\S+)/.exec(stderr)?.[1];
  if (library !== undefined) {
    const name = library.slice(library.lastIndexOf("/") + 1);
    const list = name.endsWith(".dylib") ? "otool -L" : "ldd";
    const mend = BRINGS.find(([pattern]) => pattern.test(name))?.[1];
    return {
      why: `it needs the shared library ${library}, which is not there`,
      mend: `${mend ?? "Install the package that has it."} ${list} lists what it is linked with. Or build inferrs here from its source.`,
    };
  }
  const older = /(\S+): version `([^']+)' not found/.exec(stderr);
  if (older !== null) {
    const file = older[1]?.slice(older[1].lastIndexOf("/") + 1);
    return {
      why: `it needs ${older[2]} of ${file}, which here is older`,
      mend: "Run it on a newer system, or build inferrs here from its source.",
    };
  }
  if (code !== DLL_NOT_FOUND) return null;
  return {
    why: "a DLL that it is linked with is not there (STATUS_DLL_NOT_FOUND)",
    mend: "dumpbin /dependents lists them; the Visual C++ runtime and the GPU's driver bring most.",
  };
}

/** These say something of the machine at this moment, not of the file. */
const PASSING = ["ETXTBSY", "EAGAIN", "ENOMEM", "EMFILE", "ENFILE"];

async function notStarted(path: string, error: RunError): Promise<Reason | null> {
  if (error.syscall?.startsWith("spawn")) {
    if (PASSING.includes(String(error.code))) return null;
    const loader = "its loader or interpreter is missing: on musl that is so of a build for glibc";
    const why = error.code === "ENOENT" ? `${error.message}; ${loader}` : error.message;
    return { why, mend: OTHER_BUILD };
  }
  // execvp hands to a shell what the kernel doesn't take (ENOEXEC), and only the shell fails.
  const why = process.platform === "linux" ? foreignBinary(await headOf(path)) : null;
  return why === null ? null : { why, mend: OTHER_BUILD };
}

/** `e_machine` of an ELF file by Node's name of the architecture (elf.h). */
const MACHINES: Record<string, number> = {
  ...{ x64: 62, arm64: 183, ia32: 3, arm: 40 },
  ...{ ppc64: 21, s390x: 22, riscv64: 243, loong64: 258 },
};

/** @returns what it is; null for a script, and for a program of this machine */
function foreignBinary(head: Buffer): string | null {
  // As a shell tells programs from scripts. An empty file is an empty script.
  if (!head.includes(0) || head.subarray(0, 2).toString("latin1") === "#!") return null;
  if (head.length < 20 || head.subarray(1, 4).toString("latin1") !== "ELF") {
    return "it is neither an ELF program nor a script (ENOEXEC)";
  }
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  const own = MACHINES[process.arch];
  if (own === undefined || machine === own) return null;
  const name = Object.keys(MACHINES).find((each) => MACHINES[each] === machine);
  return `it is a program for ${name ?? `machine ${machine}`} (ENOEXEC)`;
}

async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

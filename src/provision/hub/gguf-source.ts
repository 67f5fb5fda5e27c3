/** The model that a GGUF file was made from, read from its first bytes, here or on the hub. */
import { open } from "node:fs/promises";
import { notThere } from "./errors.ts";
import { fileUrl, type HubClient } from "./fetch.ts";
import { GGUF_HEAD_BYTES, readGgufHead } from "./gguf.ts";
import { blobPath, type RepoDir } from "./layout.ts";
import { type RepoFile, tokenizerFiles } from "./needed.ts";
import type { ResolvedRepo } from "./repo.ts";

/** As inferrs looks for it: in the file itself, on the model's card, in the same repository. */
export async function sourceOf(
  resolved: ResolvedRepo,
  repo: RepoDir,
  path: string,
  client: HubClient,
): Promise<string> {
  const file = resolved.files.find((each) => each.path === path);
  const named = file === undefined ? null : await readSource(client, repo, resolved, file);
  if (named !== null) return named;
  const own = tokenizerFiles(resolved.files.map((each) => each.path)).kind !== "nothing";
  const offline = client.settings.offline;
  // Offline the card is not at hand, and another tokenizer than online would be a silent change.
  const found = resolved.baseModel ?? (own && !offline ? resolved.id : null);
  if (found !== null) return found;
  throw notThere({
    input: "--tokenizer-source",
    value: "",
    expected: `the repository that ${resolved.id} was made from: ${offline ? "offline the model's card, which may name it, is not at hand" : "neither the file nor the model's card names it"}`,
    mend: "For example --tokenizer-source google/gemma-4-E2B-it.",
  });
}

/** @returns the repository's id; null where the file doesn't name one */
async function readSource(
  client: HubClient,
  repo: RepoDir,
  resolved: ResolvedRepo,
  file: RepoFile,
): Promise<string | null> {
  const local = await headOf(blobPath(repo, file.digest));
  const head = local ?? (client.settings.offline ? null : await fetchHead(client, resolved, file));
  const read = head === null ? null : readGgufHead(head);
  const source = read?.kind === "gguf" ? read.source : null;
  return source !== null && /^[\w.-]+\/[\w.-]+$/.test(source) ? source : null;
}

async function headOf(path: string): Promise<Buffer | null> {
  const handle = await open(path, "r").catch(() => null);
  if (handle === null) return null;
  try {
    const head = Buffer.alloc(GGUF_HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, GGUF_HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function fetchHead(
  client: HubClient,
  { id, commit: revision }: ResolvedRepo,
  file: RepoFile,
): Promise<Buffer> {
  const { endpoint, token } = client.settings;
  const about = { endpoint, id, revision, path: file.path, token: token !== null };
  const asked = { ...about, input: "--model" } as const;
  const response = await client.get(fileUrl(asked, file.path), asked, {
    range: `bytes=0-${Math.min(file.bytes, GGUF_HEAD_BYTES) - 1}`,
  });
  const chunks: Uint8Array[] = [];
  let have = 0;
  // A server that knows no ranges sends all of it: the beginning is enough.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    have += (chunk as Uint8Array).length;
    if (have >= GGUF_HEAD_BYTES) break;
  }
  return Buffer.concat(chunks);
}

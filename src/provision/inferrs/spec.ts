/** Where inferrs comes from, as the user says it. */
import { InputError } from "../../inputs/error.ts";
import { describeCommit } from "../ref/commits.ts";
import type { BuildSpec } from "../ref/types.ts";

export const REPOSITORY = "ericcurtin/inferrs";

export type InferrsSpec =
  /** Nothing was said: `inferrs` on PATH, else the newest release. */
  | { kind: "default" }
  /** A file, or a bare name that is looked up on PATH. */
  | { kind: "path"; path: string }
  | { kind: "latest" }
  | { kind: "version"; version: string }
  /** An archive laid out as a release's. It may hold a signature: show it by {@link shownUrl} only. */
  | { kind: "url"; url: string }
  /** Built of a commit; the path is from where its command is run. */
  | { kind: "built"; path: string; build: BuildSpec };

/** Releases are named by the second in which they were made (inferrs's release workflow). */
const VERSION = /^0\.0\.\d{14}$/;

export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/**
 * @param text null: the option wasn't given
 * @throws InputError for a URL that can't be fetched
 */
export function parseInferrs(text: string | null): InferrsSpec {
  if (text === null) return { kind: "default" };
  if (text === "latest") return { kind: "latest" };
  if (isVersion(text)) return { kind: "version", version: text };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return { kind: "url", url: parseUrl(text) };
  return { kind: "path", path: text };
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const good = url !== null && /^https?:$/.test(url.protocol);
  if (good && url.username === "" && url.password === "") return text;
  throw new InputError({
    input: "--inferrs",
    // What stands before an @ is a secret, also in a URL that can't be read.
    value: url === null ? text.replace(/\/\/.*@/, "//").replace(/[?#].*/, "") : shownUrl(text),
    expected: "an http or https URL without user name and password",
    mend: "It must be the archive's own address (.tar.gz or .zip, laid out as a release's), with --inferrs-sha256.",
  });
}

/** Without what may be secret in a URL: user name, password, query and fragment. */
export function shownUrl(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

/** Under which an archive without a version is kept: a semantic version, as tool caches want it. */
export function urlVersion(sha256: string): string {
  return `0.0.0-sha256-${sha256}`;
}

/** @throws InputError for anything but 64 hexadecimal digits, with or without `sha256:` before them */
export function parseSha256(text: string): string {
  const digits = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text.trim())?.[1];
  if (digits !== undefined) return digits.toLowerCase();
  throw new InputError({
    input: "--inferrs-sha256",
    value: text,
    expected: "a SHA-256: 64 hexadecimal digits",
    mend: "sha256sum FILE (or shasum -a 256 FILE) prints it.",
  });
}

/** In the words of a plan. */
export function describeSpec(spec: InferrsSpec): string {
  switch (spec.kind) {
    case "default":
      return "on PATH, else the newest release";
    case "path":
      return spec.path;
    case "latest":
      return "the newest release";
    case "version":
      return spec.version;
    case "url":
      return shownUrl(spec.url);
    case "built":
      return `${spec.path} of ${describeCommit(spec.build.commit)}`;
  }
}

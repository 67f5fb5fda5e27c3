/** Releases by GitHub's API: https://docs.github.com/rest/releases/releases */
import { z } from "zod";
import { SetupError } from "../../inputs/error.ts";
import { messageOf, RequestFailed, toSetupError } from "./failure.ts";
import { type Answer, apiUrl, type Http, textOf } from "./http.ts";
import { retrying } from "./retry.ts";
import { isVersion, REPOSITORY } from "./spec.ts";
import type { FetchWorld } from "./world.ts";

const releaseSchema = z.object({
  tag_name: z.string(),
  draft: z.boolean(),
  target_commitish: z.string(),
  assets: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      size: z.int().nonnegative(),
      digest: z.string().nullish(),
      browser_download_url: z.string(),
    }),
  ),
});

export type Release = z.infer<typeof releaseSchema>;
export type Asset = Release["assets"][number];

/** A page of releases is large (each lists its assets): few are enough for the newest. */
const PER_PAGE = 30;
const MOST_PAGES = 100;
/** An answer of the API is small: all of it must be there by then. */
const ANSWER_MS = 60_000;

export class Releases {
  readonly #http: Http;
  readonly #world: FetchWorld;
  readonly #base: string;

  constructor(http: Http, world: FetchWorld) {
    this.#http = http;
    this.#world = world;
    this.#base = `${apiUrl(world.env)}/repos/${REPOSITORY}`;
  }

  /**
   * The newest by its timestamp. `releases/latest` knows none, for all are prereleases, and the tag
   * `latest` is moved; GitHub lists the newest first, so the first page that has any is enough.
   */
  async newest(): Promise<Release> {
    for await (const page of this.#pages(PER_PAGE)) {
      const [newest] = page.sort((a, b) => (a.tag_name < b.tag_name ? 1 : -1));
      if (newest !== undefined) return newest;
    }
    throw new SetupError(
      `inferrs latest: ${this.#base} lists no release named 0.0.<timestamp>. ${this.#elsewhere()}`,
    );
  }

  /** @throws SetupError when there is no such release */
  async byVersion(version: string): Promise<Release> {
    const url = `${this.#base}/releases/tags/${version}`;
    return parsed(`inferrs ${version}`, url, releaseSchema, await this.#json(version, url));
  }

  /** All releases of {@link isVersion versions}, newest first. */
  async all(): Promise<Release[]> {
    const all: Release[] = [];
    for await (const page of this.#pages(100)) all.push(...page);
    return all;
  }

  /** What a release was built from: releases are made with the commit as their target. */
  async commitOf(release: Release): Promise<string> {
    if (isSha1(release.target_commitish)) return release.target_commitish;
    const url = `${this.#base}/commits/${release.tag_name}`;
    const what = `the commit of inferrs ${release.tag_name}`;
    const { text } = await this.#get(what, url, "application/vnd.github.sha");
    if (isSha1(text.trim())) return text.trim();
    throw new SetupError(`${what}: ${url} answers ${messageOf(text)}.`);
  }

  async *#pages(perPage: number): AsyncGenerator<Release[]> {
    let url: string | null = `${this.#base}/releases?per_page=${perPage}`;
    for (let page = 1; url !== null && page <= MOST_PAGES; page++) {
      const { text, next } = await this.#get("inferrs's releases", url, JSON_TYPE);
      const releases = parsed("inferrs's releases", url, z.array(releaseSchema), text);
      yield releases.filter(({ draft, tag_name }) => !draft && isVersion(tag_name));
      url = next;
    }
  }

  async #json(version: string, url: string): Promise<string> {
    return (await this.#get(`inferrs ${version}`, url, JSON_TYPE)).text;
  }

  async #get(what: string, url: string, accept: string) {
    const headers = { accept, "x-github-api-version": "2022-11-28" };
    return await retrying(what, url, this.#world, async () => {
      const signal = AbortSignal.any([this.#world.signal, AbortSignal.timeout(ANSWER_MS)]);
      try {
        const answer = await this.#http.get(url, headers, signal);
        return { text: await textOf(answer), next: nextPage(answer, url) };
      } catch (error) {
        throw notThere(error) ? this.#missing(what, url, error) : error;
      }
    });
  }

  #missing(what: string, url: string, error: RequestFailed): SetupError {
    const context = { token: false, nowMs: this.#world.now(), tries: 1 };
    const told = toSetupError(what, url, error.failure, context).message;
    return new SetupError(`${told} ${this.#elsewhere()}`);
  }

  #elsewhere(): string {
    const github = this.#base.startsWith("https://api.github.com/");
    return github
      ? `https://github.com/${REPOSITORY}/releases lists what there is.`
      : `The API is ${apiUrl(this.#world.env)} (GITHUB_API_URL): is ${REPOSITORY} there? If not, give --inferrs a path, or an archive's URL with --inferrs-sha256.`;
  }
}

const JSON_TYPE = "application/vnd.github+json";

function notThere(error: unknown): error is RequestFailed {
  return (
    error instanceof RequestFailed &&
    error.failure.kind === "answered" &&
    error.failure.status === 404
  );
}

function isSha1(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function nextPage(answer: Answer, url: string): string | null {
  const next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.link ?? "")?.[1];
  if (next === undefined) return null;
  return new URL(next, url).origin === new URL(url).origin ? next : null;
}

function parsed<T>(what: string, url: string, schema: z.ZodType<T>, text: string): T {
  const host = new URL(url).host;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SetupError(
      `${what}: ${host} answers ${messageOf(text)} where GitHub's API gives JSON. Is there a login page or a proxy between?`,
    );
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw new SetupError(
    `${what}: ${host} does not answer as GitHub's API: ${z.prettifyError(checked.error).split("\n")[0]}`,
  );
}

// Slims GitHub's own description of its API to what is used, for the tests:
//   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
//   node scripts/write-git-api.mjs package/generated/api.github.com.json
// (Descriptions and examples are left out; nullable becomes a JSON schema's type.)
import { readFileSync, writeFileSync } from "node:fs";

const api = JSON.parse(readFileSync(process.argv[2], "utf8"));
const REPO = "/repos/{owner}/{repo}";
const GIT = [
  ["get", "/ref/{ref}"],
  ["post", "/refs"],
  ["patch", "/refs/{ref}"],
  ["get", "/commits/{commit_sha}"],
  ["post", "/commits"],
  ["get", "/trees/{tree_sha}"],
  ["post", "/trees"],
  ["get", "/blobs/{file_sha}"],
  ["post", "/blobs"],
];
const CHECKS = [
  ["post", "/check-runs"],
  ["patch", "/check-runs/{check_run_id}"],
];

/** References put in, prose left out. */
function plain(schema) {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  if (schema.$ref) {
    const path = schema.$ref.slice(2).split("/");
    return plain(path.reduce((at, key) => at[key], api));
  }
  const { nullable, description, example, examples, ...rest } = schema;
  const entries = Object.entries(rest).map(([key, value]) => [
    key,
    key === "properties"
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
      : plain(value),
  ]);
  const made = Object.fromEntries(entries);
  if (nullable && typeof made.type === "string") made.type = [made.type, "null"];
  return made;
}

const schemaOf = (content) => plain(content?.["application/json"]?.schema ?? {});
const operationsOf = (base, operations) =>
  operations.map(([method, path]) => {
    const { requestBody, responses } = api.paths[base + path][method];
    const success = Object.entries(responses).find(([status]) => status.startsWith("2"));
    return {
      method: method.toUpperCase(),
      path,
      request: requestBody === undefined ? null : schemaOf(requestBody.content),
      status: Number(success[0]),
      response: schemaOf(plain(success[1]).content),
      refusals: Object.keys(responses)
        .filter((status) => !status.startsWith("2"))
        .map(Number),
    };
  });
const write = (name, operations) =>
  writeFileSync(
    `src/testing/github/${name}`,
    `${JSON.stringify({ from: "@octokit/openapi 23.0.2 (MIT)", operations }, null, 1)}\n`,
  );
write("git-api.json", operationsOf(`${REPO}/git`, GIT));
// What is sent matters; of the answers only the id is read.
write(
  "checks-api.json",
  operationsOf(REPO, CHECKS).map(({ method, path, request }) => ({ method, path, request })),
);

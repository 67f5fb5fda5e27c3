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
const REST = [
  ["get", "/user"],
  ["get", `${REPO}/issues/{issue_number}/comments`],
  ["post", `${REPO}/issues/{issue_number}/comments`],
  ["patch", `${REPO}/issues/comments/{comment_id}`],
  ["delete", `${REPO}/issues/comments/{comment_id}`],
  ["get", `${REPO}/pulls`],
  ["get", `${REPO}/pulls/{pull_number}`],
  ["get", `${REPO}/commits/{commit_sha}/pulls`],
  ["get", `${REPO}/actions/runs/{run_id}/artifacts`],
  ["get", `${REPO}/actions/artifacts/{artifact_id}/{archive_format}`],
  ["get", `${REPO}/commits/{ref}/check-runs`],
  ["post", `${REPO}/check-runs`],
  ["patch", `${REPO}/check-runs/{check_run_id}`],
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
    const success = Object.entries(responses).find(([status]) => /^2|^302/.test(status));
    return {
      method: method.toUpperCase(),
      path,
      request: requestBody === undefined ? null : schemaOf(requestBody.content),
      status: Number(success[0]),
      response: schemaOf(plain(success[1]).content),
      refusals: Object.keys(responses)
        .filter((status) => status !== success[0])
        .map(Number),
    };
  });
const parametersOf = ({ parameters = [] }, where) =>
  parameters
    .map((parameter) => plain(parameter))
    .filter((parameter) => parameter.in === where)
    .map(({ name, schema, required = false }) => ({ name, schema, required }));
/** Of the properties that an answer need not have, the simple ones. */
function needed(schema) {
  if (Array.isArray(schema)) return schema.map(needed);
  if (typeof schema !== "object" || schema === null) return schema;
  const { properties, ...rest } = schema;
  const made = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === "required" ? value : needed(value)]),
  );
  if (properties !== undefined) {
    const kept = Object.entries(properties).filter(
      ([name, value]) => schema.required?.includes(name) === true || isSimple(value),
    );
    made.properties = Object.fromEntries(kept.map(([name, value]) => [name, needed(value)]));
  }
  return made;
}
const isSimple = (schema) =>
  typeof schema !== "object" ||
  schema === null ||
  !["properties", "items", "anyOf", "oneOf", "allOf"].some((key) => key in schema);
const write = (name, operations, spaces) =>
  writeFileSync(
    `src/testing/github/${name}`,
    `${JSON.stringify({ from: "@octokit/openapi 23.0.2 (MIT)", operations }, null, spaces)}\n`,
  );
write("git-api.json", operationsOf(`${REPO}/git`, GIT), 1);
write(
  "rest-api.json",
  operationsOf("", REST).map(({ method, path, request, ...answers }) => {
    const described = api.paths[path][method.toLowerCase()];
    return {
      method,
      path,
      pathParameters: parametersOf(described, "path"),
      query: parametersOf(described, "query"),
      request,
      ...answers,
      response: needed(answers.response),
    };
  }),
);

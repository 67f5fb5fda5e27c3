/** What publishing needs of @actions/core, as types: only the Action's entry loads the package. */
export type Core = typeof import("@actions/core");
export type Summary = Core["summary"];
export type Publisher = Pick<
  Core,
  "setOutput" | "error" | "warning" | "notice" | "info" | "summary"
>;

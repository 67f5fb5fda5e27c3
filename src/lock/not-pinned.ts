/** What a lock names and can't hold. Pure. */
import type { Lock } from "./schema.ts";

/** A line for each input that nothing pins, with the reason. */
export function notPinned({ tool, variants }: Lock): string[] {
  const own =
    tool.sha256 === null ? ["this tool's own code: it runs from its sources, not a bundle"] : [];
  return [
    ...own,
    ...variants.flatMap(({ name, engine, model, openclaw }) => [
      ...("pinned" in engine ? [`the engine of ${name}: ${engine.reason}`] : []),
      ...("pinned" in model ? [`the model of ${name}: ${model.reason}`] : []),
      ...(engine.kind === "built"
        ? [`the file that is built for ${name}: compilers differ from machine to machine`]
        : []),
      ...(openclaw !== null && openclaw.integrity === null
        ? [`the files of ${name}'s OpenClaw: it is given by path`]
        : []),
    ]),
  ];
}

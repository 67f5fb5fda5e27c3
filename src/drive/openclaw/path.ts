/** Paths into the client's config: `agents.defaults.skills`, `models.providers["a.b"].models[0]`. Pure. */

export type ConfigPath = (string | number)[];

type Json = Record<string, unknown>;

/** @returns null for what is no path */
export function parsePath(text: string): ConfigPath | null {
  const path: ConfigPath = [];
  const part = /(?:^|\.)([^.[\]"\s]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (found === null) return null;
    const [, name, index, quoted] = found;
    const key =
      name ?? (index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index));
    if (key === "__proto__" || key === "constructor" || key === "prototype") return null;
    path.push(key);
  }
  return path.length === 0 ? null : path;
}

/** As OpenClaw's own messages write a path: with points only. */
export function dotted(path: ConfigPath): string {
  return path.join(".");
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (each, key) =>
      typeof each === "object" && each !== null ? (each as Json)[String(key)] : undefined,
    value,
  );
}

/** A copy with the value at the path; objects on the way are made where there are none. */
export function withValue(target: unknown, path: ConfigPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target) && typeof key === "number") {
    const copy = [...target];
    copy[key] = withValue(target[key], rest, value);
    return copy;
  }
  const object = typeof target === "object" && target !== null && !Array.isArray(target);
  const base = object ? (target as Json) : {};
  return { ...base, [String(key)]: withValue(base[String(key)], rest, value) };
}

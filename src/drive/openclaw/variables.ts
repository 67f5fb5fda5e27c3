/** Which environment variables a config refers to, by OpenClaw's own rules. Pure. */

/** `${NAME}` in capitals; `$${NAME}` is the escape for the text itself. */
const IN_TEXT = /\$\$\{[A-Z_][A-Z0-9_]*\}|\$\{([A-Z_][A-Z0-9_]*)\}/g;

/** Names in order of their first use: `${NAME}` in any text, and `{source: "env", id: "NAME"}`. */
export function referencedVariables(config: unknown): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === "string") {
      for (const [, name] of value.matchAll(IN_TEXT)) if (name !== undefined) names.add(name);
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      const { source, id } = value as { source?: unknown; id?: unknown };
      if (source === "env" && typeof id === "string") names.add(id);
      Object.values(value).forEach(visit);
    }
  };
  visit(config);
  return [...names];
}

/** A proportionally smaller (or larger) scenario. Pure. */
import type { Scenario, ScenarioStep } from "./scenario.ts";

/**
 * Each section of the system prompt, each tool result, and the number of tools, by the same factor,
 * so that the split between what goes with the tools and what stays is kept. The user's messages
 * stay as they are. Above 1 texts are repeated.
 */
export function scaleScenario(scenario: Scenario, scale: number): Scenario {
  const system = scenario.system.map((section) => ({
    ...section,
    text: scaleText(section.text, scale),
  }));
  const steps = scenario.steps.map((step): ScenarioStep => {
    if (step.kind === "get") return step;
    const messages = step.messages.map((message) =>
      message.role === "tool"
        ? { ...message, content: scaleText(message.content, scale) }
        : message,
    );
    return { ...step, messages };
  });
  const tools = scaleTools(scenario.tools, scale, calledTools(scenario));
  return { ...scenario, system, tools, steps, scale };
}

/** Cut at the end of a line or, in a long one, of a word, near the wanted length. */
export function scaleText(text: string, scale: number): string {
  const wanted = Math.round(text.length * scale);
  if (wanted >= text.length) {
    const copies = Math.ceil(wanted / Math.max(1, text.length));
    return text.length === 0 ? text : `${text}\n`.repeat(copies).slice(0, wanted);
  }
  const cut = text.slice(0, wanted);
  const line = cut.lastIndexOf("\n");
  const word = cut.lastIndexOf(" ");
  const at = line > wanted * 0.97 ? line : word > wanted * 0.9 ? word : wanted;
  return cut.slice(0, at);
}

/** The tools that the scenario's own script calls stay; others go from the end. */
function scaleTools<T extends { function: { name: string } }>(
  tools: T[],
  scale: number,
  called: Set<string>,
): T[] {
  if (scale >= 1 || tools.length === 0) return tools;
  const count = Math.max(1, Math.round(tools.length * scale));
  const first = [...tools].sort(
    (a, b) => Number(called.has(b.function.name)) - Number(called.has(a.function.name)),
  );
  const kept = new Set(first.slice(0, Math.max(count, called.size)));
  return tools.filter((tool) => kept.has(tool));
}

function calledTools(scenario: Scenario): Set<string> {
  const names = scenario.steps.flatMap((step) =>
    step.kind === "get"
      ? []
      : step.messages.flatMap((message) =>
          message.role === "assistant" ? message.toolCalls.map((call) => call.name) : [],
        ),
  );
  return new Set(names);
}

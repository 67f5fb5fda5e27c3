/**
 * Every option, once. The command line, the Action's inputs and the config file are made from this
 * table, so that a workflow and a laptop are one language.
 */

export interface OptionRow {
  /** Long name on the command line without dashes, the Action's input, and the config file's key. */
  name: string;
  /** `list`: repeated on the command line, one per line in a workflow, an array in a config file. */
  kind: "text" | "list" | "flag";
  /** Placeholder shown in the help. */
  value?: string;
  /** What the option alone means on the command line, where it may stand without a value. */
  bare?: string;
  help: string;
  /** Shown in the help; the meaning of leaving it out. */
  default?: string;
  /** Where it makes no sense in the other entry. */
  only?: "cli" | "action";
  /** In a workflow: an expression of it, for what only a workflow knows; absent: as `default` says. */
  workflowDefault?: string;
}

export const OPTION_TABLE = [
  {
    name: "engine",
    kind: "text",
    value: "KIND",
    help: "inferrs, external or sim",
    default: "inferrs, or external with --base-url",
  },
  {
    name: "base-url",
    kind: "text",
    value: "URL",
    help: "an OpenAI-compatible server that is already running (implies --engine external)",
  },
  {
    name: "api-key-env",
    kind: "text",
    value: "NAME",
    help: "environment variable that holds the external server's API key",
    default: "OPENAI_API_KEY if it is set",
  },
  {
    name: "restart-command",
    kind: "text",
    value: "COMMAND",
    help: "restarts the server of --base-url, run by the shell before each start: with it a server that is not started here has starts to compare (docs/compare.md)",
    default: "none: an attached server has one start",
  },
  {
    name: "inferrs",
    kind: "text",
    value: "WHICH",
    help: "latest or a version (0.0.<timestamp>), fetched from its releases; a path, a name on PATH, or the URL of an archive",
    default: "inferrs on PATH, else latest",
  },
  {
    name: "inferrs-sha256",
    kind: "text",
    value: "DIGEST",
    help: "what the archive of --inferrs must be (of a path: the executable); needed with a URL",
  },
  {
    name: "model",
    kind: "text",
    value: "MODEL",
    help: "a hub id, a local directory, or synthetic (random weights made here)",
    default: "google/gemma-4-E2B-it",
  },
  {
    name: "revision",
    kind: "text",
    value: "REV",
    help: "branch, tag or commit of a hub model; the commit that it stands for is recorded",
    default: "main",
  },
  {
    name: "gguf-file",
    kind: "text",
    value: "FILE",
    help: "the GGUF file of a hub model that is served",
    default: "in a repository without safetensors: Q4_K, else Q5_K, Q6_K, Q8_0, else the first",
  },
  {
    name: "tokenizer-source",
    kind: "text",
    value: "ID",
    help: "hub model whose config and tokenizer go with a GGUF file",
    default: "what the file or its model card names",
  },
  {
    name: "quantize",
    kind: "text",
    value: "FORMAT",
    help: "Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2K, Q3K, Q4K, Q5K, Q6K or none",
    default: "inferrs's own choice",
  },
  {
    name: "dtype",
    kind: "text",
    value: "TYPE",
    help: "f32, f16 or bf16",
    default: "inferrs's own choice",
  },
  {
    name: "turbo-quant",
    kind: "text",
    value: "BITS",
    help: "bits of inferrs's KV cache, 1 to 8, or false",
    default: "inferrs's own choice",
  },
  {
    name: "paged-attention",
    kind: "text",
    value: "SHARE",
    help: "share of the memory for paged KV blocks, above 0 and at most 1",
    default: "off",
  },
  { name: "offline", kind: "flag", help: "use only what is cached; say what is missing" },
  {
    name: "device",
    kind: "text",
    value: "DEVICE",
    help: "auto, cpu, cuda or metal",
    default: "auto",
  },
  {
    name: "server-arg",
    kind: "list",
    value: "ARG",
    help: "passed to inferrs as it is, e.g. --server-arg=--quantize=none",
  },
  {
    name: "sim",
    kind: "list",
    value: "KNOB=VALUE",
    help: "a knob of the simulator (inferrs-bench sim --help lists them)",
  },
  {
    name: "base",
    kind: "list",
    value: "KEY=VALUE",
    help: "compare: base has head's options with this one replaced; KEY is any option that describes what is measured (inferrs, model, quantize, server-arg, sim, base-url, openclaw-version, compat, …; repeated lists replace head's whole list; nothing after the = takes head's value away), ref=REF with --build, or self alone (docs/compare.md)",
    default: "none: nothing is compared",
  },
  {
    name: "build",
    kind: "text",
    value: "COMMAND",
    help: "with --base ref=REF: builds inferrs, run by the shell in a copy of HEAD and in one of REF; --inferrs is the file that it makes",
  },
  {
    name: "threshold",
    kind: "list",
    value: "[METRIC=]PCT",
    help: "the change that matters in a comparison, for all metrics or for one (ttft, decode, turn, prefill, load, …)",
    default: "5; ttft=10, load=10",
  },
  {
    name: "suite",
    kind: "text",
    value: "NAME",
    help: "smoke, quick or full: which scenarios, starts and rounds",
    default: "quick",
  },
  {
    name: "scenario",
    kind: "list",
    value: "NAME",
    help: "a scenario of bench/scenarios/, or the path of your own JSON5 file",
  },
  {
    name: "compat",
    kind: "list",
    value: "FLAG=VALUE[,VALUE]",
    help: "an axis of the matrix",
    default: "requiresStringContent=true,false and supportsTools=true,false",
  },
  {
    name: "include",
    kind: "list",
    value: "FLAG=VALUE,FLAG=VALUE",
    help: "add this combination to the matrix",
  },
  {
    name: "exclude",
    kind: "list",
    value: "FLAG=VALUE,FLAG=VALUE",
    help: "leave out every combination that has these values",
  },
  {
    name: "concurrency",
    kind: "text",
    value: "N[,N]",
    help: "requests in flight at once, an axis of its own; with more than 1 throughput and queueing are measured",
    default: "1",
  },
  {
    name: "request-rate",
    kind: "text",
    value: "R[,R]",
    help: "open loop: requests come at random at this mean rate per second, and latencies count from when each was due; beside --concurrency",
    default: "none",
  },
  {
    name: "scale",
    kind: "text",
    value: "FACTOR",
    help: "size of the agent turns: 1 is OpenClaw's own, 0.1 a tenth of it",
    default: "1 (an Action on a hosted runner: by memory and time)",
  },
  {
    name: "starts",
    kind: "text",
    value: "N",
    help: "measured engine starts; with --base pairs of starts at most; an attached engine without --restart-command has one",
    default: "the suite's; with --base 20, smoke 8",
  },
  {
    name: "rounds",
    kind: "text",
    value: "N",
    help: "measured rounds in each start",
    default: "the suite's; with --base by what a start costs",
  },
  {
    name: "max-tokens",
    kind: "text",
    value: "N",
    help: "length of every reply",
    default: "the scenario's own (64)",
  },
  {
    name: "timeout",
    kind: "text",
    value: "SECONDS",
    help: "longest silence of one request before it counts as timed out",
    default: "300",
  },
  {
    name: "time-budget",
    kind: "text",
    value: "SECONDS",
    help: "stop measuring after this time and report what there is; fetching isn't counted",
    default: "none (an Action on a hosted runner: 1200)",
  },
  {
    name: "memory-limit",
    kind: "text",
    value: "SIZE",
    help: "end the engine above this, e.g. 12GiB",
    default: "90% of this machine's memory",
  },
  {
    name: "lock-timeout",
    kind: "text",
    value: "SECONDS",
    help: "longest wait for another run on this machine to end: one engine at a time is measured; 0: don't wait",
    default: "600",
  },
  {
    name: "seed",
    kind: "text",
    value: "N",
    help: "for the order of the rounds, the synthetic model and the requests",
    default: "1",
  },
  {
    name: "turn",
    kind: "text",
    value: "KIND",
    help: "who takes the agent turns: scripted (requests of the same shape and size, written here), replayed (bodies captured from the real OpenClaw), or real (OpenClaw itself)",
    default: "scripted",
  },
  {
    name: "openclaw-version",
    kind: "text",
    value: "VERSION",
    help: "the OpenClaw client for --turn replayed and real: a version, latest, or the path of an installed one",
    default: "2026.9.6",
  },
  {
    name: "setting",
    kind: "list",
    value: "PATH=VALUE",
    help: "a setting of OpenClaw's config by its path, with one value or several as an axis (JSON5 values, separated by |; null: as it is in the config); repeated",
  },
  {
    name: "fit-budget",
    kind: "text",
    value: "SECONDS",
    help: "longest time for the ladder of prompts that tells which prompts fit; 0: none",
    default:
      "60, 20 with an attached server, 10 with the suite smoke, and a tenth of --time-budget at most",
  },
  {
    name: "until-it-breaks",
    kind: "flag",
    help: "let the ladder of prompts go on until the engine fails, instead of stopping at what the fit forbids",
  },
  {
    name: "remedies",
    kind: "text",
    value: "N",
    help: "where no turn of the client works that keeps the tools: how many shorter prompts are looked at on the way to settings that do; 0: none",
    default: "24 with --turn real or replayed",
  },
  {
    name: "openclaw-config",
    kind: "text",
    value: "FILE",
    help: "your OpenClaw config (JSON5), merged over the guide's",
  },
  {
    name: "history",
    kind: "text",
    value: "WHERE",
    help: "keep results and compare with earlier ones of the same machine and settings: a folder, or (in a workflow) branch or branch:NAME (docs/history.md)",
    default: "none; branch means branch:inferrs-bench-history",
  },
  {
    name: "history-keep",
    kind: "text",
    value: "DAYS",
    help: "how long results stay in the history",
    default: "365",
  },
  {
    name: "fail-on",
    kind: "text",
    value: "LIST",
    help: "what makes the exit code 1: regression, broken, all-failed, none",
    default: "regression,broken,all-failed",
  },
  {
    name: "out",
    kind: "text",
    value: "DIR",
    help: "where the results go",
    default: "inferrs-bench-out",
  },
  {
    name: "config",
    kind: "text",
    value: "FILE",
    help: "a JSON5 file with these same options; the command line wins over it",
  },
  {
    name: "keep-bodies",
    kind: "flag",
    help: "keep whole request bodies in the journal (else digest and size)",
  },
  {
    name: "cell",
    kind: "list",
    value: "ID",
    help: "measure only these cells, by their ids of the report or of --plan --matrix (with or without the variant's name in front)",
    default: "all",
  },
  {
    name: "label",
    kind: "text",
    value: "NAME",
    help: "what this run is called where several are reported together: metal, gemma-4-E4B, …",
    default: "the folder's name, or the machine's and the model's; in a job of a matrix its label",
    workflowDefault: "${{ matrix.label || join(matrix.*, ' ') }}",
  },
  {
    name: "plan",
    kind: "flag",
    help: "only say what would be done and how long it takes",
  },
  {
    name: "matrix",
    kind: "flag",
    help: "with --plan: print the JSON of a workflow's strategy.matrix, which spreads the cells over jobs by expected time",
  },
  {
    name: "shards",
    kind: "text",
    value: "N",
    help: "with --plan --matrix: how many jobs",
    default: "as many as keep the longest near ten minutes, 8 at most",
  },
  {
    name: "lock",
    kind: "text",
    value: "FILE",
    bare: "bench.lock.json",
    help: "with --plan: look up every input of the run and write the lock, - to print it; another lock is written over only where its file is named (docs/lock.md)",
    default: "none; a run writes its own into --out",
  },
  {
    name: "locked",
    kind: "text",
    value: "FILE",
    help: "run what this lock (or the lock of this run: its folder or result.json) names, with its options, and nothing else: whatever differs here is said, and nothing is started (docs/lock.md)",
  },
  {
    name: "allow-commands",
    kind: "flag",
    help: "with --locked: run the commands and files, and ask the servers, that the lock names. Read them first: they are shown without it",
  },
  { name: "json", kind: "flag", help: "print the result as JSON and nothing else", only: "cli" },
  { name: "quiet", kind: "flag", help: "no progress; the final table only", only: "cli" },
  {
    name: "command",
    kind: "text",
    value: "NAME",
    help: "run, demo, merge (one report and comment of several results), publish (the comment of another workflow's run) or doctor",
    default: "run",
    only: "action",
  },
  {
    name: "comment",
    kind: "text",
    value: "WHEN",
    help: "on-change: one comment on the pull request, written when there is something to say and updated by every later run; always; never",
    default: "on-change",
    only: "action",
  },
  {
    name: "results",
    kind: "list",
    value: "DIR",
    help: "merge: folders with the results of the jobs, each in a folder of its own (as actions/download-artifact leaves them)",
    default: "inferrs-bench-results",
    only: "action",
  },
  {
    name: "expect",
    kind: "list",
    value: "NAME",
    help: "merge: labels of the jobs that must report; what is missing is said, and fails the step",
    default: "none: only what is there is known",
    only: "action",
  },
  {
    name: "artifact",
    kind: "text",
    value: "NAME",
    help: "publish: the artifact with result.json, or its beginning with a * at the end",
    default: "inferrs-bench*",
    only: "action",
  },
  {
    name: "comment-id",
    kind: "text",
    value: "ID",
    help: "tells the comments of several uses in one pull request apart",
    default: "default",
    only: "action",
  },
  {
    name: "github-token",
    kind: "text",
    value: "TOKEN",
    help: "for the comment, and for asking GitHub's API which releases of inferrs there are",
    default: "${{ github.token }}",
    only: "action",
  },
  {
    name: "hf-token",
    kind: "text",
    value: "TOKEN",
    help: "of the hub, for gated and private models; masked in the log (else HF_TOKEN)",
    only: "action",
  },
  {
    name: "cache-model",
    kind: "flag",
    help: "keep a hub model, and the quantized file that inferrs made of it, in the Action's cache",
    only: "action",
  },
  {
    name: "allow-fork-code",
    kind: "flag",
    help: "on a self-hosted runner, also for a pull request whose head is another repository's: what it builds can do anything to that machine (docs/security.md)",
    default: "false",
    only: "action",
  },
] as const satisfies readonly OptionRow[];

export type OptionName = (typeof OPTION_TABLE)[number]["name"];

/** Options as they came in, before anything was checked: text, list or flag by the table. */
export type RawOptions = { [Name in OptionName]?: string | string[] | boolean };

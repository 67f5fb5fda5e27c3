/** The tensors of the synthetic Gemma 4: names and shapes as inferrs expects them, random values. */
import { SIZES } from "./config.ts";
import { bitsAt } from "./random.ts";
import { isSpecial } from "./tokenizer.ts";

export interface Tensor {
  name: string;
  shape: number[];
  /** bfloat16, little endian. */
  data: Uint16Array;
}

/** 1.0 and 1/8 in bfloat16. */
const ONE = 0x3f80;
const EIGHTH = 0x3e00;

type Fill =
  | { kind: "ones" }
  | { kind: "eighths" }
  | { kind: "signs" }
  | { kind: "random"; exponent: number; zeroRow?: (row: number) => boolean };

const PREFIX = "model.language_model.";

/** Every tensor, in the order in which it is written. */
export function tensors(seed: number): Tensor[] {
  const { vocab, hidden, intermediate, layers, heads, keyValueHeads, headSize, perLayerInput } =
    SIZES;
  const all: Tensor[] = [];
  const add = (name: string, shape: number[], fill: Fill) => {
    all.push({ name: PREFIX + name, shape, data: filled(seed, all.length, shape, fill) });
  };
  const ones: Fill = { kind: "ones" };
  const random = (exponent: number): Fill => ({ kind: "random", exponent });
  add("embed_tokens.weight", [vocab, hidden], {
    kind: "random",
    exponent: 0,
    zeroRow: isSpecial,
  });
  add("embed_tokens_per_layer.weight", [vocab, layers * perLayerInput], {
    kind: "random",
    exponent: -1,
    zeroRow: isSpecial,
  });
  add("per_layer_model_projection.weight", [layers * perLayerInput, hidden], random(-4));
  add("per_layer_projection_norm.weight", [perLayerInput], ones);
  for (let layer = 0; layer < layers; layer++) {
    const within = (name: string, shape: number[], fill: Fill) =>
      add(`layers.${layer}.${name}`, shape, fill);
    within("self_attn.q_proj.weight", [heads * headSize, hidden], random(-3));
    within("self_attn.k_proj.weight", [keyValueHeads * headSize, hidden], random(-3));
    within("self_attn.v_proj.weight", [keyValueHeads * headSize, hidden], random(-3));
    within("self_attn.o_proj.weight", [hidden, heads * headSize], random(-3));
    within("self_attn.q_norm.weight", [headSize], ones);
    within("self_attn.k_norm.weight", [headSize], ones);
    within("mlp.gate_proj.weight", [intermediate, hidden], random(-3));
    within("mlp.up_proj.weight", [intermediate, hidden], random(-3));
    within("mlp.down_proj.weight", [hidden, intermediate], random(-3));
    for (const norm of [
      "input_layernorm",
      "post_attention_layernorm",
      "pre_feedforward_layernorm",
      "post_feedforward_layernorm",
      "post_per_layer_input_norm",
    ]) {
      // What a layer adds is kept small beside the token itself: it changes the text, but the
      // rounding of a parallel sum doesn't, so replies are the same in every start.
      within(`${norm}.weight`, [hidden], norm.startsWith("post") ? { kind: "eighths" } : ones);
    }
    within("per_layer_input_gate.weight", [perLayerInput, hidden], random(-3));
    within("per_layer_projection.weight", [hidden, perLayerInput], random(-3));
    within("layer_scalar", [1], ones);
  }
  // The output layer is the embedding again: without these signs every token would be followed by
  // itself. With them each has a successor of its own, by a margin that rounding doesn't overcome.
  add("norm.weight", [hidden], { kind: "signs" });
  return all;
}

function filled(seed: number, stream: number, shape: number[], fill: Fill): Uint16Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = new Uint16Array(count);
  if (fill.kind === "ones") return data.fill(ONE);
  if (fill.kind === "eighths") return data.fill(EIGHTH);
  if (fill.kind === "signs") {
    return data.map((_, index) => ONE | ((bitsAt(seed, stream, index) >>> 31) << 15));
  }
  const width = shape.at(-1) ?? 1;
  for (let index = 0; index < count; index++) {
    if (fill.zeroRow?.(Math.floor(index / width))) continue;
    data[index] = uniform(bitsAt(seed, stream, index), fill.exponent);
  }
  return data;
}

/**
 * A bfloat16 between -2^exponent and 2^exponent, put together from its bits: sign, one of the four
 * binades below the bound, seven bits of mantissa. No floating-point arithmetic takes part.
 */
function uniform(bits: number, exponent: number): number {
  const sign = (bits >>> 31) << 15;
  const drop = [0, 0, 0, 0, 1, 1, 2, 3][(bits >>> 28) & 7] ?? 0;
  const biased = 127 + exponent - 1 - drop;
  return sign | (biased << 7) | ((bits >>> 8) & 0x7f);
}

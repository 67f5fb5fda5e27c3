/**
 * Sizes of the synthetic Gemma 4. Inner sizes are multiples of 256, the block of the k-quants that
 * inferrs quantizes to by default: with others its output changes from start to start.
 */
export const SIZES = {
  vocab: 2048,
  hidden: 256,
  intermediate: 1024,
  layers: 4,
  heads: 4,
  keyValueHeads: 1,
  headSize: 64,
  perLayerInput: 256,
  slidingWindow: 512,
  window: 131_072,
} as const;

/** config.json as inferrs reads it. */
export function configJson(): string {
  const config = {
    architectures: ["Gemma4ForConditionalGeneration"],
    model_type: "gemma4",
    text_config: {
      vocab_size: SIZES.vocab,
      hidden_size: SIZES.hidden,
      intermediate_size: SIZES.intermediate,
      num_hidden_layers: SIZES.layers,
      num_attention_heads: SIZES.heads,
      num_key_value_heads: SIZES.keyValueHeads,
      head_dim: SIZES.headSize,
      global_head_dim: SIZES.headSize,
      hidden_size_per_layer_input: SIZES.perLayerInput,
      sliding_window: SIZES.slidingWindow,
      layer_types: Array.from({ length: SIZES.layers }, (_, layer) =>
        layer === SIZES.layers - 1 ? "full_attention" : "sliding_attention",
      ),
      max_position_embeddings: SIZES.window,
      num_kv_shared_layers: 0,
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

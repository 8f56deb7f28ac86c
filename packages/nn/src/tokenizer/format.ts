/** The parts of Hugging Face's `tokenizer.json` that are read or written here. */
export interface AddedToken {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

export interface TokenizerJson {
  added_tokens: AddedToken[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  model: Record<string, unknown>;
  [other: string]: unknown;
}

/** Marks the end of a document; id 0 of every tokenizer trained here. */
export const END_OF_TEXT = '<|endoftext|>';

/**
 * A byte-level BPE `tokenizer.json`. Merges are written as strings, which every version of the tokenizers library reads (lists need 0.20).
 */
export function formatTokenizerJson(options: {
  vocabulary: readonly string[];
  merges: readonly (readonly [string, string])[];
  special: readonly { id: number; content: string }[];
}): TokenizerJson {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: options.special.map(({ id, content }) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(options.vocabulary.map((token, id) => [token, id])),
      merges: options.merges.map(([a, b]) => `${a} ${b}`),
    },
  };
}

/** `tokenizer_config.json` for transformers 4 and 5. */
export function formatTokenizerConfig(options: { endOfText: string | null; positions: number }): Record<string, unknown> {
  const special =
    options.endOfText === null ? {} : { bos_token: options.endOfText, eos_token: options.endOfText, unk_token: options.endOfText };
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: options.positions,
    clean_up_tokenization_spaces: false,
    add_prefix_space: false,
    ...special,
  };
}

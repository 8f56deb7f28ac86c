import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { isJsonObject, show } from '../config/fields.ts';
import { invalid } from '../errors.ts';
import { createBpe, tokenBytes } from './bpe.ts';
import { byteCharacters } from './byte-level.ts';
import { type AddedToken, END_OF_TEXT, type TokenizerJson } from './format.ts';

export interface Tokenizer {
  /** One more than the largest id. */
  readonly vocabSize: number;
  /** The id that ends a document, null when there is none. */
  readonly endOfText: number | null;
  /** Cut text only where `lastSafeCut` allows and the ids of the parts are those of the whole. False for tokenizers whose words may span white space. */
  readonly splittable: boolean;
  /** The content of `tokenizer.json`. */
  readonly json: TokenizerJson;
  /** The content of `tokenizer_config.json` where the model came with one; kept for export, not used here. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Special tokens in the text are recognised; those that the post-processor adds (none in GPT-2) are added unless `addSpecialTokens` is false. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /** Bytes that are not UTF-8 become U+FFFD. Throws for an id outside the vocabulary. */
  decode(ids: ArrayLike<number>, options?: { skipSpecialTokens?: boolean }): string;
}

/**
 * A tokenizer from the content of `tokenizer.json`. GPT-2's kind (byte-level BPE) runs here; every other kind runs in `@huggingface/tokenizers`.
 * Throws ModelError naming the part that is wrong.
 */
export function createTokenizer(json: unknown, options: { config?: Tokenizer['config'] } = {}): Tokenizer {
  const checked = checkTokenizerJson(json);
  const plan = byteLevelPlan(checked);
  return { ...(plan === null ? fromLibrary(checked) : fromByteLevel(checked, plan)), json: checked, config: options.config ?? null };
}

function checkTokenizerJson(json: unknown): TokenizerJson {
  if (!isJsonObject(json)) throw invalid('tokenizer.json', `must be a JSON object, got ${show(json)}`);
  if (!isJsonObject(json['model'])) throw invalid('tokenizer.json', 'has no model');
  const added = json['added_tokens'] ?? [];
  if (!Array.isArray(added)) throw invalid('tokenizer.json', 'added_tokens must be a list');
  for (const token of added)
    if (
      !isJsonObject(token) ||
      typeof token['content'] !== 'string' ||
      token['content'] === '' ||
      !Number.isSafeInteger(token['id']) ||
      (token['id'] as number) < 0
    )
      throw invalid('tokenizer.json', `added_tokens holds ${show(token)}, which has no content and id`);
  return {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...json,
    added_tokens: added,
  } as unknown as TokenizerJson;
}

interface ByteLevelPlan {
  vocabulary: ReadonlyMap<string, number>;
  merges: readonly (readonly [string, string])[];
}

/** The vocabulary and merges when the file asks for exactly what bpe.ts does, else null. */
function byteLevelPlan(json: TokenizerJson): ByteLevelPlan | null {
  const { model } = json;
  const pre = json.pre_tokenizer;
  const plainPre = isJsonObject(pre) && pre['type'] === 'ByteLevel' && pre['add_prefix_space'] === false && pre['use_regex'] !== false;
  const isByteLevel = (part: unknown) => isJsonObject(part) && part['type'] === 'ByteLevel';
  const plainModel =
    model['type'] === 'BPE' &&
    ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix', 'byte_fallback', 'ignore_merges'].every(
      (field) => !model[field],
    );
  const plainAdded = json.added_tokens.every((token) => !token.single_word && !token.lstrip && !token.rstrip);
  const plain =
    plainPre &&
    plainModel &&
    plainAdded &&
    json.normalizer === null &&
    isByteLevel(json.decoder) &&
    (json.post_processor === null || isByteLevel(json.post_processor));
  if (!plain || !isJsonObject(model['vocab']) || !Array.isArray(model['merges'])) return null;
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(model['vocab'])) {
    if (!Number.isSafeInteger(id) || (id as number) < 0)
      throw invalid('tokenizer.json', `model.vocab gives ${show(token)} the id ${show(id)}`);
    vocabulary.set(token, id as number);
  }
  if (!byteCharacters.every((character) => vocabulary.has(character))) return null;
  return { vocabulary, merges: model['merges'].map((merge: unknown) => parseMerge(merge, vocabulary)) };
}

function parseMerge(merge: unknown, vocabulary: ReadonlyMap<string, number>): readonly [string, string] {
  const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  const [a, b] = parts;
  if (parts.length !== 2 || typeof a !== 'string' || typeof b !== 'string' || ![a, b, a + b].every((token) => vocabulary.has(token)))
    throw invalid('tokenizer.json', `model.merges holds ${show(merge)}, which is no pair of known tokens`);
  return [a, b];
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function fromByteLevel(json: TokenizerJson, plan: ByteLevelPlan): Omit<Tokenizer, 'json' | 'config'> {
  const bpe = createBpe(plan);
  const added = new Map(json.added_tokens.map((token) => [token.content, token]));
  const addedById = new Map(json.added_tokens.map((token) => [token.id, token]));
  // The longest of several that start at one place.
  const alternatives = [...added.keys()].toSorted((a, b) => b.length - a.length).map(escapePattern);
  const splitter = alternatives.length === 0 ? null : new RegExp(`(${alternatives.join('|')})`, 'u');
  return {
    vocabSize: vocabSizeOf(plan.vocabulary.values(), json.added_tokens),
    endOfText: endOfTextOf(json.added_tokens),
    splittable: json.added_tokens.every((token) => !/\s/u.test(token.content)),
    encode(text) {
      const ids: number[] = [];
      for (const part of splitter === null ? [text] : text.split(splitter)) {
        const token = added.get(part);
        if (token === undefined) bpe.encodeInto(part, ids);
        else ids.push(token.id);
      }
      return ids;
    },
    decode(ids, options = {}) {
      const parts: Uint8Array[] = [];
      for (let i = 0; i < ids.length; i++) {
        const token = addedById.get(ids[i]!);
        if (token?.special === true && options.skipSpecialTokens === true) continue;
        const bytes = token === undefined ? bpe.bytesOf(ids[i]!) : tokenBytes(token.content);
        if (bytes === undefined) throw invalid('ids', `no token has the id ${ids[i]}`);
        parts.push(bytes);
      }
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(concatenate(parts));
    },
  };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.byteLength;
  }
  return whole;
}

function vocabSizeOf(ids: Iterable<number>, added: readonly AddedToken[]): number {
  let largest = -1;
  for (const id of ids) largest = Math.max(largest, id);
  for (const token of added) largest = Math.max(largest, token.id);
  return largest + 1;
}

/** GPT-2's name first, then the names of other families. */
const endNames = [END_OF_TEXT, '</s>', '<|end_of_text|>', '<eos>'];

function endOfTextOf(added: readonly AddedToken[]): number | null {
  for (const name of endNames) {
    const token = added.find(({ content }) => content === name);
    if (token !== undefined) return token.id;
  }
  return null;
}

function fromLibrary(json: TokenizerJson): Omit<Tokenizer, 'json' | 'config'> {
  let library: LibraryTokenizer;
  try {
    library = new LibraryTokenizer(json, { clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw invalid('tokenizer.json', `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const vocabSize = vocabSizeOf(library.get_vocab().values(), json.added_tokens);
  return {
    vocabSize,
    endOfText: endOfTextOf(json.added_tokens),
    splittable: false,
    encode: (text, options = {}) =>
      text === '' && options.addSpecialTokens === false
        ? []
        : library.encode(text, { add_special_tokens: options.addSpecialTokens ?? true }).ids,
    decode(ids, options = {}) {
      const list = Array.from(ids);
      const unknown = list.find((id) => library.id_to_token(id) === undefined);
      if (unknown !== undefined) throw invalid('ids', `no token has the id ${unknown}`);
      return list.length === 0
        ? ''
        : library.decode(list, { skip_special_tokens: options.skipSpecialTokens ?? false, clean_up_tokenization_spaces: false });
    },
  };
}

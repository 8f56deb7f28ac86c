import { invalid, notSupported } from '../errors.ts';
import { isJsonObject, show } from './fields.ts';
import { type Gpt2Config, parseGpt2Config } from './gpt2.ts';

/** One member per model family. */
export type ModelConfig = Gpt2Config;

/** `model_type` -> parser. A family is added by adding its row. */
const families = { gpt2: parseGpt2Config } as const satisfies Record<string, (json: Readonly<Record<string, unknown>>) => ModelConfig>;

/**
 * Reads a Hugging Face `config.json` in the forms of transformers 4 and 5. Missing fields take that model type's defaults in transformers; `*_pdrop` is ignored
 * (dropout is a matter of training). Throws ModelError: `not_supported` for an unknown model type or an option that would change the result and is not built,
 * `model_invalid` for a wrong type or sizes that do not fit together; both name the field.
 */
export function parseModelConfig(json: unknown): ModelConfig {
  if (!isJsonObject(json)) throw invalid('config', `must be a JSON object, got ${show(json)}`);
  const modelType = json['model_type'];
  if (typeof modelType !== 'string') throw invalid('model_type', `must be a string, got ${show(modelType)}`);
  if (!Object.hasOwn(families, modelType))
    throw notSupported('model_type', `${show(modelType)} is not built; supported: ${Object.keys(families).join(', ')}`, { modelType });
  return families[modelType as keyof typeof families](json);
}

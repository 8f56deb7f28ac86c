import { AppError, type TrainSpec } from '@massif/contracts';
import { initialise, parseModelConfig, type ModelConfig, type ParameterSpec, type Tokenizer } from '@massif/nn';
import { loadModel, loadTokenizer } from '@massif/nn/files';

/** What training starts from. */
export interface InitialModel {
  config: ModelConfig;
  /** The model's own; null: one is trained on the data. */
  tokenizer: Tokenizer | null;
  /** Fills in a parameter's first value. */
  initialise(parameter: ParameterSpec, into: Float32Array, seed: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the model of a spec: `{ config }` with random weights, `{ path }` with those of a Hugging Face directory.
 * @throws ModelError; AppError `not_supported` for the other two, which whoever knows the catalogue and the jobs turns into one of these
 */
export async function openModel(model: TrainSpec['model']): Promise<InitialModel> {
  if ('config' in model) {
    return {
      config: parseModelConfig(model.config),
      tokenizer: null,
      initialise: async (parameter, into, seed) => initialise(parameter, { seed, out: into }),
      close: async () => {},
    };
  }
  if ('path' in model) {
    const loaded = await loadModel(model.path);
    return {
      config: loaded.config,
      tokenizer: await loadTokenizer(model.path),
      initialise: (parameter, into) => loaded.read(parameter.name, into),
      close: () => loaded.close(),
    };
  }
  throw new AppError('not_supported', 'model: a preset or job must be resolved to a config or path before training', {
    context: { path: 'model' },
  });
}

import type { Fn } from '@massif/tensor';
import type { ModelConfig } from '../config/parse.ts';
import { type BatchShape, gpt2Logits, gpt2Loss } from './gpt2/graph.ts';

export type { BatchShape };

/**
 * The training graph of a model: `tokens` and `targets` int32 [batch, sequence] and a port per parameter, under its name -> `loss` [], the sum over the
 * targets that are not negative, in nats.
 */
export const modelLoss = (config: ModelConfig, shape: BatchShape): Fn => gpt2Loss(config, shape);

/** `tokens` int32 [batch, sequence], `rows` int32 [rows] (places in the flattened batch) and the parameters -> `logits` [rows, vocabulary]. */
export const modelLogits = (config: ModelConfig, shape: BatchShape & { rows: number }): Fn => gpt2Logits(config, shape);

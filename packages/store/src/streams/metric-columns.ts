/** Metrics with a column of their own in `metric`, by their names outside; every other one lies in `extra`. */
export const metricSqlColumns = {
  loss: 'loss',
  gradNorm: 'grad_norm',
  tokens: 'tokens',
  stepTimeMs: 'step_time_ms',
  learningRate: 'learning_rate',
} as const;

/** How far the preparation of data has come. */
export interface PrepareProgress {
  /** hash: whether it has been done before; count: the words of the text; merge: the tokenizer's vocabulary; encode: text to tokens. */
  phase: 'hash' | 'count' | 'merge' | 'encode';
  doneBytes: number;
  /** 0 where a phase has no measure. */
  totalBytes: number;
}

export type OnProgress = (progress: PrepareProgress) => void;

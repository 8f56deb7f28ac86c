import { expect, it } from 'vitest';
import type { FromRank } from '../gang/protocol.ts';
import { createTrainingLog } from './training-log.ts';

function start() {
  const lines: string[] = [];
  let nowMs = 0;
  const log = createTrainingLog({ say: (line) => lines.push(line), now: () => nowMs });
  return { ...log, lines, wait: (ms: number) => (nowMs += ms) };
}

const begin: FromRank = {
  type: 'begin',
  model: { type: 'gpt2', layers: 4, hidden: 128, vocabSize: 2048, parameters: 1_089_024 },
  data: { trainTokens: 301_220, heldOutTokens: 6042 },
  steps: 400,
  tokensPerStep: 4096,
};
const step = (index: number): FromRank => ({
  type: 'step',
  step: index,
  loss: 5 - index / 100,
  gradNorm: 1,
  tokens: (index + 1) * 4096,
  stepTimeMs: 100,
  learningRate: 1,
  memory: { deviceBytes: 1, hostBytes: 0, nvmeBytes: 0 },
});
const checkpoint = (index: number): FromRank => ({ type: 'checkpoint', step: index, path: '/x', bytes: 0, files: [] });

it('says what is trained on what before the first step', () => {
  const { told, lines } = start();
  told(begin);
  expect(lines).toEqual([
    'model: gpt2, 4 layers of width 128, vocabulary of 2,048, 1,089,024 parameters',
    'data: 301,220 tokens to train on, 6,042 held out; 400 steps of 4,096 tokens',
  ]);
});

it('says every ten seconds how far it is, and each evaluation', () => {
  const { told, lines, wait } = start();
  told(begin);
  lines.length = 0;
  for (let index = 0; index < 250; index++) {
    told(step(index));
    wait(100);
  }
  told({ type: 'evaluation', step: 250, loss: 4.91726 });
  expect(lines).toEqual([
    'step 1/400  loss 5.0000',
    'step 101/400  loss 4.0000  40,960 tokens/s',
    'step 201/400  loss 3.0000  40,960 tokens/s',
    'step 250  held-out loss 4.9173',
  ]);
});

it('says the latest checkpoint every few seconds, and the last one at the end', () => {
  const { told, end, lines, wait } = start();
  for (let index = 1; index <= 80; index++) {
    told(checkpoint(index));
    wait(100);
  }
  end();
  end();
  expect(lines).toEqual([1, 51, 80].map((index) => `checkpoint of step ${index}`));
});

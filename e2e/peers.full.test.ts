import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryDirectory } from './harness/directory.ts';
import { runMassif } from './harness/product.ts';
import { findPeers, runPeer } from './harness/python.ts';

interface Expected {
  loss: number;
  logits: number[][];
  gradients: Record<string, number>;
  steps: { loss: number; gradNorm: number }[];
}

const { path: directory, remove } = temporaryDirectory('peers');
afterAll(remove);

/** fp32 of two programs that sum in other orders. */
const tolerance = 1e-4;

/** The largest difference between two lists, as a share of what it differs from. */
function differenceOf(
  own: readonly number[],
  other: readonly number[],
  shareOf = (value: number) => Math.max(1e-3, Math.abs(value)),
): number {
  expect(own).toHaveLength(other.length);
  return Math.max(...own.map((value, i) => Math.abs(value - other[i]!) / shareOf(other[i]!)));
}

test('GPT-2 models of many shapes evaluate and train as in transformers and PyTorch', async ({ annotate, skip }) => {
  const peers = findPeers();
  if ('missing' in peers) return skip(peers.missing);
  runPeer(peers.python, 'gpt2.py', directory);
  const massif = async (...words: string[]) => {
    const { status, stdout, stderr } = await runMassif(join(directory, 'home'), [...words, '--json']);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const names = readdirSync(directory, { withFileTypes: true }).flatMap((entry) => (entry.name === 'home' ? [] : [entry.name]));
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    const model = join(directory, name);
    const expected = JSON.parse(readFileSync(join(model, 'expected.json'), 'utf8')) as Expected;
    // A logit near 0 is a sum of large ones.
    const largestLogit = Math.max(...expected.logits.flat().map(Math.abs));
    const found: string[] = [];
    const check = (what: string, difference: number) => {
      expect(difference, `${name}: ${what}`).toBeLessThan(tolerance);
      found.push(`${what} ${difference.toExponential(0)}`);
    };
    for (const device of ['reference', 'cpu']) {
      const text = await massif(
        'engine',
        'eval',
        '--model',
        model,
        '--tokens',
        join(model, 'tokens.json'),
        '--device',
        device,
        '--gradients',
      );
      const own = JSON.parse(text) as Omit<Expected, 'steps'>;
      check(`${device} loss`, differenceOf([own.loss], [expected.loss]));
      check(
        `${device} logits`,
        differenceOf(own.logits.flat(), expected.logits.flat(), () => largestLogit),
      );
      expect(Object.keys(own.gradients).toSorted()).toEqual(Object.keys(expected.gradients).toSorted());
      check(
        `${device} gradients`,
        differenceOf(
          Object.keys(expected.gradients).map((tensor) => own.gradients[tensor]!),
          Object.values(expected.gradients),
        ),
      );
    }
    const lines = (await massif('train', '-f', join(model, 'job.json'), '--local', '--out', join(model, 'out'))).trim().split('\n');
    const steps = lines.map((line) => JSON.parse(line) as { loss?: number; gradNorm?: number }).filter(({ loss }) => loss !== undefined);
    check(
      'loss of 20 steps',
      differenceOf(
        steps.map(({ loss }) => loss!),
        expected.steps.map(({ loss }) => loss),
      ),
    );
    check(
      'gradient norm',
      differenceOf(
        steps.map(({ gradNorm }) => gradNorm!),
        expected.steps.map(({ gradNorm }) => gradNorm),
      ),
    );
    await annotate(`${name}: ${found.join(', ')}`);
  }
});

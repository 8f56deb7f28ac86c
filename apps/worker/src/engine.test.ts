import { fork, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseJobSpec, type Problem } from '@massif/contracts';
import { isAlive, processIdentity } from '@massif/processes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineReply, EngineRequest } from './engine/protocol.ts';

const program = fileURLToPath(new URL('./engine.ts', import.meta.url));
const cache = fileURLToPath(new URL('../../../node_modules/.cache', import.meta.url));
const goldens = fileURLToPath(new URL('../../../packages/nn/test/goldens', import.meta.url));
const readGolden = <T>(path: string) => JSON.parse(readFileSync(join(goldens, path), 'utf8')) as T;

let home: string;
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'massif-engine-'))));
afterAll(() => rmSync(home, { recursive: true }));

interface Answer {
  stderr: string;
  lines: Record<string, unknown>[];
  result?: Record<string, unknown>;
  problem?: Problem;
  jobStarted?: boolean;
}

/** Asks as the CLI does. */
async function ask(request: EngineRequest, onReply?: (child: ChildProcess, reply: EngineReply) => void): Promise<Answer> {
  const child = fork(program, [], {
    env: { PATH: process.env['PATH'], MASSIF_HOME: home, MASSIF_CACHE: cache },
    execArgv: [],
    silent: true,
  });
  const answer: Answer = { lines: [], stderr: '' };
  child.stderr!.on('data', (chunk: Buffer) => (answer.stderr += chunk.toString()));
  child.stdout!.resume();
  child.on('message', (message) => {
    const reply = message as EngineReply;
    if (reply.type === 'line') answer.lines.push(reply.value);
    if (reply.type === 'result') answer.result = reply.value;
    if (reply.type === 'error') Object.assign(answer, { problem: reply.problem, jobStarted: reply.jobStarted });
    onReply?.(child, reply);
  });
  child.send(request);
  await new Promise((resolve) => child.on('close', resolve));
  return answer;
}

const training = readGolden<{
  globalBatch: number;
  sequence: number;
  rows: number[][];
  training: {
    learningRate: number;
    betas: [number, number];
    eps: number;
    weightDecay: number;
    warmupSteps: number;
    minRatio: number;
    gradientClip: number;
  };
  steps: { step: number; loss: number; gradNorm: number }[];
}>('training.golden.json');

interface Changes {
  out: string;
  steps?: number;
  learningRate?: number;
  resources?: object;
  data?: object;
  limits?: object;
}

function request(changes: Changes): EngineRequest {
  const { learningRate, betas, eps, weightDecay, warmupSteps, minRatio, gradientClip } = training.training;
  writeFileSync(join(home, 'rows.json'), JSON.stringify(training.rows));
  const spec = parseJobSpec({
    kind: 'train',
    name: 'golden',
    model: { path: join(goldens, 'tied') },
    data: changes.data ?? { tokens: 'rows.json' },
    training: {
      steps: changes.steps ?? training.steps.length,
      globalBatch: training.globalBatch,
      sequence: training.sequence,
      optimizer: { learningRate: changes.learningRate ?? learningRate, betas, eps, weightDecay },
      schedule: { name: 'cosine', warmupSteps, minRatio },
      gradientClip,
    },
    resources: changes.resources ?? { devices: 2 },
    limits: changes.limits ?? {},
  });
  return { command: 'train', options: { spec, specDirectory: home, out: resolve(home, changes.out) } };
}

describe('a local run', () => {
  it('follows a plain PyTorch loop step by step on two ranks, and exports the model', { timeout: 120_000 }, async () => {
    const { lines, result, problem } = await ask(request({ out: 'model' }));
    expect(problem).toBeUndefined();
    expect(lines).toHaveLength(training.steps.length);
    for (const [index, { step, loss, gradNorm }] of training.steps.entries()) {
      expect(Object.keys(lines[index]!).toSorted()).toEqual(['gradNorm', 'loss', 'memory', 'step', 'stepTimeMs', 'tokens']);
      const line = lines[index] as { step: number; loss: number; gradNorm: number; tokens: number; memory: { deviceBytes: number } };
      expect(line.step).toBe(step);
      expect(Math.abs(line.loss / loss - 1)).toBeLessThan(1e-4);
      expect(Math.abs(line.gradNorm / gradNorm - 1)).toBeLessThan(1e-4);
      expect(line.tokens).toBe((step + 1) * training.globalBatch * training.sequence);
      expect(line.memory.deviceBytes).toBeGreaterThan(0);
    }
    expect(result).toEqual({ model: join(home, 'model'), steps: training.steps.length });
    expect(readdirSync(join(home, 'model'))).toEqual(expect.arrayContaining(['config.json', 'model.safetensors']));

    const again = await ask(request({ out: 'model', steps: 2 }));
    expect(again.result, 'a directory that Massif wrote is replaced').toMatchObject({ steps: 2 });
  });

  it('refuses a directory that it did not write, before anything is started', async () => {
    mkdirSync(join(home, 'mine'));
    writeFileSync(join(home, 'mine', 'thesis.txt'), 'x');
    const { problem, jobStarted, lines } = await ask(request({ out: 'mine' }));
    expect(problem).toMatchObject({ code: 'out_dir_not_empty' });
    expect({ jobStarted, lines }).toEqual({ jobStarted: false, lines: [] });
    expect(readFileSync(join(home, 'mine', 'thesis.txt'), 'utf8')).toBe('x');
  });

  const refusedOut = { code: 'invalid_spec', errors: [{ path: '--out' }], detail: expect.stringContaining('--out: cannot write to') };

  it('refuses a place where nothing can be made, before anything is started', async () => {
    const { problem, jobStarted, lines } = await ask(request({ out: '/proc/massif/model' }));
    expect(problem).toMatchObject(refusedOut);
    expect({ jobStarted, lines }).toEqual({ jobStarted: false, lines: [] });
  });

  it('refuses a directory that it may not write to, and leaves nothing of its trial in one that it may', async ({ skip }) => {
    await ask(request({ out: 'tried/model', data: { text: ['nowhere.txt'] } }));
    expect(readdirSync(home).filter((name) => name.includes('probe') || name === 'tried')).toEqual([]);
    skip(process.getuid?.() === 0, 'root writes everywhere');
    mkdirSync(join(home, 'sealed'));
    chmodSync(join(home, 'sealed'), 0o500);
    expect((await ask(request({ out: 'sealed/model' }))).problem).toMatchObject(refusedOut);
  });

  it('tells bad data as bad input, although only a rank sees it', async () => {
    writeFileSync(join(home, 'long.json'), JSON.stringify([[1, 2, 3]]));
    const { problem, jobStarted } = await ask(request({ out: 'none', data: { tokens: 'long.json' } }));
    expect(problem).toMatchObject({ code: 'data_invalid', status: 422, detail: expect.stringContaining('data.tokens[0]') });
    expect(jobStarted).toBe(false);
    expect(existsSync(join(home, 'none'))).toBe(false);
  });

  it('ends with nan_loss when it diverges, as a job that ran', async () => {
    const { problem, jobStarted } = await ask(request({ out: 'none', steps: 50, learningRate: 1e6 }));
    expect(problem).toMatchObject({ code: 'nan_loss', retryable: false });
    expect(jobStarted).toBe(true);
  });

  it('ends as a job that failed when limits.maxDuration is over, and not before', { timeout: 60_000 }, async () => {
    const { problem, jobStarted, lines } = await ask(request({ out: 'none', steps: 1_000_000, limits: { maxDuration: '10s' } }));
    expect(problem).toMatchObject({ code: 'max_duration_exceeded', detail: 'It ran longer than limits.maxDuration, 10 s' });
    expect(jobStarted).toBe(true);
    expect(lines.length).toBeGreaterThan(0);
    // Longer than any timer of Node.
    const { result } = await ask(request({ out: 'in-time', steps: 2, limits: { maxDuration: '3650d' } }));
    expect(result).toMatchObject({ steps: 2 });
  });

  it('ends its ranks before itself when it is interrupted', async () => {
    const processes: (ReturnType<typeof processIdentity> | undefined)[] = [];
    const answer = await ask(request({ out: 'none', steps: 1_000_000 }), (child, reply) => {
      if (reply.type !== 'line' || processes.length > 0) return;
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);
      processes.push(...children.map(processIdentity));
      child.kill('SIGINT');
    });
    expect(answer.problem).toMatchObject({ code: 'interrupted' });
    expect(processes).toHaveLength(2);
    expect(processes.filter((identity) => identity && isAlive(identity))).toEqual([]);
  });
});

it('a local run that is interrupted when every step is done is ended by nothing but its model', async () => {
  const notes: string[] = [];
  const { result, problem } = await ask(request({ out: 'just-done', steps: 3 }), (child, reply) => {
    if (reply.type === 'note') notes.push(reply.text);
    if (reply.type === 'line' && reply.value['step'] === 2) child.kill('SIGINT');
  });
  expect(problem).toBeUndefined();
  expect(result).toEqual({ model: join(home, 'just-done'), steps: 3 });
  expect(existsSync(join(home, 'just-done', 'model.safetensors'))).toBe(true);
  expect(notes.slice(0, 3)).toEqual([
    expect.stringMatching(/^2 ranks of \d+ threads?, micro-batches of \d+$/),
    expect.stringMatching(/^model: gpt2, \d+ layers of width \d+, vocabulary of \d+, [\d,]+ parameters$/),
    expect.stringMatching(/^data: [\d,]+ tokens to train on; 3 steps of \d+ tokens$/),
  ]);
});

describe('an evaluation', () => {
  const golden = readGolden<{ tokens: number[][]; loss: number; lastLogits: number[][]; gradients?: Record<string, number> }>(
    'tied/golden.json',
  );
  const evaluate = (tokens: unknown, changes: Record<string, unknown> = {}) => {
    const file = join(home, 'tokens.json');
    writeFileSync(file, typeof tokens === 'string' ? tokens : JSON.stringify(tokens));
    return ask({ command: 'eval', options: { model: join(goldens, 'tied'), tokens: file, device: 'cpu', gradients: false, ...changes } });
  };

  it('reads tokens behind a byte order mark', async () => {
    const device = 'reference';
    expect(await evaluate(`\uFEFF${JSON.stringify(golden.tokens)}`, { device })).toEqual(await evaluate(golden.tokens, { device }));
  });

  it.each(['cpu', 'reference'])('gives the loss, logits and gradients of transformers, %s', { timeout: 60_000 }, async (device) => {
    const { result, problem } = await evaluate(golden.tokens, { device, gradients: true });
    expect(problem).toBeUndefined();
    const { loss, gradients } = result as { loss: number; gradients: Record<string, number> };
    expect(Math.abs(loss - golden.loss)).toBeLessThan(1e-5);
    // The golden logits are those from which the last id of each row is predicted.
    const shorter = await evaluate(
      golden.tokens.map((row) => row.slice(0, -1)),
      { device },
    );
    const { logits } = shorter.result as { logits: number[][] };
    expect(shorter.result).not.toHaveProperty('gradients');
    const errors = logits.flatMap((row, b) => row.map((value, v) => Math.abs(value - golden.lastLogits[b]![v]!)));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    expect(Object.keys(gradients)).toContain('transformer.wte.weight');
    expect(Object.values(gradients).every((norm) => norm > 0)).toBe(true);
  });

  it.each([
    ['a device that is not there', [[1, 2]], { device: 'webgpu' }, 'device_unavailable', 'webgpu'],
    ['a missing file', [[1, 2]], { tokens: '/no/such/tokens.json' }, 'data_not_found', 'no/such/tokens.json'],
    ['a directory', [[1, 2]], { tokens: goldens }, 'data_unreadable', 'EISDIR'],
    ['no JSON', '[[1, 2', {}, 'data_invalid', 'is not JSON'],
    ['a file of no rows', [], {}, 'data_invalid', 'tokens.json holds no rows; write rows of token ids, [[id, ...], ...]'],
    ['an object', { a: 1 }, {}, 'data_invalid', 'tokens.json must hold rows of token ids'],
    ['no rows', [1, 2], {}, 'data_invalid', 'tokens[0]: must be a row of token ids, not 1'],
    ['a row of nothing', [[1], []], {}, 'data_invalid', 'tokens[1]: holds no token ids'],
    ['a word', [[1, 'two']], {}, 'data_invalid', 'tokens[0][1]: must be a token id, not "two"'],
    [
      'rows of two lengths',
      [
        [1, 2],
        [1, 2, 3],
      ],
      {},
      'data_invalid',
      'tokens[1]',
    ],
    ['an id beyond the vocabulary', [[1, 37]], {}, 'data_invalid', 'tokens[0][1]'],
    ['more ids than positions', [Array.from({ length: 5000 }, () => 1)], {}, 'data_invalid', 'positions'],
    ['a missing model', [[1, 2]], { model: '/no/such/model' }, 'model_not_found', '--model: there is no directory /no/such/model; name a'],
    ['a directory without a model', [[1, 2]], { model: goldens }, 'model_not_found', 'config.json: ENOENT; name a Hugging Face directory'],
    ['a file for a model', [[1, 2]], { model: program }, 'model_not_found', 'engine.ts is not a directory; name a'],
  ])('refuses %s', async (_, tokens, changes, code, detail) => {
    const { problem, jobStarted } = await evaluate(tokens, changes);
    expect(problem).toMatchObject({ code, status: 422, detail: expect.stringContaining(detail) });
    expect(jobStarted).toBe(false);
  });
});

it('a fault of ours is one problem, and its place in the code a note for people', async () => {
  const notes: string[] = [];
  const { problem, stderr } = await ask({ command: 'nonsense' as 'eval', options: {} }, (_child, reply) => {
    if (reply.type === 'note') notes.push(reply.text);
  });
  expect(problem).toMatchObject({ code: 'internal', detail: 'unknown command nonsense' });
  expect(notes.join('\n')).toMatch(/unknown command nonsense\n\s+at run .*engine\.ts/);
  expect(stderr).toBe('');
});

it('a model beyond the memory of the machine is refused', async () => {
  const directory = join(home, 'huge');
  // 4 TB
  writeSparseModel(directory, { hidden: 15_360, positions: 67_108_863 });
  writeFileSync(join(home, 'short.json'), '[[1, 2, 3]]');
  const { problem } = await ask({
    command: 'eval',
    options: { model: directory, tokens: join(home, 'short.json'), device: 'cpu', gradients: false },
  });
  expect(problem).toMatchObject({ code: 'does_not_fit', status: 422, errors: [{ path: '--model' }] });
});

/** The model of the golden files with other sizes, all zeros: a file that is long and takes no room. */
function writeSparseModel(directory: string, { hidden, positions }: { hidden: number; positions: number }): void {
  const source = join(goldens, 'tied');
  const config = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8')) as { n_embd: number; n_positions: number };
  const { n_embd, n_positions } = config;
  const resized = (size: number) => (size === n_positions ? positions : size % n_embd === 0 ? (size / n_embd) * hidden : size);
  const file = readFileSync(join(source, 'model.safetensors'));
  const tensors = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString()) as Record<string, { shape?: number[] }>;
  let end = 0;
  const header = Object.entries(tensors).map(([name, tensor]) => {
    if (!tensor.shape) return [name, tensor];
    const shape = tensor.shape.map(resized);
    const begin = end;
    end += 4 * shape.reduce((product, size) => product * size, 1);
    return [name, { ...tensor, shape, data_offsets: [begin, end] }];
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  mkdirSync(directory);
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ ...config, n_embd: hidden, n_positions: positions }));
  writeFileSync(join(directory, 'model.safetensors'), Buffer.concat([length, text]));
  truncateSync(join(directory, 'model.safetensors'), length.length + text.length + end);
}

it('a product’s rate is measured beside the peak', { timeout: 60_000 }, async () => {
  const { result } = await ask({ command: 'matmul', options: { m: 256, n: 256, k: 256, threads: 1 } });
  const { gflops, peakGflops } = result as { gflops: number; peakGflops: number };
  expect(gflops).toBeGreaterThan(0.05 * peakGflops);
  expect(gflops).toBeLessThanOrEqual(peakGflops);
});

it.each([
  ['operands beyond the memory', { m: 1_000_000, n: 1_000_000, k: 1_000_000 }, '--m', '10.9 TiB'],
  ['one huge dimension', { m: 1, n: 3e9, k: 1 }, '--n', 'at most 2147483647'],
  ['more threads than anything runs', { threads: 100_000 }, '--threads', 'at most 4096'],
])('a product that cannot be measured is refused: %s', async (_, changes, path, detail) => {
  const { problem } = await ask({ command: 'matmul', options: { m: 8, n: 8, k: 8, threads: 1, ...changes } });
  expect(problem).toMatchObject({ code: 'invalid_spec', status: 422, detail: expect.stringContaining(detail), errors: [{ path }] });
  expect(problem!.errors[0]!.fix).toBeTruthy();
});

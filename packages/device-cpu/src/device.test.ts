import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  add,
  compileProgram,
  concat,
  elementCount,
  evaluateFn,
  embedding,
  exp,
  fn,
  geluTanh,
  iota,
  less,
  matmul,
  max,
  mul,
  pad,
  reshape,
  spec,
  sub,
  sum,
  transpose,
  where,
  type Fn,
  type Submission,
} from '@massif/tensor';
import { runFn } from '@massif/tensor/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice, type CpuDevice } from './device.ts';
import { cacheDirectory, randomFloats, relativeError } from './testing/harness.ts';

const devices = new Map<number, Promise<CpuDevice>>();
const deviceOf = (threads: number): Promise<CpuDevice> => {
  if (!devices.has(threads)) devices.set(threads, createCpuDevice({ cacheDirectory, threads }));
  return devices.get(threads)!;
};
beforeAll(() => deviceOf(1), 120_000); // the routines may have to be compiled first
afterAll(async () => {
  for (const device of devices.values()) await (await device).close();
});

const fp32 = (...shape: number[]) => spec('fp32', shape);
const cases: Fn[] = [
  fn('a chain with a broadcast', { x: fp32(64, 1003), b: fp32(1003) }, ({ x, b }) => ({ y: geluTanh(add(x, b)) })),
  fn('a long chain in blocks', { x: fp32(70_001) }, ({ x }) => ({ y: add(mul(x, x), 0.1) })),
  fn('sums of columns', { x: fp32(4096, 144) }, ({ x }) => ({ y: sum(x, { axes: [0] }) })),
  fn('sums of many columns', { x: fp32(300, 1500) }, ({ x }) => ({ y: sum(mul(x, x), { axes: [0] }) })),
  fn('a softmax', { x: fp32(100, 203) }, ({ x }) => {
    const e = exp(sub(x, max(x, { axes: [1], keepDims: true })));
    return { y: mul(e, sum(e, { axes: [1], keepDims: true })) };
  }),
  fn('a sum of everything', { x: fp32(1_000_003) }, ({ x }) => ({ y: sum(mul(x, x)) })),
  fn('sums of rows and planes', { x: fp32(7, 50, 60) }, ({ x }) => ({ y: sum(x, { axes: [0, 2] }), z: sum(x, { axes: [2] }) })),
  fn('sums of short rows', { x: fp32(2000, 3) }, ({ x }) => ({ y: sum(x, { axes: [1] }), z: max(x, { axes: [1] }) })),
  fn('a transpose', { x: fp32(130, 70) }, ({ x }) => ({ y: mul(transpose(x), 2) })),
  fn('padding', { x: fp32(100, 21) }, ({ x }) => ({ y: add(pad(x, { axis: 1, before: 3, after: 2 }), 1) })),
  fn('parts put together', { x: fp32(40, 33), z: fp32(40, 5) }, ({ x, z }) => ({ y: concat([mul(x, 2), add(z, 1)], { axis: 1 }) })),
  fn('indices and conditions', { x: fp32(30, 50) }, ({ x }) => ({ y: where(less(iota(x.graph, [30, 50]), 700), x, mul(x, -1)) })),
  fn('a product and its epilogue', { x: fp32(90, 40), w: fp32(40, 50) }, ({ x, w }) => ({ y: reshape(geluTanh(matmul(x, w)), [4500]) })),
];

describe.each(cases.map((f) => [f.name, f] as const))('%s', (_, f) => {
  it('is what the oracle says, bit for bit the same on 1, 2, 3 and 7 threads', async () => {
    const inputs = Object.fromEntries(
      f.inputs.map(({ name, node: { shape } }, i) => [name, randomFloats(elementCount(shape), i + 1).map((value) => 2 * value)]),
    );
    const expected = evaluateFn(f, inputs);
    const actual = await runFn(await deviceOf(1), f, inputs);
    for (const [name, values] of Object.entries(actual)) expect(relativeError(values, expected[name]!)).toBeLessThan(1e-5);
    for (const threads of [2, 3, 7]) expect(await runFn(await deviceOf(threads), f, inputs)).toEqual(actual);
  });
});

describe('the device', () => {
  const doubled = fn('doubled', { x: fp32(1000) }, ({ x }) => ({ y: mul(x, 2) }));
  const load = async (device: CpuDevice, f: Fn) => {
    const executable = await device.load(compileProgram(f, { limits: device.limits }));
    const place = (bytes: number) => ({ buffer: device.allocate(bytes), offsetBytes: 0 });
    return { executable, place };
  };

  it('keeps copies and submissions in the order of the calls, also when nobody waits', async () => {
    const device = await deviceOf(2);
    const { executable, place } = await load(device, doubled);
    const bindings = { x: place(4000), y: place(4000) };
    const results: Float32Array[] = [];
    const reads: Promise<void>[] = [];
    for (let round = 0; round < 50; round++) {
      void device.write(bindings.x.buffer, 0, new Float32Array(1000).fill(round));
      device.submit([{ executable, bindings }]);
      device.submit([
        { executable, bindings: { x: bindings.y, y: bindings.x } },
        { executable, bindings },
      ]);
      const result = new Float32Array(1000);
      results.push(result);
      reads.push(device.read(bindings.y.buffer, 0, result));
    }
    await Promise.all(reads);
    expect(results.map((result) => new Set(result))).toEqual(results.map((_, round) => new Set([round * 8])));
    for (const { buffer } of Object.values(bindings)) device.release(buffer);
  });

  it('lets go of a buffer only when what was submitted before has run', async () => {
    const device = await deviceOf(1);
    const { executable, place } = await load(device, doubled);
    const before = device.memory().allocatedBytes;
    const bindings = { x: place(64 << 20), y: place(64 << 20) };
    const fences = Array.from({ length: 200 }, () => device.submit([{ executable, bindings }]));
    for (const { buffer } of Object.values(bindings)) device.release(buffer);
    expect(device.memory().allocatedBytes).toBe(before);
    await Promise.all(fences.map(({ done }) => done));
    await expect(device.submit([{ executable, bindings }]).done).rejects.toMatchObject({ code: 'invalid_binding' });
    expect(() => device.hostAddress(bindings.x.buffer)).toThrow(expect.objectContaining({ code: 'invalid_binding' }));
  });

  it('refuses missing ports, regions that are too small, and programs of other devices', async () => {
    const device = await deviceOf(1);
    const { executable, place } = await load(device, doubled);
    const [x, y] = [place(4000), place(4000)];
    const wrong: Submission[] = [
      { executable, bindings: { x } },
      { executable, bindings: { x, y: { ...y, offsetBytes: 4 } } },
      { executable: { program: executable.program }, bindings: { x, y } },
    ];
    for (const submission of wrong) await expect(device.submit([submission]).done).rejects.toMatchObject({ code: 'invalid_binding' });
    await expect(device.write(x.buffer, 0, new Float32Array(1001))).rejects.toThrow(RangeError);
    await device.submit([{ executable, bindings: { x, y } }]).done;
  });

  it('refuses ids outside the table when it meets them, and goes on', async () => {
    const device = await deviceOf(2);
    const f = fn('gathered', { table: fp32(5, 8), ids: spec('int32', [3]) }, ({ table, ids }) => ({ y: embedding(table, ids) }));
    const { executable, place } = await load(device, f);
    const bindings = { table: place(160), ids: place(12), y: place(96) };
    const gather = async (...ids: number[]) => {
      await device.write(bindings.ids.buffer, 0, Int32Array.from(ids));
      return device.submit([{ executable, bindings }]).done;
    };
    await expect(gather(0, 5, 7)).rejects.toThrow('Index 5 of row 1 is not in [0, 5)');
    await expect(gather(0, 4, 1)).resolves.toBeUndefined();
  });

  it('says what to install where there is no compiler', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'massif-'));
    const created = createCpuDevice({ cacheDirectory: empty, threads: 1, compiler: 'no-such-compiler' });
    await expect(created).rejects.toMatchObject({
      code: 'compiler_missing',
      message: expect.stringContaining('apt-get install g++') as string,
    });
    rmSync(empty, { recursive: true });
  });

  it('waits for what runs when it is closed, and refuses everything afterwards', async () => {
    const device = await createCpuDevice({ cacheDirectory, threads: 2, memoryBytes: 10_000 });
    const { executable, place } = await load(device, doubled);
    const bindings = { x: place(4000), y: place(4000) };
    expect(() => device.allocate(2001)).toThrow(expect.objectContaining({ code: 'device_out_of_memory' }));
    const { done } = device.submit([{ executable, bindings }]);
    await device.close();
    await done;
    await device.close();
    const refusal = { code: 'device_closed' };
    expect(() => device.allocate(1)).toThrow(expect.objectContaining(refusal));
    await expect(device.submit([{ executable, bindings }]).done).rejects.toMatchObject(refusal);
    await expect(device.read(bindings.x.buffer, 0, new Uint8Array(1))).rejects.toMatchObject(refusal);
    await expect(device.load(executable.program)).rejects.toMatchObject(refusal);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { halfToNumber, toFloat32 } from '../safetensors/convert.ts';
import { parseHeader, parseHeaderLength } from '../safetensors/header.ts';
import { openSafetensors, openSharded } from './safetensors-reader.ts';
import { writeSafetensors } from './safetensors-writer.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'massif-safetensors-'));
});
afterAll(() => rm(directory, { recursive: true }));

const raw = (header: unknown, dataBytes: number): Uint8Array => {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
};

test('what is written reads back bit for bit, one tensor at a time', async () => {
  const path = join(directory, 'round-trip.safetensors');
  const a = new Float32Array([1, -0, Infinity, 1e-45, 5, 6]);
  await writeSafetensors(path, [
    { name: 'b', shape: [], data: () => new Float32Array([42]) },
    { name: 'a', shape: [2, 3], data: () => a },
    { name: 'empty', shape: [0, 4], data: () => new Float32Array(0) },
  ]);
  const source = await openSafetensors(path);
  expect([...source.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['b', 'F32', []],
    ['a', 'F32', [2, 3]],
    ['empty', 'F32', [0, 4]],
  ]);
  const into = new Float32Array(6);
  await source.read('a', into);
  expect(new Uint32Array(into.buffer)).toEqual(new Uint32Array(a.buffer));
  const part = new Float32Array(2);
  await source.read('a', part, 4);
  expect([...part]).toEqual([5, 6]);
  await expect(source.read('a', part, 5)).rejects.toBeInstanceOf(RangeError);
  await source.close();
  const header = (await readFile(path)).readBigUInt64LE(0);
  expect(Number(header) % 8).toBe(0);
});

test('fp16, bf16 and fp64 are read as fp32', () => {
  expect([0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00].map(halfToNumber)).toEqual([0, -0, 1, -2, 65504, 2 ** -24, Infinity]);
  expect(halfToNumber(0x7e00)).toBeNaN();
  const out = new Float32Array(2);
  toFloat32(new Uint8Array([0x80, 0x3f, 0x00, 0xc0]), 'BF16', out);
  expect([...out]).toEqual([1, -2]);
  const doubles = new Uint8Array(new Float64Array([0.1, -3]).buffer);
  toFloat32(doubles, 'F64', out);
  expect([...out]).toEqual([Math.fround(0.1), -3]);
});

test('a tensor longer than one chunk is converted whole', async () => {
  const elements = 2 ** 21 + 3;
  const data = new Uint16Array(elements).map((_, i) => 0x3f80 + (i % 64));
  const bytes = raw({ x: { dtype: 'BF16', shape: [elements], data_offsets: [0, 2 * elements] } }, 2 * elements);
  bytes.set(new Uint8Array(data.buffer), bytes.byteLength - 2 * elements);
  const path = join(directory, 'long.safetensors');
  await writeFile(path, bytes);
  const source = await openSafetensors(path);
  const out = new Float32Array(elements);
  await source.read('x', out);
  await source.close();
  expect(out.every((x, i) => x === 1 + (i % 64) / 128)).toBe(true);
});

test('shards are read through their index, and disagreements are named', async () => {
  const shard = (name: string, value: number) =>
    writeSafetensors(join(directory, `${name}.safetensors`), [{ name, shape: [1], data: () => new Float32Array([value]) }]);
  await shard('one', 1);
  await shard('two', 2);
  const index = (weightMap: unknown) => writeFile(join(directory, 'index.json'), JSON.stringify({ weight_map: weightMap }));
  await index({ one: 'one.safetensors', two: 'two.safetensors' });
  const source = await openSharded(directory, 'index.json');
  const out = new Float32Array(1);
  await source.read('two', out);
  expect(out[0]).toBe(2);
  await source.close();
  await index({ three: 'one.safetensors' });
  await expect(openSharded(directory, 'index.json')).rejects.toMatchObject({ code: 'model_invalid', field: 'three' });
  await index({ one: '../one.safetensors' });
  await expect(openSharded(directory, 'index.json')).rejects.toMatchObject({ code: 'model_invalid', field: 'index.json' });
  await index({ one: 'absent.safetensors' });
  await expect(openSharded(directory, 'index.json')).rejects.toMatchObject({ code: 'model_not_found' });
});

const f32 = (shape: unknown, offsets: unknown) => ({ dtype: 'F32', shape, data_offsets: offsets });

test.each([
  ['not JSON', '{', 0],
  ['not an object', '[1]', 0],
  ['an entry that is no object', { x: 3 }, 0],
  ['a shape that is no list', { x: f32('4', [0, 16]) }, 16],
  ['a negative size', { x: f32([-1, -4], [0, 16]) }, 16],
  ['a size whose product overflows', { x: f32([2 ** 40, 2 ** 40], [0, 16]) }, 16],
  ['offsets beyond the file', { x: f32([8], [0, 32]) }, 16],
  ['offsets that run backwards', { x: f32([0], [8, 4]) }, 16],
  ['offsets that do not fit the shape', { x: f32([3], [0, 16]) }, 16],
  ['overlapping tensors', { x: f32([3], [0, 12]), y: f32([2], [8, 16]) }, 16],
  ['a hole', { x: f32([1], [0, 4]), y: f32([1], [12, 16]) }, 16],
  ['bytes after the last tensor', { x: f32([1], [0, 4]) }, 16],
  ['an unknown dtype', { x: { dtype: 'Q9', shape: [1], data_offsets: [0, 4] } }, 4],
  ['metadata that is no string', { __metadata__: { a: 1 } }, 0],
])('a header with %s is refused with a typed error', async (_, header, dataBytes) => {
  const path = join(directory, 'hostile.safetensors');
  await writeFile(path, raw(header, dataBytes));
  await expect(openSafetensors(path)).rejects.toBeInstanceOf(ModelError);
});

test('a length prefix beyond the file or the limit is refused before anything is read', async () => {
  const path = join(directory, 'prefix.safetensors');
  for (const bytes of [new Uint8Array(0), new Uint8Array(7), new Uint8Array(8).fill(0xff), raw('{}', 0).subarray(0, 9)]) {
    await writeFile(path, bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'model_invalid', field: path });
  }
  await expect(openSafetensors(directory)).rejects.toMatchObject({ code: 'model_not_found' });
  await expect(openSafetensors(join(directory, 'absent'))).rejects.toMatchObject({ code: 'model_not_found' });
});

test('a tensor may be called like a property of every object', () => {
  const bytes = raw('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
  const header = parseHeader(bytes.subarray(8, -4), { fileBytes: bytes.byteLength, file: 'f' });
  expect([...header.tensors.keys()]).toEqual(['__proto__']);
});

test('integers are not read as weights', async () => {
  const path = join(directory, 'integers.safetensors');
  await writeFile(path, raw({ x: { dtype: 'I32', shape: [1], data_offsets: [0, 4] } }, 4));
  const source = await openSafetensors(path);
  await expect(source.read('x', new Float32Array(1))).rejects.toMatchObject({ code: 'not_supported', field: 'x' });
  await source.close();
});

test('no bytes whatever make anything but a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.json(), (noise, json) => {
      for (const bytes of [noise, raw(json, 16)]) {
        try {
          const length = parseHeaderLength(bytes, { fileBytes: bytes.byteLength, file: 'f' });
          parseHeader(bytes.subarray(8, 8 + length), { fileBytes: bytes.byteLength, file: 'f' });
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
        }
      }
    }),
  );
});

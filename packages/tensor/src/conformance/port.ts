import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Device, Executable, Submission } from '../device.ts';
import { add, mul } from '../graph/elementwise.ts';
import { fn, spec } from '../graph/fn.ts';
import { sum } from '../graph/reduce.ts';
import { matmul } from '../graph/routines.ts';
import { compileProgram } from '../schedule/compile.ts';
import type { ConformanceOptions } from './index.ts';

const count = 1000;
const bytes = count * 4;
const doubled = fn('doubled', { x: spec('fp32', [count]) }, ({ x }) => ({ y: mul(x, 2) }));
const increased = fn('increased', { x: spec('fp32', [count]) }, ({ x }) => ({ y: add(x, 1) }), { donates: { y: 'x' } });
const squares = fn('squares', { x: spec('fp32', [10, 10]) }, ({ x }) => ({ y: matmul(matmul(x, x), x), z: sum(x) }));

/** What the Device port promises beside arithmetic. */
export function describePort({ create }: ConformanceOptions): void {
  describe('the port', () => {
    let device: Device;
    beforeEach(async () => {
      device = await create({ memoryBytes: 64_000 });
    });
    afterEach(() => device.close());
    const load = (program: Parameters<typeof compileProgram>[0]): Promise<Executable> => device.load(compileProgram(program, device));
    const place = (size = bytes) => ({ buffer: device.allocate(size), offsetBytes: 0 });
    const refusal = (code: string) => expect.objectContaining({ code }) as Error;

    it('keeps writes, programs and reads in the order of the calls when nobody waits', async () => {
      const executable = await load(doubled);
      const [x, y] = [place(), place()];
      const reads: Promise<void>[] = [];
      const results: Float32Array[] = [];
      for (let round = 0; round < 20; round++) {
        void device.write(x.buffer, 0, new Float32Array(count).fill(round));
        device.submit([{ executable, bindings: { x, y } }]);
        device.submit([
          { executable, bindings: { x: y, y: x } },
          { executable, bindings: { x, y } },
        ]);
        const result = new Float32Array(count);
        results.push(result);
        reads.push(device.read(y.buffer, 0, result));
      }
      await Promise.all(reads);
      expect(results.map((result) => [...new Set(result)])).toEqual(results.map((_, round) => [round * 8]));
    });

    it('runs what has been submitted when a read is over', async () => {
      const executable = await load(increased);
      const x = place();
      const fences = Array.from({ length: 10 }, () => device.submit([{ executable, bindings: { x } }]));
      const result = new Float32Array(count);
      await device.read(x.buffer, 0, result);
      expect(result).toEqual(new Float32Array(count).fill(10));
      await Promise.all(fences.map(({ done }) => done));
    });

    it('gives zeros, and reads and writes parts', async () => {
      const { buffer } = place(64);
      const all = new Float32Array(16).fill(7);
      await device.read(buffer, 0, all);
      expect(all).toEqual(new Float32Array(16));
      await device.write(buffer, 8, Float32Array.of(1, 2, 3).subarray(1));
      await device.write(buffer, 60, Float32Array.of(9));
      const part = new Float32Array(5);
      await device.read(buffer, 4, part.subarray(1, 4));
      expect([...part]).toEqual([0, 0, 2, 3, 0]);
      await device.read(buffer, 60, part.subarray(0, 1));
      expect(part[0]).toBe(9);
    });

    it('keeps whole numbers as they are', async () => {
      const { buffer } = place(64);
      const numbers = Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0x7fc00000);
      await device.write(buffer, 0, numbers);
      const back = new Int32Array(6);
      await device.read(buffer, 0, back);
      expect(back).toEqual(numbers);
    });

    it('binds ports to parts of one buffer', async () => {
      const executable = await load(doubled);
      const buffer = device.allocate(2 * 4096 + 128);
      await device.write(buffer, 64, new Float32Array(count).fill(3));
      await device.submit([{ executable, bindings: { x: { buffer, offsetBytes: 64 }, y: { buffer, offsetBytes: 64 + 4096 } } }]).done;
      const around = new Float32Array(count + 2);
      await device.read(buffer, 60 + 4096, around);
      expect([...around.slice(0, 2), ...around.slice(-2)]).toEqual([0, 6, 6, 0]);
    });

    it('counts memory, and the most that was in use', () => {
      expect(device.memory()).toEqual({ allocatedBytes: 0, peakBytes: 0 });
      const [a, b] = [device.allocate(6400), device.allocate(12_800)];
      expect(a.bytes).toBe(6400);
      expect(device.memory()).toEqual({ allocatedBytes: 19_200, peakBytes: 19_200 });
      device.release(a);
      expect(device.memory()).toEqual({ allocatedBytes: 12_800, peakBytes: 19_200 });
      device.release(b);
      device.allocate(64);
      expect(device.memory()).toEqual({ allocatedBytes: 64, peakBytes: 19_200 });
    });

    it('needs no more than the program predicts', async () => {
      const program = compileProgram(squares, device);
      const executable = await device.load(program);
      const bindings = { x: place(400), y: place(400), z: place(4) };
      const arena = place(program.arenaBytes);
      await device.submit([{ executable, bindings, arena }]).done;
      expect(device.memory().peakBytes).toBe(program.predictedPeakBytes);
    });

    it('lends memory to what was submitted before it was released', async () => {
      const executable = await load(increased);
      const x = place();
      const fences = Array.from({ length: 5 }, () => device.submit([{ executable, bindings: { x } }]));
      device.release(x.buffer);
      expect(device.memory().allocatedBytes).toBe(0);
      await Promise.all(fences.map(({ done }) => done));
      await expect(device.submit([{ executable, bindings: { x } }]).done).rejects.toThrow(refusal('invalid_binding'));
      expect(() => device.release(x.buffer)).toThrow(refusal('invalid_binding'));
    });

    it('refuses what does not fit into its memory, and goes on', () => {
      device.allocate(60_000);
      expect(() => device.allocate(4001)).toThrow(refusal('device_out_of_memory'));
      expect(device.allocate(4000).bytes).toBe(4000);
    });

    it('refuses missing ports, a missing arena, regions that are too small, and programs of other devices', async () => {
      const executable = await load(doubled);
      const [x, y] = [place(), place()];
      const withArena = await load(squares);
      const submissions: Submission[] = [
        { executable, bindings: { x } },
        { executable, bindings: { x, y: { ...y, offsetBytes: 64 } } },
        { executable, bindings: { x, y: { ...y, offsetBytes: -64 } } },
        { executable: { program: executable.program }, bindings: { x, y } },
        { executable: withArena, bindings: { x: place(400), y: place(400), z: place(4) } },
      ];
      for (const submission of submissions) await expect(device.submit([submission]).done).rejects.toThrow(refusal('invalid_binding'));
      await device.submit([{ executable, bindings: { x, y } }]).done;
    });

    it('refuses reads and writes beyond a buffer', async () => {
      const { buffer } = place(64);
      await expect(device.write(buffer, 4, new Float32Array(16))).rejects.toThrow(RangeError);
      await expect(device.read(buffer, 60, new Float32Array(2))).rejects.toThrow(RangeError);
      await expect(device.read(buffer, -4, new Float32Array(2))).rejects.toThrow(RangeError);
    });

    it('waits for what runs when it is closed, and refuses everything afterwards', async () => {
      const executable = await load(doubled);
      const bindings = { x: place(), y: place() };
      const { done } = device.submit([{ executable, bindings }]);
      await device.close();
      await done;
      await device.close();
      expect(() => device.allocate(64)).toThrow(refusal('device_closed'));
      await expect(device.submit([{ executable, bindings }]).done).rejects.toThrow(refusal('device_closed'));
      await expect(device.read(bindings.x.buffer, 0, new Float32Array(1))).rejects.toThrow(refusal('device_closed'));
      await expect(device.write(bindings.x.buffer, 0, new Float32Array(1))).rejects.toThrow(refusal('device_closed'));
      await expect(device.load(executable.program)).rejects.toThrow(refusal('device_closed'));
    });
  });
}

// How near the matrix product comes to the processor's multiply-add limit, at square sizes and at those of a small GPT:
// m = tokens, projections of width 128 and 384, the vocabulary's logits, and their gradients.
// Arguments: [threads], default one thread, then all.
import { availableParallelism } from 'node:os';
import { measureMatmul } from '@massif/device-cpu';
import { nativeCacheDirectory } from '@massif/native';

const forward = [
  [512, 512, 512],
  [768, 768, 768],
  [1024, 1024, 1024],
  [1024, 384, 128],
  [1024, 512, 128],
  [1024, 128, 512],
  [2048, 1152, 384],
  [2048, 1536, 384],
  [2048, 384, 1536],
].map(([m, n, k]) => ({ m: m!, n: n!, k: k! }));
const dataGradient = [
  [1024, 1024, 128],
  [1024, 2048, 384],
  [1024, 128, 512],
].map(([m, n, k]) => ({ m: m!, n: n!, k: k!, transposeB: true }));
const weightGradient = [
  [128, 128, 1024],
  [128, 512, 1024],
  [384, 1536, 2048],
  [1024, 128, 1024],
].map(([m, n, k]) => ({ m: m!, n: n!, k: k!, transposeA: true }));

const cacheDirectory = nativeCacheDirectory({});
const chosen = process.argv[2];
for (const threads of chosen ? [Number(chosen)] : [1, availableParallelism()]) {
  process.stdout.write(`${threads} thread${threads > 1 ? 's' : ''}        m     n     k   Gflop/s   of peak\n`);
  for (const size of [...forward, ...dataGradient, ...weightGradient]) {
    const { gflops, peakGflops } = await measureMatmul({ ...size, threads, cacheDirectory });
    const layout = `${'transposeA' in size ? 'a^T' : 'a'} ${'transposeB' in size ? 'b^T' : 'b'}`;
    const columns = [size.m, size.n, size.k].map((value) => String(value).padStart(6)).join('');
    process.stdout.write(
      `${layout.padEnd(12)}${columns}${gflops.toFixed(0).padStart(10)}${((100 * gflops) / peakGflops).toFixed(1).padStart(9)} %\n`,
    );
  }
}

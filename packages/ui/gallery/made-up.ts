/** Made-up numbers, the same each time. */

/** Lehmer's generator, 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Loss at each step: falls as a power of the step, with noise. A recovery leaves a gap. */
export function lossCurve(steps: number, seed = 11) {
  const random = seeded(seed);
  const step = Float64Array.from({ length: steps }, (_, index) => index + 1);
  const loss = step.map((at) => (at > steps * 0.42 && at < steps * 0.45 ? Number.NaN : 1.9 + 7 * at ** -0.33 + (random() - 0.5) * 0.25));
  return { step, loss };
}

/** Use of a cluster over a day: five minutes a point. */
export function dayOfUsage(endMs: number, devices = 512, seed = 5) {
  const random = seeded(seed);
  const points = 288;
  const time = Float64Array.from({ length: points }, (_, index) => endMs - (points - 1 - index) * 300_000);
  const jobs = time.map((_, index) => 0.62 + 0.3 * Math.sin(index / 38) + (random() - 0.5) * 0.06);
  const down = (index: number) => index > 120 && index < 130;
  const allocated = jobs.map((share, index) => (down(index) ? Number.NaN : Math.round(devices * Math.min(1, Math.max(0.1, share)))));
  const busy = allocated.map((count) => count * (0.86 + (random() - 0.5) * 0.06));
  const useful = busy.map((count) => count * (0.42 + (random() - 0.5) * 0.04));
  const queued = jobs.map((share) => Math.max(0, Math.round((share - 0.75) * 40 + random() * 2)));
  return { time, devices: time.map((_, index) => (index > 200 ? devices - 16 : devices)), allocated, busy, useful, queued };
}

/**
 * Asks `probe` again and again until it answers something other than undefined or false.
 * @throws after `timeoutMs`, or as soon as `unless` gives a reason why it never will.
 */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs, what, unless, everyMs = 50 }: { timeoutMs: number; what: string; unless?: () => string | undefined; everyMs?: number },
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    const reason = unless?.();
    if (reason !== undefined) throw new Error(`waiting for ${what}: ${reason}`);
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

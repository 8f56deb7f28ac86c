import { heartbeatMs, type SseFrame } from '../sse.ts';
import { createWake } from '../wake.ts';

type Source = AsyncGenerator<SseFrame[]>;

/**
 * Frames of several sources as they come, each source in its order. One batch of each waits at most, so that a slow reader slows
 * down the sources. An empty batch is a heartbeat; when all sources are through, only these go on.
 */
export async function* merge(sources: readonly Source[], signal: AbortSignal): Source {
  const wake = createWake();
  const come: { source: Source; frames: SseFrame[] }[] = [];
  let failure: Error | undefined;
  const ask = async (source: Source) => {
    try {
      const { done, value } = await source.next();
      if (!done) come.push({ source, frames: value });
    } catch (error) {
      failure = error as Error;
    }
    wake.ring();
  };
  try {
    for (const source of sources) void ask(source);
    while (!signal.aborted) {
      if (failure) throw failure;
      const first = come.shift();
      if (first) {
        yield first.frames;
        void ask(first.source);
      } else if (!(await wake.wait(heartbeatMs, signal)) && !signal.aborted) yield [];
    }
  } finally {
    // Those that wait end because of the signal; what they still find is for nobody.
    for (const source of sources) void source.return(undefined).catch(() => {});
  }
}

import { AppError, type Heartbeat, type HeartbeatReply } from '@massif/contracts';
import type { ControlPlane } from '../control-plane/client.ts';
import type { Ranks } from './ranks.ts';

export interface HeartbeatOptions {
  ranks: Ranks;
  /** The control plane wants the gang to leave. */
  onStop(): void;
  onFenced(error: unknown): void;
}

const everyMs = 1000;
/** An old heartbeat says nothing: after this long the next one is sent instead. */
const giveUpAfterMs = 5000;

/** Says every second that the attempt lives, and how far it is. An API that is away is simply asked again. */
export function startHeartbeat(controlPlane: ControlPlane, { ranks, onStop, onFenced }: HeartbeatOptions): { close(): void } {
  let beating = false;
  const closed = new AbortController();
  const beat = async () => {
    if (beating || closed.signal.aborted) return;
    beating = true;
    const body: Heartbeat = { ranks: ranks.report() };
    try {
      const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(giveUpAfterMs)]);
      const { stop } = await controlPlane.deliver<HeartbeatReply>('heartbeat', body, signal);
      if (stop) onStop();
    } catch (error) {
      if (error instanceof AppError) onFenced(error);
    } finally {
      beating = false;
    }
  };
  void beat();
  const timer = setInterval(() => void beat(), everyMs);
  return {
    close: () => {
      clearInterval(timer);
      closed.abort();
    },
  };
}

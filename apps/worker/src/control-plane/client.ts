import { AppError } from '@massif/contracts';

export interface ControlPlaneOptions {
  /** Base address of the API. */
  apiUrl: string;
  attemptId: string;
  /** Fencing token of the attempt. */
  token: string;
}

/** Sends to the API on behalf of one attempt, again and again until it is answered. */
export interface ControlPlane {
  /**
   * Delivers `body` to a route of this attempt. While the API cannot be reached, or answers 5xx, it is tried again, for as
   * long as `signal` allows: training goes on meanwhile.
   * @throws AppError `attempt_fenced` when a newer attempt exists; `internal` when the API refuses the body.
   */
  deliver<Reply>(route: 'heartbeat' | 'frames' | 'checkpoints' | 'finish', body: unknown, signal?: AbortSignal): Promise<Reply>;
}

const retryDelaysMs = [50, 100, 200, 500, 1000];
const requestTimeoutMs = 10_000;

export function connectControlPlane({ apiUrl, attemptId, token }: ControlPlaneOptions): ControlPlane {
  return {
    async deliver<Reply>(route: string, body: unknown, signal?: AbortSignal): Promise<Reply> {
      const text = JSON.stringify(body);
      for (let attempt = 0; ; attempt++) {
        signal?.throwIfAborted();
        const response = await fetch(`${apiUrl}/internal/v1/attempts/${attemptId}/${route}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: text,
          signal: AbortSignal.any([AbortSignal.timeout(requestTimeoutMs), ...(signal ? [signal] : [])]),
        }).catch(() => undefined);
        if (response?.ok) {
          // An answer that was cut off is none. Whatever was said may be said again.
          const reply = (await response.json().catch(() => undefined)) as Reply | undefined;
          if (reply !== undefined) return reply;
        } else if (response && response.status < 500 && response.status !== 429) {
          const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
          // An attempt that is gone and one whose token is old are the same to us: somebody else owns the job now.
          if (response.status === 409 || response.status === 401 || response.status === 404)
            throw new AppError('attempt_fenced', problem.detail ?? 'this attempt is no longer the current one');
          throw new AppError('internal', `the API refused ${route}: ${problem.code ?? response.status} ${problem.detail ?? ''}`);
        }
        await pause(retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)]!, signal);
      }
    },
  };
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}

import { Agent, request } from 'node:http';

export type Route = 'heartbeat' | 'frames' | 'checkpoints' | 'finish';

/** What the API answered; `away`: nothing, or that it cannot answer now. */
export type Answer = { status: 'ok'; body: unknown } | { status: 'refused' } | { status: 'away' };

/** As many requests as the API is asked at the same time by a thousand supervisors; connections are kept. */
const connectionsMax = 6;
const timeoutMs = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });

/** Says something about an attempt to the API, as its supervisor would. Never throws. */
export function tellApi(
  { apiUrl, attemptId, token }: { apiUrl: string; attemptId: string; token: string },
  route: Route,
  body: unknown,
): Promise<Answer> {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), authorization: `Bearer ${token}` };
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const asked = request(
    `${apiUrl}/internal/v1/attempts/${attemptId}/${route}`,
    { method: 'POST', agent, headers, timeout: timeoutMs },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve({ status: 'away' }));
      response.on('end', () => resolve(answerOf(response.statusCode ?? 500, Buffer.concat(chunks).toString())));
    },
  );
  asked.on('timeout', () => asked.destroy());
  asked.on('error', () => resolve({ status: 'away' }));
  asked.end(text);
  return promise;
}

function answerOf(status: number, text: string): Answer {
  if (status >= 500 || status === 429) return { status: 'away' };
  if (status >= 400) return { status: 'refused' };
  try {
    return { status: 'ok', body: JSON.parse(text) };
  } catch {
    return { status: 'away' };
  }
}

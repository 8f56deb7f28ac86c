import { readFileSync } from 'node:fs';
import { checkSupported, parseJobText } from '@massif/contracts';
import { expect, it } from 'vitest';
import { findDataPackage } from './data-packages.ts';
import { findModel, isTrainable } from './models.ts';
import { templates } from './templates.ts';

it('are valid specs of what is there, called by their ids', () => {
  expect(new Set(templates.map(({ id }) => id)).size).toBe(templates.length);
  for (const { id, title, description, spec } of templates) {
    const job = parseJobText(spec);
    checkSupported(job);
    if (job.kind !== 'train') throw new Error(`${id} does not train`);
    expect(job.name).toBe(id);
    if ('package' in job.data) expect(findDataPackage(job.data.package)).toBeDefined();
    if ('preset' in job.model) expect(isTrainable(findModel(job.model.preset)), id).toBe(true);
    expect(title.length).toBeLessThan(40);
    expect(description).toMatch(/\.$/);
  }
});

it('have the main job as npm start runs it', () => {
  const example = readFileSync(new URL('../../../examples/moby-dick.yaml', import.meta.url), 'utf8');
  const body = example
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  expect(templates.find(({ id }) => id === 'moby-dick')!.spec).toBe(body);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exampleSpec, renderJobSpecDocs } from './docs.ts';
import { checkSupported } from './supported.ts';
import { parseJobText } from './text.ts';

it('is what is committed', () => {
  expect(readFileSync(new URL('../../../../docs/job-spec.md', import.meta.url), 'utf8')).toBe(renderJobSpecDocs());
});

it('has an example that runs', () => {
  expect(() => checkSupported(parseJobText(exampleSpec))).not.toThrow();
});

it('tells what is built from what is not', () => {
  const [built, unbuilt] = renderJobSpecDocs().split('Known, and refused') as [string, string];
  expect(built).toContain('| `training.globalBatch` | whole number | **required** |');
  expect(built).not.toMatch(/`(layout\.tp|data\.images|resources\.nvme)/);
  for (const field of ['`layout.tp` other than `1`', '`data.images`', '`resources.nvme`']) expect(unbuilt).toContain(`- ${field}\n`);
});

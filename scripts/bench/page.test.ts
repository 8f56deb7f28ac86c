import { expect, it } from 'vitest';
import { renderPage } from './page.mjs';

const programs = ['bench/a.bench.ts', 'bench/b.bench.ts'];
const section = (name: string, place: string, text: string) => ({ name: `bench/${name}.bench.ts`, place, text });

it('replaces what was measured again, keeps the rest with its machine, and forgets programs that are gone', () => {
  const first = renderPage(
    '',
    [section('a', 'here', '\n  1\n\n'), section('b', 'here', '2'), section('c', 'here', '3')],
    [...programs, 'bench/c.bench.ts'],
  );
  const second = renderPage(first, [section('b', 'elsewhere', '4\n')], programs);
  expect(second).toBe(`# Performance

<!-- Written by \`npm run bench -- --write [NAME ...]\`; do not edit. -->

## bench/a.bench.ts

here

\`\`\`text
  1
\`\`\`

## bench/b.bench.ts

elsewhere

\`\`\`text
4
\`\`\`
`);
  expect(renderPage(second, [], programs)).toBe(second);
});

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@massif/contracts';
import type { Command } from 'commander';
import { table } from '../format/table.ts';
import type { CliContext } from '../program.ts';
import { examples } from './help.ts';

const directory = fileURLToPath(new URL('../../../../examples/', import.meta.url));

interface Example {
  name: string;
  /** Its first line, a comment. */
  description: string;
  /** The spec, with its comments. */
  spec: string;
}

/** `massif example`: specs that run as they are, to begin from. */
export function addExampleCommand(program: Command, { output }: CliContext): void {
  program
    .command('example')
    .description('print a job spec to begin from, or the names of all')
    .argument('[name]', 'such as moby-dick')
    .addHelpText('after', examples('massif example', 'massif example moby-dick > job.yaml'))
    .action((name?: string) => {
      const all = readExamples();
      if (name === undefined) {
        const items = all.map(({ spec: _, ...rest }) => rest);
        return output.print({ items }, () =>
          table(
            ['name', 'what it is'],
            items.map((item) => [item.name, item.description]),
          ),
        );
      }
      const found = all.find((example) => example.name === name);
      if (!found)
        throw new AppError('invalid_spec', `there is no example ${name}; there is ${all.map((example) => example.name).join(', ')}`);
      return output.print(found, () => found.spec);
    });
}

function readExamples(): Example[] {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  return files.map((file) => {
    const spec = readFileSync(directory + file, 'utf8');
    return { name: basename(file, '.yaml'), description: /^# (.*)/.exec(spec)?.[1] ?? '', spec };
  });
}

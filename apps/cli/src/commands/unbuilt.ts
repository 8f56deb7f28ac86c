import { AppError } from '@massif/contracts';
import type { Command } from 'commander';

/** Commands of the contract that later versions build: they are known, and say so. */
const unbuilt: [name: string, description: string][] = [
  ['serve', 'serve a model behind an OpenAI-compatible endpoint'],
  ['finetune', 'fine-tune a model'],
  ['deploy', 'deploy a model'],
  ['import', 'import a job from another framework'],
  ['simulate', 'replay a trace through the scheduler'],
  ['bench', 'load a served model'],
  ['tokenize', 'text to token ids'],
  ['detokenize', 'token ids to text'],
];

export function addUnbuiltCommands(program: Command): void {
  for (const [name, description] of unbuilt) {
    program
      .command(name, { hidden: true })
      .description(`${description} (not built yet)`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new AppError('not_supported', `massif ${name} is not built yet: this version trains models; see massif --help`);
      });
  }
}

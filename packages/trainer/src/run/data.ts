import { basename, join } from 'node:path';
import { formatBytes, type Training } from '@massif/contracts';
import { openPrepared, prepareData, type DataSource, type PreparedData, type PrepareProgress } from '@massif/data';
import type { Transport } from '@massif/distributed';
import { leaderWork } from './leader-work.ts';
import type { InitialModel } from './model.ts';

/** Rank 0 tokenises the data, however long it takes, while the others wait; then every rank opens what is there. */
export async function prepareShared(options: {
  source: DataSource;
  /** The same for all ranks. */
  directory: string;
  model: InitialModel;
  training: Training;
  transport: Transport;
  /** How often the ranks meet meanwhile. */
  everyMs?: number;
  /** How far it is, each time. */
  onNote: (line: string) => void;
}): Promise<PreparedData> {
  const { source, directory, model, training, transport, everyMs, onNote } = options;
  let progress: PrepareProgress | undefined;
  const prepare = async () => {
    const prepared = await prepareData(
      {
        source,
        directory,
        vocabSize: model.config.vocabSize,
        tokenizer: model.tokenizer,
        evaluateFraction: training.evaluate?.fraction ?? 0,
        sequence: training.sequence,
      },
      { onProgress: (now) => (progress = now) },
    );
    prepared.close();
    return basename(prepared.directory);
  };
  const name = await leaderWork(prepare, { transport, everyMs, onMeet: () => progress && onNote(describe(progress)) });
  return openPrepared(join(directory, name));
}

const phases: Record<PrepareProgress['phase'], string> = {
  hash: 'reading the data',
  count: 'counting its words',
  merge: 'building the vocabulary',
  encode: 'turning text into tokens',
};

function describe({ phase, doneBytes, totalBytes }: PrepareProgress): string {
  if (totalBytes === 0) return phases[phase];
  return `${phases[phase]}: ${Math.floor((doneBytes / totalBytes) * 100)} % of ${formatBytes(totalBytes)}`;
}

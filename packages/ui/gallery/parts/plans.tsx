import { Card, LayoutPicture, MemoryBar, PairedBars, StepTimeBar, type GangRank, type Pair } from '../../src/index.ts';
import { Held, Specimen } from '../specimen.tsx';

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const share = (value: number) => `${(value * 100).toFixed(1)} %`;
const signed = (value: number) => `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)} %`;
const seconds = (ms: number) => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`);
const tableWords = { part: 'part', value: 'value', share: 'share', total: 'sum' };

const memory = [
  { id: 'parameters', label: 'Parameters', value: 13.5 * 2 ** 30 },
  { id: 'gradients', label: 'Gradients', value: 13.5 * 2 ** 30 },
  { id: 'optimizer', label: 'Optimizer state', value: 20.2 * 2 ** 30 },
  { id: 'activations', label: 'Activations', value: 17.8 * 2 ** 30 },
  { id: 'buffers', label: 'Buffers', value: 2.1 * 2 ** 30 },
];

const step = [
  { id: 'compute', label: 'Computation', value: 812 },
  { id: 'tp', label: 'Tensor-parallel exchange', value: 121 },
  { id: 'pp', label: 'Pipeline exchange', value: 14 },
  { id: 'dp', label: 'Gradient exchange', value: 63 },
  { id: 'cp', label: 'Context exchange', value: 0 },
  { id: 'bubble', label: 'Pipeline bubble', value: 140 },
  { id: 'optimizer', label: 'Optimizer', value: 32 },
  { id: 'other', label: 'Other', value: 58 },
];

const pairs: Pair[] = [
  { id: 'step', label: 'Step time', planned: 1240, measured: 1292, format: seconds, better: 'lower' },
  { id: 'mfu', label: 'MFU', planned: 0.401, measured: 0.382, format: share, better: 'higher' },
  { id: 'memory', label: 'Memory', planned: 67.1 * 2 ** 30, measured: 61.3 * 2 ** 30, format: gib, better: 'lower' },
  {
    id: 'tokens',
    label: 'Tokens',
    planned: 3.4e6,
    measured: 1.9e6,
    format: (value) => `${(value / 1e6).toFixed(2)} M/s`,
    better: 'higher',
  },
  { id: 'cost', label: 'Cost', planned: 1200, measured: null, format: (value) => `$${value}`, better: 'lower' },
];

function gang({ dp, tp, pp }: { dp: number; tp: number; pp: number }): GangRank[] {
  return Array.from({ length: dp * tp * pp }, (_, rank) => ({
    rank,
    node: `node-${String(Math.floor(rank / 8) + 1).padStart(3, '0')}`,
    device: rank % 8,
    tp: rank % tp,
    cp: 0,
    dp: Math.floor(rank / tp) % dp,
    pp: Math.floor(rank / tp / dp),
  }));
}

const small = gang({ dp: 2, tp: 4, pp: 2 }).map((rank) =>
  rank.rank === 5 ? { ...rank, state: 'lost' as const } : rank.rank > 11 ? { ...rank, state: 'starting' as const } : rank,
);
const large = gang({ dp: 16, tp: 8, pp: 8 }).map((rank) => (rank.rank === 301 ? { ...rank, state: 'lost' as const } : rank));
const huge = gang({ dp: 64, tp: 8, pp: 16 }).map((rank) => (rank.rank === 4001 ? { ...rank, state: 'lost' as const } : rank));

function Picture({ title, ranks, colorBy = 'pp' }: { title: string; ranks: readonly GangRank[]; colorBy?: 'pp' | 'dp' }) {
  return (
    <Held<number | null> initial={null}>
      {(selected, select) => (
        <LayoutPicture
          title={title}
          ranks={ranks}
          colorBy={colorBy}
          groupLabel={(group) => `${colorBy === 'pp' ? 'stage' : 'replica'} ${group}`}
          selected={selected}
          onSelect={select}
          describe={([first, ...others]) => ({
            title: others.length === 0 ? `rank ${first!.rank}` : `ranks ${first!.rank} to ${others.at(-1)!.rank}`,
            facts: [`${first!.node}, device ${first!.device}`, `dp ${first!.dp}, tp ${first!.tp}, pp ${first!.pp}, cp ${first!.cp}`],
          })}
          words={{
            help: 'Arrow keys move, Enter selects.',
            rank: 'rank',
            node: 'node',
            device: 'device',
            dp: 'dp',
            tp: 'tp',
            pp: 'pp',
            cp: 'cp',
            state: 'state',
          }}
          formatState={(state) => state}
        />
      )}
    </Held>
  );
}

export function Plans() {
  return (
    <div>
      <Specimen name="MemoryBar" wide>
        <Card>
          <MemoryBar
            title="Memory of the fullest device"
            parts={memory}
            capacity={80 * 2 ** 30}
            capacityLabel="80.0 GiB"
            freeLabel="Free"
            overLabel="Too much"
            format={gib}
            formatShare={share}
            words={tableWords}
          />
        </Card>
        <Card>
          <MemoryBar
            title="It does not fit"
            parts={memory}
            capacity={48 * 2 ** 30}
            capacityLabel="48.0 GiB"
            freeLabel="Free"
            overLabel="Too much"
            format={gib}
            formatShare={share}
            words={tableWords}
          />
        </Card>
      </Specimen>
      <Specimen name="StepTimeBar" wide>
        <Card>
          <StepTimeBar
            title="A step"
            description="1.24 s, predicted"
            parts={step}
            format={seconds}
            formatShare={share}
            words={tableWords}
          />
        </Card>
      </Specimen>
      <Specimen name="PairedBars" wide>
        <Card>
          <PairedBars
            title="Measured beside planned"
            pairs={pairs}
            words={{ planned: 'planned', measured: 'measured', difference: 'difference', name: 'what' }}
            formatDifference={signed}
          />
        </Card>
      </Specimen>
      <Specimen name="LayoutPicture" wide>
        <Card>
          <Picture title="16 devices by stage" ranks={small} />
        </Card>
        <Card>
          <Picture title="16 devices by replica" ranks={small} colorBy="dp" />
        </Card>
        <Card>
          <Picture title="1,024 devices by stage" ranks={large} />
        </Card>
        <Card>
          <Picture title="8,192 devices, a node a cell" ranks={huge} />
        </Card>
      </Specimen>
    </div>
  );
}

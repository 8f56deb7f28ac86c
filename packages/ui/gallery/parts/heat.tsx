import { useEffect, useMemo, useState } from 'react';
import { Card, createHeatData, HeatMap, notMeasured, Segmented, type HeatData, type HeatMetric } from '../../src/index.ts';
import { seeded } from '../made-up.ts';
import { Held, Specimen } from '../specimen.tsx';

type Shape = { nodes: number; perRack: number | null; devices?: number };

/** A cluster that goes on: each second every device's numbers move. */
function useCluster({ nodes, perRack, devices = 8 }: Shape): HeatData {
  const data = useMemo(() => createHeatData(), []);
  useEffect(() => {
    const random = seeded(nodes + 1);
    const size = nodes * devices;
    const job = Array.from({ length: size }, (_, index) => Math.sin(Math.floor(index / 64) * 1.7) * 0.5 + 0.5);
    const state = job.map((level) => (random() > 0.994 ? 2 : level < 0.18 ? 0 : 1));
    const busy = () =>
      job.map((level, index) =>
        state[index] === 1 && level < 0.97 ? Math.round(Math.min(1, level * 0.8 + random() * 0.25) * 100) : state[index] === 1 ? null : 0,
      );
    const memory = job.map((level, index) => (state[index] === 1 ? Math.round(40 + level * 55) : 0));
    data.apply({
      nodes: Array.from({ length: nodes }, (_, index) => ({
        name: `node-${String(index + 1).padStart(4, '0')}`,
        rack: perRack === null ? null : `rack ${Math.floor(index / perRack) + 1}`,
        state: index === 3 ? ('cordoned' as const) : index === 5 ? ('unhealthy' as const) : ('ready' as const),
        type: 'H100',
        devices,
      })),
      index: null,
      state,
      busy: busy(),
      memory,
    });
    const all = state.map((_, index) => index);
    const timer = setInterval(() => data.apply({ nodes: null, index: all, state, busy: busy(), memory }), 1000);
    return () => clearInterval(timer);
  }, [data, nodes, perRack, devices]);
  return data;
}

const percent = (value: number) => `${value} %`;
const words = {
  metric: 'busy',
  free: 'free',
  idle: (most: string) => `in use, at most ${most}`,
  notMeasured: 'not measured',
  unhealthy: 'unhealthy',
  cordonedNode: 'cordoned node',
  unhealthyNode: 'unhealthy node',
  help: 'Arrow keys move, Enter pins.',
  node: 'node',
  rack: 'rack',
  devices: 'devices',
  allocated: 'allocated',
  busy: 'busy',
  memory: 'memory',
};

function Cluster({ title, level, ...shape }: Shape & { title: string; level?: 2 }) {
  const data = useCluster(shape);
  const [pinned, setPinned] = useState<number | null>(null);
  return (
    <Held<HeatMetric> initial="busy">
      {(metric, setMetric) => (
        <HeatMap
          title={title}
          level={level}
          data={data}
          metric={metric}
          words={{ ...words, metric }}
          formatPercent={percent}
          pinned={pinned}
          onPin={setPinned}
          describe={(index) => {
            const { node, device } = data.locate(index);
            const say = (value: number) => (value === notMeasured ? 'not measured' : percent(value));
            return {
              title: `${node.name}, device ${device}`,
              facts: [`${node.type}, ${node.rack ?? 'no rack'}`, `busy ${say(data.busy[index]!)}`, `memory ${say(data.memory[index]!)}`],
            };
          }}
          actions={
            <Segmented
              label="Colour"
              value={metric}
              onValueChange={setMetric}
              options={[
                { value: 'busy', label: 'Busy' },
                { value: 'memory', label: 'Memory' },
                { value: 'state', label: 'State' },
              ]}
            />
          }
        />
      )}
    </Held>
  );
}

export function Heat() {
  return (
    <div>
      <Specimen name="HeatMap" wide>
        <Card>
          <Cluster title="One node" nodes={1} perRack={null} />
        </Card>
        <Card>
          <Cluster title="512 devices" nodes={64} perRack={8} />
        </Card>
      </Specimen>
    </div>
  );
}

/** Alone on its page, so that its frames can be counted. */
export function LargeHeat() {
  return (
    <Card>
      <Cluster level={2} title="8,000 devices" nodes={1000} perRack={8} />
    </Card>
  );
}

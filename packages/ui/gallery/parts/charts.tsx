import { useEffect, useMemo, useState } from 'react';
import { Card, createSeries, LineChart, Segmented, seriesOf, UtilisationBand, type Range } from '../../src/index.ts';
import { dayOfUsage, lossCurve, seeded } from '../made-up.ts';
import { Held, Specimen } from '../specimen.tsx';

const loss = seriesOf(lossCurve(3000));
const evaluations = seriesOf({
  step: Array.from({ length: 12 }, (_, index) => (index + 1) * 250),
  heldOut: Array.from({ length: 12 }, (_, index) => 2.1 + 7 * ((index + 1) * 250) ** -0.33),
});
const planned = seriesOf({
  step: Array.from({ length: 60 }, (_, index) => index * 50 + 1),
  low: Array(60).fill(1.1),
  high: Array(60).fill(1.3),
});
const usage = seriesOf(dayOfUsage(Date.parse('2026-11-28T12:00:00Z')));
const random = seeded(3);
const stepTimes = seriesOf({
  step: Array.from({ length: 600 }, (_, index) => index * 5 + 1),
  seconds: Array.from({ length: 600 }, (_, index) =>
    index > 252 && index < 268 ? null : 1.24 + (random() - 0.5) * 0.1 + (random() > 0.985 ? 0.5 : 0),
  ),
});

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });
const formatStep = (value: number) => number.format(value);
const smoothings = ['0', '0.6', '0.9', '0.99'].map((value) => ({ value, label: value }));
const formatLoss = (value: number) => value.toFixed(2);
const marks = [
  { x: 1290, label: 'attempt 2', tone: 'warning' as const },
  { x: 2400, label: 'rank 3 lost', tone: 'danger' as const },
];

export function Charts() {
  const [range, setRange] = useState<Range | null>(null);
  const [scale, setScale] = useState<'linear' | 'log'>('linear');
  const [smoothing, setSmoothing] = useState('0.9');
  return (
    <div>
      <Specimen name="LineChart" wide>
        <Card>
          <LineChart
            title="Loss"
            description="Nats per token; the held-out text was never seen."
            xLabel="step"
            formatX={formatStep}
            formatY={formatLoss}
            logY={scale === 'log'}
            smoothing={Number(smoothing)}
            range={range}
            onRangeChange={setRange}
            sync="job"
            marks={marks}
            lines={lossLines}
            actions={
              <Segmented
                label="Scale"
                value={scale}
                onValueChange={setScale}
                options={[
                  { value: 'linear', label: 'Linear' },
                  { value: 'log', label: 'Log' },
                ]}
              />
            }
          />
          <div className="mt-4">
            <Segmented label="Smoothing" value={smoothing} onValueChange={setSmoothing} options={smoothings} />
          </div>
        </Card>
        <Card>
          <LineChart
            title="Step time"
            xLabel="step"
            formatX={formatStep}
            formatY={(value) => `${value.toFixed(2)} s`}
            yFrom={0}
            height={160}
            range={range}
            onRangeChange={setRange}
            sync="job"
            marks={marks}
            lines={stepLines}
            bands={stepBands}
          />
        </Card>
      </Specimen>
      <Specimen name="UtilisationBand" wide>
        <Card>
          <Held<Range | null> initial={null}>
            {(shown, setShown) => (
              <UtilisationBand
                title="Use of the cluster"
                source={usage}
                words={{ time: 'time', devices: 'devices', allocated: 'allocated', busy: 'busy', useful: 'useful', queued: 'queued' }}
                formatTime={(timeMs) => new Date(timeMs).toLocaleString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}
                formatDevices={(devices) => number.format(devices)}
                formatCount={(count) => number.format(Math.round(count * 10) / 10)}
                formatJobs={(jobs) => `${jobs} jobs`}
                formatShare={(share) => `${(share * 100).toFixed(1)} %`}
                range={shown}
                onRangeChange={setShown}
              />
            )}
          </Held>
        </Card>
      </Specimen>
      <Specimen name="Live" wide>
        <Card>
          <Live />
        </Card>
      </Specimen>
      <Specimen name="Empty" wide>
        <Card>
          <LineChart
            title="Nothing yet"
            xLabel="step"
            formatX={formatStep}
            formatY={formatLoss}
            lines={emptyLines}
            height={120}
            empty="The first step has not ended yet."
          />
        </Card>
      </Specimen>
    </div>
  );
}

const lossLines = [
  { id: 'loss', label: 'loss', source: loss, x: 'step', y: 'loss', color: 1 },
  { id: 'heldOut', label: 'held-out', source: evaluations, x: 'step', y: 'heldOut', color: 2, points: true },
];
const stepLines = [{ id: 'measured', label: 'measured', source: stepTimes, x: 'step', y: 'seconds', color: 1 }];
const stepBands = [{ id: 'planned', label: 'planned', source: planned, x: 'step', low: 'low', high: 'high', color: 'neutral' as const }];
const emptyLines = [
  { id: 'loss', label: 'loss', source: createSeries({ columns: ['step', 'loss'], capacity: 8 }), x: 'step', y: 'loss', color: 1 },
];

/** Two points a second. */
function Live() {
  const series = useMemo(() => createSeries({ columns: ['time', 'first', 'second'], capacity: 240 }), []);
  useEffect(() => {
    const next = seeded(9);
    const row = (time: number) => ({ time, first: 24_000 + next() * 900, second: 23_800 + next() * 1200 });
    const begin = Date.now();
    series.push(Array.from({ length: 120 }, (_, index) => row(begin - (120 - index) * 500)));
    const timer = setInterval(() => series.push([row(Date.now())]), 500);
    return () => clearInterval(timer);
  }, [series]);
  const lines = useMemo(
    () => [
      { id: 'a', label: 'moby-dick', source: series, x: 'time', y: 'first', color: 3 },
      { id: 'b', label: 'a-rather-long-name-of-a-job', source: series, x: 'time', y: 'second', color: 4 },
    ],
    [series],
  );
  return (
    <LineChart
      title="Tokens per second"
      xLabel=""
      time
      formatX={(value) => new Date(value).toLocaleTimeString('en', { hourCycle: 'h23' })}
      formatY={(value) => `${number.format(Math.round(value / 10) / 100)} k/s`}
      lines={lines}
      height={160}
    />
  );
}

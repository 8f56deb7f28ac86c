import { useChartColors, type ChartColors } from '../colors.ts';
import { inkOn } from './gang-colors.ts';
import type { GangRank } from './gang-layout.ts';

type GangCellProps = {
  x: number;
  y: number;
  cell: number;
  rank: number;
  state: NonNullable<GangRank['state']>;
  /** Several where the cell stands for a whole node. */
  fills: readonly string[];
  numbered: boolean;
};

/** Colour of a state that matters more than the group that a rank is of; undefined of the other states. */
export const colorOfState = (state: GangRank['state'], colors: ChartColors) =>
  state === 'failed' ? colors.failed : state === 'lost' ? colors.recovering : undefined;

/** A rank: full when it runs, pale when it starts or has ended, crossed in the colour of its state when it is lost or has failed. */
export function GangCell({ x, y, cell, rank, state, fills, numbered }: GangCellProps) {
  const colors = useChartColors();
  const radius = cell >= 14 ? 3 : 1;
  const marked = colorOfState(state, colors);
  if (marked !== undefined) {
    const ink = inkOn(marked);
    // Beside the number there is room for a small cross.
    const side = numbered ? cell * 0.18 : cell * 0.44;
    const [left, top] = numbered ? [x + cell - side - 4, y + 4] : [x + (cell - side) / 2, y + (cell - side) / 2];
    return (
      <g>
        <rect x={x} y={y} width={cell} height={cell} rx={radius} fill={marked} />
        <path
          d={`M${left} ${top}L${left + side} ${top + side}M${left + side} ${top}L${left} ${top + side}`}
          stroke={ink}
          strokeWidth={cell >= 20 && !numbered ? 2 : 1}
          fill="none"
        />
        {numbered && <RankNumber x={x} y={y} cell={cell} rank={rank} fill={ink} />}
      </g>
    );
  }
  const pale = state !== 'running';
  const stripe = cell / fills.length;
  return (
    <g>
      {fills.map((fill, index) => (
        <rect
          key={fill}
          x={x + index * stripe}
          y={y}
          width={stripe}
          height={cell}
          rx={fills.length === 1 ? radius : 0}
          fill={fill}
          opacity={pale ? 0.3 : 1}
        />
      ))}
      {state === 'starting' && (
        <rect x={x + 0.5} y={y + 0.5} width={cell - 1} height={cell - 1} rx={radius} fill="none" stroke={fills[0]} strokeDasharray="3 2" />
      )}
      {numbered && <RankNumber x={x} y={y} cell={cell} rank={rank} fill={pale ? colors.text : inkOn(fills[0]!)} />}
    </g>
  );
}

function RankNumber({ x, y, cell, rank, fill }: Pick<GangCellProps, 'x' | 'y' | 'cell' | 'rank'> & { fill: string }) {
  return (
    <text x={x + cell / 2} y={y + cell / 2 + 4} textAnchor="middle" fontSize={11} fontWeight={500} fill={fill}>
      {rank}
    </text>
  );
}

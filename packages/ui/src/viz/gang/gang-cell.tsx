import { useChartColors } from '../colors.ts';
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

/** A rank: full when it runs, pale when it starts or has ended, a cross in the colour of failure when it is lost. */
export function GangCell({ x, y, cell, rank, state, fills, numbered }: GangCellProps) {
  const colors = useChartColors();
  const radius = cell >= 14 ? 3 : 1;
  const inset = cell * 0.28;
  if (state === 'lost') {
    return (
      <g>
        <rect x={x} y={y} width={cell} height={cell} rx={radius} fill={colors.failed} />
        <path
          d={`M${x + inset} ${y + inset}L${x + cell - inset} ${y + cell - inset}M${x + cell - inset} ${y + inset}L${x + inset} ${y + cell - inset}`}
          stroke={colors.surface}
          strokeWidth={cell >= 20 ? 2 : 1}
          fill="none"
        />
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
      {numbered && (
        <text
          x={x + cell / 2}
          y={y + cell / 2 + 4}
          textAnchor="middle"
          fontSize={11}
          fontWeight={500}
          fill={pale ? colors.text : inkOn(fills[0]!)}
        >
          {rank}
        </text>
      )}
    </g>
  );
}

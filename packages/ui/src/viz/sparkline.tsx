import { useChartColors } from './colors.ts';
import { colorOf, type LineLook } from './plot-look.ts';
import { sparkPath } from './spark-path.ts';

type SparklineProps = {
  values: ArrayLike<number | null>;
  /** What a screen reader says of it; without, the number beside it says enough. */
  label?: string;
  color?: LineLook['color'];
  width?: number;
  height?: number;
  /** Where honesty needs it: 0 for counts and shares. */
  from?: number;
};

/** How a number came about, without axes, beside the number itself. */
export function Sparkline({ values, label, color = 'accent', width = 96, height = 24, from }: SparklineProps) {
  const colors = useChartColors();
  const stroke = colorOf(color, colors);
  const { path, last } = sparkPath(values, { width: width - 6, height: height - 6, from });
  return (
    <svg
      width={width}
      height={height}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
      className="block"
    >
      <g transform="translate(3 3)">
        <path d={path} fill="none" stroke={stroke} strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
        {last && <circle cx={last[0]} cy={last[1]} r={2} fill={stroke} />}
      </g>
    </svg>
  );
}

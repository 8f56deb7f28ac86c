import type { ChartColors } from '../colors.ts';
import { percentRamp } from '../heat/ramp.ts';

/** A colour for each of so many stages or replicas: eight that differ, then steps of a ramp. */
export function groupColors(count: number, colors: ChartColors): string[] {
  if (count <= colors.series.length) return colors.series.slice(0, count);
  const ramp = percentRamp(colors.dark);
  return Array.from({ length: count }, (_, index) => ramp[15 + Math.round((index / (count - 1)) * 85)]!);
}

/** Black or white, whichever is easier to read on a colour. @param color `#rrggbb` or `rgb(r g b)` */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const [red, green, blue] = color.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
    : color.match(/\d+/g)!.map(Number);
  const [r, g, b] = [red!, green!, blue!].map((value) => (value / 255) ** 2.2);
  // Where both are equally far: luminance 0.179.
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! > 0.179 ? '#000000' : '#ffffff';
}

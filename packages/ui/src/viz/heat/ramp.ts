/** Cividis: even steps of lightness, the same for those who do not tell red from green. (Nuñez, Anderton, Renslow 2018.) */
const stops = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** A colour between the stops. @param share 0 to 1 */
function cividis(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  const [from, to] = [channels(stops[low]!), channels(stops[low + 1]!)];
  return `rgb(${from.map((value, index) => Math.round(value + (to[index]! - value) * (place - low))).join(' ')})`;
}

/** One colour for each whole per cent. More use is further from the ground: light on dark, dark on light. */
export function percentRamp(dark: boolean): readonly string[] {
  return Array.from({ length: 101 }, (_, percent) => cividis(dark ? percent / 100 : 1 - percent / 100));
}

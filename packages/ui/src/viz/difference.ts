/** How far measured is from planned, and how that looks: better goes to blue, worse to orange, as planned stays plain. */
export type Difference = {
  /** Of the plan: 0.1 is ten per cent above it. Null where one of both is missing or the plan is zero. */
  share: number | null;
  /** -1 (worse by half or more) to 1 (better by half or more). */
  merit: number;
};

export function differenceOf(planned: number | null, measured: number | null, better: 'lower' | 'higher'): Difference {
  if (planned === null || measured === null || planned === 0 || !Number.isFinite(planned) || !Number.isFinite(measured))
    return { share: null, merit: 0 };
  const share = measured / planned - 1;
  const merit = Math.min(1, Math.max(-1, (better === 'lower' ? -share : share) / 0.5));
  return { share, merit: merit === 0 ? 0 : merit };
}

import type { Layout } from '@massif/contracts';
import { LayoutPicture, type LayoutPictureProps } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { coordinatesOf, type RankPlace } from './gang.ts';

type GangState = NonNullable<LayoutPictureProps['ranks'][number]['state']>;

/** A rank to draw. */
export interface DrawnRank extends RankPlace {
  rank: number;
  state?: GangState;
  /** More to say of it, such as the step that it is at. */
  facts?: readonly string[];
}

type GangPictureProps = Pick<
  LayoutPictureProps,
  'title' | 'description' | 'level' | 'className' | 'selected' | 'onSelect' | 'heightMax'
> & {
  layout: Layout;
  ranks: readonly DrawnRank[];
};

/** A gang on its nodes and devices: pipeline stages by colour, or else replicas. */
export function GangPicture({ layout, ranks, ...frame }: GangPictureProps) {
  const t = useTranslations('plan.gang');
  const colorBy = layout.pp > 1 ? 'pp' : 'dp';
  const facts = new Map(ranks.map((rank) => [rank.rank, rank.facts ?? []]));
  return (
    <LayoutPicture
      {...frame}
      ranks={ranks.map(({ facts: _, ...rank }) => ({ ...rank, ...coordinatesOf(rank.rank, layout) }))}
      colorBy={colorBy}
      groupLabel={(group) => t(colorBy === 'pp' ? 'stage' : 'replica', { number: group })}
      describe={(members) => {
        const [first] = members;
        if (!first) return { title: '', facts: [] };
        if (members.length > 1) return { title: first.node, facts: [t('ranks', { count: members.length })] };
        return {
          title: t('rank', { rank: first.rank }),
          facts: [
            t('device', { node: first.node, device: first.device }),
            t('replica', { number: first.dp }),
            ...(layout.pp > 1 ? [t('stage', { number: first.pp })] : []),
            ...(first.state ? [t(`states.${first.state}`)] : []),
            ...(facts.get(first.rank) ?? []),
          ],
        };
      }}
      words={{
        help: t('help'),
        rank: t('words.rank'),
        node: t('words.node'),
        device: t('words.device'),
        dp: t('words.dp'),
        tp: t('words.tp'),
        pp: t('words.pp'),
        cp: t('words.cp'),
        state: t('words.state'),
      }}
      formatState={(state) => t(`states.${state}`)}
    />
  );
}

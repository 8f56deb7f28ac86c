import { Card, cx, EmptyState, IconButton, Skeleton, type HeatData } from '@massif/ui';
import { MousePointerClick, SearchX, X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Failure } from '../../shell/failure.tsx';
import { DeviceFacts } from './device-facts.tsx';
import { DeviceHour, hourClass } from './device-hour.tsx';
import type { DevicePlace } from './device-place.ts';
import { useDevice } from './use-device.ts';

interface Props {
  heat: HeatData;
  /** While the map is on its way. */
  loading: boolean;
  pinned: DevicePlace | undefined;
  onUnpin: () => void;
}

/** The device that was chosen in the map; its place is kept while there is none. */
export function DevicePanel({ heat, loading, pinned, onUnpin }: Props) {
  const t = useTranslations('cluster.device');
  return (
    <Card className={cx('xl:min-h-96', pinned && 'max-xl:rounded-b-none')}>
      {pinned ? (
        <Pinned heat={heat} loading={loading} pinned={pinned} onUnpin={onUnpin} />
      ) : (
        <EmptyState icon={MousePointerClick} title={t('none')} text={t('noneText')} />
      )}
    </Card>
  );
}

function Pinned({ heat, loading, pinned, onUnpin }: Props & { pinned: DevicePlace }) {
  const t = useTranslations('cluster.device');
  const device = useDevice(heat, pinned);
  return (
    <section aria-label={t('title', { ...pinned })} className="flex flex-col gap-3">
      <div className="-mt-1 flex items-center justify-between gap-2 max-xl:sticky max-xl:top-0 max-xl:z-10 max-xl:-mx-4 max-xl:-mt-4 max-xl:border-b max-xl:border-line max-xl:bg-surface max-xl:px-4 max-xl:py-2">
        <h2 className="min-w-0 text-base font-semibold break-words">{t('title', { ...pinned })}</h2>
        <IconButton icon={X} label={t('unpin')} onClick={onUnpin} />
      </div>
      {device ? (
        <>
          <DeviceFacts device={device} />
          {device.known ? (
            <DeviceHour id={device.known.id} memoryBytes={device.known.memoryBytes} />
          ) : device.error ? (
            <Failure error={device.error} compact />
          ) : (
            <Skeleton className={hourClass} />
          )}
        </>
      ) : loading ? (
        <PinnedSkeleton />
      ) : (
        <EmptyState icon={SearchX} title={t('gone')} text={t('goneText')} />
      )}
    </section>
  );
}

/** As high as what comes: seven facts and a chart. */
function PinnedSkeleton() {
  return (
    <>
      <Skeleton className="h-56" />
      <Skeleton className={hourClass} />
    </>
  );
}

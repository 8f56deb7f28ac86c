import { layoutDevices, type AppError, type Layout, type TrainSpec } from '@massif/contracts';
import type { Plan } from '@massif/planner';
import { useTranslations } from 'use-intl';
import { useFormat } from '../i18n/format.ts';
import { useErrorText } from '../i18n/sentences.ts';
import type { Offer } from './offer.ts';

export const memoryPartNames = ['parameters', 'gradients', 'optimizer', 'activations', 'logits', 'workspace'] as const;
type MemoryPart = (typeof memoryPartNames)[number];
export const stepPartNames = [
  'compute',
  'tpComm',
  'ppComm',
  'dpComm',
  'cpComm',
  'epComm',
  'bubble',
  'optimizer',
  'offload',
  'other',
] as const;

/** Parts of a plan by their names in the reader's language. */
export function usePartWords() {
  const t = useTranslations('plan');
  return {
    memory: (part: string) => ((memoryPartNames as readonly string[]).includes(part) ? t(`memory.${part as MemoryPart}`) : part),
    step: (part: (typeof stepPartNames)[number]) => t(`step.${part}`),
    join: (parts: readonly string[]) => parts.join(t('comma')),
  };
}

/** A layout in a few words: 2 replicas, micro-batches of 8. */
export function useLayoutText(): (layout: Layout) => string {
  const t = useTranslations('plan');
  return (layout) => {
    const { tp, pp, cp, ep, zero, microBatch, recompute } = layout;
    return [
      t('replicas', { count: layout.dp }),
      t('microBatch', { count: microBatch }),
      tp > 1 && `TP ${tp}`,
      pp > 1 && `PP ${pp}`,
      cp > 1 && `CP ${cp}`,
      ep > 1 && `EP ${ep}`,
      zero > 0 && `ZeRO ${zero}`,
      recompute !== 'none' && t(`recompute.${recompute}`),
    ]
      .filter(Boolean)
      .join(t('comma'));
  };
}

/** Why a plan is as it is, in sentences made of its numbers. */
export function useExplanation() {
  const t = useTranslations('plan.explain');
  const format = useFormat();
  const words = usePartWords();
  return (plan: Plan, { training }: Pick<TrainSpec, 'training'>, { capacityBytes, onHost }: Offer): string[] => {
    const { layout, parts, stepTimeMs } = plan;
    const times = stepPartNames
      .filter((part) => parts[part] > 0)
      .toSorted((a, b) => parts[b] - parts[a])
      .map((part) => `${words.step(part).toLocaleLowerCase(format.locale)} ${format.percent(parts[part] / stepTimeMs)}`);
    const largest = (Object.entries(plan.memoryParts) as [MemoryPart, number][]).toSorted(([, a], [, b]) => b - a)[0];
    return [
      t('ranks', {
        ranks: layoutDevices(layout),
        threads: onHost ? plan.threadsPerDevice : 0,
        microBatches: Math.max(1, Math.round(training.globalBatch / (layout.dp * layout.microBatch))),
        samples: layout.microBatch,
      }),
      t('time', { time: format.duration(stepTimeMs / 1000), parts: words.join(times) }),
      largest &&
        t('memory', {
          bytes: format.bytes(plan.memoryGiB * 2 ** 30),
          capacity: capacityBytes === null ? 'none' : format.bytes(capacityBytes),
          part: words.memory(largest[0]).toLocaleLowerCase(format.locale),
          size: format.bytes(largest[1]),
        }),
      plan.source === 'default' && t('notMeasured'),
    ].filter((sentence) => typeof sentence === 'string');
  };
}

/** Why a draft cannot run, as a sentence with the numbers, and what to change. */
export function useRefusalText(): (error: AppError, spec: TrainSpec | undefined) => { title: string; sentence: string; fix: string } {
  const t = useTranslations('plan.refusal');
  const format = useFormat();
  const words = usePartWords();
  const errorText = useErrorText();
  return (error, spec) => {
    const { title, detail, fix } = errorText(error);
    const { neededBytes, limitBytes, parts, needed, exist, onOneNodeMax } = error.context as Record<string, number | undefined> & {
      parts?: Record<string, number>;
    };
    if (error.code === 'does_not_fit' && neededBytes !== undefined && limitBytes !== undefined && parts) {
      const replica = (parts['parameters'] ?? 0) + (parts['gradients'] ?? 0) + (parts['optimizer'] ?? 0);
      const isCapped = spec?.resources.memoryPerDevice === limitBytes;
      return {
        title,
        sentence: t('doesNotFit', {
          needed: format.bytes(neededBytes),
          limit: format.bytes(limitBytes),
          parts: words.join(
            Object.entries(parts)
              .toSorted(([, a], [, b]) => b - a)
              .slice(0, 3)
              .map(([part, bytes]) => `${words.memory(part).toLocaleLowerCase(format.locale)} ${format.bytes(bytes)}`),
          ),
        }),
        fix: isCapped ? t('raiseCap', { bytes: format.bytes(neededBytes) }) : t(replica > limitBytes ? 'smallerModel' : 'shorter'),
      };
    }
    const type = spec?.resources.deviceType ?? 'any';
    if (error.code === 'not_enough_devices' && needed !== undefined && exist !== undefined)
      return {
        title,
        sentence:
          exist < needed
            ? t('tooFew', { needed, exist, type: type === 'any' ? type : type.toUpperCase() })
            : t('notOnOneNode', { needed, most: onOneNodeMax ?? 0 }),
        fix: t('fewerDevices', { most: onOneNodeMax ?? 0 }),
      };
    return { title, sentence: detail, fix };
  };
}

import type { AppError, Device, DeviceState } from '@massif/contracts';
import type { HeatData } from '@massif/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { deviceStateOf, placesOf, shareOf, type HeatPlace } from '../../api/live/heat.ts';
import { useHeatFrames } from '../../api/live/live.tsx';
import { keys } from '../../api/keys.ts';
import { nodeQuery } from '../../api/queries.ts';
import { placeInHeat, type DevicePlace } from './device-place.ts';

/** A device as the stream has it, and as the API knows it. */
export interface DeviceNow {
  node: HeatPlace;
  index: number;
  state: DeviceState;
  /** 0 to 1; null where nobody measured. */
  busy: number | null;
  memory: number | null;
  /** Its id and job, once they came. */
  known: Device | undefined;
  /** Why they do not come. */
  error: AppError | null;
}

/** @returns undefined when the map has no such device */
export function useDevice(heat: HeatData, at: DevicePlace): DeviceNow | undefined {
  useHeatFrames(heat);
  const place = placeInHeat(heat, at);
  const code = place === undefined ? undefined : heat.state[place]!;
  const node = useQuery({ ...nodeQuery(at.node), enabled: place !== undefined });
  useRefreshedOnChange(at.node, code);
  if (place === undefined) return undefined;
  return {
    node: placesOf(heat).find(({ name }) => name === at.node)!,
    index: at.index,
    state: deviceStateOf(code!),
    busy: shareOf(heat.busy[place]!),
    memory: shareOf(heat.memory[place]!),
    known: node.data?.devices.find(({ index }) => index === at.index),
    error: node.data ? null : node.error,
  };
}

/** Who holds a device is asked for again when it was given to somebody, or back. */
function useRefreshedOnChange(node: string, code: number | undefined): void {
  const queryClient = useQueryClient();
  const seen = useRef(code);
  useEffect(() => {
    if (seen.current !== undefined && code !== undefined && seen.current !== code)
      void queryClient.invalidateQueries({ queryKey: keys.node(node) });
    seen.current = code;
  }, [queryClient, node, code]);
}

import type { LiveFrame, LiveTopic } from '@massif/contracts';
import { createHeatData, type HeatData } from '@massif/ui';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useEffectEvent, useReducer, useState, useSyncExternalStore, type ReactNode } from 'react';
import { client } from '../client.ts';
import { sessionKey } from '../query-client.ts';
import { createLiveConnection, type LiveConnection, type LiveState } from './connection.ts';
import { patchCaches } from './patch.ts';
import { topicKey } from './topics.ts';

interface Live {
  connection: LiveConnection;
  heat: HeatData;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** The one stream of the whole dashboard, for as long as somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [live] = useState((): Live => {
    const heat = createHeatData();
    const connection = createLiveConnection({
      open: client.live,
      onFrame: (frame) => {
        if (frame.event === 'devices') heat.apply(frame.data);
        else patchCaches(queryClient, frame);
      },
      onSignedOut: () => queryClient.setQueryData(sessionKey, null),
      onFault: reportError,
    });
    return { connection, heat };
  });
  const { connection } = live;
  // Who comes back to this tab, or onto the network, need not wait for the next try.
  useEffect(() => {
    const onVisible = () => document.visibilityState === 'visible' && connection.retry();
    window.addEventListener('online', connection.retry);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      window.removeEventListener('online', connection.retry);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [connection]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLiveContext(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('no LiveProvider above');
  return live;
}

/**
 * Keeps a topic coming while the component is there. Frames of `overview`, `jobs` and `job` go into the Query caches by themselves;
 * `onFrame` gets those of this topic, also `ended` and `reset` of a series. A series may come again from an earlier place: what is
 * known is known by its `seq`. `undefined` is no topic.
 */
export function useLive(topic: LiveTopic | undefined, onFrame?: (frame: LiveFrame) => void): void {
  const { connection } = useLiveContext();
  const read = useEffectEvent((frame: LiveFrame) => onFrame?.(frame));
  const subscribe = useEffectEvent(() => (topic ? connection.subscribe(topic, read) : undefined));
  const key = topic && topicKey(topic);
  useEffect(() => subscribe(), [key]);
}

/** Whether what is shown is live. */
export function useLiveState(): { state: LiveState; retry: () => void } {
  const { connection } = useLiveContext();
  return { state: useSyncExternalStore(connection.onState, connection.state), retry: connection.retry };
}

/** All devices, live for as long as the component is there. `loading` until they came for the first time. */
export function useHeat(): { heat: HeatData; loading: boolean } {
  const { heat } = useLiveContext();
  const [came, setCame] = useState(heat.nodes.length > 0);
  useLive({ kind: 'devices' }, () => setCame(true));
  return { heat, loading: !came };
}

/** Draws the component again with every frame of the devices, once a second; not while the tab is hidden. */
export function useHeatFrames(heat: HeatData): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => heat.subscribe(draw), [heat]);
}

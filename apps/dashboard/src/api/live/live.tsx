import type { LiveFrame, LiveTopic } from '@massif/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useEffectEvent, useState, useSyncExternalStore, type ReactNode } from 'react';
import { client } from '../client.ts';
import { sessionKey } from '../query-client.ts';
import { createLiveConnection, type LiveConnection, type LiveState } from './connection.ts';
import { patchCaches } from './patch.ts';
import { topicKey } from './topics.ts';

const LiveContext = createContext<LiveConnection | undefined>(undefined);

/** The one stream of the whole dashboard, for as long as somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [connection] = useState(() =>
    createLiveConnection({
      open: client.live,
      onFrame: (frame) => patchCaches(queryClient, frame),
      onSignedOut: () => queryClient.setQueryData(sessionKey, null),
    }),
  );
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
  return <LiveContext value={connection}>{children}</LiveContext>;
}

function useConnection(): LiveConnection {
  const connection = use(LiveContext);
  if (!connection) throw new Error('no LiveProvider above');
  return connection;
}

/**
 * Keeps a topic coming while the component is there. Frames of `overview`, `jobs` and `job` go into the Query caches by themselves;
 * `onFrame` gets those of this topic, also `ended` and `reset` of a series. A series may come again from an earlier place: what is
 * known is known by its `seq`. `undefined` is no topic.
 */
export function useLive(topic: LiveTopic | undefined, onFrame?: (frame: LiveFrame) => void): void {
  const connection = useConnection();
  const read = useEffectEvent((frame: LiveFrame) => onFrame?.(frame));
  const subscribe = useEffectEvent(() => (topic ? connection.subscribe(topic, read) : undefined));
  const key = topic && topicKey(topic);
  useEffect(() => subscribe(), [key]);
}

/** Whether what is shown is live. */
export function useLiveState(): { state: LiveState; retry: () => void } {
  const connection = useConnection();
  return { state: useSyncExternalStore(connection.onState, connection.state), retry: connection.retry };
}

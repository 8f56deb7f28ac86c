import { Box, LayoutDashboard, ListTree, Plus, Server, Settings, type LucideIcon } from 'lucide-react';

/** The places of the product, in the order of the sidebar. `key` is the letter after `g`. */
export const places = [
  { to: '/', name: 'overview', key: 'o', icon: LayoutDashboard },
  { to: '/jobs', name: 'jobs', key: 'j', icon: ListTree },
  { to: '/cluster', name: 'cluster', key: 'c', icon: Server },
  { to: '/models', name: 'models', key: 'm', icon: Box },
  { to: '/settings', name: 'settings', key: 's', icon: Settings },
] as const satisfies readonly { to: string; name: string; key: string; icon: LucideIcon }[];

export const newJobPlace = { to: '/new', name: 'newJob', key: 'n', icon: Plus } as const;

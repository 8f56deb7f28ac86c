import type { Layout } from '@massif/contracts';
import type { DeviceProfile } from './profile/profile.ts';
import type { MemoryParts } from './memory/memory.ts';
import type { StepParts } from './time/step-time.ts';
import type { Capabilities } from './capabilities.ts';

/** The part of a parsed job spec that a plan depends on: defaults are filled in, and what a given layout must divide is divisible. */
export interface PlanSpec {
  training: {
    steps?: number;
    tokens?: number;
    globalBatch: number;
    sequence: number;
    precision: string;
    optimizer: { name: string };
    dropout: number;
  };
  resources: {
    devices?: number;
    minDevices?: number;
    maxDevices?: number;
    deviceType: string;
    /** Hard cap, bytes. */
    memoryPerDevice?: number;
    threadsPerDevice?: number;
  };
  layout: 'auto' | Layout;
}

export interface PlanCluster {
  nodes: PlanNode[];
}

export interface PlanNode {
  id: string;
  cores: number;
  /** How many nodes are like this one; 1 when it does not say. */
  count?: number;
  devices: { id: string; type: string; memoryBytes: number; /** Without one, a default is used and says so. */ profile?: DeviceProfile }[];
}

export interface PlanInput {
  spec: PlanSpec;
  /** Hugging Face configuration of the model, however the spec names it. */
  modelConfig: Readonly<Record<string, unknown>>;
  cluster: PlanCluster;
  capabilities: Capabilities;
}

export interface Plan {
  layout: Layout;
  /** Gang size. */
  devices: number;
  threadsPerDevice: number;
  stepTimeMs: number;
  /** Of the worst device. */
  memoryGiB: number;
  memoryParts: MemoryParts;
  /** Share of the dense peak that the model's own operations reach, 0..1. */
  mfu: number;
  /** The same with what is computed twice counted twice. */
  hfu: number;
  tokensPerSecond: number;
  /** Exposed milliseconds; they sum to stepTimeMs. */
  parts: StepParts;
  /** Null without a price. */
  costUsd: number | null;
  /** Null without a number of steps. */
  days: number | null;
  /** Where the device rates come from. */
  source: DeviceProfile['source'];
  /** Sentences for people, made from the numbers. */
  explanation: string[];
}

export interface RejectedLayout {
  layout: Layout;
  reason: string;
  /** What the reason is made of, for who says it in another language: it needs more than there is, or another is not slower. */
  facts: { neededBytes: number; limitBytes: number } | { stepTimeMs: number; best: { microBatch: number; stepTimeMs: number } };
}

export interface PlanResult {
  /** Best first, at most one for each (dp, tp, pp, cp, ep). */
  plans: Plan[];
  rejected: RejectedLayout[];
  searchMs: number;
}

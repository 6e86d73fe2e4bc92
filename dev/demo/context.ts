import type { Client } from '@temporalio/client'
import type { Stack } from '../stack.ts'
import type { Api } from './api.ts'
import { DidNotHold } from './eventually.ts'

/** What one connection attempt left behind for the steps after it. */
export interface DemonstrationState {
  workspaceId: string
  api: Api
  quickbooks: { connectionId: string; realmId: string; syncId?: string }
}

/** What the steps share: the running parts, and what earlier steps made. */
export interface Demonstration {
  stack: Stack
  apiUrl: string
  adminApi: Api
  temporal: Client
  /** Prints one line of the step under way. */
  say: (this: void, line: string) => void
  /** Aborted when the person has seen enough. */
  signal: AbortSignal
  state: Partial<DemonstrationState>
}

/** What an earlier step made. @throws DidNotHold when that step did not hold */
export function made<Key extends keyof DemonstrationState>(
  demonstration: Demonstration,
  key: Key,
): DemonstrationState[Key] {
  const value = demonstration.state[key]
  if (value === undefined) throw new DidNotHold(`an earlier step left no ${key}`)
  return value
}

/** Where a workflow is to be seen in the Temporal UI. */
export function workflowLink(demonstration: Demonstration, workflowId: string): string {
  return `${demonstration.stack.temporal.uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`
}

/** A Schedule that the hub keeps: made or brought up to date whenever a worker starts. */
export interface HubSchedule {
  id: string
  everyMs: number
  /** Spreads the fires of several hubs on one cluster. */
  jitterMs?: number
  /** A run that comes while the one before it still works follows at once; otherwise it is left out. */
  follows?: true
  /** The workflow's exported name and its base id; Temporal adds the time to the id. */
  workflow: string
  workflowId: string
  input?: unknown
  /** One line for the Temporal UI. */
  summary: string
}

import type { HubSchedule } from '../temporal/schedules.ts'

/** The parts of the hub whose rows may ask for workflows. */
export const reconciledFeatures = ['connections', 'sync', 'delivery', 'inbound'] as const

export type ReconciledFeature = (typeof reconciledFeatures)[number]

export interface ReconcileInput {
  /** How many rows of each kind one pass looks at. */
  limit: number
}

/** What one pass started or freed, by feature; null where the feature's pass failed. */
export type ReconcileResult = Record<ReconciledFeature, number | null>

export const maintenanceSchedules: HubSchedule[] = [
  {
    id: 'reconcile',
    everyMs: 60_000,
    workflow: 'reconcile',
    workflowId: 'reconcile',
    input: { limit: 500 } satisfies ReconcileInput,
    summary: 'Starts what a crash left unstarted and frees what a gone workflow still holds',
  },
]

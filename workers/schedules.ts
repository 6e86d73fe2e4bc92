import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptionsStartWorkflowAction,
} from '@temporalio/client'
import { TypedSearchAttributes, type Workflow } from '@temporalio/common'
import type { Logger } from '../src/logger.ts'
import { connectionSchedules } from '../src/connections/contract.ts'
import { inboundSchedules } from '../src/inbound/contract.ts'
import { rotationSchedules } from '../src/credentials/contract.ts'
import { maintenanceSchedules } from '../src/maintenance/contract.ts'
import { retentionSchedules } from '../src/retention/contract.ts'
import { syncSchedules } from '../src/sync/contract.ts'
import { searchAttributes, taskQueues } from '../src/temporal/contract.ts'
import type { HubSchedule } from '../src/temporal/schedules.ts'

/** Every Schedule of the hub's own; that of a sync is made with it. */
export const allSchedules: HubSchedule[] = [
  ...connectionSchedules,
  ...inboundSchedules,
  ...maintenanceSchedules,
  ...retentionSchedules,
  ...rotationSchedules,
  ...syncSchedules,
]

/**
 * Makes every Schedule, or brings it up to date. Any number of workers may do so at once; a pause that an operator set
 * stays.
 */
export async function ensureSchedules(client: Client, schedules: HubSchedule[], log: Logger): Promise<void> {
  for (const schedule of schedules) {
    const definition = definitionOf(schedule)
    try {
      await client.schedule.create({ scheduleId: schedule.id, ...definition })
      log.info({ schedule: schedule.id }, 'schedule made')
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      await client.schedule.getHandle(schedule.id).update(previous => ({ ...definition, state: previous.state }))
    }
  }
}

function definitionOf(schedule: HubSchedule) {
  const action: ScheduleOptionsStartWorkflowAction<Workflow> = {
    type: 'startWorkflow',
    workflowType: schedule.workflow,
    workflowId: schedule.workflowId,
    taskQueue: taskQueues.workflows,
    args: schedule.input === undefined ? [] : [schedule.input],
    staticSummary: schedule.summary,
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.attention, value: 'none' }]),
  }
  return {
    spec: {
      intervals: [{ every: schedule.everyMs }],
      ...(schedule.jitterMs === undefined ? {} : { jitter: schedule.jitterMs }),
    },
    action,
    // A sweep that was missed while the server was down is not caught up: the next one does its work.
    policies: {
      overlap: schedule.follows ? ScheduleOverlapPolicy.BUFFER_ONE : ScheduleOverlapPolicy.SKIP,
      catchupWindow: '1 minute' as const,
    },
  }
}

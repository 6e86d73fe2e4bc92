import { readFile } from 'node:fs/promises'
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker'
import { createActivities } from '../activities/index.ts'
import type { Hub } from '../src/hub.ts'
import { taskQueues, type TaskQueue } from '../src/temporal/contract.ts'
import { bundleWorkflows } from './build-bundle.ts'
import { queueOptions } from './queues.ts'

/** The running workers of one process. */
export interface HubWorkers {
  /** Resolves when all have drained after `shutdown`; rejects when one fails for good. */
  finished: Promise<void>
  /** Stops polling and hands back what is under way, within the configured grace time. */
  shutdown(): Promise<void>
}

/**
 * Starts a worker for each task queue that the process is configured for.
 * @param bundle the workflows' code; built ahead or now when absent
 */
export async function startWorkers(hub: Hub, connection: NativeConnection, bundle?: string): Promise<HubWorkers> {
  const activities = createActivities(hub)
  const { taskQueues: configured, shutdownGraceMs } = hub.config.worker
  const queues = [
    ...new Set(configured.flatMap((queue): TaskQueue[] => (queue === 'sync' ? ['sync', 'runs'] : [queue]))),
  ]
  const code = queues.includes('workflows') ? (bundle ?? (await loadBundle(hub))) : undefined
  const workers = await Promise.all(
    queues.map(queue => {
      const options: WorkerOptions = {
        connection,
        namespace: hub.config.temporal.namespace,
        taskQueue: taskQueues[queue],
        activities: activities[queue],
        shutdownGraceTime: shutdownGraceMs,
        shutdownForceTime: shutdownGraceMs + 5_000,
        ...(queue === 'workflows' && code !== undefined ? { workflowBundle: { code } } : {}),
        ...queueOptions[queue],
      }
      return Worker.create(options)
    }),
  )
  const running = workers.map(worker => worker.run())
  const finished = Promise.all(running).then(() => undefined)
  return {
    finished,
    async shutdown() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
      await Promise.allSettled(running)
    },
  }
}

/** The prebuilt bundle that the configuration names; without one the workflows are bundled now, which takes a second or two. */
async function loadBundle(hub: Hub): Promise<string> {
  const { workflowBundle } = hub.config.worker
  return workflowBundle === undefined ? bundleWorkflows() : readFile(workflowBundle, 'utf8')
}

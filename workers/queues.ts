import type { WorkerOptions } from '@temporalio/worker'
import { sliceRoom } from '../src/sync/runs/run-places.ts'
import type { TaskQueue } from '../src/temporal/contract.ts'

/** What differs between the workers of the task queues; a process runs one of each queue that it is configured for. */
export const queueOptions: Record<TaskQueue, Partial<WorkerOptions>> = {
  workflows: {
    // One thread runs all of a process's workflow code: they only decide, and a thread costs 40 MB.
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: 500,
    maxConcurrentActivityTaskExecutions: 20,
  },
  connections: { maxConcurrentActivityTaskExecutions: 20 },
  // Most of them wait, for a platform or for a place: see src/sync/run-places.ts.
  sync: { maxConcurrentActivityTaskExecutions: sliceRoom },
  runs: { maxConcurrentActivityTaskExecutions: 20, maxConcurrentActivityTaskPolls: 4 },
  // The batch-delivering activity fills a process by itself; another slot's belongs on another process.
  delivery: { maxConcurrentActivityTaskExecutions: 1, maxConcurrentActivityTaskPolls: 1 },
}

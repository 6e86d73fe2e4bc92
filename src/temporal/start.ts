import { Client, type WorkflowHandle } from '@temporalio/client'
import { WorkflowIdConflictPolicy, type SearchAttributePair } from '@temporalio/common'
import type { Logger } from '../logger.ts'
import { HubConnection } from './connection.ts'
import { taskQueues } from './contract.ts'

/** What is needed to start a workflow by name, without its code. */
export interface WorkflowStart<Input> {
  /** The workflow's exported name. */
  name: string
  /** Its business id: a second start of the same id joins the running one. */
  workflowId: string
  input: Input
  searchAttributes: SearchAttributePair[]
  /** One line for the Temporal UI: ids, host names and states only. */
  summary: string
}

/** Where the Temporal cluster is, and how it is spoken to. */
export interface TemporalSettings {
  address: string
  namespace: string
  tls: boolean
  apiKey: string | undefined
}

/** A client that connects when it is first used, so that a process starts while Temporal is down. */
export function connectTemporal(config: TemporalSettings): Client {
  const connection = HubConnection.lazy({
    address: config.address,
    connectTimeout: 5_000,
    ...(config.tls ? { tls: true } : {}),
    ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
  })
  return new Client({ connection, namespace: config.namespace })
}

/** Starts a workflow, or joins the running one of the same id. Fails within `deadlineMs` when Temporal does not answer. */
export function startWorkflow<Input>(
  client: Client,
  start: WorkflowStart<Input>,
  deadlineMs = 5_000,
): Promise<WorkflowHandle> {
  return client.withDeadline(Date.now() + deadlineMs, () =>
    client.workflow.start(start.name, {
      workflowId: start.workflowId,
      taskQueue: taskQueues.workflows,
      args: [start.input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      typedSearchAttributes: start.searchAttributes,
      staticSummary: start.summary,
    }),
  )
}

/**
 * The fast path of "the row's state is the request": starts the workflow now if Temporal answers. If it does not, that is
 * logged and no error: `reconcile` starts it from the row. Gives whether it was started.
 */
export async function startSoon<Input>(client: Client, log: Logger, start: WorkflowStart<Input>): Promise<boolean> {
  try {
    await startWorkflow(client, start, 2_000)
    return true
  } catch (error) {
    log.warn({ err: error, workflowId: start.workflowId }, 'the workflow was not started now; reconcile will start it')
    return false
  }
}

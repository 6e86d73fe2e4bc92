import type { Client, WorkflowHandle } from '@temporalio/client'
import { TypedSearchAttributes, WorkflowIdConflictPolicy, type SearchAttributePair } from '@temporalio/common'
import type { Logger } from '../logger.ts'
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

/** A signal, and what it carries. */
export interface Signal {
  name: string
  args?: unknown[]
}

/** What Temporal's client and its Schedules need to know of a start, beside the workflow's name. */
export function optionsOf<Input>({ workflowId, input, searchAttributes, summary }: WorkflowStart<Input>) {
  return {
    workflowId,
    taskQueue: taskQueues.workflows,
    args: [input],
    typedSearchAttributes: new TypedSearchAttributes(searchAttributes),
    staticSummary: summary,
  }
}

/** Starts a workflow, or joins the running one of the same id. Fails within `deadlineMs` when Temporal does not answer. */
export function startWorkflow<Input>(
  client: Client,
  start: WorkflowStart<Input>,
  deadlineMs = 5_000,
): Promise<WorkflowHandle> {
  return client.withDeadline(Date.now() + deadlineMs, () =>
    client.workflow.start(start.name, {
      ...optionsOf(start),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  )
}

/**
 * Tells a workflow something by a signal, and starts it if it does not run (signal-with-start): it cannot end in between. Fails
 * within `deadlineMs` when Temporal does not answer.
 */
export function tell<Input>(
  client: Client,
  start: WorkflowStart<Input>,
  signal: Signal,
  deadlineMs = 5_000,
): Promise<WorkflowHandle> {
  return client.withDeadline(Date.now() + deadlineMs, () =>
    client.workflow.signalWithStart(start.name, {
      ...optionsOf(start),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      signal: signal.name,
      signalArgs: signal.args ?? [],
    }),
  )
}

const soonMs = 2_000

/**
 * The fast path of "the row's state is the request": starts the workflow now if Temporal answers. If it does not, that is
 * logged and no error: `reconcile` starts it from the row. Gives whether it was started.
 */
export function startSoon<Input>(client: Client, log: Logger, start: WorkflowStart<Input>): Promise<boolean> {
  return soon(log, start, () => startWorkflow(client, start, soonMs))
}

/** The same for a workflow that is told something, and started if it does not run. Gives whether it was told. */
export function tellSoon<Input>(
  client: Client,
  log: Logger,
  start: WorkflowStart<Input>,
  signal: Signal,
): Promise<boolean> {
  return soon(log, start, () => tell(client, start, signal, soonMs))
}

async function soon<Input>(log: Logger, start: WorkflowStart<Input>, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    log.warn({ err: error, workflowId: start.workflowId }, 'the workflow was not reached now; reconcile will see to it')
    return false
  }
}

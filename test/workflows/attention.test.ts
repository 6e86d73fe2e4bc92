import { WorkflowNotFoundError } from '@temporalio/client'
import { tellWorkflows } from '../../src/connections/trouble/tell-workflows.ts'
import { newId } from '../../src/ids.ts'
import { eventually } from '../connections/accounts.ts'
import { attentionOf } from '../connections/attention.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

const hub = await createTestHub()
const { workspaceId } = await createWorkspace(hub)
await startTestWorkers(hub, ['workflows', 'connections'])

/** A workflow that waits for a person: gives its id and the connection's. */
const waiting = async () => {
  const connectionId = newId('connection')
  await hub.pool.query(
    `insert into connections (id, workspace_id, provider, environment, auth_kind, status, status_reason, generation, tell_at)
     values ($1, $2, 'github', 'production', 'oauth2', 'needs_reauth', 'TOKEN_EXPIRED', 1, to_timestamp(0))`,
    [connectionId, workspaceId],
  )
  const workflowId = `refresh/${connectionId}`
  await eventually('its attention', async () => {
    await tellWorkflows(hub)
    const found = await attentionOf(hub, workflowId).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined
      throw error
    })
    return found?.join() === 'RUNNING,needs_person'
  })
  return { connectionId, workflowId, handle: hub.temporal.workflow.getHandle(workflowId) }
}

describe('a workflow that is over', () => {
  it('needs nobody, also where somebody has cancelled it', async () => {
    const { workflowId, handle } = await waiting()
    await handle.cancel()
    await eventually('its end', async () => (await attentionOf(hub, workflowId))[0] === 'CANCELLED')
    expect(await attentionOf(hub, workflowId)).toEqual(['CANCELLED', 'none'])
  })

  it('leaves what it needs to the run that goes on for it', async () => {
    const { connectionId, workflowId, handle } = await waiting()
    const former = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'ContinuedAsNew'`
    const runId = await eventually('a new run', async () => {
      await handle.signal('connectionChanged')
      for await (const run of hub.temporal.workflow.list({ query: former })) return run.runId
      return undefined
    })
    const ended = await hub.temporal.workflow.getHandle(workflowId, runId).describe()
    expect(Object.fromEntries(ended.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]))).toEqual(
      expect.objectContaining({ Attention: 'none', Connection: connectionId }),
    )
    const goesOn = await handle.describe()
    expect(goesOn.status.name).toBe('RUNNING')
    expect(
      Object.fromEntries(goesOn.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])),
    ).toMatchObject({
      ...{ Attention: 'needs_person', Connection: connectionId, Workspace: workspaceId, Provider: 'github' },
    })
  })
})

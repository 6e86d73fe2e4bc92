import { setTimeout as sleep } from 'node:timers/promises'
import { deliveryPolicy } from '../../src/delivery/policy.ts'
import { startDispatchSlots } from '../../src/delivery/dispatch/slots.ts'
import { reconciledFeatures, type ReconcileResult } from '../../src/maintenance/contract.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { createTestHub } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

const hub = await createTestHub({
  environment: { DELIVERY_SLOTS: '1' },
  deliveryPolicy: { ...deliveryPolicy, dispatchRunMs: 20 },
})
await startTestWorkers(hub)

describe('a dispatch slot', () => {
  it('goes on in a new run before its history grows', async () => {
    await startDispatchSlots(hub)
    const ended = "WorkflowId = 'dispatch/0' AND ExecutionStatus = 'ContinuedAsNew'"
    let count = 0
    for (let tries = 0; tries < 300 && count === 0; tries++) {
      await sleep(100)
      count = (await hub.temporal.workflow.count(ended)).count
    }
    expect(count).toBeGreaterThan(0)
    const { status } = await hub.temporal.workflow.getHandle('dispatch/0').describe()
    expect(status.name).toBe('RUNNING')
  })
})

describe('reconcile', () => {
  it('passes over every feature, and says what it found', async () => {
    const handle = await hub.temporal.workflow.start('reconcile', {
      workflowId: 'reconcile-test',
      taskQueue: taskQueues.workflows,
      args: [{ limit: 100 }],
    })
    const result = (await handle.result()) as ReconcileResult
    expect(result).toEqual(Object.fromEntries(reconciledFeatures.map(feature => [feature, expect.any(Number)])))
  })

  it('does for the others what it can when one feature fails', async () => {
    await hub.pool.query('alter table inbound_queue rename to inbound_queue_away')
    const handle = await hub.temporal.workflow.start('reconcile', {
      workflowId: 'reconcile-without-inbound',
      taskQueue: taskQueues.workflows,
      args: [{ limit: 100 }],
    })
    const result = (await handle.result()) as ReconcileResult
    await hub.pool.query('alter table inbound_queue_away rename to inbound_queue')
    expect(result).toMatchObject({ inbound: null, connections: expect.any(Number) as number })
  })
})

import { ActivityFailure, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import type { DisconnectAccountInput } from '../src/connections/contract.ts'
import { recoveryDelayMs } from '../src/connections/policy.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attend } from './attention.ts'
import { instantAt, instantIn } from './instant.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})
const onceActivities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 2 },
})

const backoff = { firstDelayMs: 5_000, maxDelayMs: 3_600_000, deadlineMs: 0 }

/**
 * Disconnects an account: waits for a refresh that is under way, stops what works through the connection, revokes the grant
 * and destroys the secrets. A provider that does not answer is asked again until `destroyAtMs`; then they go without it.
 */
export async function disconnectAccount(input: DisconnectAccountInput): Promise<{ revoked: boolean }> {
  const { workspaceId, connectionId, provider, destroyAtMs } = input
  const ref = { workspaceId, connectionId, provider }
  setCurrentDetails('Waits for a refresh that is under way.')
  for (;;) {
    const waitMs = await activities.takeDisconnectLease(ref, destroyAtMs)
    if (waitMs === 0) break
    await sleep(waitMs)
  }
  await stopWork(ref)
  const revoked = await revoke(ref, destroyAtMs)
  setCurrentDetails('Destroys the secrets.')
  await activities.finishDisconnect(ref, revoked)
  attend('none')
  setCurrentDetails(revoked ? 'Revoked at the provider; secrets destroyed.' : 'Not revoked; secrets destroyed.')
  return { revoked }
}

/** The syncs were paused with the connection's state: what is not stopped now reconcile stops. */
async function stopWork(ref: { workspaceId: string; connectionId: string; provider: string }): Promise<void> {
  try {
    await onceActivities.stopWork(ref)
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
  }
}

async function revoke(
  ref: { workspaceId: string; connectionId: string; provider: string },
  destroyAtMs: number,
): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    setCurrentDetails(`Revokes the grant at ${ref.provider}.`)
    try {
      return await onceActivities.revokeAtProvider(ref)
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error
    }
    const waitMs = Math.min(recoveryDelayMs(tries, backoff), destroyAtMs - Date.now())
    if (waitMs <= 0) return false
    const at = instantIn(waitMs)
    const destroyAt = instantAt(destroyAtMs)
    setCurrentDetails(
      `${ref.provider} did not take the revocation, try ${tries}. Tries again at ${at}; the secrets go at ${destroyAt} in any case.`,
    )
    attend('retrying')
    await sleep(waitMs)
  }
}

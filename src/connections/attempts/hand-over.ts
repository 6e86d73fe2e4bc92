import type { ConnectionParts } from '../parts.ts'
import { tellSoon } from '../../temporal/start.ts'
import { noteHanded, type ConnectAttempt } from './attempt-store.ts'
import { callbackSignal } from '../contract.ts'
import { connectAccountStart } from '../workflow-starts.ts'

/**
 * Tells an attempt's workflow that the row has moved on, starting it if it is not there. If Temporal does not answer that is
 * logged and no error: `reconcile` hands it over. Gives whether it was told.
 */
export async function handOver(hub: ConnectionParts, attempt: ConnectAttempt): Promise<boolean> {
  const { workspaceId, connectionId, provider, id: attemptId } = attempt
  const chooseMs = hub.connectionSettings.chooseForMs
  const start = connectAccountStart({ workspaceId, connectionId, provider, attemptId, waitMs: 0, chooseMs })
  const told = await tellSoon(hub.temporal, hub.log, start, { name: callbackSignal })
  if (told) await noteHanded(hub.db, attempt)
  return told
}

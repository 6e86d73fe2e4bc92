import type pg from 'pg'
import type { Hub } from '../../hub.ts'
import { startSoon } from '../../temporal/start.ts'
import { recoverNetworkName, recoverNetworkWorkflowId } from '../contract.ts'
import type { Outcome } from '../sending/outcome.ts'
import { searchAttributes } from '../../temporal/contract.ts'

/** Whether everything is paused because nothing gets out. */
export async function isPaused(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query({ name: 'is-paused', text: 'select from delivery_outage' })
  return rows.length > 0
}

/** Pauses everything and has the one workflow started that says so. The row is the request. */
export async function declareOutage(hub: Hub): Promise<void> {
  const { rowCount } = await hub.pool.query('insert into delivery_outage default values on conflict do nothing')
  if (rowCount === 1) hub.log.error('no endpoint can be reached: deliveries pause until the network is back')
  await startNetworkRecovery(hub)
}

export function startNetworkRecovery(hub: Hub): Promise<boolean> {
  return startSoon(hub.temporal, hub.log, {
    name: recoverNetworkName,
    workflowId: recoverNetworkWorkflowId,
    input: {},
    searchAttributes: [{ key: searchAttributes.attention, value: 'retrying' }],
    summary: 'No endpoint can be reached: all deliveries pause until one answers',
  })
}

/** Tells an outage of our own from the receivers': any answer at all, whatever its status, proves the network. */
export class NetworkWatch {
  readonly #hub: Hub
  readonly #unreached = new Set<string>()
  #since = 0

  constructor(hub: Hub) {
    this.#hub = hub
  }

  note(endpointId: string, outcome: Outcome): void {
    if (outcome.error === undefined || outcome.status !== undefined) {
      if (this.#unreached.size > 0) this.#unreached.clear()
      return
    }
    if (outcome.error === 'blocked') return
    if (this.#unreached.size === 0) this.#since = performance.now()
    this.#unreached.add(endpointId)
    const { outageEndpoints, outageAfterMs } = this.#hub.deliveryPolicy
    if (this.#unreached.size < outageEndpoints || performance.now() - this.#since < outageAfterMs) return
    this.#unreached.clear()
    declareOutage(this.#hub).catch((error: unknown) =>
      this.#hub.log.error({ err: error }, 'the outage could not be declared'),
    )
  }
}

import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { readItem } from '../../calls/read-item.ts'
import { readItems } from '../../calls/read-items.ts'
import { refusalOf } from '../../calls/writes/refusal.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { isHubError } from '../../errors.ts'
import type { Link } from '../links/link-store.ts'
import type { LinkErrorCode } from '../mapping/mapping.ts'
import { pushLimits } from '../policy.ts'
import type { WorkControl } from '../pull/pull.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { recordFailures } from './push-answers.ts'

/** A write whose item is looked at before. */
export interface Look {
  sent: PushItem
  link: Link
  /** Without the item nothing can be written: it tells lists as a whole. */
  needsItem: boolean
}

/** Some of the items as the platform has them, by their ids, and the records whose items it would not show. */
export interface ReadBatch {
  found: ReadonlyMap<string, unknown>
  failed: readonly string[]
}

/**
 * Reads the items of writes, many in a call where the platform has one, else each alone, a few at once. What is not there is
 * not among them. A record whose item the platform does not show is noted as failed.
 * @throws HubError as `ProviderClient` does
 */
export async function* readThere(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  looks: readonly Look[],
  control: WorkControl,
): AsyncGenerator<ReadBatch, void, undefined> {
  const { model } = hold.mapping
  const size = model.readMany?.size ?? pushLimits.lookedAlone
  const failures = { inRow: 0 }
  for (let from = 0; from < looks.length; from += size) {
    const batch = looks.slice(from, from + size)
    const found = new Map<string, unknown>()
    const together = await readTogether(hold, client, batch, control.signal)
    for (const [id, item] of together ?? []) found.set(id, item)
    const alone = batch.filter(({ link }) => !found.has(link.external_id!))
    yield { found, failed: await readEach(hub, hold, client, alone, found, failures, control) }
  }
}

/** Several in one call; undefined where the platform has none, or refuses it for one of them. */
async function readTogether(
  { mapping: { model } }: RunHold,
  client: ProviderClient,
  batch: readonly Look[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown> | undefined> {
  if (!model.readMany) return undefined
  try {
    const ids = batch.map(({ link }) => link.external_id!)
    return await readItems(client, model, ids, signal)
  } catch (error) {
    if (refusalOf(model, error) === undefined) throw error
    return undefined
  }
}

async function readEach(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  looks: readonly Look[],
  found: Map<string, unknown>,
  failures: { inRow: number },
  control: WorkControl,
): Promise<string[]> {
  const failed: [recordId: string, LinkErrorCode][] = []
  const waiting = [...looks]
  const read = async ({ sent, link }: Look) => {
    try {
      const raw = await readItem(client, hold.mapping.model, link.external_id!, control.signal)
      if (raw !== undefined && raw !== null) found.set(link.external_id!, raw)
      failures.inRow = 0
    } catch (error) {
      const why = failureOf(hold, error, failures, control)
      if (why === undefined) {
        waiting.length = 0
        throw error
      }
      failed.push([sent.recordId, why])
    }
  }
  await Promise.all(
    Array.from({ length: pushLimits.callsAtOnce }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await read(next)
    }),
  )
  for (const code of ['PROVIDER_REJECTED', 'PROVIDER_ERROR'] as const) {
    const ids = failed.filter(([, why]) => why === code).map(([recordId]) => recordId)
    await recordFailures(hub, hold, ids, code)
  }
  return failed.map(([recordId]) => recordId)
}

/** Why one item alone could not be read; undefined where it is the platform that does not answer. */
function failureOf(
  { mapping }: RunHold,
  error: unknown,
  failures: { inRow: number },
  { attempt }: WorkControl,
): LinkErrorCode | undefined {
  if (refusalOf(mapping.model, error) !== undefined) return 'PROVIDER_REJECTED'
  const isLenient = attempt >= pushLimits.lenientFrom && ++failures.inRow < pushLimits.failuresInRow
  return isHubError(error, 'PROVIDER_ERROR') && isLenient ? 'PROVIDER_ERROR' : undefined
}

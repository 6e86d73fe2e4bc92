import type pg from 'pg'
import { HubError } from '../errors.ts'
import type { KeyUse, RotationPosition, RotationSlice } from './contract.ts'
import { countByKey, keysInUse, resealBatch, type SealedTable } from './reseal.ts'
import type { CredentialStore } from './store.ts'

interface Rotating {
  pool: pg.Pool
  credentials: CredentialStore
}

/**
 * Seals anew what older keys have sealed, batch by batch, from a position on until everything is done or `forMs` have passed.
 * Done twice it does no harm: what is sealed by the first key is not looked at.
 * @throws HubError `INTERNAL`, to be tried again elsewhere, when another key is the first one in this process than in that
 * which began: it is about to be restarted
 */
export async function rotateSlice(
  hub: Rotating,
  tables: SealedTable[],
  from: Pick<RotationSlice, 'keyId' | 'next'> | null,
  options: { batchSize: number; forMs: number; signal?: AbortSignal; beat?: () => void },
): Promise<RotationSlice> {
  const { ring } = hub.credentials
  if (from && from.keyId !== ring.currentKeyId) {
    throw new HubError('INTERNAL', { message: 'Another encryption key is the first one in this process.' })
  }
  const endsAtMs = Date.now() + options.forMs
  const done: RotationSlice = { keyId: ring.currentKeyId, resealed: 0, unopened: 0, next: null }
  let position = from?.next ?? (await positionBehind(hub, tables, null))
  while (position) {
    options.beat?.()
    const table = tables.find(one => one.name === position!.table)!
    const batch = await resealBatch(hub.pool, ring, table, position, options.batchSize)
    done.resealed += batch.resealed
    done.unopened += batch.unopened
    position = batch.last ? { ...position, after: batch.last } : await positionBehind(hub, tables, position)
    if (position && (Date.now() >= endsAtMs || options.signal?.aborted)) return { ...done, next: position }
  }
  return done
}

/** The beginning of the next key's seals behind those of a position, in its table or the next one; null when there are none. */
async function positionBehind(
  hub: Rotating,
  tables: SealedTable[],
  position: RotationPosition | null,
): Promise<RotationPosition | null> {
  const at = position ? tables.findIndex(table => table.name === position.table) : 0
  for (const [index, table] of tables.entries()) {
    if (index < at) continue
    const least = position && index === at ? position.keyId : ''
    const keys = await keysInUse(hub.pool, table.name)
    const keyId = keys.find(key => key > least && key !== hub.credentials.ring.currentKeyId)
    if (keyId !== undefined) return { table: table.name, keyId, after: null }
  }
  return null
}

/** What each key of the ring, and any that is not on it, has sealed in all tables. */
export async function usesOfKeys(hub: Rotating, tables: SealedTable[]): Promise<KeyUse[]> {
  const { keyIds, currentKeyId } = hub.credentials.ring
  const sealed = new Map(keyIds.map(key => [key, 0]))
  for (const table of tables) {
    for (const [key, count] of await countByKey(hub.pool, table)) sealed.set(key, (sealed.get(key) ?? 0) + count)
  }
  const stateOf = (key: string) => (key === currentKeyId ? 'current' : keyIds.includes(key) ? 'old' : 'missing')
  return [...sealed].map(([key, count]) => ({ key, state: stateOf(key), sealed: count }))
}

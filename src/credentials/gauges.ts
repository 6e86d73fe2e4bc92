import type pg from 'pg'
import { encryptionKeyUsed } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'
import { sealedTables } from './contract.ts'
import { keysInUse } from './reseal.ts'
import type { CredentialStore } from './store.ts'

/** Whether anything is sealed by each key, as it stands when metrics are asked for: one with 0 may be taken off the ring. */
export const keyGauges: GaugeSource<{ pool: pg.Pool; credentials: CredentialStore }> = {
  name: 'encryption_keys',
  async read({ pool, credentials }) {
    const used = new Set((await Promise.all(sealedTables.map(table => keysInUse(pool, table)))).flat())
    encryptionKeyUsed.reset()
    for (const key of new Set([...credentials.ring.keyIds, ...used]))
      encryptionKeyUsed.set({ key }, used.has(key) ? 1 : 0)
  },
}

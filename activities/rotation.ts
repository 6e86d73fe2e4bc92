import { Context } from '@temporalio/activity'
import type { KeyUse, RotationSlice } from '../src/credentials/contract.ts'
import { credentialsTable } from '../src/credentials/reseal.ts'
import { rotateSlice, usesOfKeys } from '../src/credentials/rotate.ts'
import { idempotencyTable } from '../src/http/idempotency/idempotency-sealed.ts'
import type { Hub } from '../src/hub.ts'

/** Every table that holds what the key ring has sealed. */
const sealedTables = [credentialsTable, idempotencyTable]
const sliceMs = 20_000

export function createRotationActivities(hub: Hub) {
  return {
    /** Works through one slice from where the former ended. */
    async resealSlice(from: Pick<RotationSlice, 'keyId' | 'next'> | null, batchSize: number): Promise<RotationSlice> {
      const context = Context.current()
      const signal = context.cancellationSignal
      const beat = () => context.heartbeat()
      return rotateSlice(hub, sealedTables, from, { batchSize, forMs: sliceMs, signal, beat })
    },

    /** What each key still seals; logged too, for who does not look at the workflow. */
    async countKeyUses(): Promise<KeyUse[]> {
      const keys = await usesOfKeys(hub, sealedTables)
      hub.log.info({ keys }, 'what each encryption key has sealed')
      return keys
    },
  }
}

import { CompiledQuery } from 'kysely'
import type { Executor } from '../../db/database.ts'

/**
 * Has the transaction's plans go by the indexes, in their order, whatever the statistics say: nobody can estimate how many
 * rows a range of ids holds, and one that is taken for small would be read whole and sorted for every batch.
 */
export const planByIndexText = `
  select set_config(name, 'off', true) from unnest(
    '{enable_seqscan,enable_bitmapscan,enable_sort,enable_hashjoin,enable_mergejoin,jit}'::text[]) as name`

export async function planByIndex(tx: Executor): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(planByIndexText))
}

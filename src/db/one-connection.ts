import { AsyncLocalStorage } from 'node:async_hooks'
import { Kysely, TransactionBuilder, type KyselyConfig, type Transaction } from 'kysely'

/** A connection of a pool that is held by the code that runs now. */
interface Held {
  pool: object
  open: boolean
  outer: Held | undefined
}

const held = new AsyncLocalStorage<Held>()

/** Runs what holds a connection of a pool, so that a second one that it asks for is known to be that. */
export async function holdingOne<Result>(pool: object, work: () => Promise<Result>): Promise<Result> {
  const mine: Held = { pool, open: true, outer: held.getStore() }
  try {
    return await held.run(mine, work)
  } finally {
    // What was begun within and goes on by itself holds nothing any more.
    mine.open = false
  }
}

/**
 * A transaction that waits for a second connection of its own pool waits for itself once as many transactions do so as the
 * pool has connections: everything stops until one of them gives up.
 * @throws Error where the running code holds a connection of this pool already
 */
export function refuseSecond(pool: object): void {
  for (let one = held.getStore(); one; one = one.outer) {
    if (one.pool === pool && one.open) {
      throw new Error('A transaction asks for a second connection of its pool: pass it the transaction')
    }
  }
}

/** A query builder whose transactions are known to hold a connection of the pool. */
export class WatchedDatabase<Schema> extends Kysely<Schema> {
  readonly #pool: object

  constructor(pool: object, config: KyselyConfig) {
    super(config)
    this.#pool = pool
  }

  override transaction(): TransactionBuilder<Schema> {
    const builder = super.transaction()
    const execute = <Result>(work: (trx: Transaction<Schema>) => Promise<Result>) =>
      TransactionBuilder.prototype.execute.call(builder, trx =>
        holdingOne(this.#pool, () => work(trx as Transaction<Schema>)),
      ) as Promise<Result>
    builder.execute = execute
    return builder
  }
}

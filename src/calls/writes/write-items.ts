import type { ProviderClient } from '../call.ts'
import { writeGrid } from '../grid/write-grid.ts'
import { isPathSegment } from '../path-segment.ts'
import { writeByOperation } from './batch-by-operation.ts'
import { deleteByMutation, writeByMutation } from './graphql.ts'
import { writeMixed } from './mixed-batch.ts'
import { refusalOf, saidIn } from './refusal.ts'
import { deleteByCall, writeByCall } from './single.ts'
import type { NamedWrite, Write, WriteAnswer, Writes } from './write.ts'

/**
 * Writes one item. The same key makes a repeat answer with the first result, where the platform knows such keys.
 * @throws HubError as `ProviderClient` does, but for refusals of this one item, which are answered
 */
export async function writeItem(
  client: ProviderClient,
  model: Writes,
  write: Write,
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  if (write.kind !== 'create' && !isPathSegment(write.externalId)) return { kind: 'refused', why: 'rejected' }
  try {
    return await written(client, model, write, key, signal)
  } catch (error) {
    const why = refusalOf(model, error)
    if (why === undefined) throw error
    return { kind: 'refused', why, said: saidIn(error) }
  }
}

function written(client: ProviderClient, model: Writes, write: Write, key: string, signal: AbortSignal) {
  const deletion = write.kind === 'delete' ? model.delete : undefined
  if (write.kind === 'delete' && deletion?.kind === 'call') {
    return deleteByCall(client, model, deletion, write, key, signal)
  }
  if (write.kind === 'delete' && deletion?.kind === 'graphql') {
    return deleteByMutation(client, model, deletion, write.externalId, key, signal)
  }
  const definition = write.kind === 'create' ? model.create : model.update
  if (!definition || definition.kind === 'grid') throw new Error('The model does not take this write')
  return definition.kind === 'graphql'
    ? writeByMutation(client, model, definition, write, key, signal)
    : writeByCall(client, model, definition, write, key, signal)
}

/** Writes a group that `groupWrites` made, in one call; each has its own answer, in their order. */
export async function writeItems(
  client: ProviderClient,
  model: Writes,
  writes: readonly NamedWrite[],
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const { batch, list } = model
  if (list.kind === 'grid') return writeGrid(client, model, list, writes, signal)
  if (!batch || batch.kind === 'grid' || writes.length === 1) {
    return Promise.all(writes.map(({ write }) => writeItem(client, model, write, key, signal)))
  }
  return batch.kind === 'mixed'
    ? writeMixed(client, model, batch, writes, key, signal)
    : writeByOperation(client, model, batch, writes, key, signal)
}

/** Writes in groups that go out in one call each: as many as the platform takes at once, of a kind if it wants that. */
export function groupWrites<One extends { write: Write }>(model: Writes, writes: readonly One[]): One[][] {
  const { batch } = model
  if (!batch) return writes.map(one => [one])
  const batches = new Map<string, One[]>()
  const alone: One[][] = []
  for (const one of writes) {
    const batchName = batchOf(model, one.write.kind)
    if (batchName === undefined) alone.push([one])
    else batches.set(batchName, [...(batches.get(batchName) ?? []), one])
  }
  const slices = [...batches.values()].flatMap(all =>
    Array.from({ length: Math.ceil(all.length / batch.size) }, (_, index) =>
      all.slice(index * batch.size, (index + 1) * batch.size),
    ),
  )
  return [...slices, ...alone]
}

/** Which batch a kind of write goes into; undefined where it goes alone. */
function batchOf({ batch, delete: deletion }: Writes, kind: Write['kind']): string | undefined {
  if (batch?.kind === 'by-operation') return batch[kind] && kind
  if (batch?.kind === 'grid') return kind
  return kind !== 'delete' || deletion?.kind === 'mark' ? 'mixed' : undefined
}

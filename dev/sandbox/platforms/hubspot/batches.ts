import { associate, type Associated } from './associations.ts'
import { archive, create, findRow, type Shelf, shown, update } from './objects.ts'
import { invalid, notFound, Refusal } from './refusals.ts'

const most = 100

export interface Input extends Associated {
  id?: string
  idProperty?: string
  properties?: unknown
  objectWriteTraceId?: string
}

interface Answer {
  status: number
  body?: unknown
}

/**
 * A batch of one operation. What was refused is told beside what went well only of creates and upserts whose inputs all have an
 * `objectWriteTraceId`; else the first refusal is that of the whole. What is not there is told in any case.
 * https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
 */
export function answerBatch(shelf: Shelf, operation: string, asked: unknown): Answer {
  const {
    inputs,
    properties = [],
    idProperty,
  } = (asked ?? {}) as { inputs?: Input[]; properties?: string[]; idProperty?: string }
  if (!Array.isArray(inputs) || inputs.length === 0) throw invalid('inputs is missing')
  if (inputs.length > most) throw invalid(`Batch size cannot be greater than ${most}`)
  const startedAt = new Date().toISOString()
  const told = (results: unknown[], errors: unknown[], status: number): Answer => {
    const failed = errors.length === 0 ? {} : { errors, numErrors: errors.length }
    const body = { status: 'COMPLETE', results, startedAt, completedAt: new Date().toISOString(), ...failed }
    return { status: errors.length === 0 ? status : 207, body }
  }
  if (operation === 'archive') {
    for (const input of inputs) {
      const other = Object.keys(input).find(name => name !== 'id')
      if (other !== undefined) throw invalid(`Invalid input JSON: unrecognized field "${other}"`)
      const row = findRow(shelf, String(input.id), null)
      if (row) archive(shelf, row)
    }
    return { status: 204 }
  }
  if (operation === 'read') {
    const { found, missing } = sorted(shelf, inputs, idProperty ?? null)
    return told(
      found.map(({ row }) => shown(shelf.type, row, properties)),
      missing,
      200,
    )
  }
  if (operation === 'update') {
    refuseRepeated(inputs)
    const { found, missing } = sorted(shelf, inputs, null)
    const results = atomically(shelf, () =>
      found.map(({ input, row }) => written(shelf, input, update(shelf, row, input.properties))),
    )
    return told(results, missing, 200)
  }
  if (operation === 'create') return eachAlone(shelf, inputs, 201, input => made(shelf, input), told)
  if (operation === 'upsert') {
    refuseRepeated(inputs)
    return eachAlone(shelf, inputs, 200, input => upserted(shelf, input), told)
  }
  throw notFound()
}

/** Refuses an id that is there twice, as the platform does. */
function refuseRepeated(inputs: readonly Input[]): void {
  const ids = inputs.map(({ id, idProperty }) => `${idProperty ?? ''}:${id}`)
  if (new Set(ids).size < ids.length)
    throw invalid(`Duplicate IDs found in batch input: [${ids.join(', ')}]. IDs must be unique`)
}

function sorted(shelf: Shelf, inputs: readonly Input[], idProperty: string | null) {
  const all = inputs.map(input => ({ input, row: findRow(shelf, String(input.id), input.idProperty ?? idProperty) }))
  const found = all.flatMap(({ input, row }) => (row && row.archived === 0 ? [{ input, row }] : []))
  const ids = all.filter(({ row }) => !row || row.archived === 1).map(({ input }) => String(input.id))
  const message = `Could not get some ${shelf.type.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`
  const missing = ids.length === 0 ? [] : [{ status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids } }]
  return { found, missing }
}

function eachAlone(
  shelf: Shelf,
  inputs: readonly Input[],
  status: number,
  write: (input: Input) => unknown,
  told: (results: unknown[], errors: unknown[], status: number) => Answer,
): Answer {
  const isTraced = inputs.every(({ objectWriteTraceId }) => typeof objectWriteTraceId === 'string')
  if (!isTraced)
    return told(
      atomically(shelf, () => inputs.map(write)),
      [],
      status,
    )
  const [results, errors] = [[] as unknown[], [] as unknown[]]
  for (const input of inputs) {
    try {
      results.push(atomically(shelf, () => write(input)))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { category, message } = error.body
      const context = { objectWriteTraceId: [input.objectWriteTraceId] }
      errors.push({ status: 'error', category, message, context })
    }
  }
  // The order of the results is not promised.
  return told(results.reverse(), errors, status)
}

function made(shelf: Shelf, input: Input): unknown {
  const row = create(shelf, input.properties)
  associate(shelf, row, input)
  return written(shelf, input, row)
}

function upserted(shelf: Shelf, input: Input): unknown {
  const { id = '', idProperty = null } = input
  const row = findRow(shelf, id, idProperty)
  if (row && row.archived === 0) return { ...written(shelf, input, update(shelf, row, input.properties)), new: false }
  if (idProperty === null || idProperty === 'hs_object_id') throw notFound()
  const properties = { [idProperty]: id, ...(input.properties as object) }
  return { ...written(shelf, { ...input, properties }, create(shelf, properties)), new: true }
}

/** What a write is answered by: the properties that were written, and those of the system. */
export function written(shelf: Shelf, input: Input, row: Parameters<typeof shown>[1]) {
  const { objectWriteTraceId } = input
  const names = Object.keys(input.properties ?? {})
  const trace = objectWriteTraceId === undefined ? {} : { objectWriteTraceId }
  return { ...shown(shelf.type, row, [...names, 'hs_object_id']), ...trace }
}

export function atomically<T>({ storage }: Shelf, work: () => T): T {
  return storage.transaction(work)
}

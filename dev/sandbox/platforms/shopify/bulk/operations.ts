import { type GraphQLSchema, parse } from 'graphql'
import { z } from 'zod'
import { execute, type Resolvers } from '../../../graphql.ts'
import type { Storage } from '../../../storage.ts'
import { textOf } from '../../../text.ts'
import { type Fields, type Node, nowIso, type Shop } from '../admin/shop.ts'
import { faultsOf } from './check.ts'
import { fileUrl, keepFile } from './files.ts'
import { linesOf } from './lines.ts'

/** How bulk operations of a shop go from now on. */
export const bulkSettings = z.strictObject({
  takesMs: z.int().min(0).default(0),
  /** What they come to: an error's code, such as TIMEOUT; null where all goes well. */
  errorCode: z.enum(['ACCESS_DENIED', 'INTERNAL_SERVER_ERROR', 'TIMEOUT']).nullable().default(null),
  /** How long the addresses of their files are good. */
  fileMs: z
    .int()
    .min(0)
    .default(7 * 86_400_000),
})

const settingsId = 'gid://shopify/BulkSettings/1'

export function setBulk(shop: Shop, settings: z.output<typeof bulkSettings>): Node {
  return shop.put('BulkSettings', { id: settingsId, ...settings })
}

/** What an operation works with. */
export interface BulkGround {
  storage: Storage
  schema: GraphQLSchema
  /** The version of the API that it is called in. */
  version: string
  /** The sandbox's own, with the platform's prefix. */
  origin: string
  resolvers: Resolvers
}

const userError = (code: string, field: string[] | null, message: string) => ({ code, field, message })

/** Queries that become files. https://shopify.dev/docs/api/admin-graphql/2026-07/mutations/bulkOperationRunQuery */
export function bulkOperations(shop: Shop, ground: BulkGround): Resolvers {
  const shown = (one: Node | undefined) => one && shownOf(one, ground)
  const running = () => shop.all('BulkOperation').filter(one => isRunning(one))
  return {
    'QueryRoot.bulkOperation': (_, { id }) => shown(shop.get('BulkOperation', textOf(id))),
    'QueryRoot.currentBulkOperation': (_, { type = 'QUERY' }) =>
      type === 'QUERY' ? shown(shop.all('BulkOperation').at(-1)) : null,
    'Mutation.bulkOperationRunQuery': (_, { query, groupObjects }) => {
      const refused = (...userErrors: object[]) => ({ bulkOperation: null, userErrors })
      const faults = faultsOf(ground.schema, textOf(query))
      if (faults.length > 0) return refused(...faults.map(fault => userError('INVALID', ['query'], fault)))
      const [other] = running()
      if (other && ground.version < '2026-01') {
        const message = `A bulk query operation for this app and shop is already in progress: ${other.id}.`
        return refused(userError('OPERATION_IN_PROGRESS', null, message))
      }
      if (running().length >= 5)
        return refused(userError('LIMIT_REACHED', null, 'Bulk operations limit reached. Please try again later.'))
      const made = shop.put('BulkOperation', run(shop, ground, textOf(query), groupObjects === true))
      return { bulkOperation: { ...shownOf(made, ground), status: 'CREATED', url: null }, userErrors: [] }
    },
    'Mutation.bulkOperationCancel': (_, { id }) => {
      const found = shop.get('BulkOperation', textOf(id))
      if (!found)
        return { bulkOperation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] }
      if (!isRunning(found)) {
        const message = `A bulk operation cannot be canceled when it is ${statusOf(found).toLowerCase()}`
        return { bulkOperation: shownOf(found, ground), userErrors: [{ field: null, message }] }
      }
      const ended = shop.put('BulkOperation', { ...found, isCanceled: true })
      return { bulkOperation: { ...shownOf(ended, ground), status: 'CANCELING' }, userErrors: [] }
    },
  }
}

/** What the shop has as it begins is what the file will have. */
function run(shop: Shop, { storage, schema, resolvers }: BulkGround, query: string, grouped: boolean) {
  const settings = bulkSettings.parse(settingsOf(shop))
  const all = Object.entries(resolvers).map(([name, resolve]): [string, Resolvers[string]] => [
    name,
    (own, args, beside) => resolve(own, { ...args, all: true }, beside),
  ])
  const whole = Object.fromEntries(all)
  const document = parse(query)
  const { data, errors } = execute({ schema, document, operationName: undefined, variables: {}, resolvers: whole })
  const { lines, roots } = linesOf(data ?? {}, grouped)
  const errorCode = errors && errors.length > 0 ? 'ACCESS_DENIED' : settings.errorCode
  // One that fails leaves what it had until then.
  const kept = errorCode === null ? lines : lines.slice(0, lines.length >> 1)
  const text = kept.map(line => `${line}\n`).join('')
  return {
    ...{ id: shop.newId('BulkOperation'), query, errorCode, objects: kept.length, roots },
    ...{ doneAtMs: Date.now() + settings.takesMs, endsAtMs: Date.now() + settings.takesMs + settings.fileMs },
    ...{ fileId: text === '' ? null : keepFile(storage, text), size: Buffer.byteLength(text), isCanceled: false },
  }
}

function settingsOf(shop: Shop): unknown {
  const { takesMs, errorCode, fileMs } = shop.get('BulkSettings', settingsId) ?? ({} as Fields)
  return { takesMs, errorCode, fileMs }
}

const isRunning = (one: Node): boolean => ['RUNNING', 'CREATED'].includes(statusOf(one))

function statusOf(one: Node): string {
  if (one['isCanceled'] === true) return 'CANCELED'
  if (Date.now() < Number(one['doneAtMs'])) return 'RUNNING'
  if (one['errorCode'] !== null) return 'FAILED'
  return Date.now() < Number(one['endsAtMs']) ? 'COMPLETED' : 'EXPIRED'
}

function shownOf(one: Node, { storage, origin }: BulkGround): Fields {
  const status = statusOf(one)
  const { id, query, createdAt, fileId } = one
  const isOver = status === 'COMPLETED' || status === 'FAILED'
  const url = isOver && typeof fileId === 'string' ? fileUrl(storage, origin, fileId, Number(one['endsAtMs'])) : null
  return {
    ...{ id, query, createdAt, status, type: 'QUERY' },
    errorCode: status === 'FAILED' ? one['errorCode'] : null,
    completedAt: status === 'COMPLETED' ? nowIso() : null,
    objectCount: isOver ? textOf(one['objects']) : '0',
    rootObjectCount: isOver ? textOf(one['roots']) : '0',
    fileSize: isOver && url !== null ? textOf(one['size']) : null,
    url: status === 'COMPLETED' ? url : null,
    partialDataUrl: status === 'FAILED' ? url : null,
  }
}

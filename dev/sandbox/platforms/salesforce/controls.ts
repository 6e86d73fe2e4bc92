import { z } from 'zod'
import type { ControlRoute } from '../../platform.ts'
import { entityOf, type Values } from './entities.ts'
import { seed } from './seed.ts'
import { create, liveRow, type Org, remove, rowOf, shown, update } from './rows.ts'

const settings = z.strictObject({
  page: z.number().int().positive().optional(),
  most: z.number().int().positive().optional(),
  used: z.number().int().nonnegative().optional(),
  duplicateRule: z.boolean().optional(),
  locked: z.number().int().nonnegative().optional(),
})
const values = z.record(z.string(), z.unknown())

/**
 * What a person or an administrator does in an organisation.
 *
 *   PATCH  /salesforce/ORG                    { page?, most?, used?, duplicateRule?, locked? }: rows of a page, calls of a day and how
 *                                             many are spent, whether duplicates are refused, how many writes meet a locked row
 *   DELETE /salesforce/ORG/cursors            what queries have left to give is forgotten
 *   GET    /salesforce/ORG/TYPE[/ID]          rows with all their fields; null where there is none
 *   POST   /salesforce/ORG/TYPE               makes one, or of { many } each; PATCH .../ID changes, DELETE .../ID deletes
 *   POST   /salesforce/ORG/TYPE/ID/merge      { into }: merges it into another
 */
export const controls: ControlRoute[] = [
  [
    'PATCH',
    /^\/salesforce\/(\w+)$/,
    ({ storage, params: [id = ''], body }) => {
      seed({ storage, id })
      const { page, most, used, duplicateRule, locked } = settings.parse(body)
      storage.run(
        `UPDATE salesforce_orgs SET page = coalesce(?, page), most = coalesce(?, most), used = coalesce(?, used),
         duplicate_rule = coalesce(?, duplicate_rule), locked = coalesce(?, locked) WHERE org = ?`,
        ...[page ?? null, most ?? null, used ?? null, duplicateRule === undefined ? null : Number(duplicateRule)],
        ...[locked ?? null, id],
      )
      return { org: id }
    },
  ],
  [
    'DELETE',
    /^\/salesforce\/(\w+)\/cursors$/,
    ({ storage, params: [id = ''] }) => ({
      forgotten: storage.run('DELETE FROM salesforce_cursors WHERE org = ?', id),
    }),
  ],
  [
    'GET',
    /^\/salesforce\/(\w+)\/([A-Z]\w+)(?:\/(\w+))?$/,
    at((org, type, id) => {
      const entity = entityOf(type)
      const names = Object.keys(entity.fields)
      if (id !== undefined) {
        const row = rowOf(org, entity, id)
        return row ? shown(entity, row, names, '64') : null
      }
      const query = 'SELECT * FROM salesforce_rows WHERE org = ? AND type = ? AND deleted = 0 ORDER BY id LIMIT 10000'
      const rows = org.storage.all<Parameters<typeof shown>[1]>(query, org.id, entity.name)
      return rows.map(row => shown(entity, row, names, '64'))
    }),
  ],
  [
    'POST',
    /^\/salesforce\/(\w+)\/([A-Z]\w+)$/,
    at((org, type, _id, body) => {
      const entity = entityOf(type)
      const { many, ...one } = values.parse(body)
      const all = (many ?? [one]) as Values[]
      const ids = org.storage.transaction(() => all.map(said => create(org, entity, said).id))
      return { ids }
    }),
  ],
  [
    'PATCH',
    /^\/salesforce\/(\w+)\/([A-Z]\w+)\/(\w+)$/,
    at((org, type, id = '', body) => {
      const entity = entityOf(type)
      return { id: update(org, entity, liveRow(org, entity, id), values.parse(body)).id }
    }),
  ],
  [
    'DELETE',
    /^\/salesforce\/(\w+)\/([A-Z]\w+)\/(\w+)$/,
    at((org, type, id = '') => {
      const entity = entityOf(type)
      remove(org, entity, liveRow(org, entity, id))
      return { id }
    }),
  ],
  [
    'POST',
    /^\/salesforce\/(\w+)\/([A-Z]\w+)\/(\w+)\/merge$/,
    at((org, type, id = '', body) => {
      const entity = entityOf(type)
      const { into } = z.strictObject({ into: z.string() }).parse(body)
      remove(org, entity, liveRow(org, entity, id), liveRow(org, entity, into).id)
      return { id: into }
    }),
  ],
]

function at(work: (org: Org, type: string, id: string | undefined, body: unknown) => unknown): ControlRoute[2] {
  return ({ storage, params: [org = '', type = '', id], body }) => {
    seed({ storage, id: org })
    return work({ storage, id: org }, type, id, body)
  }
}

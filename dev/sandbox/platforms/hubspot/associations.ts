import { keep, rowOf, type Row, type Shelf } from './objects.ts'
import type { ObjectType, Properties } from './properties.ts'
import { invalid, notFound } from './refusals.ts'

/** What an object is joined to as it is made. */
export interface Associated {
  associations?: { to?: { id?: string }; types?: { associationCategory?: string; associationTypeId?: number }[] }[]
}

/** Those that there are from the start. https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide#association-type-id-values */
const types: { id: number; from: ObjectType; to: ObjectType; back: number; isPrimary?: true }[] = [
  ...both('contacts', 'companies', 279, 280),
  ...both('contacts', 'companies', 1, 2, true),
  ...both('deals', 'contacts', 3, 4),
  ...both('deals', 'companies', 341, 342),
  ...both('deals', 'companies', 5, 6, true),
]

function both(from: ObjectType, to: ObjectType, id: number, back: number, isPrimary?: true) {
  const primary = isPrimary ? { isPrimary } : {}
  return [
    { id, from, to, back, ...primary },
    { id: back, from: to, to: from, back: id, ...primary },
  ]
}

/** The property in which an object has its primary company. */
const primaryIn: Partial<Record<ObjectType, string>> = {
  contacts: 'associatedcompanyid',
  deals: 'hs_primary_associated_company',
}

/** Joins what is being made to what it names. Throws what is not known of it. */
export function associate(shelf: Shelf, row: Row, { associations = [] }: Associated): void {
  for (const { to, types: said = [] } of associations) {
    for (const { associationTypeId } of said) {
      const type = types.find(({ id, from }) => id === associationTypeId && from === shelf.type)
      if (!type) throw invalid(`The association type ${associationTypeId} does not exist from ${shelf.type}`)
      link(shelf, row, type.to, String(to?.id), type.id)
    }
  }
}

/** Joins two by their unlabelled type, and makes a first company the primary one. */
export function link(shelf: Shelf, row: Row, toType: ObjectType, toId: string, typeId?: number): number[] {
  const to = { ...shelf, type: toType }
  const other = rowOf(to, toId)
  const type = types.find(
    one => one.from === shelf.type && one.to === toType && (typeId === undefined ? !one.isPrimary : one.id === typeId),
  )
  if (!other || other.archived === 1) throw notFound()
  if (!type) throw invalid(`${shelf.type} cannot be associated with ${toType}`)
  put(shelf, row.id, toType, other.id, type.id)
  put(to, other.id, shelf.type, row.id, type.back)
  const primary = toType === 'companies' ? primaryIn[shelf.type] : undefined
  const properties = JSON.parse((rowOf(shelf, String(row.id)) ?? row).body) as Properties
  if (primary !== undefined && (type.isPrimary || properties[primary] === undefined))
    keep(shelf, row, { ...properties, [primary]: String(other.id) })
  return [type.id]
}

export function unlink(shelf: Shelf, row: Row, toType: ObjectType, toId: string): void {
  const other = rowOf({ ...shelf, type: toType }, toId)
  if (!other) throw notFound()
  const remove =
    'DELETE FROM hubspot_associations WHERE portal = ? AND from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?'
  shelf.storage.run(remove, shelf.portal, shelf.type, row.id, toType, other.id)
  shelf.storage.run(remove, shelf.portal, toType, other.id, shelf.type, row.id)
  const primary = toType === 'companies' ? primaryIn[shelf.type] : undefined
  const properties = JSON.parse(row.body) as Properties
  if (primary === undefined || properties[primary] !== String(other.id)) return
  delete properties[primary]
  keep(shelf, row, properties)
}

/** What one is joined to, each with the types of it. */
export function linksOf(shelf: Shelf, row: Row, toType: ObjectType) {
  const found = shelf.storage.all<{ to_id: number; type_id: number }>(
    `SELECT to_id, type_id FROM hubspot_associations
     WHERE portal = ? AND from_type = ? AND from_id = ? AND to_type = ? ORDER BY to_id, type_id`,
    ...[shelf.portal, shelf.type, row.id, toType],
  )
  return [...new Set(found.map(({ to_id }) => to_id))].map(toObjectId => ({
    toObjectId,
    associationTypes: found
      .filter(({ to_id }) => to_id === toObjectId)
      .map(({ type_id: typeId }) => ({
        category: 'HUBSPOT_DEFINED',
        typeId,
        label: types.find(({ id }) => id === typeId)?.isPrimary ? 'Primary' : null,
      })),
  }))
}

function put({ storage, portal, type }: Shelf, fromId: number, toType: ObjectType, toId: number, typeId: number): void {
  storage.run(
    'INSERT OR IGNORE INTO hubspot_associations VALUES (?, ?, ?, ?, ?, ?)',
    portal,
    type,
    fromId,
    toType,
    toId,
    typeId,
  )
}

import {
  type Company,
  type Entity,
  getEntity,
  insertEntity,
  namesake,
  nextId,
  removeEntity,
  replaceEntity,
} from './entities.ts'
import { duplicateName, duplicateNumber, invalid, notFound, required, staleObject } from './faults.ts'
import type { Asked, Kind, Settled } from './kinds.ts'

/** Makes an entity; throws the faults 2010, 2020, 6140, 6240 and those of its kind. */
export function create(company: Company, kind: Kind, input: unknown, asked: Asked): Entity {
  checkMembers(kind, input)
  const settled = kind.settle(company, input, undefined)
  refuseNamesake(company, kind, settled, undefined, asked)
  const made = insertEntity(company, kind.name, nextId(company), settled.place, settled.entity)
  kind.after?.(company, made, undefined)
  return made
}

/** Changes an entity, sparse or whole (what is left out is then emptied); throws also 610 and 5010. */
export function update(company: Company, kind: Kind, input: unknown, asked: Asked): Entity {
  checkMembers(kind, input)
  const before = current(company, kind, input)
  const kept = Object.fromEntries(kind.kept.map(name => [name, before[name]]))
  return write(company, kind, before, { ...(input['sparse'] === true ? before : kept), ...input }, asked)
}

/** What a person does in the company: changes members without a SyncToken. */
export function edit(company: Company, kind: Kind, id: string, changes: Entity): Entity {
  const before = getEntity(company, kind.name, id)
  if (!before) throw notFound()
  return write(company, kind, before, { ...before, ...changes }, { allowsDuplicateNumber: true })
}

/** Deletes a transaction; throws 610, 2010 for the name of a list, and 5010. */
export function remove(company: Company, kind: Kind, input: unknown): Entity {
  if (!kind.isTransaction) throw invalid('Operation delete is not supported: set Active to false', 'operation')
  const before = current(company, kind, input as Entity)
  removeEntity(company, kind.name, before['Id'])
  kind.after?.(company, undefined, before)
  return { domain: 'QBO', status: 'Deleted', Id: before['Id'] }
}

/** Voids a transaction: its amounts become nothing, and it stays. */
export function voided(company: Company, kind: Kind, input: unknown): Entity {
  if (!kind.isTransaction) throw invalid('Operation void is not supported', 'operation')
  const before = current(company, kind, input as Entity)
  const lines = (before['Line'] as Entity[]).filter(line => line['DetailType'] !== undefined)
  const next = {
    ...before,
    ...{ PrivateNote: 'Voided', TotalAmt: 0, TxnTaxDetail: undefined },
    Line: lines.map(line => ({ ...line, Amount: 0, SalesItemLineDetail: emptied(line['SalesItemLineDetail']) })),
  }
  return write(company, kind, before, next, { allowsDuplicateNumber: true })
}

function emptied(detail: unknown): unknown {
  if (typeof detail !== 'object' || detail === null) return undefined
  const without = ['Qty', 'UnitPrice', 'TaxInclusiveAmt']
  return Object.fromEntries(Object.entries(detail).filter(([name]) => !without.includes(name)))
}

function current(company: Company, kind: Kind, input: Entity): Entity {
  const before = getEntity(company, kind.name, input?.['Id'])
  if (!before) throw notFound()
  if (input['SyncToken'] === undefined) throw required('SyncToken')
  if (input['SyncToken'] !== before['SyncToken']) throw staleObject(kind.name, String(before['Id']))
  return before
}

function write(company: Company, kind: Kind, before: Entity, next: Entity, asked: Asked): Entity {
  const settled = kind.settle(company, next, before)
  refuseNamesake(company, kind, settled, before['Id'], asked)
  const now = replaceEntity(company, kind.name, before, settled.place, settled.entity)
  kind.after?.(company, now, before)
  return getEntity(company, kind.name, before['Id']) ?? now
}

function refuseNamesake(
  company: Company,
  kind: Kind,
  { place }: Settled,
  ownId: unknown,
  { allowsDuplicateNumber }: Asked,
): void {
  const other = kind.isTransaction && allowsDuplicateNumber ? undefined : namesake(company, place, kind.name, ownId)
  if (!other) return
  throw kind.isTransaction ? duplicateNumber(place.name ?? '', kind.name, other.id) : duplicateName(other.id)
}

function checkMembers(kind: Kind, input: unknown): asserts input is Entity {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw invalid('the body must be a JSON object', kind.name)
  for (const name of Object.keys(input))
    if (!kind.members.has(name)) throw invalid(`Property Name:${name} specified is unsupported or invalid`, name)
}

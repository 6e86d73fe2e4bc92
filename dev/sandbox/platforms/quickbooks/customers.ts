import type { Storage } from '../../storage.ts'
import { duplicateName, intuitTime, invalid, notFound, required, staleObject, validationFault } from './faults.ts'
import { seededCustomer } from './seed.ts'

export type Customer = Record<string, unknown>

interface Row {
  id: number
  body: string
}

const writable = new Set([
  ...[
    'Title',
    'GivenName',
    'MiddleName',
    'FamilyName',
    'Suffix',
    'DisplayName',
    'CompanyName',
    'PrintOnCheckName',
    'Active',
  ],
  ...[
    'PrimaryPhone',
    'AlternatePhone',
    'Mobile',
    'Fax',
    'PrimaryEmailAddr',
    'WebAddr',
    'BillAddr',
    'ShipAddr',
    'Notes',
    'Job',
  ],
  ...['Taxable', 'ParentRef', 'BillWithParent', 'CurrencyRef', 'PreferredDeliveryMethod', 'ResaleNum', 'SalesTermRef'],
  ...[
    'PaymentMethodRef',
    'TaxExemptionReasonId',
    'DefaultTaxCodeRef',
    'ClientEntityId',
    'domain',
    'sparse',
    'Id',
    'SyncToken',
  ],
  ...[
    'MetaData',
    'FullyQualifiedName',
    'Balance',
    'BalanceWithJobs',
    'IsProject',
    'BusinessNumber',
    'PrimaryTaxIdentifier',
  ],
])

/** Makes the company with its customers when it is not there yet. */
export function ensureCompany(storage: Storage, realm: string, customers = storage.settings().customers): void {
  if (storage.get('SELECT 1 FROM companies WHERE realm = ?', realm)) return
  storage.transaction(() => {
    // As in real books some are inactive: one more for every fifty that are not.
    const all = customers + Math.floor(customers / 50)
    storage.run('INSERT INTO companies VALUES (?, ?, ?)', realm, `Sandbox Company ${realm.slice(-4)}`, all + 1)
    for (let id = 1; id <= all; id++) {
      const { displayName, active, createdS, updatedS, body } = seededCustomer(realm, id)
      insert(storage, realm, id, displayName, active, createdS, updatedS, body)
    }
  })
}

/** Empties a company and fills it anew. */
export function refillCompany(storage: Storage, realm: string, customers?: number): void {
  for (const table of ['customers', 'companies', 'answered']) storage.run(`DELETE FROM ${table} WHERE realm = ?`, realm)
  ensureCompany(storage, realm, customers)
}

export function getCustomer(storage: Storage, realm: string, id: number): Customer | undefined {
  const row = storage.get<Row>('SELECT id, body FROM customers WHERE realm = ? AND id = ? AND deleted = 0', realm, id)
  return row && (JSON.parse(row.body) as Customer)
}

/** Creates; throws the faults 2010, 2020 and 6240. */
export function createCustomer(storage: Storage, realm: string, input: Customer): Customer {
  checkFields(input)
  const parts = [input['Title'], input['GivenName'], input['MiddleName'], input['FamilyName'], input['Suffix']]
  const name = (input['DisplayName'] as string | undefined) ?? parts.filter(Boolean).join(' ')
  if (!name) throw required('DisplayName')
  refuseDuplicate(storage, realm, name, 0)
  const company = storage.get<{ next_id: number }>(
    'UPDATE companies SET next_id = next_id + 1 WHERE realm = ? RETURNING next_id',
    realm,
  )
  const id = (company?.next_id ?? 2) - 1
  const nowS = Math.floor(Date.now() / 1000)
  const customer = {
    ...{ Taxable: false, Job: false, BillWithParent: false, Balance: 0, BalanceWithJobs: 0, IsProject: false },
    ...{ CurrencyRef: { value: 'USD', name: 'United States Dollar' }, PreferredDeliveryMethod: 'Print', Active: true },
    ...input,
    ...{ domain: 'QBO', sparse: false, Id: String(id), SyncToken: '0' },
    MetaData: { CreateTime: intuitTime(nowS * 1000), LastUpdatedTime: intuitTime(nowS * 1000) },
    ...{ FullyQualifiedName: name, DisplayName: name, PrintOnCheckName: input['PrintOnCheckName'] ?? name },
  }
  insert(storage, realm, id, name, customer['Active'] !== false, nowS, nowS, JSON.stringify(customer))
  return customer
}

/** Updates, sparse or whole (what is left out is then emptied); throws the faults 610, 2010, 2020, 5010 and 6240. */
export function updateCustomer(storage: Storage, realm: string, input: Customer): Customer {
  checkFields(input)
  const id = Number(input['Id'])
  const found = Number.isInteger(id) ? getCustomer(storage, realm, id) : undefined
  if (!found) throw notFound()
  if (input['SyncToken'] === undefined) throw required('SyncToken')
  if (input['SyncToken'] !== found['SyncToken']) throw staleObject(id)
  const kept = ['Balance', 'BalanceWithJobs', 'CurrencyRef', 'IsProject', 'Job', 'BillWithParent', 'Taxable']
  const base = input['sparse'] === true ? found : Object.fromEntries(kept.map(name => [name, found[name]]))
  return write(storage, realm, id, found, { ...base, Active: base['Active'] ?? true, ...input })
}

/** What a person does at the provider: changes fields without a SyncToken. Throws the faults 610 and 6240. */
export function editCustomer(storage: Storage, realm: string, id: number, changes: Customer): Customer {
  const found = getCustomer(storage, realm, id)
  if (!found) throw notFound()
  return write(storage, realm, id, found, { ...found, ...changes })
}

/** A customer merged away: gone from queries, `Deleted` in the change feed. */
export function deleteCustomer(storage: Storage, realm: string, id: number): void {
  const set = 'SET deleted = 1, updated_s = ?'
  const changed = storage.run(
    `UPDATE customers ${set} WHERE realm = ? AND id = ? AND deleted = 0`,
    ...[Math.floor(Date.now() / 1000), realm, id],
  )
  if (changed === 0) throw notFound()
}

function write(storage: Storage, realm: string, id: number, found: Customer, next: Customer): Customer {
  const name = String(next['DisplayName'] ?? found['DisplayName'])
  if (!name) throw required('DisplayName')
  refuseDuplicate(storage, realm, name, id)
  const nowS = Math.floor(Date.now() / 1000)
  const created = (found['MetaData'] as { CreateTime: string }).CreateTime
  const customer: Customer = {
    ...next,
    ...{ domain: 'QBO', sparse: false, Id: String(id), SyncToken: String(Number(found['SyncToken']) + 1) },
    MetaData: { CreateTime: created, LastUpdatedTime: intuitTime(nowS * 1000) },
    ...{ FullyQualifiedName: name, DisplayName: name },
  }
  storage.run(
    'UPDATE customers SET display_name = ?, active = ?, updated_s = ?, body = ? WHERE realm = ? AND id = ?',
    ...[name, customer['Active'] === false ? 0 : 1, nowS, JSON.stringify(customer), realm, id],
  )
  return customer
}

function insert(
  storage: Storage,
  ...[realm, id, name, active, createdS, updatedS, body]: [string, number, string, boolean, number, number, string]
): void {
  storage.run(
    'INSERT INTO customers (realm, id, display_name, active, created_s, updated_s, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[realm, id, name, active ? 1 : 0, createdS, updatedS, body],
  )
}

function refuseDuplicate(storage: Storage, realm: string, name: string, ownId: number): void {
  const query = 'SELECT id FROM customers WHERE realm = ? AND display_name = ? AND deleted = 0 AND id <> ?'
  const other = storage.get<{ id: number }>(query, realm, name, ownId)
  if (other) throw duplicateName(other.id)
}

function checkFields(input: unknown): asserts input is Customer {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw invalid('the body must be a JSON object', 'Customer')
  const fields = input as Customer
  for (const name of Object.keys(fields))
    if (!writable.has(name)) throw invalid(`Property Name:${name} specified is unsupported or invalid`, name)
  const name = fields['DisplayName']
  if (name !== undefined && (typeof name !== 'string' || name.length > 500 || /[:\t\n]/.test(name)))
    throw invalid('DisplayName must be text without colon, tab or line end, at most 500 characters', 'DisplayName')
  const mail = (fields['PrimaryEmailAddr'] as { Address?: unknown } | undefined)?.Address
  if (
    mail !== undefined &&
    mail !== null &&
    mail !== '' &&
    (typeof mail !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(mail))
  )
    throw validationFault(
      '2210',
      'Invalid Email Address format',
      'Email Address does not follow the format "name@domain"',
      'PrimaryEmailAddr',
    )
}

import type { Storage } from '../../storage.ts'
import { type Company, insertRow } from './entities.ts'
import { intuitTime } from './faults.ts'
import { seededCustomer } from './seed.ts'
import { seedTaxes } from './taxes.ts'

const accounts = [
  [1, 'Sales of Product Income', 'Income'],
  [2, 'Cost of Goods Sold', 'Cost of Goods Sold'],
  [3, 'Inventory Asset', 'Other Current Asset'],
  [4, 'Undeposited Funds', 'Other Current Asset'],
  [5, 'Checking', 'Bank'],
  [6, 'Accounts Receivable (A/R)', 'Accounts Receivable'],
] as const

/** Makes the company with its customers, accounts and taxes where they are not there yet. */
export function ensureCompany(storage: Storage, realm: string, customers = storage.settings().customers): Company {
  const company = { storage, realm }
  const isKnown = storage.get('SELECT 1 FROM companies WHERE realm = ?', realm) !== undefined
  const hasBooks = storage.get("SELECT 1 FROM entities WHERE realm = ? AND kind = 'Account' AND id = 1", realm)
  if (isKnown && hasBooks) return company
  storage.transaction(() => {
    if (!hasBooks) {
      seedAccounts(company)
      seedTaxes(company)
    }
    if (!isKnown) seedCustomers(company, customers)
  })
  return company
}

/** Empties a company and fills it anew. */
export function refillCompany(storage: Storage, realm: string, customers?: number): void {
  for (const table of ['entities', 'companies', 'answered']) storage.run(`DELETE FROM ${table} WHERE realm = ?`, realm)
  ensureCompany(storage, realm, customers)
}

function seedCustomers(company: Company, customers: number): void {
  const { storage, realm } = company
  // As in real books some are inactive: one more for every fifty that are not.
  const all = customers + Math.floor(customers / 50)
  storage.run('INSERT INTO companies VALUES (?, ?, ?)', realm, `Sandbox Company ${realm.slice(-4)}`, all + 1)
  for (let id = 1; id <= all; id++) {
    const { displayName: name, ...seeded } = seededCustomer(realm, id)
    insertRow(company, 'Customer', { ...seeded, space: 'person', name })
  }
}

function seedAccounts(company: Company): void {
  const s = 1_640_995_200
  const MetaData = { CreateTime: intuitTime(s * 1000), LastUpdatedTime: intuitTime(s * 1000) }
  for (const [id, name, AccountType] of accounts) {
    const about = { Name: name, FullyQualifiedName: name, AccountType, Active: true, CurrencyRef: { value: 'USD' } }
    const account = { ...about, domain: 'QBO', sparse: false, Id: String(id), SyncToken: '0', MetaData }
    const place = { space: 'account', name, active: true, createdS: s, updatedS: s }
    insertRow(company, 'Account', { id, ...place, body: JSON.stringify(account) })
  }
}

export function companyInfo({ storage, realm }: Company): object {
  const row = storage.get<{ name: string }>('SELECT name FROM companies WHERE realm = ?', realm)
  const address = { Id: '1', Line1: '1 Bridge Street', City: 'Cambridge', PostalCode: 'CB2 1UF', Country: 'GB' }
  return {
    CompanyInfo: {
      ...{ CompanyName: row?.name, LegalName: `${row?.name}, Ltd.`, CompanyAddr: address, Country: 'GB' },
      ...{ Email: { Address: 'books@example.com' }, SupportedLanguages: 'en', FiscalYearStartMonth: 'January' },
      ...{ domain: 'QBO', sparse: false, Id: '1', SyncToken: '4' },
      MetaData: { CreateTime: '2022-01-01T00:00:00-07:00', LastUpdatedTime: '2024-01-01T00:00:00-07:00' },
    },
    time: intuitTime(Date.now()),
  }
}

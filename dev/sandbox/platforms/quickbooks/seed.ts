import { intuitTime } from './faults.ts'

const given = [
  'Amy',
  'Bill',
  'Chen',
  'Dylan',
  'Elżbieta',
  'Fatima',
  'Grace',
  'Hiro',
  'Inés',
  'Jeff',
  'Kirby',
  'Lauterbach',
  'Mark',
  'Nnamdi',
  'Olga',
  'Paulsen',
  'Rondonuwu',
  'Sasha',
  'Travis',
  'Zoë',
]
const family = [
  'Bird',
  'Cho',
  'Duarte',
  'Ende',
  'Freeman',
  "O'Neil",
  'Geeta',
  'Hansen',
  'Ivanova',
  'Jørgensen',
  'Kowalski',
  'Lew',
  'Müller',
  'Nguyen',
  'Okafor',
  'Pye',
  'Rodríguez',
  'Sato',
  'Tam',
  'Wagner',
]
const trades = [
  'Landscaping',
  'Design Studio',
  'Café',
  'Consulting',
  'Plumbing & Heating',
  'Bakery',
  'Logistics',
  'Dental',
  'Robotics',
  'Vineyards',
]
const cities: [city: string, state: string, zip: string][] = [
  ['Bayshore', 'CA', '94326'],
  ['Half Moon Bay', 'CA', '94213'],
  ['Middlefield', 'CA', '94482'],
  ['Austin', 'TX', '73301'],
  ['Portland', 'OR', '97035'],
  ['Saint Paul', 'MN', '55101'],
]
const streets = ['Main St.', 'Country Rd.', 'Cypress Ave.', 'Bay Blvd.', 'Rue de l’Église']

/** A generator of numbers in [0, 1) that gives the same sequence for the same seed (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface SeededCustomer {
  id: number
  displayName: string
  active: boolean
  createdS: number
  updatedS: number
  body: string
}

/** The nth customer of a company: always the same for the same company, with fields missing here and there as in real books. */
export function seededCustomer(realm: string, id: number): SeededCustomer {
  const next = sequence(Number(BigInt(realm) % 1_000_003n) * 7919 + id * 104_729)
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T
  const chance = (share: number) => next() < share
  const GivenName = pick(given)
  const FamilyName = pick(family)
  const CompanyName = chance(0.6) ? `${FamilyName} ${pick(trades)}` : undefined
  const displayName = `${CompanyName ?? `${GivenName} ${FamilyName}`} #${id}`
  const createdS = 1_640_995_200 + Math.floor(next() * 90_000_000)
  const updatedS = createdS + Math.floor(next() * 10_000_000)
  const active = id % 51 !== 0
  const [City, CountrySubDivisionCode, PostalCode] = pick(cities)
  const address = {
    Line1: `${1 + Math.floor(next() * 9999)} ${pick(streets)}`,
    City,
    CountrySubDivisionCode,
    PostalCode,
  }
  const Balance = chance(0.4) ? Math.round(next() * 500_000) / 100 : 0
  const mail = `${GivenName}.${FamilyName}.${id}`
    .normalize('NFD')
    .replace(/[^a-z0-9.]/gi, '')
    .toLowerCase()
  const customer = {
    Taxable: chance(0.5),
    ...(chance(0.85) ? { BillAddr: { Id: String(id * 2), ...address, Lat: '37.4307072', Long: '-122.4295234' } } : {}),
    ...(chance(0.5) ? { ShipAddr: { Id: String(id * 2 + 1), ...address } } : {}),
    ...(chance(0.15) ? { Notes: `Prefers to be called after ${9 + Math.floor(next() * 8)}:00.\nNet 30.` } : {}),
    ...{ Job: false, BillWithParent: false, Balance, BalanceWithJobs: Balance },
    CurrencyRef: chance(0.93) ? { value: 'USD', name: 'United States Dollar' } : { value: 'EUR', name: 'Euro' },
    PreferredDeliveryMethod: chance(0.5) ? 'Print' : 'None',
    ...{ IsProject: false, ClientEntityId: '0', domain: 'QBO', sparse: false, Id: String(id), SyncToken: '0' },
    MetaData: { CreateTime: intuitTime(createdS * 1000), LastUpdatedTime: intuitTime(updatedS * 1000) },
    ...{ GivenName, FamilyName, FullyQualifiedName: displayName },
    ...(CompanyName ? { CompanyName } : {}),
    ...{ DisplayName: displayName, PrintOnCheckName: CompanyName ?? `${GivenName} ${FamilyName}`, Active: active },
    ...(chance(0.8) ? { PrimaryPhone: { FreeFormNumber: `(555) 555-${String(id % 10_000).padStart(4, '0')}` } } : {}),
    ...(chance(0.9) ? { PrimaryEmailAddr: { Address: `${mail}@example.com` } } : {}),
    ...(chance(0.2) ? { WebAddr: { URI: `https://${mail.replaceAll('.', '-')}.example.com` } } : {}),
  }
  return { id, displayName, active, createdS, updatedS, body: JSON.stringify(customer) }
}

import { textOf } from '../../text.ts'
import type { Thing } from '../../tools.ts'
import { checked, Refused, type Model } from './refused.ts'

/** https://accounting-api.autocountcloud.com/documentation/models/debtor/debtor-datamodel */
const model: Model = {
  ...{ accNo: 12, parentAccNo: 'text', companyName: 100, desc2: 100, registerNo: 25, isActive: 'flag', address: 200 },
  ...{ postCode: 10, phone1: 25, phone2: 25, fax1: 25, fax2: 25, deliverAddress: 200, deliverPostCode: 10 },
  ...{ areaCode: 'text', emailAddress: 255, webURL: 80, attention: 40, natureOfBusiness: 40, currencyCode: 'text' },
  ...{ creditTerm: 'text', salesAgent: 'text', taxCode: 'text', taxRegisterNo: 20, note: 'text' },
}
const blank = Object.fromEntries(Object.entries(model).map(([name, form]) => [name, form === 'flag' ? true : '']))
/** Always there; others are, where they are asked for by `field`. */
const shownAlways = ['accNo', 'companyName', 'currencyCode']
export const terms = ['C.O.D.', 'Net 30 days']
const currencies = ['MYR', 'USD', 'SGD']

/** A new debtor; without a number it gets the next one. @throws Refused */
export function newDebtor(body: unknown, all: readonly Thing[]): Thing {
  const said = checked(model, body, 'Debtor')
  const first = textOf(said['companyName'] ?? '')
    .charAt(0)
    .toUpperCase()
  const number = said['accNo'] || `300-${first}${String(all.length + 1).padStart(3, '0')}`
  if (all.some(one => one['accNo'] === number)) throw new Refused(`AccNo (AccNo = ${textOf(number)}) already exists`)
  return settled({ ...blank, parentAccNo: '300-0000', ...said, accNo: number })
}

/** What is left out stays, what is blank is emptied; both numbers have to be said. @throws Refused */
export function changedDebtor(debtor: Thing, body: unknown): Thing {
  const said = checked(model, body, 'Debtor')
  for (const name of ['accNo', 'parentAccNo']) if (!said[name]) throw new Refused(`The ${name} field is required.`)
  return settled({ ...debtor, ...said })
}

function settled(debtor: Thing): Thing {
  for (const name of ['companyName', 'currencyCode', 'creditTerm'])
    if (!debtor[name]) throw new Refused(`The ${name} field is required.`)
  if (!terms.includes(textOf(debtor['creditTerm'])))
    throw new Refused(`CreditTerm (CreditTermKey = ${textOf(debtor['creditTerm'])}) not exists`)
  if (!currencies.includes(textOf(debtor['currencyCode'])))
    throw new Refused(`CurrencyCode (CurrencyCode = ${textOf(debtor['currencyCode'])}) not exists`)
  return debtor
}

/** A row of the listing: its members begin with a capital there, and only those that are asked for come. */
export function listedDebtor(debtor: Thing, asked: readonly string[]): Thing {
  const wanted = [...shownAlways, ...asked].map(name => name.toLowerCase())
  const members = Object.entries(debtor).filter(([name]) => wanted.includes(name.toLowerCase()))
  return Object.fromEntries(members.map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]))
}
